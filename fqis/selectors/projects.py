"""Projects as registers, pages, reports and exports need them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DecimalField, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Mrc, Organisation
from alliances.money import ZERO
from fqis.models import (
    Decision,
    EligibilityCheck,
    FundingSource,
    Project,
    ProjectPayment,
    ProjectResult,
    ProjectTally,
)
from fqis.wording import date_long, local_day
from plans.models import PlanVersion, Priority

from .project_results import asked_of

State = Project.State


def paid_amount() -> Coalesce:
    """The sum paid to each project of a query, in dollars."""
    rows = (
        ProjectPayment.objects.filter(project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return Coalesce(
        Subquery(rows, output_field=DecimalField(max_digits=14, decimal_places=2)), ZERO
    )


def register_of(alliance: Alliance) -> QuerySet[Project]:
    """The register: each project with its organisation, its priority and what was paid."""
    return (
        Project.objects.filter(alliance=alliance)
        .select_related("alliance__territory", "alliance__cycle", "organisation", "priority")
        .annotate(paid=paid_amount())
    )


def project_page(alliance: Alliance, number: str) -> Project | None:
    """One project with all that its page shows."""
    return (
        Project.objects.filter(alliance=alliance, number=number)
        .select_related(
            "alliance__territory",
            "alliance__cycle",
            "organisation",
            "call__alliance__territory",
            "call__alliance__cycle",
            "priority__version",
            "registered_by",
            "referral__committee",
        )
        .prefetch_related(
            "mrcs",
            Prefetch("checks", EligibilityCheck.objects.select_related("checked_by")),
            "sources",
            "budget",
            Prefetch("decisions", Decision.objects.select_related("recorded_by")),
            Prefetch("payments", ProjectPayment.objects.select_related("recorded_by")),
            "changes",
            Prefetch("results", ProjectResult.objects.select_related("recorded_by")),
        )
        .first()
    )


@dataclass(frozen=True)
class RegisterTotals:
    """Sums of a register, filtered or not, in dollars."""

    count: int
    requested: Decimal
    granted: Decimal
    paid: Decimal


def register_totals(projects: QuerySet[Project]) -> RegisterTotals:
    chosen = projects.order_by().values("pk")
    sums = Project.objects.filter(pk__in=chosen).aggregate(
        count=Count("pk"),
        requested=Sum("amount_requested"),
        granted=Sum("amount_granted"),
        paid=Sum(RawSQL("fqis_project.paid", [], output_field=_money_of_a_sum())),
    )
    return RegisterTotals(
        sums["count"], sums["requested"] or ZERO, sums["granted"] or ZERO, sums["paid"] or ZERO
    )


def tallied_totals(tallies: QuerySet[ProjectTally]) -> RegisterTotals:
    """The same sums, from what the database keeps of them: whatever the number of projects."""
    sums = tallies.aggregate(Sum("projects"), Sum("requested"), Sum("granted"), Sum("paid"))
    return RegisterTotals(
        sums["projects__sum"] or 0,
        sums["requested__sum"] or ZERO,
        sums["granted__sum"] or ZERO,
        sums["paid__sum"] or ZERO,
    )


def _money_of_a_sum() -> DecimalField:
    return DecimalField(max_digits=14, decimal_places=2)


def priorities_in_force(alliance: Alliance, day: date | None = None) -> QuerySet[Priority]:
    """The priorities of the version in force on ``day``, today unless said."""
    versions = PlanVersion.objects.filter(plan__alliance=alliance).in_force_on(day or clock.today())
    return Priority.objects.filter(version__in=versions).order_by("rank", "pk")


def serving_none(lineages: Iterable[UUID] | QuerySet) -> Q:
    """The projects that serve none of these priorities, or none at all."""
    return ~Q(priority_lineage__in=lineages)


def organisations_of(alliance: Alliance) -> QuerySet[Organisation]:
    return Organisation.objects.filter(territory=alliance.territory).order_by("name", "pk")


def mrcs_of(alliance: Alliance) -> QuerySet[Mrc]:
    return Mrc.objects.filter(territory=alliance.territory).order_by("name")


@dataclass(frozen=True)
class ProjectFigures:
    """What a report says of the projects of a fiscal year; amounts in dollars.

    ``granted`` and ``supported`` are of the projects decided in the year, ``paid`` and the people
    of the acts of the year; ``by_state`` counts every project as it stands now; ``orphans`` serve
    a priority that the version in force no longer has. The people are those of accepted results;
    ``results_missing`` counts the projects whose people are not known, which are no zero.
    """

    granted: Decimal
    paid: Decimal
    supported: int
    people_reached: int
    people_in_poverty: int
    results_missing: int
    levered: Decimal
    orphans: int
    by_state: dict[str, int] = field(default_factory=dict)


def project_figures(alliance: Alliance, fiscal_year: FiscalYear) -> ProjectFigures:
    """Constant number of queries: six."""
    first, last = fiscal_year.first_day, fiscal_year.last_day
    projects = Project.objects.filter(alliance=alliance)
    decided = projects.supported().filter(decided_on__range=(first, last))
    granted = decided.aggregate(total=Sum("amount_granted"), n=Count("pk"))
    paid = ProjectPayment.objects.filter(
        project__alliance=alliance, on__range=(first, last)
    ).aggregate(total=Sum("amount"))
    told = ProjectResult.objects.accepted().filter(
        project__alliance=alliance, fiscal_year=fiscal_year.start
    )
    people = told.aggregate(reached=Sum("people_reached"), poor=Sum("people_in_poverty"))
    known = told.exclude(people_reached_said="missing").values("project")
    lever = FundingSource.objects.filter(project__in=decided.values("pk")).aggregate(
        total=Sum("amount")
    )
    in_force = priorities_in_force(alliance, min(last, clock.today())).values("lineage")
    rows = (
        projects.order_by()
        .values("state")
        .annotate(
            n=Count("pk"),
            lost=Count(
                "pk",
                filter=Q(state__in=Project.SUPPORTED) & serving_none(in_force),
            ),
        )
    )
    states = {row["state"]: row for row in rows}
    return ProjectFigures(
        granted=granted["total"] or ZERO,
        paid=paid["total"] or ZERO,
        supported=granted["n"],
        people_reached=people["reached"] or 0,
        people_in_poverty=people["poor"] or 0,
        results_missing=asked_of(alliance, fiscal_year).exclude(pk__in=known).count(),
        levered=lever["total"] or ZERO,
        orphans=sum(row["lost"] for row in states.values()),
        by_state={state: states[state]["n"] if state in states else 0 for state in State.values},
    )


GLYPHS = {
    State.RECEIVED: "sent",
    State.ANALYSED: "run",
    State.DEFERRED: "back",
    State.REFUSED: "no",
    State.INADMISSIBLE: "no",
    State.ACCEPTED: "done",
    State.AGREED: "done",
    State.UNDER_WAY: "run",
    State.COMPLETED: "done",
    State.ABANDONED: "no",
}


def timeline_of(project: Project) -> list[dict[str, object]]:
    """The steps of a project, past then to come; its decisions must be loaded."""
    steps = [_step("done", _("Demande reçue"), project.received_on)]
    for decision in project.decisions.all():
        glyph = "done" if decision.outcome == Decision.Outcome.ACCEPTED else "back"
        steps.append(_step(glyph, decision.get_outcome_display(), decision.on))
    if project.state in (State.REFUSED, State.INADMISSIBLE):
        return steps
    if not project.decided_on or project.state == State.DEFERRED:
        steps.append(_step("run", _("Décision de la Table"), None))
    if project.agreed_on:
        steps.append(_step("done", _("Convention du projet signée"), project.agreed_on))
    elif project.state != State.ABANDONED:
        glyph = "run" if project.state == State.ACCEPTED else "todo"
        steps.append(_step(glyph, _("Convention du projet"), None))
    steps += _lived(project)
    if project.closed_on:
        glyph = "done" if project.state == State.COMPLETED else "no"
        steps.append(_step(glyph, str(State(project.state).label), project.closed_on))
        return steps
    glyph = "run" if project.state == State.UNDER_WAY else "todo"
    steps.append(_step(glyph, _("Fin prévue"), project.ends_on))
    return steps


def _lived(project: Project) -> list[dict[str, object]]:
    """What happened once it was signed: changes agreed on, results accepted, in their order."""
    happened = [
        (change.agreed_on, _("Modification convenue"))
        for change in project.changes.all()
        if change.agreed_on is not None
    ]
    happened += [
        (local_day(result.accepted_at), _("Résultats %(year)s acceptés") % {"year": result.year})
        for result in project.results.all()
        if result.accepted_at is not None
    ]
    return [_step("done", title, day) for day, title in sorted(happened)]


def _step(glyph: str, title: str, day: date | None) -> dict[str, object]:
    when = date_long(day) if day else _("À venir")
    return {"glyph": glyph, "title": title, "when": when, "past": glyph == "done"}
