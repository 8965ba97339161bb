"""Money and projects for the tests, made through the services so that every rule holds.

Laval is the usual place: it manages its envelope, so no MRC signs its convention.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alliances import clock
from alliances.models import Alliance, Organisation, User
from conventions.models import Convention
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import PaymentLine, Project, Versement
from plans.models import Plan, PlanVersion, Priority
from tests.conventions.factories import signed_convention, with_envelope
from tests.factories import AllianceFactory, OrganisationFactory, person
from tests.plans.factories import PlanFactory

PLACE = "laval"
PLAN_DAY = date(2025, 5, 28)
TRANCHES = [
    TrancheSpec(2024, Decimal("200000.00"), "convention_signed"),
    TrancheSpec(2025, Decimal("300000.00"), "plan_approved"),
    TrancheSpec(2026, Decimal("500000.00"), "report_accepted", 2025),
]


def funded_alliance(
    territory: str = PLACE,
    *,
    envelope: Decimal | None = None,
    tranches: list[TrancheSpec] | None = None,
) -> Alliance:
    """An Alliance whose convention is signed: its first versement is ready. Its envelope is the
    convention's amount unless said."""
    alliance = AllianceFactory(territory)
    chosen = tranches or TRANCHES
    amount = sum((tranche.amount for tranche in chosen), Decimal(0))
    with_envelope(alliance, amount if envelope is None else envelope)
    signed_convention(alliance, amount=amount, tranches=chosen)
    return alliance


def ready_versement(territory: str = PLACE, **funds: Any) -> Versement:
    alliance = funded_alliance(territory, **funds)
    return Versement.objects.get(alliance=alliance, tranche__rank=1)


def recommended_versement(
    territory: str = PLACE, *, by: User | None = None, **funds: Any
) -> Versement:
    versement = ready_versement(territory, **funds)
    return services.recommend_versement(versement, by=by or person("analyst"))


def squeezed(versement: Versement, envelope: Decimal) -> Versement:
    """Its convention was ended early, and its envelope then lowered to ``envelope`` dollars."""
    convention = versement.tranche.convention
    Convention.objects.filter(pk=convention.pk).update(state=Convention.State.TERMINATED)
    with_envelope(versement.alliance, envelope)
    return Versement.objects.get(pk=versement.pk)


def many_recommended(places: list[str], *, each: int, part: Decimal) -> list[int]:
    """The ids of ``each`` recommended versements of ``part`` dollars for each place, written at
    once, in one tranche and one envelope that cover them to the cent."""
    words: dict[str, Any] = {
        "state": Versement.State.RECOMMENDED,
        "amount": part,
        "ready_at": clock.now(),
        "recommended_at": clock.now(),
        "recommended_by": person("analyst"),
    }
    ids: list[int] = []
    for place in places:
        whole = [TrancheSpec(2024, part * each, "convention_signed")]
        first = ready_versement(place, envelope=part * each, tranches=whole)
        Versement.objects.filter(pk=first.pk).update(**words)
        others = Versement.objects.bulk_create(
            Versement(
                alliance=first.alliance,
                territory_id=first.territory_id,
                tranche=first.tranche,
                fiscal_year=first.fiscal_year,
                **words,
            )
            for _one in range(each - 1)
        )
        ids += [first.pk, *(one.pk for one in others)]
    return ids


def issued_versement(territory: str = PLACE, *, by: User | None = None, **funds: Any) -> Versement:
    """Authorised, with its notice rendered (the file itself is not made)."""
    versement = services.authorise_versement(
        recommended_versement(territory, **funds), by=by or person("budget")
    )
    assert versement.notice is not None
    services.issue_versement(versement.notice)
    return Versement.objects.get(pk=versement.pk)


def paid_versement(territory: str = PLACE, **funds: Any) -> Versement:
    return services.confirm_payment(
        issued_versement(territory, **funds),
        by=person("payments"),
        paid_on=clock.today(),
        reference=f"FIN-{territory}",
    )


