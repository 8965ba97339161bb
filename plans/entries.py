"""What a comparison says, entry by entry: signs, fields before and after, facing paragraphs.

A document freezes entries as texts (``as_data``). Marked HTML is made from cleaned texts: only
``<del>`` and ``<ins>`` are added; the words of a field are compared when they are read.
"""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from html import escape
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

from .comparison import ACTION, PRIORITY
from .word_by_word import marked_line


class Mark(StrEnum):
    """How an entry differs; its value names the filter of the page."""

    ADDED = "ajouts"
    REMOVED = "retraits"
    CHANGED = "modifications"
    MOVED = "deplacements"


GLYPHS = {Mark.ADDED: "add", Mark.REMOVED: "cut", Mark.CHANGED: "edit", Mark.MOVED: "move"}
MASCULINE = {
    Mark.ADDED: _lazy("Ajouté"),
    Mark.REMOVED: _lazy("Retiré"),
    Mark.CHANGED: _lazy("Modifié"),
    Mark.MOVED: _lazy("Déplacé"),
}
FEMININE = {
    Mark.ADDED: _lazy("Ajoutée"),
    Mark.REMOVED: _lazy("Retirée"),
    Mark.CHANGED: _lazy("Modifiée"),
    Mark.MOVED: _lazy("Déplacée"),
}
SAME = "same"
_WORDS_OF = {PRIORITY: FEMININE, ACTION: FEMININE}


@dataclass(frozen=True)
class Sign:
    """What is said of a change: its glyph, its word, and the mark it comes from."""

    mark: str
    glyph: str
    word: str


def sign(mark: Mark, kind: str = "") -> Sign:
    return Sign(str(mark), GLYPHS[mark], str(_WORDS_OF.get(kind, MASCULINE)[mark]))


def _shown(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _all(name: str, text: str) -> str:
    return f"<{name}>{_shown(text)}</{name}>" if text else ""


@dataclass(frozen=True)
class Row:
    """A field of an element, ``was`` and ``now`` as plain texts; no sign when it is the same.

    ``is_whole`` when it reads as one figure, that no mark cuts.
    """

    label: str
    was: str
    now: str
    sign: Sign | None = None
    of: str = ""
    is_whole: bool = False

    @cached_property
    def _sides(self) -> tuple[str, str]:
        if self.sign is None:
            return _shown(self.was), _shown(self.now)
        if self.is_whole or not self.was or not self.now:
            return _all("del", self.was), _all("ins", self.now)
        return marked_line(self.was, self.now)

    @property
    def before(self) -> str:
        """Marked HTML."""
        return self._sides[0]

    @property
    def after(self) -> str:
        """Marked HTML."""
        return self._sides[1]

    def as_data(self) -> dict[str, Any]:
        sign = asdict(self.sign) if self.sign else None
        return {
            "label": self.label,
            "before": self.before,
            "after": self.after,
            "sign": sign,
            "of": self.of,
        }


@dataclass(frozen=True)
class Line:
    """What an added or removed element holds, one element per line; ``level`` from 0."""

    level: int
    title: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True)
class Block:
    """Facing paragraphs of a text, or a count of those that are the same and stay folded."""

    before: str = ""
    after: str = ""
    change: str = SAME
    folded: int = 0


@dataclass(frozen=True)
class Entry:
    """A section or an element that differs; ``name`` is short, for a list: « Action 1.1.2 »."""

    anchor: str
    kind: str
    name: str
    title: str
    signs: list[Sign]
    group: str
    detail: str = ""
    blocks: list[Block] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    outline: list[Line] = field(default_factory=list)
    note: str = ""

    @property
    def marks(self) -> set[str]:
        return {one.mark for one in self.signs}

    @property
    def words(self) -> str:
        return ", ".join([self.signs[0].word, *(one.word.lower() for one in self.signs[1:])])

    def as_data(self) -> dict[str, Any]:
        """The entry as JSON holds it, its words compared."""
        return asdict(replace(self, rows=[])) | {"rows": [row.as_data() for row in self.rows]}


@dataclass(frozen=True)
class Report:
    """Every entry, and how many sections hold no difference."""

    entries: list[Entry]
    sections: int
    same_sections: int

    @property
    def count(self) -> int:
        return sum(1 for entry in self.entries if entry.signs)
