"""The thread of a priority: from its objectives to the projects, the dollars and the people.

A project is tied to a priority by its lineage, which the priority keeps from version to version.
The database sums; the number of queries is the same for one project and for a hundred.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from alliances.models import Alliance
from alliances.money import ZERO
from fqis.models import Project, ProjectPayment, ProjectResult
from plans.models import PlanVersion, Priority
from plans.selectors import version_in_force
from plans.selectors.logic import counted_priorities, fill_priority

from .projects import register_of, serving_none

APPROVED = [PlanVersion.State.APPROVED, PlanVersion.State.SUPERSEDED]
# A project that was refused serves nothing, with a priority or without.
STANDING = [*Project.SUPPORTED, *Project.TO_DECIDE]


@dataclass(frozen=True)
class Served:
    """What the projects of a priority are, in dollars and in people.

    ``supported`` were accepted, ``to_decide`` wait for the Table; ``reached`` sums the years: a
    person reached twice counts twice.
    """

    supported: int = 0
    to_decide: int = 0
    granted: Decimal = ZERO
    paid: Decimal = ZERO
    reached: int = 0
    in_poverty: int = 0

    def __add__(self, other: "Served") -> "Served":
        return Served(
            self.supported + other.supported,
            self.to_decide + other.to_decide,
            self.granted + other.granted,
            self.paid + other.paid,
            self.reached + other.reached,
            self.in_poverty + other.in_poverty,
        )


def served_by(projects: QuerySet[Project]) -> dict[UUID | None, Served]:
    """What ``projects`` sum to, by the lineage of the priority they serve: three queries."""
    chosen = projects.order_by().values("pk")
    paid = dict(
        ProjectPayment.objects.filter(project__in=chosen)
        .order_by()
        .values_list("project__priority_lineage")
        .annotate(total=Sum("amount"))
    )
    people = {
        lineage: (reached or 0, in_poverty or 0)
        for lineage, reached, in_poverty in ProjectResult.objects.accepted()
        .filter(project__in=chosen)
        .order_by()
        .values_list("project__priority_lineage")
        .annotate(reached=Sum("people_reached"), poor=Sum("people_in_poverty"))
    }
    rows = (
        Project.objects.filter(pk__in=chosen)
        .order_by()
        .values_list("priority_lineage")
        .annotate(
            supported=Count("pk", filter=Q(state__in=Project.SUPPORTED)),
            to_decide=Count("pk", filter=Q(state__in=Project.TO_DECIDE)),
            granted=Sum("amount_granted"),
        )
    )
    return {
        lineage: Served(
            supported,
            to_decide,
            granted or ZERO,
            paid.get(lineage, ZERO),
            *people.get(lineage, (0, 0)),
        )
        for lineage, supported, to_decide, granted in rows
    }


def supported_by_priority(alliance: Alliance) -> dict[str, int]:
    """How many supported projects serve each priority, by its lineage; one query."""
    counted = (
        Project.objects.supported()
        .filter(alliance=alliance, priority_lineage__isnull=False)
        .order_by()
        .values_list("priority_lineage")
        .annotate(n=Count("pk"))
    )
    return {str(lineage): number for lineage, number in counted}


@dataclass(frozen=True)
class PriorityLine:
    """A priority of the version in force, with what serves it; ``since`` is a version's number."""

    priority: Priority
    since: int
    served: Served
    url: str

    @property
    def is_alone(self) -> bool:
        """No project was accepted for it."""
        return not self.served.supported


@dataclass(frozen=True)
class Threads:
    """Every priority in force, and the projects that serve none of them."""

    version: PlanVersion | None
    lines: list[PriorityLine]
    astray: QuerySet[Project]
    outside: Served

    @property
    def alone(self) -> list[PriorityLine]:
        return [line for line in self.lines if line.is_alone]

    @property
    def total(self) -> Served:
        return sum((line.served for line in self.lines), Served())


def threads_of(alliance: Alliance) -> Threads:
    """The priorities in force and what serves each; the projects outside the plan apart."""
    version = version_in_force(alliance)
    priorities = counted_priorities(version) if version else []
    standing = Project.objects.filter(alliance=alliance, state__in=STANDING)
    served = served_by(standing)
    since = _first_versions(alliance)
    lines = [
        PriorityLine(
            one,
            since.get(one.lineage, version.number if version else 0),
            served.pop(one.lineage, Served()),
            alliance.url("priority_thread", one.lineage),
        )
        for one in priorities
    ]
    lineages = [one.lineage for one in priorities]
    return Threads(
        version,
        lines,
        register_of(alliance).filter(serving_none(lineages), state__in=STANDING),
        sum(served.values(), Served()),
    )


def _first_versions(alliance: Alliance) -> dict[UUID, int]:
    """The number of the first approved version that had each priority."""
    return dict(
        Priority.objects.filter(version__plan__alliance=alliance, version__state__in=APPROVED)
        .order_by()
        .values_list("lineage")
        .annotate(first=Min("version__number"))
    )


@dataclass(frozen=True)
class Passage:
    """The priority as one version has it."""

    version: PlanVersion
    title: str
    is_renamed: bool


@dataclass(frozen=True)
class Thread:
    """One priority with its logic, its way through the versions, and its projects.

    ``priority`` is that of the version in force, else of the last version that has it.
    """

    priority: Priority
    version: PlanVersion
    is_in_force: bool
    passages: list[Passage]
    projects: QuerySet[Project]
    served: Served

    @property
    def since(self) -> PlanVersion | None:
        """The first approved version that has it."""
        approved = [one.version for one in self.passages if one.version.state in APPROVED]
        return approved[0] if approved else None


def thread_of(alliance: Alliance, lineage: UUID) -> Thread | None:
    """The thread of a priority; None when no version of the plan has it."""
    held = list(
        Priority.objects.filter(version__plan__alliance=alliance, lineage=lineage)
        .select_related("version")
        .order_by("version__number")
    )
    if not held:
        return None
    in_force = version_in_force(alliance)
    current = next((one for one in held if in_force and one.version_id == in_force.pk), None)
    chosen = current or held[-1]
    fill_priority(chosen.version, [chosen], chosen.pk)
    projects = Project.objects.filter(alliance=alliance, priority_lineage=lineage)
    standing = projects.filter(state__in=STANDING)
    return Thread(
        chosen,
        chosen.version,
        current is not None,
        list(_passages(held)),
        register_of(alliance)
        .filter(pk__in=standing.values("pk"))
        .annotate(reached=reached_people()),
        served_by(standing).get(lineage, Served()),
    )


def _passages(held: Iterable[Priority]) -> Iterable[Passage]:
    title = None
    for one in held:
        yield Passage(one.version, one.title, title is not None and one.title != title)
        title = one.title


def reached_people() -> Coalesce:
    """The people each project of a query reached, all years together."""
    rows = (
        ProjectResult.objects.accepted()
        .filter(project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(total=Sum("people_reached"))
        .values("total")
    )
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def by_amount(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The largest grants first, then the requests."""
    return projects.order_by(F("amount_granted").desc(nulls_last=True), "-received_on", "-pk")
