"""The envelope on the page of the finances, as the budget office sets it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alliances import clock
from alliances.models import Alliance
from fqis import services
from fqis.models import Envelope
from fqis.selectors.envelopes import (
    drawing_of,
    envelope_money,
    forecast_of,
    say_own_spending,
    years_of,
)
from reporting.cards import own_spending
from tests.factories import AllianceFactory, person

from .factories import (
    accepted_project,
    issued_versement,
    paid_versement,
    plan_in_force,
    ready_versement,
)
from .pages import count, text

pytestmark = pytest.mark.django_db


def test_finances_says_an_envelope_is_to_confirm_then_its_amount(page: Any) -> None:
    versement = ready_versement(envelope=None)
    budget = person("budget")
    address = versement.alliance.url("finances")
    assert "à confirmer" in text(page(budget, address))
    done = page(
        budget,
        versement.alliance.url("envelope"),
        {"amount": "1 234 567,89", "source": "Lettre", "quality": "confirmed", "was": ""},
    )
    assert "Enveloppe confirmée : 1 234 567,89 $" in text(done)
    envelope = Envelope.objects.get(alliance=versement.alliance)
    assert (envelope.amount, envelope.confirmed_by) == (Decimal("1234567.89"), budget)


@pytest.mark.parametrize("amount", ["12,345.6", "-5", "1e9", "0", "abc"])
def test_an_amount_that_could_be_read_two_ways_is_refused(page: Any, amount: str) -> None:
    alliance = ready_versement(envelope=None).alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": amount, "source": "Lettre", "quality": "confirmed", "was": ""},
    )
    assert response.status_code == 422
    assert "par exemple 1 234,56" in text(response)


def test_an_envelope_is_not_set_below_what_is_authorised(page: Any) -> None:
    alliance = issued_versement().alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": "199 999,99", "source": "x", "quality": "confirmed", "was": "1000000.00"},
    )
    assert "Écrivez au moins 200 000,00 $" in text(response)


def test_an_envelope_changed_meanwhile_is_said(page: Any) -> None:
    alliance = ready_versement().alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": "2 000 000", "source": "x", "quality": "confirmed", "was": "5.00"},
    )
    assert "a changé pendant que vous écriviez" in text(response)


def test_no_get_writes(page: Any) -> None:
    AllianceFactory("estrie")
    before = Envelope.objects.count()
    page(person("budget"), AllianceFactory("estrie").url("finances"))
    assert Envelope.objects.count() == before


# --- What became of it, and where the pace leads

RECEIVED = datetime(2025, 12, 3, 10, 0, tzinfo=ZoneInfo("America/Montreal"))


def spending(amounts: dict[date, str], *, received: datetime = RECEIVED) -> Alliance:
    """Laval received 200 000 $ of its million, and paid a project on those days."""
    with clock.at(received):
        alliance = paid_versement().alliance
    plan_in_force(alliance)
    project = accepted_project(
        alliance,
        amount=Decimal("150000.00"),
        on=received.date(),
        received_on=received.date(),
        amount_requested=Decimal("150000.00"),
    )
    by = person("direction", "laval")
    project = services.sign_agreement(project, by=by, on=received.date())
    project = services.start_project(project, by=by)
    for day, amount in amounts.items():
        services.record_payment(project, by=by, on=day, amount=Decimal(amount))
    return alliance


def test_the_pace_of_a_year_goes_on_in_a_straight_line() -> None:
    alliance = spending({date(2026, 1, 15): "36500.00", date(2026, 9, 1): "36500.00"})
    money = envelope_money(alliance)
    forecast = forecast_of(money, alliance)
    assert (money.received, money.granted, money.paid) == (200_000, 150_000, 73_000)
    assert (money.to_pay, money.unspent, money.free) == (77_000, 127_000, 50_000)
    assert forecast is not None
    assert (forecast.days, forecast.at_year_end) == (365, Decimal(73_000 + 118 * 200))
    left = (alliance.cycle.closes_on - date(2026, 12, 3)).days
    assert forecast.at_cycle_end == 73_000 + left * 200
    assert forecast.at_cycle_end + forecast.unspent == 1_000_000
    assert forecast.runs_out_on is None
    rows = years_of(money, alliance, forecast)
    assert [row.expected for row in rows if row.year == forecast.year] == [forecast.at_year_end]
    assert rows[-1].expected == forecast.at_cycle_end
    assert sum(row.paid for row in rows) == money.paid
    assert sum(row.received for row in rows) == money.received


def test_a_forecast_never_passes_the_envelope_nor_what_the_table_kept() -> None:
    say_own_spending(lambda _alliance: Decimal(900_000))
    try:
        alliance = spending({date(2026, 1, 15): "90000.00"})
        forecast = forecast_of(envelope_money(alliance), alliance)
    finally:
        say_own_spending(own_spending)
    assert forecast is not None
    assert forecast.at_cycle_end == Decimal(100_000)
    assert forecast.runs_out_on is not None
    assert forecast.runs_out_on < alliance.cycle.closes_on


def test_no_forecast_is_made_of_too_little() -> None:
    today = clock.now()
    alliance = spending({}, received=today - timedelta(days=60))
    assert forecast_of(envelope_money(alliance), alliance) is None
    unknown = AllianceFactory("estrie")
    money = envelope_money(unknown)
    assert forecast_of(money, unknown) is None
    assert drawing_of(money, unknown, None) is None


def test_everybody_of_the_territory_reads_the_envelope(page: Any) -> None:
    alliance = spending({date(2026, 1, 15): "36500.00", date(2026, 9, 1): "36500.00"})
    shown = text(page(person("partner", "laval"), alliance.url("envelope")))
    assert "Rythme et prévision" in shown
    assert "73 000,00 $" in shown
    assert 'class="chart pace"' in shown
    assert "style=" not in shown
    assert "Confirmer l’enveloppe" not in shown
    assert page(person("direction", "estrie"), alliance.url("envelope")).status_code == 404


def test_an_envelope_to_confirm_has_its_page(page: Any) -> None:
    shown = text(page(person("direction", "estrie"), AllianceFactory("estrie").url("envelope")))
    assert "à confirmer" in shown
    assert "Pas encore de prévision" in shown


def test_the_page_costs_the_same_for_one_and_many_payments(page: Any) -> None:
    alliance = spending({date(2026, 1, 15): "100.00"})
    reader = person("partner", "laval")
    one = count(page, reader, alliance.url("envelope"))
    by = person("direction", "laval")
    project = alliance.projects.get()
    for number in range(12):
        on = date(2026, 2, 1) + timedelta(days=20 * number)
        services.record_payment(project, by=by, on=on, amount=Decimal(10))
    assert count(page, reader, alliance.url("envelope")) == one
