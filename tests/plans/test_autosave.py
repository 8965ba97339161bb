"""One field saved while it is typed: what is kept, what is refused, two people in one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import Mrc
from plans.models import (
    Action,
    Indicator,
)
from plans.services import remove_element, update_action
from tests.factories import UserFactory

from .editor import PLAN, QUIET, sent
from .factories import written_version
from .pages import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("field", "value", "base", "kept"),
    [
        ("lead", "Moisson", "CDC", "Moisson"),
        ("people_to_reach", "1 200", "", 1200),
        ("budget", "12 345,60", "", Decimal("12345.60")),
        ("starts_on", "2026-09-01", "", date(2026, 9, 1)),
    ],
)
def test_a_field_is_saved_as_it_is_typed(
    signed_in: Callable[..., Client], field: str, value: str, base: str, kept: Any
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, field, value, base), headers=QUIET
    )

    assert answer.status_code == 200, answer.content
    action.refresh_from_db()
    assert getattr(action, field) == kept


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("budget", "12,345.6", "Entrez un montant en dollars"),
        ("budget", "-5", "Entrez un montant en dollars"),
        ("budget", "1e9", "Entrez un montant en dollars"),
        ("people_to_reach", "douze", "Entrez un nombre"),
        ("starts_on", "le 3 mai", "Entrez une date"),
        ("title", "", "Nommez l’action."),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_type(
    signed_in: Callable[..., Client], field: str, value: str, sentence: str
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    base = "Action 1.1.1" if field == "title" else ""

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, field, value, base), headers=QUIET
    )

    assert answer.status_code == 422
    assert sentence in answer.json()["message"]


def test_a_target_without_its_unit_or_that_is_no_number_is_refused(
    signed_in: Callable[..., Client],
) -> None:
    version = written_version("mauricie", priorities=1)
    Indicator.objects.filter(version=version).update(unit="", target=None)
    indicator = Indicator.objects.get(version=version)
    client = signed_in("coordination")

    without = client.post(f"{PLAN}1/champ/", sent(indicator, "target", "60", ""), headers=QUIET)
    words = client.post(f"{PLAN}1/champ/", sent(indicator, "target", "beaucoup", ""), headers=QUIET)

    assert (without.status_code, words.status_code) == (422, 422)
    assert "Dites l’unité" in without.json()["message"]
    assert "Entrez un nombre" in words.json()["message"]


def test_the_second_in_a_field_is_led_to_both_texts_and_chooses(
    signed_in: Callable[..., Client],
) -> None:
    version = written_version("mauricie", priorities=1)
    action = Action.objects.get(version=version)
    update_action(action, by=UserFactory(full_name="Maude Gélinas"), lead="La ville")
    client = signed_in("coordination")
    mine = sent(action, "lead", "Moisson", "CDC")

    quiet = client.post(f"{PLAN}1/champ/", mine, headers=QUIET)
    page = client.post(f"{PLAN}1/champ/", mine)

    assert (quiet.status_code, page.status_code) == (409, 409)
    assert quiet.json()["both"]
    shown = text_of(page)
    assert "Maude Gélinas a enregistré autre chose dans ce champ" in shown
    assert "Votre texte" in shown
    assert "La ville" in shown
    assert Action.objects.get(pk=action.pk).lead == "La ville"
    chosen = {**mine, "value": "Moisson et la ville", "base": "La ville"}
    answer = client.post(f"{PLAN}1/champ/", chosen)
    assert answer.url == f"{PLAN}1/3/action/{action.pk}/#action-{action.pk}"
    assert Action.objects.get(pk=action.pk).lead == "Moisson et la ville"


def test_two_choices_of_places_are_shown_by_name(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    first, second = Mrc.objects.filter(territory__slug="mauricie")[:2]
    update_action(action, by=UserFactory(), mrcs=[first])

    page = signed_in("coordination").post(f"{PLAN}1/champ/", sent(action, "mrcs", [second.pk], []))

    assert page.status_code == 409
    assert str(first) in text_of(page)
    assert f'name="base" value="{first.pk}"' in page.content.decode()


def test_the_screen_of_two_texts_of_a_section_comes_from_the_field_too(
    signed_in: Callable[..., Client],
) -> None:
    written_version("mauricie", priorities=1)
    data = {"kind": "texte", "code": "2c", "field": "html", "value": "<p>Le mien</p>", "base": "0"}

    page = signed_in("coordination").post(f"{PLAN}1/champ/", data)

    assert page.status_code == 409
    assert "Texte de la section 2c." in text_of(page)
    assert "Le mien" in text_of(page)


def test_an_element_taken_out_is_said(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    data = sent(action, "lead", "Moisson", "CDC")
    remove_element(action, by=UserFactory())

    answer = signed_in("coordination").post(f"{PLAN}1/champ/", data, headers=QUIET)

    assert answer.status_code == 409
    assert "retiré du plan" in answer.json()["message"]


@pytest.mark.parametrize(
    ("role", "territory", "status"),
    [
        ("coordination", "mauricie", 200),
        ("partner", "mauricie", 403),
        ("analyst", None, 403),
        ("coordination", "laval", 404),
    ],
)
def test_who_may_save_a_field(
    signed_in: Callable[..., Client], role: str, territory: str | None, status: int
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in(role, territory).post(
        f"{PLAN}1/champ/", sent(action, "lead", "Moisson", "CDC"), headers=QUIET
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"code": "3/../4", "field": "x"},
        {"kind": "version"},
        {"field": "rank"},
        {"field": "objective"},
        {"pk": "9" * 30},
        {"kind": "texte", "code": "zz"},
    ],
)
def test_what_is_no_field_is_not_written(
    signed_in: Callable[..., Client], change: dict[str, str]
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))

    answer = signed_in("coordination").post(
        f"{PLAN}1/champ/", sent(action, "lead", "Moisson", "CDC") | change, headers=QUIET
    )

    assert answer.status_code in {404, 409}
    assert Action.objects.get(pk=action.pk).revision == 0


def test_the_name_of_a_new_indicator_makes_it(signed_in: Callable[..., Client]) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    client = signed_in("coordination")
    data = {"kind": "indicateur", "pk": "", "parent": action.pk, "field": "name"}

    answer = client.post(f"{PLAN}1/champ/", {**data, "value": "Paniers"}, headers=QUIET)
    empty = client.post(f"{PLAN}1/champ/", {**data, "value": " "}, headers=QUIET)

    made = Indicator.objects.get(pk=answer.json()["pk"])
    assert (made.name, made.action, made.rank) == ("Paniers", action, 2)
    assert empty.status_code == 422


def test_saving_a_field_takes_six_queries_from_end_to_end(
    signed_in: Callable[..., Client],
) -> None:
    action = Action.objects.get(version=written_version("mauricie", priorities=1))
    client = signed_in("coordination")
    client.post(f"{PLAN}1/champ/", sent(action, "lead", "La ville", "CDC"), headers=QUIET)

    counts = {}
    for name, data in {
        "column": sent(action, "lead", "Moisson", "La ville"),
        "text": {
            "kind": "texte", "code": "2c", "field": "html", "value": "<p>La Tuque</p>", "base": "1",
        },
    }.items():  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(f"{PLAN}1/champ/", data, headers=QUIET)
        assert answer.status_code == 200, answer.content
        counts[name] = [
            one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
        ]

    # Session, person, identity (and its return, which only a test has), rights, the field, its
    # writing.
    identity = [one for one in counts["column"] if "set_config" in one]
    assert len(counts["column"]) - len(identity) + 1 == 6, counts["column"]
    assert len(counts["text"]) == len(counts["column"])
