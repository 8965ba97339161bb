"""A Word document read as pieces of a plan: opened with distrust, cut at its headings, matched."""

from .archive import Parts, open_parts
from .matching import Heading, Outline, Target, plain
from .pieces import Piece, pieces_of, words_of

__all__ = [
    "Heading",
    "Outline",
    "Parts",
    "Piece",
    "Target",
    "open_parts",
    "pieces_of",
    "plain",
    "words_of",
]
