"""The seats of a body, count after count."""

from collections.abc import Iterable
from dataclasses import dataclass

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
