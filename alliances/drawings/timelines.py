"""The scaled timeline of an alliance, and the line of the coming deadlines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from alliances.drawings.bars import coordinate
from alliances.fiscal import FiscalYear


@dataclass(frozen=True)
class Act:
    """An act above the rail. ``kind``: done, run, late or todo."""

    day: date
    title: str
    detail: str
    kind: str


@dataclass(frozen=True)
class Flow:
    """A versement under the rail, in dollars. ``paid``: filled arrow; ``next``: blue outline."""

    day: date
    amount: Decimal
    word: str
    paid: bool = False
    next: bool = False


@dataclass(frozen=True)
class PlacedAct:
    title: str
    detail: str
    kind: str
    x: str
    text_x: str
    end: bool
    stem_y: int
    node_x: str
    tick: str
    late_left: str
    late_right: str
    is_labelled: bool

    @property
    def title_y(self) -> int:
        return self.stem_y + 11

    @property
    def detail_y(self) -> int:
        return self.stem_y + 28


@dataclass(frozen=True)
class PlacedFlow:
    amount: Decimal
    word: str
    paid: bool
    next: bool
    x: str
    text_x: str
    end: bool
    arrow_x: str
    is_labelled: bool


@dataclass(frozen=True)
class Year:
    label: str
    x: str
    width: str
    text_x: str
    tick_x: str


@dataclass(frozen=True)
class Milestones:
    years: list[Year]
    acts: list[PlacedAct]
    flows: list[PlacedFlow]
    elapsed: str
    today_x: str
    flag_x: str
    flag_text_x: str


@dataclass
class _Labels:
    """Boxes already written, so that no word covers another, a stem or the line of today."""

    today: float | None
    boxes: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    def fits(self, level: int, left: float, right: float, stems: Iterable[float]) -> bool:
        if left < 0 or right > 1216:
            return False
        if self.today is not None and left < self.today < right:
            return False
        if any(left < stem < right for stem in stems):
            return False
        return all(right + 8 <= a or b + 8 <= left for a, b in self.boxes.get(level, []))

    def take(self, level: int, left: float, right: float) -> None:
        self.boxes.setdefault(level, []).append((left, right))


_LEFT, _RIGHT = 8.0, 1208.0
_LOW, _HIGH = 63, 19


def _text_width(*texts: str) -> float:
    return 7.0 * max(len(text) for text in texts)


def milestones(
    *, start: date, end: date, today: date, acts: Sequence[Act], flows: Sequence[Flow]
) -> Milestones:
    """The scaled timeline of an alliance: acts above, money below, fiscal years underneath.

    A label without room is left out of the drawing; the list beside it always has everything.
    """
    days = (end - start).days or 1

    def at(day: date) -> float:
        return _LEFT + (_RIGHT - _LEFT) * min(max((day - start).days / days, 0.0), 1.0)

    today_x = at(today) if start <= today <= end else None
    ordered = sorted(acts, key=lambda act: act.day)
    xs = [at(act.day) for act in ordered]
    return Milestones(
        years=_years(start, end, at),
        acts=_place_acts(ordered, xs, today_x),
        flows=_place_flows(sorted(flows, key=lambda flow: flow.day), at, today_x),
        elapsed=coordinate(at(min(max(today, start), end)) - _LEFT),
        today_x=coordinate(today_x) if today_x is not None else "",
        flag_x=coordinate(_flag(today_x)),
        flag_text_x=coordinate(_flag(today_x) + 46),
    )


def _tick(x: float) -> str:
    return f"M{coordinate(x - 4)} 118.5 {coordinate(x - 1)} 121.5 {coordinate(x + 4.5)} 115"


def _flag(today_x: float | None) -> float:
    if today_x is None:
        return 0.0
    return today_x - 92 if today_x >= 100 else today_x


def _years(start: date, end: date, at: Callable[[date], float]) -> list[Year]:
    years = []
    year = FiscalYear.of(start)
    while year.first_day <= end:
        left = at(max(year.first_day, start))
        right = at(min(year.last_day + timedelta(days=1), end))
        label = str(year) if right - left > 90 else year.short if right - left > 50 else ""
        years.append(
            Year(label, coordinate(left), coordinate(max(right - left - 2, 1)),
                 coordinate(left + 2), coordinate(left))
        )  # fmt: skip
        year = year.next()
    return years


@dataclass(frozen=True)
class _Label:
    """Where the words of one act would stand."""

    level: int
    left: float
    right: float
    end: bool


def _possible(x: float, width: float, today_x: float | None) -> list[_Label]:
    labels = []
    for level in (_LOW, _HIGH):
        for end in (False, True):
            left = x - 7 - width if end else x + 7
            right = left + width
            crosses = today_x is not None and left < today_x < right
            if left >= 0 and right <= 1216 and not crosses:
                labels.append(_Label(level, left, right, end))
    return labels


def _clash(one: _Label, x: float, other: _Label | None, other_x: float) -> bool:
    """Two labels overlap, or the stem of one crosses the words of the other."""
    if one.level == _LOW and one.left < other_x < one.right:
        return True
    if other is None:
        return False
    if other.level == _LOW and other.left < x < other.right:
        return True
    if one.level != other.level:
        return False
    if one.level == _HIGH and (one.left < other_x < one.right or other.left < x < other.right):
        return True
    return not (one.right + 8 <= other.left or other.right + 8 <= one.left)


def _arrange(xs: list[float], options: list[list[_Label]]) -> list[_Label | None]:
    """A label for as many acts as possible, the low level first; bounded, it is only a drawing."""
    best: list[_Label | None] = [None] * (len(xs) + 1)
    steps = 0

    def search(index: int, chosen: list[_Label | None]) -> None:
        nonlocal best, steps
        steps += 1
        missing = chosen.count(None)
        if best.count(None) == 0 or steps > 4000 or missing >= best.count(None):
            return
        if index == len(xs):
            best = list(chosen)
            return
        for label in options[index]:
            if not any(
                _clash(label, xs[index], chosen[k] if k < index else None, xs[k])
                for k in range(len(xs))
                if k != index
            ):
                search(index + 1, [*chosen, label])
        search(index + 1, [*chosen, None])

    search(0, [])
    return best[: len(xs)]


def _place_acts(acts: list[Act], xs: list[float], today_x: float | None) -> list[PlacedAct]:
    options = [
        _possible(x, _text_width(act.title, act.detail), today_x)
        for act, x in zip(acts, xs, strict=True)
    ]
    placed = []
    for act, x, label in zip(acts, xs, _arrange(xs, options), strict=True):
        is_end = label is not None and label.end
        placed.append(
            PlacedAct(
                title=act.title,
                detail=act.detail,
                kind=act.kind,
                x=coordinate(x),
                text_x=coordinate(x - 7 if is_end else x + 7),
                end=is_end,
                stem_y=label.level if label else _LOW,
                node_x=coordinate(x - {"done": 9, "run": 8}.get(act.kind, 7)),
                tick=_tick(x),
                late_left=coordinate(x - 10),
                late_right=coordinate(x + 10),
                is_labelled=label is not None,
            )
        )
    return placed


def _place_flows(
    flows: list[Flow], at: Callable[[date], float], today_x: float | None
) -> list[PlacedFlow]:
    labels = _Labels(today_x)
    xs = [at(flow.day) for flow in flows]
    placed = []
    for flow, x in zip(flows, xs, strict=True):
        width = _text_width("0 000 000,00 $", flow.word)
        others = [stem for stem in xs if stem != x]
        is_end, found = False, False
        for end in (False, True):
            left = x - 12 - width if end else x + 12
            if labels.fits(0, left, left + width, others):
                labels.take(0, left, left + width)
                is_end, found = end, True
                break
        placed.append(
            PlacedFlow(
                amount=flow.amount, word=flow.word, paid=flow.paid, next=flow.next,
                x=coordinate(x), text_x=coordinate(x - 12 if is_end else x + 12), end=is_end,
                arrow_x=coordinate(x - 6), is_labelled=found,
            )
        )  # fmt: skip
    return placed


@dataclass(frozen=True)
class Mark:
    x: str
    left: str
    right: str
    square_x: str
    late: bool


@dataclass(frozen=True)
class Week:
    monday: date
    x: str
    width: str
    is_labelled: bool


@dataclass(frozen=True)
class DeadlineRail:
    weeks: list[Week]
    marks: list[Mark]
    today_x: str
    today_text_x: str


def deadline_rail(days: Iterable[date], *, today: date, weeks: int = 9) -> DeadlineRail | None:
    """The deadlines of the coming weeks on one line; nothing when none falls in them."""
    first = today - timedelta(days=today.weekday() + 7)
    span = 786.0 / weeks

    def at(day: date) -> float:
        return 4 + span * ((day - first).days / 7)

    marks = []
    for day in sorted(set(days)):
        if first <= day < first + timedelta(weeks=weeks):
            x = at(day) + span / 14
            marks.append(
                Mark(
                    coordinate(x),
                    coordinate(x - 9),
                    coordinate(x + 9),
                    coordinate(x - 7),
                    day < today,
                )
            )
    if not marks:
        return None
    return DeadlineRail(
        weeks=[
            Week(
                first + timedelta(weeks=i),
                coordinate(4 + i * span),
                coordinate(span - 2),
                i % 2 == 0,
            )
            for i in range(weeks)
        ],
        marks=marks,
        today_x=coordinate(at(today)),
        today_text_x=coordinate(at(today) + 6),
    )
