import itertools
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances import drawings

START, END = date(2024, 11, 1), date(2029, 3, 31)
days = st.dates(START, END)
amounts = st.decimals(0, 9_000_000, places=2, allow_nan=False, allow_infinity=False)


def act(day: date, title: str = "Convention signée") -> drawings.Act:
    return drawings.Act(day, title, "29 nov. 2024", "done")


def test_segments_can_be_counted() -> None:
    bars = drawings.segments(11, 15)

    assert [bar.on for bar in bars] == [True] * 11 + [False] * 4


def test_nothing_to_count_draws_nothing() -> None:
    assert drawings.segments(0, 0) == []


def test_coordinates_never_carry_the_comma_of_french() -> None:
    assert drawings.coordinate(Decimal("12.5")) == "12.5"
    assert drawings.coordinate(12.0) == "12"


def test_seats_wrap_on_two_rows() -> None:
    drawing = drawings.seats(3, 16)

    assert sum(seat.on for seat in drawing.squares) == 3
    assert {seat.y for seat in drawing.squares} == {4, 28}


@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_bar_stays_in_its_width(shares: list[int]) -> None:
    total = sum(shares) or 1
    rects = drawings.stacked_bar([(share * 100 / total, "piv") for share in shares], width=312)

    assert all(0 <= float(rect.x) <= 312 for rect in rects)
    assert all(float(rect.x) + float(rect.width) <= 313 for rect in rects)


@given(st.lists(days, min_size=1, max_size=12, unique=True), days)
def test_no_label_of_the_timeline_covers_another(when: list[date], today: date) -> None:
    drawing = drawings.milestones(
        start=START, end=END, today=today, acts=[act(day) for day in when], flows=[]
    )

    spans: dict[int, list[tuple[float, float]]] = {}
    for placed in drawing.acts:
        if placed.is_labelled:
            x = float(placed.text_x)
            width = 7.0 * len("Convention signée")
            spans.setdefault(placed.stem_y, []).append(
                (x - width, x) if placed.end else (x, x + width)
            )
    for level in spans.values():
        level.sort()
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(level))
        assert all(left >= 0 and right <= 1216 for left, right in level)


def test_the_real_story_labels_every_act() -> None:
    drawing = drawings.milestones(
        start=START,
        end=END,
        today=date(2026, 11, 22),
        acts=[
            act(date(2024, 11, 29)),
            act(date(2025, 5, 28), "PARC approuvé"),
            act(date(2025, 9, 22), "Reddition 2024-25"),
            act(date(2026, 10, 14), "Reddition 2025-26"),
            act(END, "Fin"),
        ],
        flows=[drawings.Flow(date(2025, 1, 10), Decimal("820000"), "versé", paid=True)],
    )

    assert all(placed.is_labelled for placed in drawing.acts)
    assert [year.label for year in drawing.years][-1] == "2028-2029"


def test_today_outside_the_cycle_draws_no_flag() -> None:
    drawing = drawings.milestones(start=START, end=END, today=date(2030, 1, 1), acts=[], flows=[])

    assert drawing.today_x == ""


@given(amounts, amounts)
def test_the_envelope_never_leaves_its_frame(total: Decimal, received: Decimal) -> None:
    drawing = drawings.envelope(
        total=total,
        total_label="enveloppe",
        received=min(received, total),
        parts=[
            drawings.Part("Versé aux projets", min(received, total) / 2, "piv"),
            drawings.Part("Non engagé", min(received, total) / 2, "dashed"),
        ],
        engaged_parts=1,
    )

    assert 0 <= float(drawing.received_x) <= 1216
    assert all(float(part.x) + float(part.width) <= 1217 for part in drawing.parts)


def test_the_map_has_a_square_for_each_territory_and_counts_its_words() -> None:
    names = [*drawings.TILE_GRID, *drawings.WIDE_TILES]
    drawing = drawings.tile_map([drawings.Tile(name, name, "payé", "done") for name in names])

    assert len(drawing.squares) == 20
    assert [key.words for key in drawing.legend] == ["payé\u00a0: 20"]


def test_the_rail_shows_the_coming_weeks_only() -> None:
    today = date(2026, 11, 23)
    drawing = drawings.deadline_rail(
        [today - timedelta(days=3), today + timedelta(days=4), today + timedelta(days=400)],
        today=today,
    )

    assert drawing is not None
    assert [mark.late for mark in drawing.marks] == [True, False]
    assert drawings.deadline_rail([], today=today) is None


