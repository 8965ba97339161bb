"""Parts of a whole: a bar for each, or a rectangle as large as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from alliances.drawings.bars import Number, coordinate, ratio


@dataclass(frozen=True)
class Share:
    """One part. ``fill``: piv, dark, regular, light or pale."""

    label: str
    value: Number
    fill: str = "regular"


@dataclass(frozen=True)
class ShareBar:
    """``width``: percents of the widest."""

    label: str
    width: str
    fill: str


@dataclass(frozen=True)
class ShareBars:
    bars: list[ShareBar]


def share_bars(shares: Sequence[Share]) -> ShareBars:
    """A bar under each label; the largest value takes the whole width."""
    largest = max((one.value for one in shares), default=0)
    return ShareBars(
        [
            ShareBar(one.label, coordinate(100 * ratio(one.value, largest)), one.fill)
            for one in shares
        ]
    )


@dataclass(frozen=True)
class TreemapTile:
    """Its place, in percents of the drawing."""

    label: str
    x: str
    y: str
    width: str
    height: str
    fill: str
    inverse: bool
    shown: bool


@dataclass(frozen=True)
class Treemap:
    tiles: list[TreemapTile]


_DARK = {"piv", "dark", "regular"}
# What a label needs, in pixels of a drawing 560 pixels wide.
NARROWEST, LOWEST = 96.0, 56.0


def treemap(shares: Sequence[Share], *, width: int = 560, height: int = 240) -> Treemap:
    """Rectangles whose areas are in the proportions of the values, largest first, as square as
    they can be (Bruls, Huizing and van Wijk, 2000) in a drawing of ``width`` by ``height`` pixels.
    A label that would not fit is left out."""
    ranked = sorted((one for one in shares if one.value > 0), key=lambda one: -one.value)
    total = sum(float(one.value) for one in ranked)
    areas = [float(one.value) * width * height / total for one in ranked]
    boxes = _squarified(areas, 0.0, 0.0, float(width), float(height))
    tiles = [
        TreemapTile(
            one.label,
            x=coordinate(100 * x / width),
            y=coordinate(100 * y / height),
            width=coordinate(100 * wide / width),
            height=coordinate(100 * high / height),
            fill=one.fill,
            inverse=one.fill in _DARK,
            shown=wide >= NARROWEST and high >= LOWEST,
        )
        for one, (x, y, wide, high) in zip(ranked, boxes, strict=True)
    ]
    return Treemap(tiles)


Box = tuple[float, float, float, float]


def _squarified(areas: list[float], x: float, y: float, width: float, height: float) -> list[Box]:
    """Lays ``areas`` along the shorter side, a row at a time, while the row gets squarer."""
    boxes: list[Box] = []
    while areas:
        side = min(width, height)
        row = 1
        while row < len(areas) and _worst(areas[: row + 1], side) <= _worst(areas[:row], side):
            row += 1
        depth = sum(areas[:row]) / side if side else 0.0
        along = 0.0
        for area in areas[:row]:
            length = area / depth if depth else 0.0
            if width >= height:
                boxes.append((x, y + along, depth, length))
            else:
                boxes.append((x + along, y, length, depth))
            along += length
        if width >= height:
            x, width = x + depth, max(width - depth, 0.0)
        else:
            y, height = y + depth, max(height - depth, 0.0)
        areas = areas[row:]
    return boxes


def _worst(row: list[float], side: float) -> float:
    """The least square of a row: how many times longer than wide."""
    total = sum(row)
    if not total or not side:
        return float("inf")
    return max(
        side**2 * max(row) / total**2,
        total**2 / (side**2 * min(row)) if min(row) else float("inf"),
    )


SHADES = ["shade0", "shade1", "shade2", "shade3"]


def shade_of(value: Number | Decimal, largest: Number | Decimal) -> str:
    """The shade of a map: nothing, then a third of the largest value at a time."""
    if not value:
        return SHADES[0]
    part = ratio(value, largest)
    return SHADES[1 + min(int(part * 3), 2)]
