"""« Où en est mon prochain versement? »: which conditions, whose turn, since when."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from alliances import clock
from alliances.models import User
from alliances.services.milestones import record_milestone
from fqis import services
from fqis.cards import Card, Condition, card_for
from fqis.expectations import expected_for
from fqis.models import Versement
from fqis.selectors import next_versement
from tests.conventions.factories import sent_convention
from tests.factories import AllianceFactory, person

from .factories import funded_alliance, issued_versement, paid_versement, recommended_versement

pytestmark = pytest.mark.django_db


def card(territory: str = "laval", user: User | None = None) -> Card:
    found = card_for(AllianceFactory(territory), user or person("coordination", territory))
    assert found is not None
    return found


def states(one: Card) -> list[str]:
    return [condition.state for condition in one.conditions]


def test_no_convention_no_card() -> None:
    alliance = AllianceFactory("laval")
    assert card_for(alliance, person("coordination", "laval")) is None


def test_before_the_signatures_the_card_says_who_is_missing() -> None:
    sent_convention(AllianceFactory("laval"))
    one = card()
    assert one.versement is None
    assert states(one) == ["run", "todo", "todo", "todo"]
    assert "signatures manquent" in one.conditions[0].who


def test_the_first_versement_waits_for_the_analyst_then_the_budget_office() -> None:
    funded_alliance()
    one = card()
    assert (states(one), one.met, one.total) == (["done", "run", "todo", "todo"], 1, 4)
    assert one.turn == "C’est à la DGSSAC (analyse) d’agir."
    assert one.act_url == ""
    mine = card(user=person("analyst"))
    assert (mine.turn, mine.act_label) == ("C’est à vous d’agir.", "Recommander le versement")


def test_the_recommender_does_not_get_the_next_button() -> None:
    both = person("analyst")
    both.groups.add(*person("budget").groups.all())
    recommended_versement(by=both)
    assert card(user=both).act_url == ""
    assert card(user=person("budget")).act_label == "Autoriser le versement"


def test_after_the_notice_the_payments_office_acts() -> None:
    issued_versement()
    one = card(user=person("payments"))
    assert states(one) == ["done", "done", "done", "run"]
    assert one.act_label == "Confirmer le paiement"


def test_once_paid_the_card_is_that_of_the_next_tranche() -> None:
    paid_versement()
    one = card(user=person("partner", "laval"))
    assert (one.amount, one.ordinal) == (Decimal("300000.00"), "deuxième tranche")
    assert one.conditions[1].label == "PARC en vigueur"
    assert one.turn == "C’est à la Table d’agir."


def test_a_hold_stops_the_card_with_its_reason() -> None:
    versement = recommended_versement()
    services.hold_versement(versement, by=person("analyst"), reason="Résolution expirée.")
    one = card()
    assert states(one) == ["done", "done", "held", "todo", "todo"]
    assert (one.turn, one.detail) == ("Ce versement est retenu.", "Résolution expirée.")


def test_the_steps_of_a_report_take_the_place_of_the_recommendation() -> None:
    alliance = funded_alliance()
    third = Versement.objects.get(alliance=alliance, tranche__rank=3)
    steps = [
        Condition("Reddition 2025-2026 transmise", "done"),
        Condition("Reddition analysée", "todo", actor="la DGSQ"),
        Condition("Reddition acceptée", "todo", actor="la DGSSAC (analyse)"),
    ]
    record_milestone(alliance, "plan_approved", by=person("delegate"), on=clock.today())
    one = card_for(alliance, person("direction", "laval"), versement=third, report_steps=steps)
    assert one is not None
    assert [condition.label for condition in one.conditions] == [
        "Convention signée",
        "PARC en vigueur",
        "Reddition 2025-2026 transmise",
        "Reddition analysée",
        "Reddition acceptée",
        "Versement autorisé par une deuxième personne",
        "Versement payé",
    ]
    assert states(one) == ["done", "done", "done", "run", "todo", "todo", "todo"]
    assert one.turn == "C’est à la DGSQ d’agir."


def test_next_versement_passes_over_what_was_cancelled() -> None:
    alliance = funded_alliance()
    first = next_versement(alliance)
    assert first is not None
    services.cancel_versement(first, by=person("analyst"), reason="Fin.")
    second = next_versement(alliance)
    assert second is not None
    assert second.tranche.rank == 2


def test_the_expected_day_comes_from_the_time_earlier_versements_took() -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        versement = recommended_versement()
    with clock.at(clock.now() - timedelta(days=35)):
        versement = services.authorise_versement(versement, by=person("budget"))
        assert versement.notice is not None
        services.issue_versement(versement.notice)
    services.confirm_payment(
        versement,
        by=person("payments"),
        paid_on=clock.today() - timedelta(days=28),
        reference="FIN-1",
    )
    second = Versement.objects.get(alliance=versement.alliance, tranche__rank=2)
    assert expected_for(second.tranche, second) is not None
    services.recommend_versement(
        services.make_ready(second, by=person("analyst")), by=person("analyst")
    )
    one = card()
    assert one.expected is not None
    # Twelve days from the recommendation to the payment, the first time.
    assert one.expected.day == clock.today() + timedelta(days=12)
    with clock.at(clock.now() + timedelta(days=13)):
        late = card().expected
    assert late is not None and late.day is None and "dépassé" in late.note


def test_without_a_past_the_fiscal_year_s_end_is_the_limit() -> None:
    alliance = funded_alliance()
    third = Versement.objects.get(alliance=alliance, tranche__rank=3)
    limit = expected_for(third.tranche, third)
    assert limit is not None and (limit.day, limit.is_limit) == (date(2027, 3, 31), True)
    late = card().expected
    assert late is not None and late.day is None and "terminé" in late.note


def test_the_card_says_who_to_call() -> None:
    adviser = person("advisor", "laval", full_name="Karim Benali")
    person("advisor", "mauricie")
    analyst = person("analyst", full_name="Sophie Lavoie")
    versement = recommended_versement(by=analyst)
    contact = card().contact
    assert contact is not None and contact.person == adviser
    mine = card(user=adviser).contact
    assert mine is not None and mine.person == analyst
    services.hold_versement(versement, by=analyst, reason="Doute.")
    holder = card().contact
    assert holder is not None and holder.person == analyst
    held = card().expected
    assert held is not None and held.day is None
