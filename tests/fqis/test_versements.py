"""From the milestone to the payment, one versement at a time."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Notification, User
from alliances.services.milestones import record_milestone
from fqis import services
from fqis.models import Envelope, Versement
from fqis.selectors.todos import todo
from plans.models import PlanVersion
from tests.conventions.factories import sent_convention, sign
from tests.factories import AllianceFactory, person

from .factories import (
    funded_alliance,
    issued_versement,
    paid_versement,
    ready_versement,
    recommended_versement,
)

pytestmark = pytest.mark.django_db


def test_signed_convention_opens_one_versement_for_each_tranche() -> None:
    alliance = funded_alliance()
    states = Versement.objects.filter(alliance=alliance).values_list("state", "amount")
    assert list(states) == [
        ("ready", Decimal("200000.00")),
        ("planned", Decimal("300000.00")),
        ("planned", Decimal("500000.00")),
    ]


def test_the_portal_opens_by_itself_what_the_last_signature_opens() -> None:
    """The milestone keeps the person who recorded the signature."""
    alliance = funded_alliance("estrie")
    acts = JournalEntry.objects.filter(alliance=alliance).select_related("actor")
    authors = {entry.verb: entry.actor for entry in acts}
    assert authors["plan_versements"].is_portal
    assert authors["open_plan_version"].is_portal
    assert not authors["sign_convention"].is_portal
    assert alliance.milestones.get().recorded_by == authors["sign_convention"]
    assert PlanVersion.objects.get(plan__alliance=alliance).created_by.is_portal


def test_a_person_of_one_territory_can_bring_the_last_signature(
    identity: Callable[[User], None],
) -> None:
    """Row-level security lets the portal act in the middle of that person's request."""
    direction = person("direction", "laval")
    alliance = AllianceFactory("laval")
    convention = sent_convention(alliance)
    table = convention.signatories.get(kind="table")
    for party in convention.signatories.exclude(pk=table.pk):
        sign(party)
    identity(direction)
    sign(table, by=direction)
    assert Versement.objects.filter(alliance=alliance).count() == 5
    assert JournalEntry.objects.filter(alliance=alliance, actor=direction).count() == 3


def test_planning_again_adds_nothing() -> None:
    alliance = funded_alliance()
    assert services.plan_versements(alliance, by=person("analyst")) == []
    assert Versement.objects.filter(alliance=alliance).count() == 3


def test_planning_opens_an_envelope_to_confirm() -> None:
    alliance = AllianceFactory("estrie")
    services.plan_versements(alliance, by=person("analyst"))
    assert Envelope.objects.get(alliance=alliance).amount is None


@pytest.mark.parametrize("sequence", [1, 2])
def test_any_approval_of_the_plan_makes_the_second_versement_ready(sequence: int) -> None:
    alliance = funded_alliance()
    record_milestone(
        alliance,
        "plan_approved",
        by=person("delegate"),
        on=clock.today(),
        sequence=sequence,
    )
    assert Versement.objects.get(alliance=alliance, tranche__rank=2).state == "ready"
    assert Versement.objects.get(alliance=alliance, tranche__rank=3).state == "planned"


@pytest.mark.parametrize(("year", "state"), [(2024, "planned"), (2025, "ready")])
def test_only_the_report_of_its_year_makes_a_versement_ready(year: int, state: str) -> None:
    alliance = funded_alliance()
    record_milestone(
        alliance, "report_accepted", by=person("analyst"), on=clock.today(), fiscal_year=year
    )
    assert Versement.objects.get(alliance=alliance, tranche__rank=3).state == state


def test_recommend_tells_the_budget_office_and_the_journal() -> None:
    budget = person("budget")
    versement = recommended_versement()
    assert (versement.state, versement.recommended_at) == ("recommended", clock.now())
    assert Notification.objects.filter(recipient=budget, subject__contains="à autoriser").exists()
    assert JournalEntry.objects.filter(verb="recommend_versement", target_id=versement.pk).exists()


def test_recommend_refuses_a_versement_that_waits() -> None:
    alliance = funded_alliance()
    versement = Versement.objects.get(alliance=alliance, tranche__rank=2)
    with pytest.raises(Refusal, match=r"attend encore.: Plan approuvé"):
        services.recommend_versement(versement, by=person("analyst"))


def test_recommend_twice_says_who_did_it_and_when() -> None:
    versement = recommended_versement(by=person("analyst", full_name="Sophie Lavoie"))
    with pytest.raises(StaleAct) as refusal:
        services.recommend_versement(versement, by=person("analyst"))
    said = str(refusal.value).replace("\u00a0", " ")
    assert said == "Sophie Lavoie l’a déjà recommandé le 3 décembre 2026 à 10 h 24."


@pytest.mark.parametrize(
    ("amount", "note", "field"),
    [("200000.01", "", "amount"), ("0", "x", "amount"), ("150000.00", "", "note")],
)
def test_recommend_refuses_an_amount_out_of_the_tranche_or_unexplained(
    amount: str, note: str, field: str
) -> None:
    versement = ready_versement()
    with pytest.raises(Refusal) as refusal:
        services.recommend_versement(
            versement, by=person("analyst"), amount=Decimal(amount), note=note
        )
    assert refusal.value.field == field


def test_recommend_takes_a_lower_amount_with_its_reason() -> None:
    versement = services.recommend_versement(
        ready_versement(), by=person("analyst"), amount=Decimal("150000"), note="Surplus de 2024."
    )
    assert versement.amount == Decimal("150000")


