"""The cycle 2010-2015 as its guide sums it up: 3 915 invented projects, exact to the dollar.

The guide of 2017 (« Poursuite de la collaboration ») only gives totals. These projects, fictional
and labelled so, let the national register show and compare them.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle, Organisation, Territory, User
from alliances.services.documents import next_numbers
from fqis.models import Decision, FundingSource, Project
from plans.models import Canvas, Plan, PlanVersion, Priority

CYCLE = "2010-2015"
PROJECTS = 3_915
EACH_YEAR = 783
FUND = 118_500_000
PARTNERS = 160_500_000
FICTIONAL = "Données fictives"
PRIORITIES = ["Alimentation", "Logement", "Emploi et formation", "Inclusion sociale", "Transport"]
DOES = ["Cuisine collective", "Jardin partagé", "Accompagnement", "Atelier", "Halte", "Entraide"]
APPROVED_ON = date(2010, 4, 1)


def in_proportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole dollars in the proportions of the weights, that make the total exactly."""
    whole, parts, before = sum(weights), [], 0
    so_far = 0
    for weight in weights:
        so_far += weight
        reached = total * so_far // whole
        parts.append(reached - before)
        before = reached
    return parts


@transaction.atomic
def write_history(*, by: User, validated_by: User) -> int:
    """Writes the projects once; the number written. ``by`` reads every territory; the plans that
    the projects answer take two people."""
    cycle = Cycle.objects.get(slug=CYCLE)
    if Project.objects.filter(alliance__cycle=cycle).exists():
        return 0
    places = list(Territory.objects.exclude(region_code="").order_by("rank"))
    granted = in_proportion(FUND, [20 + rank * 37 % 61 for rank in range(PROJECTS)])
    levered = in_proportion(PARTNERS, [15 + rank * 53 % 71 for rank in range(PROJECTS)])
    projects, others = [], []
    for index, place in enumerate(places):
        ranks = range(index, PROJECTS, len(places))
        alliance = _alliance(place, cycle)
        priorities = _priorities(alliance, by, validated_by)
        carriers = _carriers(place)
        numbers = next_numbers(f"P{place.pk}", FiscalYear.of(cycle.starts_on), len(ranks))
        for rank, number in zip(ranks, numbers, strict=True):
            project = _project(
                rank, alliance, priorities[rank % len(priorities)],
                carriers[rank % len(carriers)], Decimal(granted[rank]), by,
            )  # fmt: skip
            project.number = f"{place.abbreviation.upper()}-{number:04d}"
            projects.append(project)
            others.append(Decimal(levered[rank]))
    Project.objects.bulk_create(projects, batch_size=1_000)
    Decision.objects.bulk_create(
        [
            Decision(
                project=one, territory_id=one.territory_id, outcome="accepted",
                on=one.decided_on or APPROVED_ON,
                amount=one.amount_granted, recorded_by=by, recorded_at=clock.now(),
            )
            for one in projects
        ],
        batch_size=1_000,
    )  # fmt: skip
    FundingSource.objects.bulk_create(
        [
            FundingSource(
                project=one, territory_id=one.territory_id, name="Partenaires", amount=amount,
                is_confirmed=True,
            )
            for one, amount in zip(projects, others, strict=True)
        ],
        batch_size=1_000,
    )  # fmt: skip
    return len(projects)


def _alliance(place: Territory, cycle: Cycle) -> Alliance:
    """Held by the Table that holds the present one."""
    present = (
        Alliance.objects.filter(territory=place).exclude(cycle=cycle).latest("cycle__starts_on")
    )
    made, _created = Alliance.objects.get_or_create(
        territory=place, cycle=cycle, defaults={"table_id": present.table_id}
    )
    return Alliance.objects.select_related("territory", "cycle").get(pk=made.pk)


def _priorities(alliance: Alliance, by: User, validated_by: User) -> list[Priority]:
    """A plan in force from the first day: every project answers a priority."""
    canvas, _created = Canvas.objects.get_or_create(
        cycle=alliance.cycle, defaults={"title": "Plan de travail", "source": FICTIONAL}
    )
    plan, _created = Plan.objects.get_or_create(alliance=alliance, defaults={"canvas": canvas})
    version = PlanVersion.objects.create(plan=plan, number=1, created_by=by, reason=FICTIONAL)
    found = [
        Priority.objects.create(version=version, rank=rank, title=title, updated_by=by)
        for rank, title in enumerate(PRIORITIES, start=1)
    ]
    moment = timezone.make_aware(datetime.combine(APPROVED_ON, time(10)))
    PlanVersion.objects.filter(pk=version.pk).update(
        state=PlanVersion.State.APPROVED,
        submitted_at=moment,
        submitted_by=by,
        validated_at=moment,
        validated_by=validated_by,
        approved_at=moment,
        approved_by=by,
        in_force_from=APPROVED_ON,
    )
    return found


def _carriers(place: Territory) -> list[Organisation]:
    return Organisation.objects.bulk_create(
        Organisation(
            territory=place,
            name=f"Organisme fictif {number}, {place.name}",
            legal_class=Organisation.LegalClass.NON_PROFIT,
            is_registered=False,
        )
        for number in range(1, 41)
    )


def _project(
    rank: int,
    alliance: Alliance,
    priority: Priority,
    carrier: Organisation,
    granted: Decimal,
    by: User,
) -> Project:
    """Received and decided within its fiscal year, done within the next."""
    received = date(2010 + rank // EACH_YEAR, 4, 5) + timedelta(days=rank % 300)
    decided = received + timedelta(days=30)
    return Project(
        alliance=alliance,
        territory_id=alliance.territory_id,
        title=f"{DOES[rank % len(DOES)]} {rank + 1} ({FICTIONAL.lower()})",
        description=FICTIONAL,
        organisation=carrier,
        priority=priority,
        priority_lineage=priority.lineage,
        amount_requested=granted,
        amount_granted=granted,
        starts_on=decided + timedelta(days=15),
        ends_on=decided + timedelta(days=315),
        state=Project.State.ACCEPTED,
        received_on=received,
        decided_on=decided,
        registered_by=by,
    )
