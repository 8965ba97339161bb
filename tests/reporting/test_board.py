"""The words of the national board: whose turn it is, in bold, and nothing else."""

from datetime import date
from decimal import Decimal

import pytest

from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle
from conventions.models import Convention
from fqis.models import Versement
from plans.models import PlanVersion
from reporting.selectors.board import (
    Board,
    board_of,
    convention_word,
    plan_word,
    tiles_of,
    totals_of,
    versement_word,
)
from tests.reporting.factories import Story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "word", "waits"),
    [
        ("planned", "Prévu", False),
        ("ready", "À recommander", True),
        ("recommended", "À autoriser", True),
        ("authorised", "Autorisé", True),
        ("issued", "À payer", True),
        ("paid", "Payé", False),
        ("held", "Retenu", True),
        ("cancelled", "Annulé", False),
    ],
)
def test_each_state_of_a_versement_has_its_word(state: str, word: str, waits: bool) -> None:
    found = versement_word(Versement(state=state))
    assert (found.word, found.waits) == (word, waits)


def test_every_state_has_a_word() -> None:
    for state in Versement.State.values:
        assert versement_word(Versement(state=state)).word
    for state in Convention.State.values:
        assert convention_word(Convention(state=state, ends_on=date(2029, 3, 31))).word
    assert (versement_word(None).word, convention_word(None).word) == ("À venir", "À préparer")


def test_a_version_that_waits_hides_the_one_in_force_but_says_its_number() -> None:
    in_force = PlanVersion(state="approved", number=1)
    waiting = plan_word(in_force, PlanVersion(state="submitted", number=2))
    assert (waiting.word, waiting.full) == ("À valider", "À valider, version 2")
    assert plan_word(in_force, PlanVersion(state="draft", number=2)).word == "Approuvé"
    assert plan_word(None, PlanVersion(state="returned", number=1)).word == "Retourné"


def board(year: int) -> Board:
    cycle = Cycle.objects.get(slug="2024-2029")
    alliances = list(Alliance.objects.for_pages().filter(cycle=cycle))
    return board_of(cycle, FiscalYear(year), alliances)


def test_the_board_has_every_territory_and_its_totals() -> None:
    story = Story(year=2025)
    story.recommended()
    found = board(2026)
    totals = totals_of(found)
    row = next(row for row in found.rows if row.alliance == story.alliance)
    assert [cell.word for cell in row.cells] == [
        "Signée",
        "À recommander",
        "En retard",
        "Prévu",
        "À accepter",
        "Prévu",
    ]
    assert (totals.alliances, totals.signed, totals.reports_accepted) == (20, 1, 0)
    assert totals.paid == Decimal(0)
    assert row.versement is not None and row.versement.fiscal_year == 2026


def test_the_map_counts_the_twenty_territories() -> None:
    Story()
    drawing = tiles_of(board(2024))
    assert len(drawing.squares) == 20
    assert {key.words for key in drawing.legend} == {
        "à recommander ou à autoriser\u00a0: 1",
        "prévu\u00a0: 19",
    }


def test_a_year_before_the_first_report_has_none() -> None:
    Story()
    assert {row.cells[4].word for row in board(2024).rows} == {"Sans objet"}
