"""Geometry of the portal's drawings, the same in a page and in a PDF.

Numbers in, SVG coordinates out: no request, no query, no colour. Coordinates are strings with a
dot, because a template writes floats with the comma of French.
"""

from alliances.drawings.bars import Rect, Seats, Segment, coordinate, seats, segments, stacked_bar
from alliances.drawings.envelopes import Envelope, Part, envelope
from alliances.drawings.paces import Pace, pace
from alliances.drawings.shares import (
    Share,
    ShareBars,
    Treemap,
    shade_of,
    share_bars,
    treemap,
)
from alliances.drawings.tiles import TILE_GRID, WIDE_TILES, Tile, TileMap, tile_map
from alliances.drawings.timelines import (
    Act,
    DeadlineRail,
    Flow,
    Milestones,
    deadline_rail,
    milestones,
)
from alliances.drawings.trends import SeatBar, SeatTrend, ShareSteps, seat_trend, share_steps

__all__ = [
    "TILE_GRID",
    "WIDE_TILES",
    "Act",
    "DeadlineRail",
    "Envelope",
    "Flow",
    "Milestones",
    "Pace",
    "Part",
    "Rect",
    "SeatBar",
    "SeatTrend",
    "Seats",
    "Segment",
    "Share",
    "ShareBars",
    "ShareSteps",
    "Tile",
    "TileMap",
    "Treemap",
    "coordinate",
    "deadline_rail",
    "envelope",
    "milestones",
    "pace",
    "seat_trend",
    "seats",
    "segments",
    "shade_of",
    "share_bars",
    "share_steps",
    "stacked_bar",
    "tile_map",
    "treemap",
]
