"""A Word document read as pieces of a plan: opened with distrust, cut at its headings, matched."""

from .archive import Parts, check_archive, open_parts
from .matching import Heading, Outline, Target, plain
from .pieces import Piece, words_of
from .reading import pieces_of

__all__ = [
    "Heading",
    "Outline",
    "Parts",
    "Piece",
    "Target",
    "check_archive",
    "open_parts",
    "pieces_of",
    "plain",
    "words_of",
]