def test_a_wide_label_pushes_the_next_one_inside_its_own_part() -> None:
    drawing = drawings.envelope(
        total=Decimal("5805682"),
        total_label="enveloppe",
        received=Decimal("2066420.50"),
        parts=[
            drawings.Part("Versé aux projets", Decimal("1173068.75"), "piv"),
            drawings.Part("Coordination et administration", Decimal("158950"), "dark"),
            drawings.Part("Engagé, à verser", Decimal("734401.75"), "hatch"),
        ],
        engaged_parts=3,
    )

    first, second, third = drawing.parts
    assert (first.text_x, second.row, third.row) == ("0", 0, 0)
    assert float(third.text_x) > float(third.x)


def test_a_label_without_room_goes_down_one_row() -> None:
    drawing = drawings.envelope(
        total=Decimal(1000),
        total_label="enveloppe",
        received=Decimal(1000),
        parts=[
            drawings.Part("Versé aux projets", Decimal(40), "piv"),
            drawings.Part("Coordination", Decimal(40), "dark"),
            drawings.Part("Non engagé", Decimal(920), "dashed"),
        ],
    )

    assert [part.row for part in drawing.parts] == [0, 1, 0]
    assert drawing.height > drawing.parts[1].share_y


def test_an_envelope_without_anything_received_still_draws() -> None:
    drawing = drawings.envelope(
        total=Decimal(0), total_label="enveloppe", received=Decimal(0), parts=[]
    )

    assert (drawing.received_x, drawing.parts, drawing.bracket_y) == ("0", [], 222)


@given(st.lists(st.tuples(days, amounts), max_size=8), amounts, days)
def test_the_pace_never_leaves_its_frame(money: Any, total: Decimal, today: date) -> None:
    money = sorted(money)
    spent = sum((amount for _day, amount in money), Decimal(0))
    drawing = drawings.pace(
        start=START,
        end=END,
        today=today,
        total=total,
        received=money,
        paid=money,
        expected=[(today, spent), (END, spent * 2)],
    )

    paths = [drawing.received_path, drawing.paid_area, drawing.expected_path]
    for number in re.findall(r"-?\d+(?:\.\d+)?", " ".join(paths)):
        assert 0 <= float(number) <= drawing.width
    for _x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", " ".join(paths)):
        assert drawing.top <= float(y) <= drawing.base
    assert drawing.received == drawing.paid == spent


def test_a_treemap_covers_its_whole_and_keeps_the_proportions() -> None:
    shares = [drawings.Share(f"P{n}", value) for n, value in enumerate([50, 25, 15, 10, 0])]
    tiles = drawings.treemap(shares, width=400, height=200).tiles
    assert len(tiles) == 4
    areas = [float(t.width) * float(t.height) for t in tiles]
    assert [round(area / 10_000, 2) for area in areas] == pytest.approx(
        [0.50, 0.25, 0.15, 0.10], abs=0.02
    )
    assert all(float(t.x) + float(t.width) <= 100.1 for t in tiles)
    assert all(float(t.y) + float(t.height) <= 100.1 for t in tiles)


def test_a_bar_is_as_long_as_its_part_of_the_largest() -> None:
    drawn = drawings.share_bars([drawings.Share("A", 10), drawings.Share("B", 5)])
    assert [bar.width for bar in drawn.bars] == ["100", "50"]
    assert drawings.share_bars([]).bars == []


@pytest.mark.parametrize(
    ("value", "shade"),
    [(0, "shade0"), (1, "shade1"), (50, "shade2"), (90, "shade3"), (100, "shade3")],
)
def test_a_map_is_shaded_by_thirds_of_its_largest(value: int, shade: str) -> None:
    assert drawings.shade_of(value, 100) == shade


def test_a_share_holds_until_the_next_day_it_was_measured() -> None:
    measured = [(date(2025, 1, 1), Decimal("0.1")), (date(2026, 1, 1), Decimal("0.2"))]

    steps = drawings.share_steps(measured, today=date(2027, 1, 1))

    assert [level.share for level in steps.levels] == [0, Decimal("0.1"), Decimal("0.2")]
    assert (steps.path, len(steps.points)) == ("M48 61H189V22H330", 2)


@given(st.lists(st.tuples(days, st.decimals(0, 1, places=3)), min_size=1, max_size=12))
def test_the_steps_of_a_share_stay_inside_their_drawing(measured: Any) -> None:
    steps = drawings.share_steps(sorted(measured), today=START)

    across = [float(x) for x in re.findall(r"[MH]([-\d.]+)", steps.path)]
    assert across == sorted(across)
    assert all(steps.left <= x <= steps.right for x in across)
    assert all(20 <= float(level.y) <= steps.base for level in steps.levels)
