"""Where the plans stand: the version in force, the open one, what is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from alliances import clock
from alliances.models import Alliance
from plans.models import Plan, PlanVersion, Priority

ACTORS = (
    "created_by",
    "submitted_by",
    "returned_by",
    "validated_by",
    "approved_by",
    "approved_for",
    "abandoned_by",
)


def version_in_force(alliance: Alliance, day: date | None = None) -> PlanVersion | None:
    """The approved version in force on ``day`` (today)."""
    return (
        PlanVersion.objects.in_force_on(day or clock.today())
        .filter(plan__alliance=alliance)
        .order_by("-number")
        .first()
    )


def priorities_in_force(alliance: Alliance, day: date | None = None) -> QuerySet[Priority]:
    """The priorities of the version in force on ``day`` (today); none when there is no version."""
    version = version_in_force(alliance, day)
    return Priority.objects.filter(version=version) if version else Priority.objects.none()


def versions_of(plan: Plan) -> list[PlanVersion]:
    """Every version of a plan, the last one first, with who did what."""
    return list(
        plan.versions.select_related(*ACTORS, "document", "plan__alliance__cycle").order_by(
            "-number"
        )
    )


def open_version_of(plan: Plan) -> PlanVersion | None:
    """The version that is being written or decided on."""
    return PlanVersion.objects.open().filter(plan=plan).first()


@dataclass(frozen=True)
class PlanState:
    """Where one Alliance's plan stands today.

    ``current`` is the open version, else the one in force; ``state`` is its state, « » when there
    is no plan yet; ``since`` is the moment it entered it.
    """

    alliance_id: int
    plan: Plan | None = None
    current: PlanVersion | None = None
    in_force: PlanVersion | None = None
    due_on: date | None = None
    is_late: bool = False

    @property
    def state(self) -> str:
        return self.current.state if self.current else ""

    @property
    def since(self) -> datetime | None:
        return since(self.current) if self.current else None

    @property
    def days_late(self) -> int:
        return (clock.today() - self.due_on).days if self.is_late and self.due_on else 0


def since(version: PlanVersion) -> datetime | None:
    """When ``version`` entered its state."""
    state = PlanVersion.State
    return {
        state.DRAFT: version.created_at,
        state.SUBMITTED: version.submitted_at,
        state.RETURNED: version.returned_at,
        state.VALIDATED: version.validated_at,
        state.APPROVED: version.approved_at,
        state.SUPERSEDED: version.approved_at,
        state.ABANDONED: version.abandoned_at,
    }[state(version.state)]


def is_late(plan: Plan, versions: Iterable[PlanVersion]) -> bool:
    """The deadline passed and the Table never transmitted the plan."""
    if plan.due_on is None or plan.due_on >= clock.today():
        return False
    return all(version.submitted_at is None for version in versions)


def plan_states(alliances: Iterable[Alliance]) -> dict[int, PlanState]:
    """Where the plan of each Alliance stands: two queries, whatever their number."""
    ids = [alliance.pk for alliance in alliances]
    plans = Plan.objects.filter(alliance__in=ids).prefetch_related(
        Prefetch("versions", PlanVersion.objects.select_related(*ACTORS).order_by("number"))
    )
    states = {pk: PlanState(pk) for pk in ids}
    for plan in plans:
        versions = list(plan.versions.all())
        opened = next((one for one in versions if one.state in PlanVersion.OPEN), None)
        in_force = next((one for one in versions if one.state == PlanVersion.State.APPROVED), None)
        states[plan.alliance_id] = PlanState(
            plan.alliance_id,
            plan,
            opened or in_force,
            in_force,
            plan.due_on,
            is_late(plan, versions),
        )
    return states
