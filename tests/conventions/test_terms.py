"""What a convention may say."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from alliances.errors import Refusal
from conventions.models import Convention
from conventions.terms import TrancheSpec
from tests.factories import AllianceFactory

from .factories import AMOUNT, TRANCHES, draft_convention

pytestmark = pytest.mark.django_db


def test_a_draft_keeps_its_tranches_in_order() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))

    assert convention.state == Convention.State.DRAFT
    assert [
        (t.rank, t.fiscal_year, t.amount, t.waits_for, t.waits_for_year)
        for t in convention.tranches.all()
    ] == [(rank, *spec) for rank, spec in enumerate(TRANCHES, start=1)]


def test_a_tranche_says_what_it_waits_for() -> None:
    convention = draft_convention(AllianceFactory("mauricie"))

    assert [t.condition_label for t in convention.tranches.all()][:3] == [
        "Convention signée",
        "Plan approuvé",
        "Reddition 2025-2026 acceptée",
    ]


def one(
    year: int = 2024, amount: str = "1000000.00", waits: str = "convention_signed", of: int = 0
) -> list[TrancheSpec]:
    return [TrancheSpec(year, Decimal(amount), waits, of)]


@pytest.mark.parametrize(
    ("terms", "field", "sentence"),
    [
        (
            {"amount": Decimal("1000000.50")},
            "tranches",
            "Les tranches totalisent 1 000 000,00 $ et la convention 1 000 000,50 $ : "
            "il manque 0,50 $.",
        ),
        (
            {"amount": Decimal("900000")},
            "tranches",
            "Les tranches totalisent 1 000 000,00 $ et la convention 900 000,00 $ : "
            "il y a 100 000,00 $ de trop.",
        ),
        ({"amount": Decimal("0")}, "amount", "Le montant de la convention doit dépasser zéro."),
        ({"tranches": []}, "tranches", "Ajoutez au moins une tranche."),
        (
            {"ends_on": date(2024, 11, 1)},
            "ends_on",
            "La fin de la convention doit suivre son début.",
        ),
        (
            {"starts_on": date(2024, 10, 31)},
            "starts_on",
            "La convention commence au plus tôt le 1er novembre 2024, premier jour du cycle.",
        ),
        (
            {"ends_on": date(2029, 4, 1)},
            "ends_on",
            "La convention finit au plus tard le 31 mars 2029, dernier jour du cycle.",
        ),
        (
            {"tranches": one(year=2030)},
            "tranches",
            "Tranche 1 : l’exercice 2030-2031 est hors de la convention.",
        ),
        (
            {"tranches": one(amount="0")},
            "tranches",
            "Tranche 1 : le montant doit dépasser zéro.",
        ),
        ({"tranches": one(waits="")}, "tranches", "Tranche 1 : dites ce que la tranche attend."),
        (
            {"tranches": one(waits="report_accepted")},
            "tranches",
            "Tranche 1 : dites l’exercice de la reddition attendue.",
        ),
        (
            {"tranches": one(year=2025, waits="report_accepted", of=2025)},
            "tranches",
            "Tranche 1 : la reddition attendue porte sur un exercice de la convention, "
            "avant 2025-2026.",
        ),
        (
            {"tranches": [*one(2026, "500000"), *one(2025, "500000", "plan_approved")]},
            "tranches",
            "Tranche 2 : les tranches suivent l’ordre des exercices.",
        ),
    ],
)
def test_a_convention_refuses_terms_that_do_not_hold(
    terms: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        draft_convention(AllianceFactory("mauricie"), **terms)

    assert str(refused.value).replace("\u00a0", " ") == sentence
    assert refused.value.field == field
    assert not Convention.objects.exists()


def test_a_report_on_the_final_year_may_be_paid_the_year_after() -> None:
    spec = one(year=2029, waits="report_accepted", of=2028)

    convention = draft_convention(AllianceFactory("mauricie"), tranches=spec)

    assert convention.tranches.get().amount == AMOUNT


def test_a_year_given_to_what_needs_none_is_forgotten() -> None:
    convention = draft_convention(AllianceFactory("mauricie"), tranches=one(of=2025))

    assert convention.tranches.get().waits_for_year == 0
