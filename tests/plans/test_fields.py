"""One field at a time: what is written, what is refused, what two people get."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances.errors import Refusal
from alliances.models import Mrc
from plans.models import Action, Indicator, NationalPriority, PlanVersion, Priority, SectionText
from plans.services import (
    FieldConflict,
    Held,
    TextConflict,
    hold_field,
    hold_text,
    save_field,
    save_held_text,
    submit_version,
    update_action,
)
from tests.factories import UserFactory

from .factories import written_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> PlanVersion:
    return written_version("mauricie", priorities=1)


def hold(element: type[Any], version: PlanVersion, field: str) -> Held:
    pk = element.objects.get(version=version).pk
    held = hold_field(
        element, pk, field, territory="mauricie", cycle="2024-2029", number=version.number
    )
    assert held is not None
    return held


def text_of(version: PlanVersion, code: str) -> Held:
    held = hold_text(code, territory="mauricie", cycle="2024-2029", number=version.number)
    assert held is not None
    return held


def test_one_column_is_written_and_signed(version: PlanVersion) -> None:
    by = UserFactory()
    held = hold(Action, version, "lead")

    with CaptureQueriesContext(connection) as captured:
        save_field(held, by=by, value="Moisson", base="CDC")

    action = Action.objects.get(version=version)
    assert (action.lead, action.revision, action.updated_by) == ("Moisson", 1, by)
    assert len(captured) == 1
    written = captured[0]["sql"].split("SET")[1].split("WHERE")[0]
    assert written.count('" = ') == 4


def test_holding_a_field_takes_one_query(version: PlanVersion) -> None:
    with CaptureQueriesContext(connection) as captured:
        held = hold(Action, version, "lead")
        assert str(held.version.plan.alliance.territory)

    # The first one finds the key, for the test.
    assert len(captured) == 2


def test_another_field_of_the_same_element_is_no_conflict(version: PlanVersion) -> None:
    action = Action.objects.get(version=version)
    update_action(action, by=UserFactory(), means="Deux camions")

    save_field(hold(Action, version, "lead"), by=UserFactory(), value="Moisson", base="CDC")

    action.refresh_from_db()
    assert (action.means, action.lead) == ("Deux camions", "Moisson")


def test_two_people_in_one_field_get_both_values(version: PlanVersion) -> None:
    update_action(
        Action.objects.get(version=version),
        by=UserFactory(full_name="Maude Gélinas"),
        lead="La ville",
    )

    with pytest.raises(FieldConflict, match="Maude Gélinas a enregistré autre chose") as refusal:
        save_field(hold(Action, version, "lead"), by=UserFactory(), value="Moisson", base="CDC")

    assert (refusal.value.mine, refusal.value.saved) == ("Moisson", "La ville")
    assert Action.objects.get(version=version).lead == "La ville"


def test_what_is_already_there_writes_nothing(version: PlanVersion) -> None:
    held, by = hold(Action, version, "lead"), UserFactory()

    with CaptureQueriesContext(connection) as captured:
        save_field(held, by=by, value="CDC", base="autre chose")

    assert len(captured) == 0


def test_lines_of_a_browser_and_of_the_portal_are_the_same(version: PlanVersion) -> None:
    update_action(Action.objects.get(version=version), by=UserFactory(), means="Un\ncamion")

    save_field(
        hold(Action, version, "means"), by=UserFactory(), value="Deux\r\ncamions",
        base="Un\r\ncamion",
    )  # fmt: skip

    assert Action.objects.get(version=version).means == "Deux\ncamions"


@pytest.mark.parametrize(
    ("element", "field", "value", "base", "sentence"),
    [
        (Action, "title", "  ", "Action 1.1.1", "Nommez l’action"),
        (Priority, "title", "", "Priorité numéro 1", "Nommez la priorité"),
        (Indicator, "unit", "", "tonnes", "Dites l’unité"),
        (Action, "budget", Decimal(-5), None, "négatif"),
    ],
)
def test_what_an_element_may_not_hold_is_refused(
    version: PlanVersion, element: type[Any], field: str, value: Any, base: Any, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        save_field(hold(element, version, field), by=UserFactory(), value=value, base=base)

    assert refusal.value.field == field


def test_dates_out_of_order_are_refused(version: PlanVersion) -> None:
    by = UserFactory()
    save_field(hold(Action, version, "starts_on"), by=by, value=date(2026, 9, 1), base=None)

    with pytest.raises(Refusal, match="doit suivre son début"):
        save_field(hold(Action, version, "ends_on"), by=by, value=date(2026, 8, 31), base=None)

    save_field(hold(Action, version, "ends_on"), by=by, value=date(2026, 9, 1), base=None)
    with pytest.raises(Refusal, match="doit suivre son début"):
        update_action(Action.objects.get(version=version), by=by, starts_on=date(2027, 1, 1))


def test_links_are_compared_and_written_as_a_whole(version: PlanVersion) -> None:
    by = UserFactory()
    here = list(Mrc.objects.filter(territory__slug="mauricie").values_list("pk", flat=True))
    elsewhere = Mrc.objects.filter(territory__slug="estrie")[0].pk
    held = hold(Action, version, "mrcs")

    save_field(held, by=by, value=here[:2], base=[])

    action = Action.objects.get(version=version)
    assert set(action.mrcs.values_list("pk", flat=True)) == set(here[:2])
    with pytest.raises(FieldConflict):
        save_field(hold(Action, version, "mrcs"), by=by, value=here[2:3], base=[])
    with pytest.raises(Refusal, match="territoire"):
        save_field(
            hold(Action, version, "mrcs"), by=by, value=[*here[:2], elsewhere], base=here[:2]
        )
    save_field(hold(Action, version, "mrcs"), by=by, value=here[1:3], base=here[:2])
    assert set(action.mrcs.values_list("pk", flat=True)) == set(here[1:3])


def test_a_national_priority_of_another_cycle_is_refused(version: PlanVersion) -> None:
    other = NationalPriority.objects.filter(cycle__slug="2017-2024")[0]

    with pytest.raises(Refusal):
        save_field(
            hold(Priority, version, "national_priorities"),
            by=UserFactory(), value=[other.pk], base=[],
        )  # fmt: skip


def test_a_frozen_version_is_not_written(version: PlanVersion) -> None:
    submit_version(version, by=UserFactory())

    with pytest.raises(Refusal, match="ne change plus"):
        save_field(hold(Action, version, "lead"), by=UserFactory(), value="Moisson", base="CDC")
    with pytest.raises(Refusal, match="ne change plus"):
        save_held_text(text_of(version, "2c"), by=UserFactory(), html="Autre", revision=1)


@pytest.mark.parametrize("field", ["rank", "version", "objective", "lineage", "pk"])
def test_only_what_people_write_is_a_field(version: PlanVersion, field: str) -> None:
    pk = Action.objects.get(version=version).pk

    assert hold_field(Action, pk, field, territory="mauricie", cycle="2024-2029", number=1) is None


@pytest.mark.parametrize("place", [{"territory": "estrie"}, {"cycle": "2017-2024"}, {"number": 2}])
def test_an_element_is_held_where_it_is(version: PlanVersion, place: dict[str, Any]) -> None:
    pk = Action.objects.get(version=version).pk
    where = {"territory": "mauricie", "cycle": "2024-2029", "number": 1} | place

    assert hold_field(Action, pk, "lead", **where) is None
    assert hold_text("2c", **where) is None


# --- Texts


def test_a_text_is_held_in_one_query_and_written_in_another(version: PlanVersion) -> None:
    by = UserFactory()

    with CaptureQueriesContext(connection) as captured:
        held = text_of(version, "2c")
        save_held_text(held, by=by, html="<p>La Tuque</p>", revision=1)

    assert len(captured) == 2


def test_the_first_text_of_a_section_is_written(version: PlanVersion) -> None:
    SectionText.objects.filter(version=version).delete()

    save_held_text(text_of(version, "2c"), by=UserFactory(), html="<p>La Tuque</p>", revision=0)

    assert SectionText.objects.get().html == "<p>La Tuque</p>"


def test_two_people_in_one_text_get_both(version: PlanVersion) -> None:
    save_held_text(text_of(version, "2c"), by=UserFactory(), html="<p>Le sien</p>", revision=1)

    with pytest.raises(TextConflict) as refusal:
        save_held_text(text_of(version, "2c"), by=UserFactory(), html="<p>Le mien</p>", revision=1)

    assert refusal.value.saved.html == "<p>Le sien</p>"
