"""The shares that the guide asks of a year's projects (guide 2024, §5.1): 2.2, 2.4, 3.2 and 3.4.

Each is a part of the projects whose answer is known: a project of which nobody said anything is in
neither number. A share of nothing is « s. o. », never zero. The options the guide leaves open are
to confirm: 2.4 counts a project that pools people or material, 3.4 asks two carriers at least and
two sectors at least.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from alliances import clock
from alliances.models import Alliance
from fqis.models import Project, ProjectResult
from fqis.selectors.project_results import due_day, without_results
from fqis.selectors.projects import priorities_in_force, serving_none
from reporting.models import ReportingPeriod

KNOWN = ["reported", "zero"]
LEAST_CARRIERS = LEAST_SECTORS = 2

POOLS = Q(pools_people_said="reported") | Q(pools_material_said="reported")
POOLS_KNOWN = Q(pools_people_said__in=KNOWN) | Q(pools_material_said__in=KNOWN)


class ListLength(Func):
    """The number of items of a JSON list."""

    function = "jsonb_array_length"
    output_field = IntegerField()


@dataclass(frozen=True)
class Indicator:
    """``rows``: the projects, or the results, whose answer is known; ``is_counted`` on each says
    whether it is in the part. ``of``: how the project of a row is read."""

    key: str
    rows: QuerySet[Any]
    of: str = ""


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def supported_in(alliance: Alliance, period: ReportingPeriod) -> QuerySet[Project]:
    """Decided by the last day of the period, and not closed before its year."""
    alive = Q(closed_on=None) | Q(closed_on__gte=period.year.first_day)
    return Project.objects.supported().filter(
        alive, alliance=alliance, decided_on__lte=period.last_day
    )


def completed_in(alliance: Alliance, period: ReportingPeriod) -> QuerySet[Project]:
    return Project.objects.filter(
        alliance=alliance,
        state=Project.State.COMPLETED,
        closed_on__range=(period.year.first_day, period.last_day),
    )


def orphans_in(alliance: Alliance, period: ReportingPeriod) -> QuerySet[Project]:
    """Supported in the year, and of no priority of the plan in force on its last day."""
    in_force = priorities_in_force(alliance, period.last_day).values("lineage")
    return supported_in(alliance, period).filter(serving_none(in_force))


def late_in(alliance: Alliance, period: ReportingPeriod) -> QuerySet[Project]:
    """Those whose results of the year are past due; none before that day."""
    if clock.today() <= due_day(period.year):
        return Project.objects.none()
    return without_results(alliance, period.year)


def _in_force_when_decided() -> Q:
    return Q(priority__version__in_force_from__lte=F("decided_on")) & (
        Q(priority__version__in_force_until=None)
        | Q(priority__version__in_force_until__gt=F("decided_on"))
    )


def indicators_of(alliance: Alliance, period: ReportingPeriod) -> list[Indicator]:
    """The four, in the order of the guide."""
    told = ProjectResult.objects.accepted().filter(
        project__alliance=alliance, fiscal_year=period.fiscal_year
    )
    judged = (
        ProjectResult.objects.accepted()
        .filter(project=OuterRef("pk"), targets_met__isnull=False)
        .order_by("-fiscal_year")
        .values("targets_met")[:1]
    )
    sectors = Coalesce(ListLength("sectors"), 0)
    return [
        Indicator(
            "indicator_2_2",
            supported_in(alliance, period).annotate(is_counted=_flag(_in_force_when_decided())),
        ),
        Indicator(
            "indicator_2_4", told.filter(POOLS_KNOWN).annotate(is_counted=_flag(POOLS)), "project"
        ),
        Indicator(
            "indicator_3_2",
            completed_in(alliance, period)
            .annotate(judged=Subquery(judged))
            .exclude(judged=None)
            .annotate(is_counted=_flag(Q(judged=True))),
        ),
        Indicator(
            "indicator_3_4",
            told.filter(carriers_said__in=KNOWN)
            .annotate(n_sectors=sectors)
            .annotate(
                is_counted=_flag(Q(carriers__gte=LEAST_CARRIERS, n_sectors__gte=LEAST_SECTORS))
            ),
            "project",
        ),
    ]


def count_indicators(alliance: Alliance, period: ReportingPeriod) -> dict[str, tuple[int, int]]:
    """For each, its part and its whole; one query each."""
    found = {}
    for one in indicators_of(alliance, period):
        flags = list(one.rows.order_by().values_list("is_counted", flat=True))
        found[one.key] = (sum(flags), len(flags))
    return found
