"""The envelope on the page of the finances, as the budget office sets it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alliances import clock
from alliances.models import Alliance, User
from fqis import services
from fqis.models import Envelope, EnvelopeAmount
from fqis.selectors.envelope_todos import todo
from fqis.selectors.envelopes import (
    drawing_of,
    envelope_money,
    forecast_of,
    say_own_spending,
    years_of,
)
from reporting.cards import own_spending
from tests.conventions.factories import draft_convention, with_envelope
from tests.factories import AllianceFactory, give_role, person

from .factories import (
    accepted_project,
    issued_versement,
    paid_versement,
    plan_in_force,
)
from .pages import count, text
from .test_allocations import person as in_office

pytestmark = pytest.mark.django_db


TYPED = {
    "amount": "1 234 567,89",
    "source": "Lettre de la ministre",
    "quality": "confirmed",
    "decided_on": "2026-12-01",
    "reference": "L-12",
    "was": "",
}


def test_an_envelope_is_proposed_by_one_person_and_confirmed_by_another(page: Any) -> None:
    alliance = AllianceFactory("estrie")
    budget, delegate = in_office("budget"), in_office("delegate")
    address = alliance.url("envelope")
    assert "à confirmer" in text(page(budget, alliance.url("finances")))
    shown = text(page(budget, address, TYPED))
    assert "Montant proposé : 1 234 567,89 $. Une autre personne le confirme." in shown
    assert "Proposer ce montant" not in shown
    envelope = Envelope.objects.get(alliance=alliance)
    assert envelope.amount is None
    proposal = envelope.amounts.get()

    def act(user: User, slug: str) -> str:
        return text(page(user, f"{address}montant/{proposal.pk}/{slug}/", {}))

    [asked] = todo(delegate)
    assert asked.title.replace("\u00a0", " ") == "Confirmer l’enveloppe de 1 234 567,89 $"
    assert "Enveloppe confirmée : 1 234 567,89 $. La Table est avisée." in act(
        delegate, "confirmer"
    )
    envelope.refresh_from_db()
    assert (envelope.amount, envelope.confirmed_by) == (Decimal("1234567.89"), delegate)
    assert (envelope.decided_on, envelope.reference) == (date(2026, 12, 1), "L-12")
    shown = text(page(person("direction", "estrie"), address))
    assert "Décision du 1er décembre 2026, référence L-12." in shown
    assert "Montants proposés" not in shown
    assert "a confirmé ce montant le" in act(delegate, "confirmer")
    assert "a confirmé ce montant le" in act(budget, "retirer")


def test_who_proposes_does_not_confirm_and_a_withdrawn_amount_gives_nothing(page: Any) -> None:
    alliance = AllianceFactory("estrie")
    both = in_office("budget")
    give_role(both, "delegate").memberships.update(starts_on=date(2024, 11, 1))
    address = alliance.url("envelope")
    page(both, address, TYPED)
    proposal = EnvelopeAmount.objects.get()
    assert todo(both) == []
    assert "une autre personne le confirme" in text(page(both, address))
    refused = page(both, f"{address}montant/{proposal.pk}/confirmer/", {})
    assert "Vous avez proposé ce montant : une autre personne le confirme." in text(refused)
    assert "Montant proposé retiré." in text(
        page(both, f"{address}montant/{proposal.pk}/retirer/", {})
    )
    refused = page(in_office("delegate"), f"{address}montant/{proposal.pk}/confirmer/", {})
    assert "a retiré ce montant le" in text(refused)
    assert Envelope.objects.get(alliance=alliance).amount is None


def test_an_amount_of_another_alliance_or_another_act_is_not_found(page: Any) -> None:
    alliance, other = AllianceFactory("estrie"), AllianceFactory("outaouais")
    page(in_office("budget"), alliance.url("envelope"), TYPED)
    proposal, delegate = EnvelopeAmount.objects.get(), in_office("delegate")
    for address in (
        f"{other.url('envelope')}montant/{proposal.pk}/confirmer/",
        f"{alliance.url('envelope')}montant/{proposal.pk}/effacer/",
    ):
        assert page(delegate, address, {}).status_code == 404
    own = f"{alliance.url('envelope')}montant/{proposal.pk}/confirmer/"
    assert page(person("direction", "estrie"), own, {}).status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "12,345.6"}, "par exemple 1 234,56"),
        ({"amount": "-5"}, "par exemple 1 234,56"),
        ({"amount": "1e9"}, "par exemple 1 234,56"),
        ({"amount": "0"}, "par exemple 1 234,56"),
        ({"amount": "abc"}, "par exemple 1 234,56"),
        ({"decided_on": "2026-12-04"}, "Cette date est dans le futur."),
        ({"reference": ""}, "Écrivez la référence de la décision."),
        ({"quality": "fictional"}, "fictional"),
        ({"was": "5.00"}, "a changé pendant que vous écriviez"),
        ({"amount": "999 999 999"}, "Le total du cycle est de"),
    ],
)
def test_an_amount_that_says_too_little_is_refused(
    page: Any, typed: dict[str, str], said: str
) -> None:
    alliance = AllianceFactory("estrie")
    response = page(in_office("budget"), alliance.url("envelope"), TYPED | typed)
    assert response.status_code == 422
    assert said in text(response)


def test_an_envelope_is_not_set_below_what_is_signed(page: Any) -> None:
    alliance = issued_versement("estrie").alliance
    response = page(
        in_office("budget"),
        alliance.url("envelope"),
        TYPED | {"amount": "999 999,99", "was": "1000000.00"},
    )
    assert "Écrivez au moins 1 000 000,00 $" in text(response)


def test_a_published_amount_asks_for_nothing(page: Any) -> None:
    shown = text(page(in_office("budget"), AllianceFactory("laval").url("envelope")))
    assert "Ce montant est publié : il reste comme publié." in shown
    assert "Proposer ce montant" not in shown


def test_a_draft_that_waits_for_its_envelope_is_a_task_of_the_budget_office() -> None:
    convention = draft_convention(AllianceFactory("estrie"))
    [asked] = todo(person("budget"))
    assert asked.title == "Proposer le montant de l’enveloppe"
    assert asked.detail == f"La convention {convention.number} l’attend."
    with_envelope(convention.alliance, convention.amount)
    assert todo(person("budget")) == []


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
