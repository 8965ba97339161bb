"""Projects: registered, mended while received, decided. What follows is in ``follow_up``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Mrc, Organisation, User
from alliances.models.alliances import NameKey
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services import journal
from alliances.services.documents import next_number
from fqis.models import (
    Call,
    Decision,
    Envelope,
    FundingSource,
    Project,
    ProjectPlace,
    Referral,
    Sitting,
)
from fqis.selectors.project_money import purse_of, purses_of
from fqis.services.budgets import Line, write_budget
from fqis.services.request_rules import (
    check_amount,
    check_eligible,
    refusals_of_request,
    served_priority,
)
from fqis.wording import already, date_long, in_future, money
from plans.models import Priority

State = Project.State
Outcome = Decision.Outcome


@dataclass(frozen=True)
class Source:
    """Other money in a project: its name, its amount in dollars, confirmed or not."""

    name: str
    amount: Decimal
    is_confirmed: bool = False


class Details(TypedDict, total=False):
    """What may be said of a project beside what it must say."""

    description: str
    call: Call | None
    population: str
    activities: str
    partners: str
    pooling: str
    contact_name: str
    contact_email: str
    contact_phone: str
    language: str
    people_expected: int | None
    received_on: date
    is_structuring: bool
    pools_people: bool
    pools_material: bool
    pools_money: bool


def lock_project(pk: int) -> Project:
    return (
        Project.objects.select_for_update(of=("self",))
        .select_related(
            "alliance__territory", "alliance__cycle", "organisation", "priority", "registered_by"
        )
        .get(pk=pk)
    )


def next_project_number(alliance: Alliance) -> str:
    """« MAU-0007 »: one series for each Alliance; its row stays locked to the commit."""
    first_year = FiscalYear.of(alliance.cycle.starts_on)
    sequence = next_number(f"P{alliance.territory_id}", first_year)
    return f"{alliance.territory.abbreviation.upper()}-{sequence:04d}"


def _write_rows(
    project: Project, sources: Sequence[Source], mrcs: Sequence[Mrc], budget: Sequence[Line]
) -> None:
    names = [source.name.strip() for source in sources]
    if len(set(names)) < len(names):
        raise Refusal(_("La même source de financement est écrite deux fois."), field="sources")
    project.sources.all().delete()
    for source, name in zip(sources, names, strict=True):
        check_amount(source.amount, "sources")
        FundingSource.objects.create(
            project=project, name=name, amount=source.amount, is_confirmed=source.is_confirmed
        )
    write_budget(project, budget, others=sum((source.amount for source in sources), ZERO))
    project.places.all().delete()
    for mrc in mrcs:
        if mrc.territory_id != project.territory_id:
            raise Refusal(_("%(mrc)s n’est pas de ce territoire.") % {"mrc": mrc}, field="mrcs")
        ProjectPlace.objects.create(project=project, mrc=mrc)


def check_once(
    call: Call | None, organisation: Organisation, title: str, *, but: Project | None = None
) -> None:
    """Refuses the same request twice for a call: same organisation, same title. The call's row
    stays locked to the commit: two requests wait for each other."""
    if call is None:
        return
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    same = (
        Project.objects.filter(call=call, organisation=organisation)
        .annotate(key=NameKey("title"))
        .filter(key=NameKey(Value(title.strip())))
    )
    found = (same.exclude(pk=but.pk) if but is not None else same).first()
    if found is not None:
        raise Refusal(
            _("Cette demande est déjà reçue pour cet appel, sous le numéro %(number)s.")
            % {"number": found.number},
            field="title",
        )


@transaction.atomic
def register_project(
    alliance: Alliance,
    *,
    by: User,
    title: str,
    organisation: Organisation,
    amount_requested: Decimal,
    starts_on: date,
    ends_on: date,
    priority: Priority | None = None,
    sources: Sequence[Source] = (),
    mrcs: Sequence[Mrc] = (),
    budget: Sequence[Line] = (),
    inadmissible_because: str = "",
    **details: Unpack[Details],
) -> Project:
    """Registers a request, amounts in dollars. Without ``mrcs`` it serves the whole territory.

    Refuses dates out of order, more than five years (guide 2024, §4.2), an organisation that is
    not eligible and a priority that is not in the plan in force. ``inadmissible_because`` keeps a
    request that breaks the last two rules, and decides it in the same act.
    """
    require(by, "manage_projects", alliance)
    received_on = details.get("received_on") or clock.today()
    is_admissible = not inadmissible_because.strip()
    for refusal in refusals_of_request(
        alliance,
        day=clock.today(),
        title=title,
        amount_requested=amount_requested,
        received_on=received_on,
        starts_on=starts_on,
        ends_on=ends_on,
        organisation=organisation,
        priority=priority,
        call=details.get("call"),
        is_admissible=is_admissible,
    ):
        raise refusal
    served = served_priority(alliance, priority, clock.today()) if is_admissible else priority
    details["received_on"] = received_on
    check_once(details.get("call"), organisation, title)
    project = Project.objects.create(
        alliance=alliance,
        number=next_project_number(alliance),
        title=title.strip(),
        organisation=organisation,
        priority=served,
        priority_lineage=served.lineage if served else None,
        amount_requested=amount_requested,
        starts_on=starts_on,
        ends_on=ends_on,
        registered_by=by,
        **details,
    )
    _write_rows(project, sources, mrcs, budget)
    _record(project, by=by, verb="register_project", summary=_("a inscrit le projet %(project)s"))
    if not is_admissible:
        return decide_project(
            project,
            by=by,
            outcome=Outcome.INADMISSIBLE,
            on=clock.today(),
            reason=inadmissible_because,
        )
    return project


@transaction.atomic
def update_project(
    project: Project,
    *,
    by: User,
    title: str,
    organisation: Organisation,
    amount_requested: Decimal,
    starts_on: date,
    ends_on: date,
    priority: Priority | None = None,
    sources: Sequence[Source] = (),
    mrcs: Sequence[Mrc] = (),
    budget: Sequence[Line] = (),
    **details: Unpack[Details],
) -> Project:
    """Mends a project while it is received; its checks are to answer again. Refusals: those of
    ``register_project``, and one that was already decided."""
    require(by, "manage_projects", project)
    project = lock_project(project.pk)
    if project.state != State.RECEIVED:
        raise Refusal(_("Une décision est déjà prise : la demande ne change plus."))
    received_on = details.get("received_on") or project.received_on
    for refusal in refusals_of_request(
        project.alliance,
        day=clock.today(),
        title=title,
        amount_requested=amount_requested,
        received_on=received_on,
        starts_on=starts_on,
        ends_on=ends_on,
        organisation=organisation,
        priority=priority,
        call=details.get("call", project.call),
    ):
        raise refusal
    served = served_priority(project.alliance, priority, clock.today())
    details["received_on"] = received_on
    check_once(details.get("call", project.call), organisation, title, but=project)
    for name, value in details.items():
        setattr(project, name, value)
    project.title, project.organisation = title.strip(), organisation
    project.amount_requested = amount_requested
    project.starts_on, project.ends_on = starts_on, ends_on
    project.priority, project.priority_lineage = served, served.lineage
    project.save()
    _write_rows(project, sources, mrcs, budget)
    # What was checked is not what is asked any more.
    project.checks.all().delete()
    _record(project, by=by, verb="update_project", summary=_("a modifié le projet %(project)s"))
    return project


@transaction.atomic
def decide_project(
    project: Project,
    *,
    by: User,
    outcome: str,
    on: date,
    amount: Decimal | None = None,
    priority: Priority | None = None,
    reason: str = "",
    conditions: str = "",
    sitting: Sitting | None = None,
    outside_because: str = "",
    seen_decisions: int | None = None,
) -> Project:
    """Keeps the Table's decision of the day ``on``; ``amount`` is the grant in dollars.

    Refuses a request whose norms are not all met, a date out of order, a missing reason when the
    answer is not yes, an amount above the request or the money left, a missing priority or one
    that was not in force that day, an organisation that is not eligible; a project given to a
    committee, outside its ``sitting`` and without ``outside_because``; and a second decision (who
    took the first, and when). ``seen_decisions``: how many decisions the person had seen.
    """
    require(by, "decide_projects", project)
    project = lock_project(project.pk)
    taken = list(project.decisions.select_related("recorded_by"))
    if seen_decisions is not None and len(taken) != seen_decisions:
        raise decided_before(project)
    if outcome not in Outcome.values:
        raise Refusal(_("Choisissez la décision."), field="outcome")
    _check_decision_day(project, on, taken)
    if outcome != Outcome.INADMISSIBLE:
        _check_way(project, sitting, outside_because.strip())
    if outcome != Outcome.ACCEPTED and not reason.strip():
        raise Refusal(_("Écrivez le motif de la décision."), field="reason")
    try:
        _decide(project, outcome, on=on)
    except TransitionNotAllowed:
        raise decided_before(project) from None
    if outcome == Outcome.ACCEPTED:
        _grant(project, amount=amount, priority=priority, on=on)
    project.save()
    Decision.objects.create(
        project=project,
        outcome=outcome,
        on=on,
        reason=reason.strip(),
        amount=project.amount_granted,
        conditions=conditions.strip(),
        sitting=sitting,
        outside_because=outside_because.strip() if sitting is None else "",
        recorded_by=by,
    )
    said = _("a consigné la décision « %(outcome)s » sur le projet %%(project)s") % {
        "outcome": Outcome(outcome).label
    }
    why = " ".join(part for part in (reason.strip(), outside_because.strip()) if part)
    _record(project, by=by, verb="decide_project", summary=said, reason=why)
    return project


def _check_way(project: Project, sitting: Sitting | None, outside_because: str) -> None:
    """By which way a project is decided: admissible first, then in its committee's sitting when it
    was given to one, or outside it with the reason."""
    if project.state == State.RECEIVED:
        raise Refusal(
            _("Répondez d’abord aux contrôles d’admissibilité : ce projet n’est pas analysé."),
            field="outcome",
        )
    if sitting is None and not outside_because:
        referral = Referral.objects.filter(project=project).select_related("committee").first()
        if referral is not None:
            raise Refusal(
                _(
                    "Ce projet est confié à « %(committee)s » : décidez-le en séance, ou écrivez"
                    " pourquoi vous le décidez hors séance."
                )
                % {"committee": referral.committee},
                field="outside_because",
            )


def _decide(project: Project, outcome: str, *, on: date) -> None:
    {
        Outcome.ACCEPTED: project.accept,
        Outcome.REFUSED: project.refuse,
        Outcome.DEFERRED: project.defer,
        Outcome.INADMISSIBLE: project.reject_as_inadmissible,
    }[Outcome(outcome)](on=on)


def _check_decision_day(project: Project, on: date, taken: list[Decision]) -> None:
    if in_future(on):
        raise Refusal(_("La date de la décision est dans le futur."), field="on")
    if on < project.received_on:
        raise Refusal(
            _("La décision ne peut précéder la réception du %(day)s.")
            % {"day": date_long(project.received_on)},
            field="on",
        )
    if taken and on < taken[-1].on:
        raise Refusal(
            _("Cette décision ne peut précéder celle du %(day)s.")
            % {"day": date_long(taken[-1].on)},
            field="on",
        )


def _grant(
    project: Project, *, amount: Decimal | None, priority: Priority | None, on: date
) -> None:
    check_eligible(project.organisation)
    if amount is None:
        raise Refusal(_("Écrivez le montant accordé."), field="amount")
    check_amount(amount, "amount")
    if amount > project.amount_requested:
        raise Refusal(
            _("Le montant accordé dépasse le montant demandé de %(amount)s.")
            % {"amount": money(project.amount_requested)},
            field="amount",
        )
    served = served_priority(project.alliance, priority or project.priority, on)
    _check_money(project, amount)
    project.amount_granted = amount
    project.priority, project.priority_lineage = served, served.lineage


def _check_money(project: Project, amount: Decimal) -> None:
    """Refuses what goes beyond the money left. Whoever decides at the same time waits here."""
    Envelope.objects.select_for_update(of=("self",), no_key=True).filter(
        alliance=project.alliance_id
    ).first()
    referral = Referral.objects.filter(project=project).select_related("committee__mrc").first()
    if referral is not None:
        left = purse_of(referral.committee).left
    else:
        whole = purses_of(project.alliance_id).get("")
        left = whole.left if whole else None
    if left is not None and amount > left:
        raise Refusal(
            _("Ce montant dépasse l’argent qui reste : %(left)s.") % {"left": money(left)},
            field="amount",
        )


def decided_before(project: Project) -> StaleAct:
    """Who took the last decision, which one, and when."""
    last = project.decisions.select_related("recorded_by").last()
    if last is None:
        return StaleAct(
            _("Ce projet est déjà « %(state)s ».") % {"state": State(project.state).label}
        )
    return already(
        last.recorded_by,
        last.recorded_at,
        _("décidé (« %(outcome)s »)") % {"outcome": last.get_outcome_display()},
    )


def _record(project: Project, *, by: User, verb: str, summary: str, reason: str = "") -> None:
    record_on(project, by=by, verb=verb, summary=summary, reason=reason)


def record_on(
    project: Project, *, by: User, verb: str, summary: str, reason: str = "", **data: Any
) -> None:
    """A line of the journal about a project; ``%(project)s`` in the summary is its number."""
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"project": f"{project.number}, « {project.title[:120]} »"},
        alliance=project.alliance,
        target=project,
        reason=reason,
        url=project.get_absolute_url(),
        **data,
    )
