"""The envelope on the page of the finances, as the budget office sets it."""

from decimal import Decimal
from typing import Any

import pytest

from fqis.models import Envelope
from tests.factories import AllianceFactory, person

from .factories import (
    issued_versement,
    ready_versement,
)
from .pages import text

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
