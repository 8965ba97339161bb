"""Countable squares and bars of parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

Number = float | Decimal


def coordinate(value: Number) -> str:
    """One decimal at most: ``12.04`` → ``12``."""
    text = f"{float(value):.1f}"
    return text.removesuffix(".0")


def ratio(part: Number, whole: Number) -> float:
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
class Rect:
    x: str
    width: str
    fill: str


def stacked_bar(shares: Iterable[tuple[Number, str]], *, width: int) -> list[Rect]:
    """Rectangles side by side, 2 px apart. ``shares``: (percent of the width, fill)."""
    rects: list[Rect] = []
    x = 0.0
    for share, fill in shares:
        length = width * ratio(share, 100)
        if length > 0:
            rects.append(Rect(coordinate(x), coordinate(max(length - 2, 1)), fill))
        x += length
    return rects
