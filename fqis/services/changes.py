"""A « modification » of a signed project: proposed with its reason, agreed with the carrier or set
aside; what stood before stays readable. And the going on of a structuring project."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Unpack

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services.documents import deposit_document
from fqis.agreement_documents import CHANGE_KIND, CONSENSUS_KIND
from fqis.models import BudgetLine, Project, ProjectChange, ProjectContinuation, ProjectInstalment
from fqis.services.follow_up_rules import check_day, said, stale_project
from fqis.services.project_payments import paid_to
from fqis.services.projects import Details, lock_project, record_on, register_project
from fqis.services.request_rules import check_period
from fqis.wording import already, date_long, money

State = Project.State
CHANGEABLE = [State.AGREED, State.UNDER_WAY]


def budget_rows(project: Project) -> list[dict[str, Any]]:
    """The budget of a project as a change keeps it, amounts in dollars as text."""
    return [
        {"line": one.pk, "label": str(one), "amount": str(one.amount), "asked": str(one.asked)}
        for one in project.budget.all()
    ]


@transaction.atomic
def propose_change(
    project: Project,
    *,
    by: User,
    reason: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    amount: Decimal | None = None,
    activities: str | None = None,
    budget: Mapping[int, Decimal] | None = None,
) -> ProjectChange:
    """Proposes other dates, a lower grant, other activities, another split of the budget
    (``budget``: the share asked of the FQIS for each line's id, in dollars).

    Refuses a project that is not signed or is over, a second proposal (who, when), no reason, no
    change, more than five years, a grant above the present one or below what is paid, an end
    before an expense, a budget that does not make the grant.
    """
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state not in CHANGEABLE:
        raise stale_project(project)
    waiting = project.changes.filter(state="proposed").select_related("proposed_by").first()
    if waiting is not None:
        raise already(waiting.proposed_by, waiting.proposed_at, _("proposée"))
    assert project.amount_granted is not None
    before = budget_rows(project)
    change = ProjectChange(
        project=project,
        reason=said(reason, "reason", _("Écrivez le motif de la modification.")),
        starts_on_before=project.starts_on,
        starts_on_after=starts_on or project.starts_on,
        ends_on_before=project.ends_on,
        ends_on_after=ends_on or project.ends_on,
        amount_before=project.amount_granted,
        amount_after=project.amount_granted if amount is None else amount,
        activities_before=project.description,
        activities_after=project.description if activities is None else activities.strip(),
        budget_before=before,
        budget_after=_budget_after(before, budget or {}),
        proposed_by=by,
    )
    if all(was == now for _name, was, now in differences(change)):
        raise Refusal(_("Rien ne change : dites ce que vous modifiez."))
    _check_change(project, change)
    change.save()
    record_on(
        project,
        by=by,
        verb="propose_project_change",
        summary=_("a proposé une modification du projet %(project)s"),
        reason=change.reason,
    )
    return change


def no_open_change() -> StaleAct:
    return StaleAct(_("Aucune modification n’attend de réponse."))


def differences(change: ProjectChange) -> list[tuple[str, Any, Any]]:
    """What a change is about: a name, before, after; those that stay are told too."""
    return [
        ("starts_on", change.starts_on_before, change.starts_on_after),
        ("ends_on", change.ends_on_before, change.ends_on_after),
        ("amount", change.amount_before, change.amount_after),
        ("activities", change.activities_before, change.activities_after),
        ("budget", change.budget_before, change.budget_after),
    ]


def _budget_after(
    before: list[dict[str, Any]], budget: Mapping[int, Decimal]
) -> list[dict[str, Any]]:
    if set(budget) - {row["line"] for row in before}:
        raise Refusal(_("Ce poste est du budget d’un autre projet."), field="budget")
    after = []
    for row in before:
        asked = budget.get(row["line"], Decimal(row["asked"]))
        if asked < 0:
            raise Refusal(_("Un poste du budget est de zéro ou plus."), field="budget")
        elsewhere = Decimal(row["amount"]) - Decimal(row["asked"])
        if asked + elsewhere <= 0:
            raise Refusal(
                _("Gardez un montant au poste « %(label)s ».") % {"label": row["label"]},
                field="budget",
            )
        after.append({**row, "amount": f"{asked + elsewhere:.2f}", "asked": f"{asked:.2f}"})
    return after


def _check_change(project: Project, change: ProjectChange) -> None:
    check_period(change.starts_on_after, change.ends_on_after)
    if change.amount_after <= 0:
        raise Refusal(_("Le montant doit dépasser zéro."), field="amount")
    if change.amount_after > change.amount_before:
        raise Refusal(
            _("Une hausse du montant accordé demande une nouvelle décision de la Table."),
            field="amount",
        )
    paid = paid_to(project)
    if change.amount_after < paid:
        raise Refusal(
            _("Le montant accordé ne peut passer sous ce qui est payé : %(paid)s.")
            % {"paid": money(paid)},
            field="amount",
        )
    last = project.expenses.filter(cancelled_at=None).order_by("-on").first()
    if last is not None and last.on > change.ends_on_after:
        raise Refusal(
            _("Une dépense du %(day)s suit cette fin.") % {"day": date_long(last.on)},
            field="ends_on",
        )
    asked = sum((Decimal(row["asked"]) for row in change.budget_after), ZERO)
    moved = change.budget_after != change.budget_before
    if moved and asked != change.amount_after:
        raise Refusal(
            _("Les postes du budget font %(asked)s : ils doivent faire %(granted)s.")
            % {"asked": money(asked), "granted": money(change.amount_after)},
            field="budget",
        )


def _held(change: ProjectChange) -> tuple[Project, ProjectChange]:
    project = lock_project(change.project_id)
    held = (
        ProjectChange.objects.select_for_update(of=("self",))
        .select_related("decided_by")
        .get(pk=change.pk)
    )
    held.project = project
    return project, held


def _decided_before(change: ProjectChange) -> StaleAct:
    label = str(ProjectChange.State(change.state).label).lower()
    return already(change.decided_by, change.decided_at, label)


@transaction.atomic
def agree_change(
    change: ProjectChange,
    *,
    by: User,
    on: date,
    carrier_name: str,
    file: UploadedFile | None = None,
) -> ProjectChange:
    """Both parties agree: the project changes now. What the grant loses comes off the last
    instalments, never below what each received.

    Refuses one already decided (who, when), no name for the carrier, a day out of order, and what
    ``propose_change`` refuses today.
    """
    require(by, "decide_projects", change.project)
    project, held = _held(change)
    if held.state != ProjectChange.State.PROPOSED:
        raise _decided_before(held)
    if project.state not in CHANGEABLE:
        raise stale_project(project)
    check_day(on, project.agreed_on, what=_("la signature"))
    name = said(
        carrier_name, "carrier_name", _("Écrivez qui est d’accord pour le porteur."), most=150
    )
    if budget_rows(project) != held.budget_before:
        raise StaleAct(_("Le budget a changé depuis : proposez une nouvelle modification."))
    _check_change(project, held)
    if file is not None:
        held.document = deposit_document(
            file,
            by=by,
            alliance=project.alliance,
            title=_("Modification du projet %(number)s") % {"number": project.number},
            kind=CHANGE_KIND,
            subject=project,
        )
    held.agree(on=on, carrier_name=name, by=by)
    held.save()
    _lower_instalments(project, held.amount_before - held.amount_after)
    _write_budget(held)
    project.starts_on, project.ends_on = held.starts_on_after, held.ends_on_after
    project.amount_granted, project.description = held.amount_after, held.activities_after
    project.save()
    record_on(
        project,
        by=by,
        verb="agree_project_change",
        summary=_("a consigné une modification convenue du projet %(project)s"),
        reason=held.reason,
        changed={name: [str(was), str(now)] for name, was, now in differences(held) if was != now},
    )
    return held


def _lower_instalments(project: Project, less: Decimal) -> None:
    """Takes ``less`` dollars off the last instalments; the caller checked that the rest is paid."""
    if not less:
        return
    parts = (
        ProjectInstalment.objects.select_for_update(of=("self",))
        .filter(agreement__project=project, agreement__state="signed")
        .order_by("-rank")
    )
    paid = dict(project.payments.order_by().values_list("instalment").annotate(total=Sum("amount")))
    for part in parts:
        taken = min(less, part.amount - paid.get(part.pk, ZERO))
        if taken > 0:
            part.amount -= taken
            part.save(update_fields=["amount"])
            less -= taken


def _write_budget(change: ProjectChange) -> None:
    if change.budget_after == change.budget_before:
        return
    rows = {row["line"]: row for row in change.budget_after}
    for line in BudgetLine.objects.select_for_update(of=("self",)).filter(pk__in=rows):
        line.amount, line.asked = (
            Decimal(rows[line.pk]["amount"]),
            Decimal(rows[line.pk]["asked"]),
        )
        line.save(update_fields=["amount", "asked"])


@transaction.atomic
def decline_change(change: ProjectChange, *, by: User, reason: str) -> ProjectChange:
    """Sets a proposal aside, with the reason; the project stays as it is."""
    require(by, "manage_projects", change.project)
    project, held = _held(change)
    reason = said(reason, "reason", _("Écrivez pourquoi la modification est écartée."))
    try:
        held.decline(reason=reason, by=by)
    except TransitionNotAllowed:
        raise _decided_before(held) from None
    held.save()
    record_on(
        project,
        by=by,
        verb="decline_project_change",
        summary=_("a écarté une modification du projet %(project)s"),
        reason=reason,
    )
    return held


@transaction.atomic
def continue_project(
    project: Project,
    *,
    by: User,
    agreed_by_whom: str,
    agreed_on: date,
    evidence: UploadedFile,
    title: str,
    amount_requested: Decimal,
    starts_on: date,
    ends_on: date,
    **details: Unpack[Details],
) -> Project:
    """Registers the project that goes on from a structuring one, with the consensus recorded: who
    agreed, when, the paper (guide 2024, §2.2). It follows the usual way to its own decision.

    Refuses a project that is not structuring or not under way or done, an evidence that is not a
    file we keep, and what ``register_project`` refuses.
    """
    require(by, "manage_projects", project)
    former = lock_project(project.pk)
    if not former.is_structuring:
        raise Refusal(_("Seul un projet structurant se poursuit : ce projet ne l’est pas."))
    if former.state not in (State.UNDER_WAY, State.COMPLETED):
        raise stale_project(former)
    who = said(agreed_by_whom, "agreed_by_whom", _("Dites qui est d’accord."))
    check_day(agreed_on, former.decided_on, what=_("la décision"), field="agreed_on")
    inherited: Details = {
        "description": former.description,
        "people_expected": former.people_expected,
        "is_structuring": True,
    }
    inherited.update(details)
    new = register_project(
        former.alliance,
        by=by,
        title=title,
        organisation=former.organisation,
        amount_requested=amount_requested,
        starts_on=starts_on,
        ends_on=ends_on,
        priority=former.priority,
        mrcs=list(former.mrcs.all()),
        **inherited,
    )
    document = deposit_document(
        evidence,
        by=by,
        alliance=former.alliance,
        title=_("Consensus : poursuite du projet %(number)s") % {"number": former.number},
        kind=CONSENSUS_KIND,
        subject=new,
    )
    ProjectContinuation.objects.create(
        project=new,
        former=former,
        agreed_by_whom=who,
        agreed_on=agreed_on,
        evidence=document,
        recorded_by=by,
    )
    record_on(
        former,
        by=by,
        verb="continue_project",
        summary=_("a consigné le consensus pour poursuivre le projet %(project)s"),
        continued_by=new.number,
        agreed_by_whom=who,
    )
    return new
