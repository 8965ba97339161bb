"""The pieces of a Word document's text, in its order: each with the section it seems to be for.

What comes before the first heading, what no section claims and the contents are pieces too; what
the conversion does not read is in ``beside``.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from html import escape, unescape
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import mammoth
import mammoth.html
import nh3
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.formatting import clean_html

from .archive import Parts
from .blocks import BOLD_LEVEL, Block, text_of
from .matching import Heading, Outline

logger = logging.getLogger(__name__)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_STYLE_ID = re.compile(r"[A-Za-z][\w-]*$", re.ASCII)
ASIDE = "-"


@dataclass
class Piece:
    """``heading`` and ``html`` as the document has them; ``section`` is the code it seems to be for
    (« - » when it is proposed to leave it aside); ``done`` once a person dealt with it, or when
    there is nothing to place; ``outcome`` the code of the section it went to, « - » left aside.
    ``images`` counts the pictures that are not taken."""

    heading: str
    html: str = ""
    section: str = ""
    done: bool = False
    outcome: str = ""
    images: int = 0
    level: int = 0
    is_exact: bool = False
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        kept = ("heading", "html", "section", "done", "outcome", "images")
        return {name: value for name, value in asdict(self).items() if name in kept}


def words_of(html: str) -> list[str]:
    """The words a reader sees, whatever tags they are in."""
    apart = re.sub(r"<(?:/?(?:p|li|ul|ol|h[1-6]|div)\b[^>]*|br\b[^>]*)>", " ", html)
    return unescape(nh3.clean(apart, tags=set())).split()


# --- Converting


def _heading_styles(parts: Parts) -> Iterator[tuple[str, int]]:
    """Each paragraph style that is a heading by its outline level or by the one it is based on,
    with its level from 1: the names of styles change with the language and the house."""
    if "word/styles.xml" not in parts.xml:
        return
    root = xml_of(parts.xml["word/styles.xml"])
    levels: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in root.iter(f"{W}style"):
        key = style.get(f"{W}styleId", "")
        outline = style.find(f"{W}pPr/{W}outlineLvl")
        level = outline.get(f"{W}val", "") if outline is not None else ""
        if level.isdecimal():
            levels[key] = int(level) + 1
        based = style.find(f"{W}basedOn")
        if based is not None:
            parents[key] = based.get(f"{W}val", "")
        name = style.find(f"{W}name")
        said = re.fullmatch(
            r"(?:heading|titre) ([1-6])", (name.get(f"{W}val", "") if name is not None else ""),
            re.IGNORECASE,
        )  # fmt: skip
        if said:
            levels[key] = int(said.group(1))
    for key in {*levels, *parents}:
        root_key, seen = key, set[str]()
        while root_key not in levels and root_key in parents and root_key not in seen:
            seen.add(root_key)
            root_key = parents[root_key]
        found = levels.get(root_key, 0)
        if 1 <= found <= 6 and _STYLE_ID.match(key):
            yield key, found


_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Titre'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Sous-titre'] => h2:fresh
p[style-name^='toc '] => p.contents:fresh
p[style-name^='TOC '] => p.contents:fresh
p[style-name^='Table des mat'] => p.contents:fresh
br[type='page'] => br:fresh
br[type='column'] => br:fresh
"""


def _picture(image: Any) -> list[Any]:
    """A picture is counted, never opened."""
    return [mammoth.html.element("img", {"alt": image.alt_text or ""})]


def xml_of(content: bytes) -> Element:
    """A part already found without a document type or an entity (see ``archive``)."""
    return fromstring(content.replace(_STRICT.encode(), W[1:-1].encode()))  # noqa: S314


def converted(parts: Parts) -> Element:
    """The document as a tree of simple HTML."""
    styles = "".join(f"p.{key} => h{level}:fresh\n" for key, level in _heading_styles(parts))
    try:
        result = mammoth.convert_to_html(
            parts.as_archive(),
            style_map=_STYLES + styles,
            include_embedded_style_map=False,
            convert_image=_picture,
            external_file_access=False,
        )
        return fromstring(f"<div>{result.value}</div>")  # noqa: S314
    except Exception as error:
        # The converter says nothing of what it raises on a file made to mislead it.
        logger.info("word document not converted: %s", type(error).__name__)
        raise Refusal(
            _("Ce fichier Word n’a pas pu être lu. Enregistrez-le de nouveau en .docx dans Word."),
            field="file",
        ) from None


