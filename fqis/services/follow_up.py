"""A supported project, from its agreement to its end: money paid, people reached."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import JournalEntry, User
from alliances.money import ZERO
from alliances.permissions import require
from fqis.models import Project, ProjectPayment, ProjectResult
from fqis.services.projects import lock_project, record_on
from fqis.wording import date_long, in_future, money, time_fr

State = Project.State


def _stale(project: Project) -> StaleAct:
    """Who made the last act on this project, and when, as the journal keeps it."""
    last = (
        JournalEntry.objects.filter(target_label="fqis.project", target_id=project.pk)
        .select_related("actor")
        .order_by("-at", "-pk")
        .first()
    )
    state = State(project.state).label
    if last is None:
        return StaleAct(_("Ce projet est maintenant « %(state)s ».") % {"state": state})
    return StaleAct(
        _("Ce projet est « %(state)s » : %(who)s a agi le %(day)s à %(time)s.")
        % {
            "state": state,
            "who": last.actor,
            "day": date_long(last.at),
            "time": time_fr(last.at),
        }
    )


def _after(on: date, earliest: date | None, *, what: str, field: str = "on") -> None:
    if in_future(on):
        raise Refusal(_("Cette date est dans le futur."), field=field)
    if earliest is not None and on < earliest:
        raise Refusal(
            _("Cette date ne peut précéder %(what)s du %(day)s.")
            % {"what": what, "day": date_long(earliest)},
            field=field,
        )


@transaction.atomic
def sign_agreement(project: Project, *, by: User, on: date) -> Project:
    """The project's own agreement is signed (guide 2024, §4.2). Refuses a date in the future or
    before the decision."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state == State.ACCEPTED:
        _after(on, project.decided_on, what=_("la décision"))
    try:
        project.sign_agreement(on=on)
    except TransitionNotAllowed:
        raise _stale(project) from None
    project.save()
    record_on(
        project,
        by=by,
        verb="sign_project_agreement",
        summary=_("a consigné la signature de la convention du projet %(project)s"),
    )
    return project


@transaction.atomic
def start_project(project: Project, *, by: User) -> Project:
    """The work began."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    try:
        project.start()
    except TransitionNotAllowed:
        raise _stale(project) from None
    project.save()
    record_on(project, by=by, verb="start_project", summary=_("a démarré le projet %(project)s"))
    return project


@transaction.atomic
def complete_project(
    project: Project,
    *,
    by: User,
    on: date,
    people_reached: int,
    people_in_poverty: int | None,
    note: str,
    targets_met: bool | None = None,
) -> Project:
    """Closes a project with its result for the fiscal year of ``on``: counts of people, never
    names. Refuses a date out of order, more people in poverty than reached, an empty note."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.UNDER_WAY:
        raise _stale(project)
    _after(on, project.agreed_on, what=_("la signature"))
    if not note.strip():
        raise Refusal(_("Écrivez le bilan en quelques phrases."), field="note")
    _write_result(
        project,
        by=by,
        fiscal_year=FiscalYear.of(on),
        people_reached=people_reached,
        people_in_poverty=people_in_poverty,
        targets_met=targets_met,
    )
    project.complete(on=on, note=note.strip())
    project.save()
    record_on(project, by=by, verb="complete_project", summary=_("a terminé le projet %(project)s"))
    return project


@transaction.atomic
def abandon_project(project: Project, *, by: User, on: date, note: str) -> Project:
    """Closes a project that will not be done. Refuses without a reason or with a date out of
    order."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state in (State.ACCEPTED, State.AGREED, State.UNDER_WAY):
        _after(on, project.agreed_on or project.decided_on, what=_("le dernier acte"))
    if not note.strip():
        raise Refusal(_("Écrivez pourquoi le projet est abandonné."), field="note")
    try:
        project.abandon(on=on, note=note.strip())
    except TransitionNotAllowed:
        raise _stale(project) from None
    project.save()
    record_on(
        project,
        by=by,
        verb="abandon_project",
        summary=_("a consigné l’abandon du projet %(project)s"),
        reason=note.strip(),
    )
    return project


@transaction.atomic
def record_payment(project: Project, *, by: User, on: date, amount: Decimal) -> ProjectPayment:
    """What the Table paid to the project, in dollars. Refuses before acceptance (guide 2017,
    « Projets »), above the grant (with what is left), in the future."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.amount_granted is None:
        raise Refusal(_("Ce projet n’est pas accepté : rien ne peut lui être payé."))
    if amount <= 0:
        raise Refusal(_("Le montant doit dépasser zéro."), field="amount")
    _after(on, project.decided_on, what=_("la décision"))
    paid = project.payments.aggregate(total=Sum("amount"))["total"] or ZERO
    left = project.amount_granted - paid
    if amount > left:
        raise Refusal(
            _("Ce paiement dépasse le montant accordé : il reste %(left)s à payer.")
            % {"left": money(left)},
            field="amount",
        )
    payment = ProjectPayment.objects.create(project=project, on=on, amount=amount, recorded_by=by)
    record_on(
        project,
        by=by,
        verb="pay_project",
        summary=_("a consigné un paiement de %(amount)s au projet %%(project)s")
        % {"amount": money(amount)},
        amount=str(amount),
    )
    return payment


@transaction.atomic
def record_result(
    project: Project,
    *,
    by: User,
    fiscal_year: FiscalYear,
    people_reached: int,
    people_in_poverty: int | None = None,
    targets_met: bool | None = None,
) -> ProjectResult:
    """The people a project reached in a fiscal year; said again, it replaces what was said.

    Refuses before acceptance, for a year outside the project, a count below zero, and more people
    in poverty than reached.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state not in Project.SUPPORTED:
        raise Refusal(_("Ce projet n’est pas accepté : il n’a pas de résultat à consigner."))
    result = _write_result(
        project,
        by=by,
        fiscal_year=fiscal_year,
        people_reached=people_reached,
        people_in_poverty=people_in_poverty,
        targets_met=targets_met,
    )
    record_on(
        project,
        by=by,
        verb="record_result",
        summary=_("a consigné les résultats %(year)s du projet %%(project)s")
        % {"year": fiscal_year},
        people_reached=people_reached,
        people_in_poverty=people_in_poverty,
    )
    return result


def _write_result(
    project: Project,
    *,
    by: User,
    fiscal_year: FiscalYear,
    people_reached: int,
    people_in_poverty: int | None,
    targets_met: bool | None,
) -> ProjectResult:
    if people_reached < 0 or (people_in_poverty or 0) < 0:
        raise Refusal(_("Un nombre de personnes est de zéro ou plus."), field="people_reached")
    if people_in_poverty is not None and people_in_poverty > people_reached:
        raise Refusal(
            _(
                "Le nombre de personnes en situation de pauvreté dépasse celui des personnes"
                " rejointes."
            ),
            field="people_in_poverty",
        )
    assert project.decided_on is not None
    first, today = FiscalYear.of(project.decided_on), FiscalYear.of(clock.today())
    if not first <= fiscal_year <= today:
        raise Refusal(
            _("Choisissez un exercice entre %(first)s et %(last)s.")
            % {"first": first, "last": today},
            field="fiscal_year",
        )
    result, _created = ProjectResult.objects.update_or_create(
        project=project,
        fiscal_year=fiscal_year.start,
        defaults={
            "territory_id": project.territory_id,
            "people_reached": people_reached,
            "people_in_poverty": people_in_poverty,
            "targets_met": targets_met,
            "recorded_at": clock.now(),
            "recorded_by": by,
        },
    )
    return result
