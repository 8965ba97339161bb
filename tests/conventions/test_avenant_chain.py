"""The convention in force on any day, whatever the chain of avenants."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from alliances import clock
from alliances.errors import Refusal
from conventions.avenants.changes import Parties, Row
from conventions.avenants.terms import periods, terms_on
from conventions.models import Convention
from tests.factories import AllianceFactory, OrganisationFactory

from .avenants import moved, new_row, schedule, signed_avenant, with_spec
from .factories import AMOUNT, DRAFTED, room_for, signed_convention, signed_entente

pytestmark = pytest.mark.django_db


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=DRAFTED.tzinfo)


def amend(convention: Convention, day: date, **changes: object) -> Convention:
    if isinstance(amount := changes.get("amount"), Decimal):
        room_for(convention.alliance, amount)
    with clock.at(at_noon(day)):
        signed_avenant(Convention.objects.for_pages().get(pk=convention.pk), **changes)  # type: ignore[arg-type]
    return Convention.objects.for_pages().get(pk=convention.pk)


class TestStoryOf2024:
    """2018-2023, extended to March 2024 then to 31 October 2024, then the next convention."""

    @pytest.fixture(autouse=True)
    def _story(self) -> None:
        entente = signed_entente(AllianceFactory("laval", "2017-2024"))
        rows = [*schedule(entente), new_row(2023, Decimal("200000.00"))]
        # Announced on 31 May 2023, two months after the end.
        entente = amend(
            entente,
            date(2023, 5, 31),
            ends_on=date(2024, 3, 31),
            amount=AMOUNT + 200_000,
            rows=rows,
        )
        amend(entente, date(2024, 3, 26), ends_on=date(2024, 10, 31))
        signed_convention(AllianceFactory("laval"))

    @pytest.mark.parametrize(
        ("day", "number", "avenants", "ends_on", "amount"),
        [
            (date(2018, 10, 1), "E-13-2018", 0, date(2023, 3, 31), "1000000.00"),
            (date(2023, 3, 31), "E-13-2018", 0, date(2023, 3, 31), "1000000.00"),
            (date(2023, 4, 1), "E-13-2018", 1, date(2024, 3, 31), "1200000.00"),
            (date(2024, 3, 25), "E-13-2018", 1, date(2024, 3, 31), "1200000.00"),
            (date(2024, 3, 26), "E-13-2018", 2, date(2024, 10, 31), "1200000.00"),
            (date(2024, 10, 31), "E-13-2018", 2, date(2024, 10, 31), "1200000.00"),
            (date(2024, 11, 1), "C-13-2024", 0, date(2029, 3, 31), "1000000.00"),
        ],
    )
    def test_any_day_has_its_convention(
        self, day: date, number: str, avenants: int, ends_on: date, amount: str
    ) -> None:
        found = terms_on(AllianceFactory("laval").territory, day)

        assert found is not None
        assert found.convention.number == number
        assert len(found.avenants) == avenants
        assert (found.ends_on, found.amount) == (ends_on, Decimal(amount))
        assert sum(one.amount for one in found.tranches) == found.amount

    @pytest.mark.parametrize("day", [date(2018, 9, 30), date(2029, 4, 1)])
    def test_none_before_nor_after(self, day: date) -> None:
        assert terms_on(AllianceFactory("laval").territory, day) is None

    def test_periods_follow_each_other_without_gap_nor_overlap(self) -> None:
        found = periods(AllianceFactory("laval").territory)

        assert [one.avenant and one.avenant.number for one in found] == [None, 1, 2, None]
        for before, after in pairwise(found):
            assert after.first == before.last + timedelta(days=1)

    def test_costs_the_same_whatever_the_chain(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        place = AllianceFactory("laval").territory
        with django_assert_max_num_queries(5):
            terms_on(place, date(2023, 6, 1))
        with django_assert_max_num_queries(3):
            periods(place)


def test_each_party_is_the_one_of_the_day() -> None:
    convention = signed_convention(AllianceFactory("laval"))
    former = convention.alliance.table
    table = OrganisationFactory(territory=convention.alliance.territory)

    amend(convention, date(2025, 6, 2), parties=Parties(table, None))

    place = convention.alliance.territory
    for day, expected in ((date(2025, 6, 1), former), (date(2025, 6, 2), table)):
        found = terms_on(place, day)
        assert found is not None
        assert found.table == expected


def test_a_tranche_taken_out_is_still_there_before() -> None:
    convention = signed_convention(AllianceFactory("laval"))
    *rows, last = schedule(convention)
    rows[-1] = with_spec(rows[-1], amount=rows[-1].spec.amount + last.spec.amount)

    amend(convention, date(2025, 6, 2), rows=rows)

    place = convention.alliance.territory
    before, after = (terms_on(place, day) for day in (date(2025, 6, 1), date(2025, 6, 2)))
    assert before is not None
    assert after is not None
    assert [len(before.tranches), len(after.tranches)] == [5, 4]


# --- Any sequence of avenants

CENTS = st.integers(1, 300_000_00).map(lambda cents: Decimal(cents) / 100)
STEP = st.tuples(
    st.sampled_from(["extend", "raise", "lower", "move", "add", "remove", "party"]),
    CENTS,
    st.integers(1, 200),
)


def _changes(convention: Convention, what: str, amount: Decimal) -> dict[str, object]:
    rows = schedule(convention)
    last = rows[-1]
    if what == "extend":
        return {"ends_on": min(convention.ends_on + timedelta(days=90), date(2029, 3, 31))}
    if what == "raise":
        grown = with_spec(last, amount=last.spec.amount + amount)
        return {"amount": convention.amount + amount, "rows": [*rows[:-1], grown]}
    if what == "lower":
        less = with_spec(last, amount=last.spec.amount - amount)
        return {"amount": convention.amount - amount, "rows": [*rows[:-1], less]}
    if what == "move":
        return {"rows": moved(convention)}
    if what == "add":
        added: Row = new_row(last.spec.fiscal_year, amount)
        return {"amount": convention.amount + amount, "rows": [*rows, added]}
    if what == "remove":
        return {"amount": convention.amount - last.spec.amount, "rows": rows[:-1]}
    return {"parties": Parties(OrganisationFactory(territory=convention.alliance.territory), None)}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=1, max_size=4))
def test_any_sequence_of_avenants_answers_for_any_day(
    steps: list[tuple[str, Decimal, int]],
) -> None:
    """Each day says what was signed by then; tranches sum to the amount, kept by the database."""
    with transaction.atomic():
        convention = signed_convention(AllianceFactory("laval"), ends_on=date(2028, 3, 31))
        place, day = convention.alliance.territory, date(2025, 1, 10)
        seen = [(date(2024, 11, 1), convention.amount, convention.ends_on, schedule(convention))]
        for what, amount, days in steps:
            day = min(day + timedelta(days=days), date(2028, 3, 1))
            try:
                with transaction.atomic():
                    convention = amend(convention, day, **_changes(convention, what, amount))
            except Refusal:
                continue
            seen.append((day, convention.amount, convention.ends_on, schedule(convention)))
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        holding = {since: rest for since, *rest in seen}
        for since, (amount, ends_on, rows) in holding.items():
            found = terms_on(place, since)
            assert found is not None
            assert (found.amount, found.ends_on) == (amount, ends_on)
            assert [(one.year.start, one.amount) for one in found.tranches] == [
                (row.spec.fiscal_year, row.spec.amount) for row in rows
            ]
            assert sum(one.amount for one in found.tranches) == found.amount
        transaction.set_rollback(True)