def take_notes(root: Element) -> dict[str, str]:
    """The foot and end notes, which the conversion gathers after the text, taken out of it: « [2]
    words » by key."""
    notes: dict[str, str] = {}
    for listed in [child for child in root if child.tag == "ol"]:
        items = list(listed)
        if items and all(re.match(r"(foot|end)note-", one.get("id", "")) for one in items):
            for number, item in enumerate(items, start=1):
                words = text_of(item).removesuffix("↑").strip()
                notes.setdefault(item.get("id", ""), f"[{number}] {words}")
            root.remove(listed)
    return notes


# --- Cutting


class Cutter:
    """Walks the blocks and opens a piece at each heading that deserves one."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.pieces: list[Piece] = [Piece("")]
        self.contents = Piece(_("Table des matières du fichier"), section=ASIDE)

    def lays_out(self, text: str, is_bold: bool) -> bool:
        """Whether a cell or an item shows that its table or list is the layout of a canvas. Under
        a heading that opened a section only a code does: « Moyens » heads many a row."""
        found = self.outline.find(text)
        current = self.pieces[-1]
        if found is None:
            return self.outline.is_group(text)
        if current.section and current.level < BOLD_LEVEL:
            return found.is_sure and found.has_code
        return self._names_section(found, is_bold)

    @staticmethod
    def _names_section(found: Heading, is_bold: bool) -> bool:
        return found.is_sure or (is_bold and found.is_exact)

    def _section_of(self, block: Block) -> Heading | None:
        """The section a block opens, unless it is a part of the section being read."""
        if not block.heading or not block.text:
            return None
        found = self.outline.find(block.text)
        if found is None:
            return None
        current = self.pieces[-1]
        if block.heading == "style":
            nested = current.section and block.level > current.level and not found.has_code
            return None if nested else found
        if not self._names_section(found, block.heading == "bold"):
            return None
        nested = current.section and current.level < block.level and not found.is_sure
        return None if nested else found

    def read(self, block: Block) -> None:
        if block.is_contents:
            self.contents.blocks.append(block.html)
            return
        found = self._section_of(block)
        current = self.pieces[-1]
        if found is not None:
            if found.has_code:
                self.outline.enter(block.text)
            self._open(block, Piece(block.text, section=found.code, is_exact=found.is_exact))
        elif self._is_apart(block, current):
            self.outline.enter(block.text)
            self._open(block, Piece(block.text))
        else:
            self._add(block)

    def _is_apart(self, block: Block, current: Piece) -> bool:
        """Whether a block that names no section opens a piece: a heading that is not a part of the
        section being read, the title of a group of sections."""
        if block.heading == "style":
            return not current.section or block.level <= current.level
        return bool(block.heading) and len(block.text) <= 120 and self.outline.is_group(block.text)

    def _open(self, block: Block, piece: Piece) -> None:
        piece.level = block.level
        piece.images, piece.notes = len(block.images), list(block.notes)
        self.pieces.append(piece)

    def _add(self, block: Block) -> None:
        current = self.pieces[-1]
        html = block.html
        if block.heading == "style":
            tag = "h4" if block.level > current.level + 1 else "h3"
            html = f"<{tag}>{escape(block.text, quote=False)}</{tag}>"
        current.blocks.append(html)
        current.images += len(block.images)
        current.notes += block.notes


def finished(piece: Piece, notes: dict[str, str]) -> Piece:
    """The piece with its clean HTML: its heading first when it says more than the section's."""
    for key in piece.notes:
        if key in notes:
            piece.blocks.append(f"<p>{escape(notes.pop(key), quote=False)}</p>")
    body = clean_html("".join(piece.blocks)) if piece.blocks else ""
    if body and piece.heading and not piece.is_exact and piece.section != ASIDE:
        body = f"<h3>{escape(piece.heading, quote=False)}</h3>{body}"
    piece.html = body
    piece.done = not body
    return piece
