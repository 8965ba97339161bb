"""The seats of a body, count after count; those of an Alliance, as a share that moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from alliances.drawings.bars import coordinate, ratio

WIDTH, HEIGHT = 336, 124
TOP, BASE = 22, 100
SHOWN = 7


@dataclass(frozen=True)
class SeatBar:
    """A count as a bar: all the seats in outline, those held filled from the base."""

    x: str
    width: str
    y: str
    height: str
    held_y: str
    held_height: str
    text_x: str
    label: str
    year: str


@dataclass(frozen=True)
class SeatTrend:
    width: int
    height: int
    base: int
    bars: list[SeatBar]


def seat_trend(counts: Iterable[tuple[str, int, int]]) -> SeatTrend:
    """``counts``: when (a few characters), seats held, seats; the oldest first. The last seven."""
    shown = list(counts)[-SHOWN:]
    step = WIDTH / SHOWN
    tallest = max((seats for _when, _held, seats in shown), default=1)
    bars = []
    for rank, (when, held, seats) in enumerate(shown):
        height = (BASE - TOP) * ratio(seats, tallest)
        filled = height * ratio(held, seats)
        bars.append(
            SeatBar(
                coordinate(rank * step + 4),
                coordinate(step - 14),
                coordinate(BASE - height),
                coordinate(height),
                coordinate(BASE - filled),
                coordinate(filled),
                coordinate(rank * step + 4 + (step - 14) / 2),
                f"{held}/{seats}",
                when,
            )
        )
    return SeatTrend(WIDTH, HEIGHT, BASE, bars)


LEFT, RIGHT, SIDE = 48, 330, 8
LEVELS = [Decimal(level) / 100 for level in (10, 20, 30, 40, 50, 60, 80, 100)]


@dataclass(frozen=True)
class Level:
    share: Decimal
    y: str


@dataclass(frozen=True)
class Point:
    """The corner of the square that marks a day."""

    x: str
    y: str


@dataclass(frozen=True)
class ShareSteps:
    """A share that holds until the next day it was measured, drawn up to today."""

    path: str
    points: list[Point]
    levels: list[Level]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    left: int = LEFT
    right: int = RIGHT
    text_x: int = LEFT - 8
    side: int = SIDE


def share_steps(measured: Sequence[tuple[date, Decimal]], *, today: date) -> ShareSteps:
    """``measured``: the days and their shares of one, the oldest first, at least one."""
    first = measured[0][0]
    days = max((max(today, measured[-1][0]) - first).days, 1)
    highest = max(share for _day, share in measured)
    top = next(level for level in LEVELS if level >= highest)

    def x(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / days

    def y(share: Decimal) -> float:
        return BASE - (BASE - TOP) * float(share / top)

    steps = [f"M{coordinate(x(first))} {coordinate(y(measured[0][1]))}"]
    for day, share in measured[1:]:
        steps += [f"H{coordinate(x(day))}", f"V{coordinate(y(share))}"]
    half = SIDE / 2
    return ShareSteps(
        path="".join([*steps, f"H{RIGHT}"]),
        points=[
            Point(coordinate(x(day) - half), coordinate(y(share) - half)) for day, share in measured
        ],
        levels=[Level(share, coordinate(y(share))) for share in (Decimal(0), top / 2, top)],
    )
