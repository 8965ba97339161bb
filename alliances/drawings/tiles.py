"""The map of squares: one per region, three wide ones for the Indigenous organisations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from alliances.drawings.bars import coordinate

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
    # A quantity: from nothing to the most.
    "shade3": ("f-piv", "", True, "", "0"),
    "shade2": ("f-regular", "", True, "", "0"),
    "shade1": ("f-pale s-piv", "1", False, "", "0"),
    "shade0": ("f-white s-light", "1.5", False, "", "0"),
}


@dataclass(frozen=True)
class Tile:
    """One territory of the map. ``kind``: done, moving, waiting, held or todo; or shade0 to shade3
    for a quantity, whose ``word`` in the legend is ``key``."""

    abbreviation: str
    name: str
    word: str
    kind: str
    key: str = ""


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
    if kind.startswith("shade"):
        return ""
    if kind == "held":
        return f"M{at(-3, -5)}V{coordinate(cy + 5 * size)}M{at(3, -5)}V{coordinate(cy + 5 * size)}"
    right, left = coordinate(cx + 4 * size), coordinate(cx - 4 * size)
    return f"M{at(-4, -4)}H{right}V{coordinate(cy + 4 * size)}H{left}z"


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
                title=gettext("%(name)s : %(word)s") % {"name": tile.name, "word": tile.word},
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
        key = tile.kind, tile.key or tile.word
        counts[key] = counts.get(key, 0) + 1
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
