"""Geometry of the portal's drawings, the same in a page and in a PDF.

Everything here is numbers in, SVG coordinates out: no request, no query, no colour. Coordinates
are strings with a dot, because a template writes floats with the comma of French.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from alliances.fiscal import FiscalYear

Number = float | Decimal


def coordinate(value: Number) -> str:
    """One decimal at most: ``12.04`` → ``12``."""
    text = f"{float(value):.1f}"
    return text.removesuffix(".0")


def _ratio(part: Number, whole: Number) -> float:
    return min(max(float(part) / float(whole), 0.0), 1.0) if whole else 0.0


@dataclass(frozen=True)
class Segment:
    x: str
    width: str
    on: bool


def segments(done: int, total: int, *, width: int = 300) -> list[Segment]:
    """One countable bar per element, ``done`` of them filled."""
    if total <= 0:
        return []
    step = width / total
    gap = min(3.0, step / 4)
    return [
        Segment(coordinate(i * step + 0.5), coordinate(step - gap), i < done) for i in range(total)
    ]


@dataclass(frozen=True)
class Seat:
    x: int
    y: int
    on: bool


@dataclass(frozen=True)
class Seats:
    width: int
    height: int
    squares: list[Seat]


def seats(held: int, total: int, *, per_row: int = 14) -> Seats:
    """One square per seat, the ``held`` first ones filled."""
    rows = max(1, -(-total // per_row))
    squares = [
        Seat(1 + 24 * (i % per_row), 4 + 24 * (i // per_row), i < held) for i in range(total)
    ]
    return Seats(24 * per_row, 24 * rows + 4, squares)


@dataclass(frozen=True)
class Part:
    """A part of a whole, in dollars. ``fill``: piv, dark, regular, hatch, white or dashed."""

    label: str
    amount: Decimal
    fill: str


@dataclass(frozen=True)
class Rect:
    x: str
    width: str
    fill: str


def stacked_bar(shares: Iterable[tuple[Number, str]], *, width: int) -> list[Rect]:
    """Rectangles side by side, 2 px apart. ``shares``: (percent of the width, fill)."""
    rects: list[Rect] = []
    x = 0.0
    for share, fill in shares:
        length = width * _ratio(share, 100)
        if length > 0:
            rects.append(Rect(coordinate(x), coordinate(max(length - 2, 1)), fill))
        x += length
    return rects


@dataclass(frozen=True)
class EnvelopePart:
    label: str
    amount: Decimal
    share: int
    fill: str
    x: str
    width: str
    text_x: str
    end: bool
    row: int = 0

    @property
    def label_y(self) -> int:
        return 168 + 60 * self.row

    @property
    def amount_y(self) -> int:
        return self.label_y + 19

    @property
    def share_y(self) -> int:
        return self.label_y + 38


@dataclass(frozen=True)
class EnvelopeRow:
    label: str
    amount: Decimal
    fill: str = ""


@dataclass(frozen=True)
class Envelope:
    """``received`` out of ``total``, then the received amount opened into its parts (dollars)."""

    total: Decimal
    total_label: str
    received: Decimal
    received_share: int
    received_x: str
    to_receive: Decimal
    to_receive_x: str
    to_receive_note: str
    narrow_x: str
    parts: list[EnvelopePart]
    narrow_parts: list[Rect]
    engaged: Decimal | None
    engaged_x: str
    rows: list[EnvelopeRow]


def envelope(
    *,
    total: Decimal,
    total_label: str,
    received: Decimal,
    parts: Sequence[Part],
    to_receive_note: str = "",
    engaged_parts: int = 0,
) -> Envelope:
    """The envelope bar. The parts open what was received; they should sum to ``received``.

    ``engaged_parts``: how many of the first parts a bracket sums as « Engagé ».
    """
    width = 1216
    received_x = width * _ratio(received, total)
    placed: list[EnvelopePart] = []
    right_of_text = -1.0
    x = 0.0
    engaged_x = 0.0
    for index, part in enumerate(parts):
        length = width * _ratio(part.amount, received)
        if part.amount <= 0:
            continue
        text = 7.4 * max(len(part.label), 15)
        end = x + text > width
        left = x + length - text if end else x
        row = 1 if left < right_of_text else 0
        if row == 0:
            right_of_text = x + length if end else x + text
        placed.append(
            EnvelopePart(
                label=part.label,
                amount=part.amount,
                share=round(_ratio(part.amount, received) * 100),
                fill=part.fill,
                x=coordinate(x),
                width=coordinate(max(length - 2, 1)),
                text_x=coordinate(width if end else x),
                end=end,
                row=row,
            )
        )
        x += length
        if index < engaged_parts:
            engaged_x = x
    to_receive_x = received_x + 10
    engaged = sum((part.amount for part in parts[:engaged_parts]), Decimal(0))
    rows = [
        EnvelopeRow(total_label, total),
        EnvelopeRow(gettext("Reçu du FQIS"), received, "regular"),
    ]
    rows += [EnvelopeRow(part.label, part.amount, part.fill) for part in parts]
    to_receive = max(total - received, Decimal(0))
    if to_receive:
        rows.append(EnvelopeRow(gettext("À recevoir"), to_receive, "white"))
    crowded = to_receive_x + 260 > width - 160
    return Envelope(
        total=total,
        total_label=total_label,
        received=received,
        received_share=round(_ratio(received, total) * 100),
        received_x=coordinate(received_x),
        to_receive=to_receive if not crowded and received_x >= 190 else Decimal(0),
        to_receive_x=coordinate(to_receive_x),
        to_receive_note=to_receive_note,
        narrow_x=coordinate(358 * _ratio(received, total)),
        parts=placed,
        narrow_parts=stacked_bar(
            [(_ratio(part.amount, received) * 100, part.fill) for part in parts], width=358
        ),
        engaged=engaged or None,
        engaged_x=coordinate(engaged_x),
        rows=rows,
    )


# Abbreviation → row and column of its square; the three wide tiles → x and width.
TILE_GRID: dict[str, tuple[int, int]] = {
    "NDQ": (0, 2), "CÔT": (1, 5), "AT": (2, 0), "SLSJ": (2, 3), "GÎM": (2, 6), "OUT": (3, 0),
    "LAU": (3, 1), "LAN": (3, 2), "MAU": (3, 3), "CN": (3, 4), "BSL": (3, 5), "LAV": (4, 1),
    "MTL": (4, 2), "CDQ": (4, 3), "CA": (4, 4), "MON": (5, 2), "EST": (5, 3),
}  # fmt: skip
WIDE_TILES: dict[str, tuple[int, int]] = {"ARK": (0, 96), "CSSSPNQL": (99, 128), "GNC": (230, 96)}
_PAINT = {
    # kind: square, its stroke, white text, mark, the mark's stroke
    "done": ("f-piv", "", True, "s-white", "2"),
    "moving": ("f-regular", "", True, "s-white", "2"),
    "waiting": ("f-pale s-piv", "2", False, "s-piv", "2"),
    "held": ("f-white s-red", "2", False, "s-red", "2.5"),
    "todo": ("f-white s-light", "1.5", False, "s-grey", "1.4"),
}


@dataclass(frozen=True)
class Tile:
    """One territory of the map. ``kind``: done, moving, waiting, held or todo."""

    abbreviation: str
    name: str
    word: str
    kind: str


@dataclass(frozen=True)
class TileSquare:
    abbreviation: str
    title: str
    x: str
    y: str
    width: str
    height: str
    cx: str
    text_y: str
    paint: str
    stroke: str
    inverse: bool
    mark: str
    mark_paint: str
    mark_stroke: str


@dataclass(frozen=True)
class TileKey:
    words: str
    x: str
    width: str
    paint: str
    stroke: str
    mark: str
    mark_paint: str


@dataclass(frozen=True)
class TileMap:
    squares: list[TileSquare]
    legend: list[TileKey]


def _mark(kind: str, cx: float, cy: float, size: float = 1.0) -> str:
    def at(dx: float, dy: float) -> str:
        return f"{coordinate(cx + dx * size)} {coordinate(cy + dy * size)}"

    if kind == "done":
        return f"M{at(-6, 0)} {at(-2.5, 3.5)} {at(4, -3.5)}"
    if kind in {"moving", "waiting"}:
        return f"M{at(-6, 0)}H{coordinate(cx + 5 * size)}M{at(1, -4)} {at(5, 0)} {at(1, 4)}"
    if kind == "held":
        return f"M{at(-3, -5)}V{coordinate(cy + 5 * size)}M{at(3, -5)}V{coordinate(cy + 5 * size)}"
    return f"M{at(-4, -4)}H{coordinate(cx + 4 * size)}V{coordinate(cy + 4 * size)}H{coordinate(cx - 4 * size)}z"


def tile_map(tiles: Sequence[Tile]) -> TileMap:
    """The map of squares and its legend, one line per word, counted in the order given."""
    squares = []
    for tile in tiles:
        paint, stroke, inverse, mark_paint, mark_stroke = _PAINT[tile.kind]
        if tile.abbreviation in WIDE_TILES:
            x, width = WIDE_TILES[tile.abbreviation]
            y = 312
        elif tile.abbreviation in TILE_GRID:
            row, column = TILE_GRID[tile.abbreviation]
            x, y, width = 47 * column, 47 * row, 44
        else:
            continue
        inset = 1 if stroke else 0
        cx = x + width / 2
        squares.append(
            TileSquare(
                abbreviation=tile.abbreviation,
                title=gettext("%(name)s : %(word)s") % {"name": tile.name, "word": tile.word},
                x=coordinate(x + inset),
                y=coordinate(y + inset),
                width=coordinate(width - 2 * inset),
                height=coordinate(44 - 2 * inset),
                cx=coordinate(cx),
                text_y=coordinate(y + 19),
                paint=paint,
                stroke=stroke,
                inverse=inverse,
                mark=_mark(tile.kind, cx, y + 31),
                mark_paint=mark_paint,
                mark_stroke=mark_stroke,
            )
        )
    return TileMap(squares, _legend(tiles))


def _legend(tiles: Sequence[Tile]) -> list[TileKey]:
    counts: dict[tuple[str, str], int] = {}
    for tile in tiles:
        counts[tile.kind, tile.word] = counts.get((tile.kind, tile.word), 0) + 1
    keys = []
    for kind in _PAINT:
        for (its_kind, word), count in counts.items():
            if its_kind != kind:
                continue
            paint, stroke, _inverse, mark_paint, _width = _PAINT[kind]
            inset = 1 if stroke else 0
            keys.append(
                TileKey(
                    words=f"{word}\u00a0: {count}",
                    x=str(inset),
                    width=str(14 - 2 * inset),
                    paint=paint,
                    stroke=stroke,
                    mark=_mark(kind, 7.3, 7, 0.65) if kind != "todo" else "",
                    mark_paint=mark_paint,
                )
            )
    return keys


@dataclass(frozen=True)
class Act:
    """An act above the rail. ``kind``: done, run, late or todo. ``url``: where its proof is."""

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
    return 7.3 * max(len(text) for text in texts)


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


def _flag(today_x: float | None) -> float:
    if today_x is None:
        return 0.0
    return today_x - 92 if today_x >= 100 else today_x


def _years(start: date, end: date, at: object) -> list[Year]:
    years = []
    year = FiscalYear.of(start)
    while year.first_day <= end:
        left = at(max(year.first_day, start))  # type: ignore[operator]
        right = at(min(year.last_day + timedelta(days=1), end))  # type: ignore[operator]
        label = str(year) if right - left > 90 else year.short if right - left > 50 else ""
        years.append(
            Year(label, coordinate(left), coordinate(max(right - left - 2, 1)),
                 coordinate(left + 2), coordinate(left))
        )  # fmt: skip
        year = year.next()
    return years


def _place_acts(acts: list[Act], xs: list[float], today_x: float | None) -> list[PlacedAct]:
    labels = _Labels(today_x)
    high_stems: list[float] = []
    placed = []
    for act, x in zip(acts, xs, strict=True):
        width = _text_width(act.title, act.detail)
        others = [stem for stem in xs if stem != x]
        stem, left, is_end, found = _LOW, x + 7, False, False
        for level, end in ((_LOW, False), (_LOW, True), (_HIGH, False), (_HIGH, True)):
            left = x - 7 - width if end else x + 7
            stems = others if level == _LOW else high_stems
            if labels.fits(level, left, left + width, stems) and (
                level == _LOW or not any(a < x < b for a, b in labels.boxes.get(_LOW, []))
            ):
                stem, is_end, found = level, end, True
                labels.take(level, left, left + width)
                if level == _HIGH:
                    high_stems.append(x)
                break
        placed.append(
            PlacedAct(
                title=act.title, detail=act.detail, kind=act.kind, x=coordinate(x),
                text_x=coordinate(x - 7 if is_end else x + 7), end=is_end, stem_y=stem,
                node_x=coordinate(x - {"done": 9, "run": 8}.get(act.kind, 7)),
                tick=f"M{coordinate(x - 4)} 118.5 {coordinate(x - 1)} 121.5 {coordinate(x + 4.5)} 115",
                late_left=coordinate(x - 10), late_right=coordinate(x + 10), is_labelled=found,
            )
        )  # fmt: skip
    return placed


def _place_flows(flows: list[Flow], at: object, today_x: float | None) -> list[PlacedFlow]:
    labels = _Labels(today_x)
    xs = [at(flow.day) for flow in flows]  # type: ignore[operator]
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


def count_words(done: int, total: int) -> str:
    """« 11 éléments sur 15 »."""
    return ngettext("%(done)d élément sur %(total)d", "%(done)d éléments sur %(total)d", done) % {
        "done": done,
        "total": total,
    }