def test_recommend_is_for_the_analyst() -> None:
    versement = ready_versement()
    for other in (person("budget"), person("direction", "laval"), person("advisor", "laval")):
        with pytest.raises(PermissionDenied):
            services.recommend_versement(versement, by=other)


def test_the_adviser_recommends_what_a_report_opens() -> None:
    alliance = funded_alliance()
    record_milestone(
        alliance, "report_accepted", by=person("analyst"), on=clock.today(), fiscal_year=2025
    )
    third = Versement.objects.get(alliance=alliance, tranche__rank=3)
    earlier = clock.now() - timedelta(days=6)
    third = services.recommend_versement(
        third, by=person("advisor", "laval"), note="Bien.", recommended_at=earlier
    )
    assert (third.state, third.recommended_at) == ("recommended", earlier)


def test_the_analyst_does_not_recommend_what_a_report_opens() -> None:
    alliance = funded_alliance()
    record_milestone(
        alliance, "report_accepted", by=person("analyst"), on=clock.today(), fiscal_year=2025
    )
    third = Versement.objects.get(alliance=alliance, tranche__rank=3)
    analyst = person("analyst")
    with pytest.raises(PermissionDenied):
        services.recommend_versement(third, by=analyst)
    assert [one.title[:11] for one in todo(analyst)] == ["Recommander"]
    first = Versement.objects.get(alliance=alliance, tranche__rank=1)
    for versement, by in (
        (third, analyst),
        (third, person("advisor", "estrie")),
        (first, person("advisor", "laval")),
    ):
        with pytest.raises(IntegrityError, match="La DGSQ recommande"), transaction.atomic():
            Versement.objects.filter(pk=versement.pk).update(
                state="recommended", recommended_at=clock.now(), recommended_by=by
            )


def test_confirm_payment_closes_the_versement_and_tells_the_table() -> None:
    direction = person("direction", "laval")
    versement = paid_versement()
    assert (versement.state, versement.paid_on) == ("paid", clock.today())
    assert Notification.objects.filter(recipient=direction, subject__contains="payé").exists()


def test_confirm_payment_refuses_the_person_who_authorised() -> None:
    budget = person("budget")
    versement = issued_versement(by=budget)
    payer = person("payments")
    budget.groups.add(*payer.groups.all())
    del budget._rights
    with pytest.raises(Refusal, match="une autre personne"):
        services.confirm_payment(versement, by=budget, paid_on=clock.today(), reference="F-1")


@pytest.mark.parametrize(
    ("day", "reference", "field"),
    [
        (date(2026, 12, 4), "F-1", "paid_on"),
        (date(2026, 12, 2), "F-1", "paid_on"),
        (date(2026, 12, 3), "  ", "reference"),
    ],
)
def test_confirm_payment_refuses_dates_out_of_order_and_no_reference(
    day: date, reference: str, field: str
) -> None:
    versement = issued_versement()
    with pytest.raises(Refusal) as refusal:
        services.confirm_payment(versement, by=person("payments"), paid_on=day, reference=reference)
    assert refusal.value.field == field


def test_confirm_payment_refuses_a_reference_already_used() -> None:
    paid_versement("laval")
    other = issued_versement("jamesie")
    with pytest.raises(Refusal, match="déjà servi"):
        services.confirm_payment(
            other, by=person("payments"), paid_on=clock.today(), reference="FIN-laval"
        )


def test_confirm_payment_waits_for_the_notice() -> None:
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    with pytest.raises(Refusal, match="en préparation"):
        services.confirm_payment(
            versement, by=person("payments"), paid_on=clock.today(), reference="F-1"
        )


def test_confirm_payment_twice_says_who_did_it() -> None:
    versement = paid_versement()
    with pytest.raises(StaleAct, match="déjà confirmé payé"):
        services.confirm_payment(
            versement, by=person("payments"), paid_on=clock.today(), reference="F-2"
        )


def test_hold_needs_a_reason_and_release_gives_the_state_back() -> None:
    versement = recommended_versement()
    budget = person("budget")
    with pytest.raises(Refusal, match="motif"):
        services.hold_versement(versement, by=budget, reason=" ")
    held = services.hold_versement(versement, by=budget, reason="Résolution expirée.")
    assert held.state == "held"
    assert services.release_versement(held, by=budget).state == "recommended"


def test_release_goes_further_when_the_milestone_came_meanwhile() -> None:
    alliance = funded_alliance()
    analyst = person("analyst")
    second = Versement.objects.get(alliance=alliance, tranche__rank=2)
    services.hold_versement(second, by=analyst, reason="Doute.")
    record_milestone(alliance, "plan_approved", by=analyst, on=clock.today())
    assert Versement.objects.get(pk=second.pk).state == "held"
    assert services.release_versement(second, by=analyst).state == "ready"


def test_what_is_authorised_is_not_held() -> None:
    versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    with pytest.raises(StaleAct, match="déjà autorisé"):
        services.hold_versement(versement, by=person("analyst"), reason="Trop tard.")


def test_cancel_needs_a_reason_and_is_final() -> None:
    versement = ready_versement()
    analyst = person("analyst")
    with pytest.raises(Refusal):
        services.cancel_versement(versement, by=analyst, reason="")
    assert services.cancel_versement(versement, by=analyst, reason="Fin.").state == "cancelled"
    with pytest.raises(StaleAct, match="déjà annulé"):
        services.hold_versement(versement, by=analyst, reason="Encore.")


def test_release_refuses_what_is_not_held() -> None:
    with pytest.raises(Refusal, match="n’est plus retenu"):
        services.release_versement(ready_versement(), by=person("analyst"))