def plan_in_force(
    alliance: Alliance, *, since: date = PLAN_DAY, priorities: int = 2
) -> list[Priority]:
    """The priorities of a version approved on ``since``, written without the plan's own acts."""
    plan = Plan.objects.filter(alliance=alliance).first() or PlanFactory(alliance)
    by = person("delegate")
    moment = datetime.combine(since, datetime.min.time(), ZoneInfo("America/Montreal"))
    plan.versions.filter(state="approved").update(state="superseded", in_force_until=since)
    plan.versions.filter(state="draft").delete()
    number = plan.versions.count() + 1
    version = PlanVersion.objects.create(plan=plan, number=number, created_by=by)
    found = [
        Priority.objects.create(
            version=version, rank=rank, title=f"Priorité {number}.{rank}", updated_by=by
        )
        for rank in range(1, priorities + 1)
    ]
    PlanVersion.objects.filter(pk=version.pk).update(
        state="approved",
        submitted_at=moment,
        submitted_by=person("direction", alliance.territory),
        validated_at=moment,
        validated_by=person("analyst"),
        approved_at=moment,
        approved_by=by,
        in_force_from=since,
    )
    return list(Priority.objects.filter(pk__in=[priority.pk for priority in found]))


def planned_alliance(territory: str = PLACE) -> Alliance:
    """An Alliance with a plan in force."""
    alliance = AllianceFactory(territory)
    plan_in_force(alliance)
    return alliance


def request_values(alliance: Alliance, **changes: Any) -> dict[str, Any]:
    """The keywords of a request that nothing refuses."""
    priority = Priority.objects.filter(
        version__plan__alliance=alliance, version__state="approved"
    ).first()
    today = clock.today()
    return {
        "title": "Cuisine collective du quartier",
        "organisation": Organisation.objects.filter(
            territory=alliance.territory, name="Porteur"
        ).first()
        or OrganisationFactory(territory=alliance.territory, name="Porteur"),
        "amount_requested": Decimal("40000.00"),
        "starts_on": today,
        "ends_on": today + timedelta(days=365),
        "priority": priority,
        "received_on": today - timedelta(days=60),
    } | changes


def received_project(
    alliance: Alliance | None = None, *, by: User | None = None, **changes: Any
) -> Project:
    alliance = alliance or planned_alliance()
    return services.register_project(
        alliance,
        by=by or person("coordination", alliance.territory),
        **request_values(alliance, **changes),
    )


def analysed_project(
    alliance: Alliance | None = None, *, by: User | None = None, **changes: Any
) -> Project:
    """Every norm is met: it may be decided."""
    project = received_project(alliance, by=by, **changes)
    by = by or person("coordination", project.alliance.territory)
    return services.analyse_project(project, by=by, because="Lu avec le porteur.")


def accepted_project(
    alliance: Alliance | None = None,
    *,
    by: User | None = None,
    on: date | None = None,
    amount: Decimal = Decimal("30000.00"),
    **changes: Any,
) -> Project:
    project = analysed_project(alliance, by=by, **changes)
    return services.decide_project(
        project,
        by=by or person("direction", project.alliance.territory),
        outcome="accepted",
        on=on or clock.today() - timedelta(days=30),
        amount=amount,
    )


def project_in(state: str, alliance: Alliance | None = None, **changes: Any) -> Project:
    """A supported project brought to ``state`` through the acts that lead there."""
    project = accepted_project(alliance, **changes)
    by = person("coordination", project.alliance.territory)
    day = clock.today() - timedelta(days=20)
    if state != "accepted":
        project = services.sign_agreement(project, by=by, on=day)
    if state in ("under_way", "completed"):
        project = services.start_project(project, by=by)
    if state == "completed":
        project = services.complete_project(
            project,
            by=by,
            on=clock.today(),
            people_reached=100,
            people_in_poverty=60,
            note="Le projet est fait.",
        )
    return project


def sent_line(versement: Versement, *, by: User | None = None) -> PaymentLine:
    """The notice in a batch, alone."""
    batch = services.create_batch([versement.pk], by=by or person("payments"))
    return batch.lines.get()
