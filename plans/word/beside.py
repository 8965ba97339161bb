"""What a Word file holds beside the text that is converted: nothing of it is dropped in silence.

Boxes, formulas, notes, headers, comments, drawings, charts, and files inserted or joined: their
words become pieces, and what is not read is listed by its name.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html import escape
from posixpath import basename
from xml.etree.ElementTree import Element, ParseError

from django.utils.translation import gettext as _

from alliances.formatting import clean_html

from .archive import DOCUMENT, Parts
from .pieces import ASIDE, Piece, W, words_of, xml_of

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
_TEXTS = {
    f"{W}t",
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}t",
    f"{_DRAWN}t",
}
_SIGNS = {
    f"{W}tab": " ",
    f"{W}br": " ",
    f"{W}cr": " ",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}
_UNSEEN = {f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr")}
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")


# --- Paragraphs


def _drawn_as(element: Element) -> Element:
    """Of two ways to draw the same box, the one that the conversion reads, unless it says
    nothing."""
    fallback = element.find(f"{MC}Fallback")
    if fallback is None or not any((one.text or "").strip() for one in fallback.iter(f"{W}t")):
        return element
    return fallback


def _gather(element: Element, said: list[str], inner: list[Element]) -> None:
    """The words of ``element`` into ``said``, the paragraphs inside it into ``inner``."""
    for child in element:
        if child.tag in _TEXTS:
            said.append(child.text or "")
        elif child.tag in _SIGNS:
            said.append(_SIGNS[child.tag])
        elif child.tag == f"{W}p":
            inner.append(child)
        elif child.tag == _WORD_ART:
            said.append(f" {child.get('string', '')} ")
        elif child.tag not in _UNSEEN:
            _gather(_drawn_as(child), said, inner)


def _paragraphs(root: Element) -> Iterator[str]:
    """The text of each paragraph of a part, without what a revision struck out."""
    waiting = deque([root])
    while waiting:
        said: list[str] = []
        inner: list[Element] = []
        _gather(waiting.popleft(), said, inner)
        text = " ".join("".join(said).split())
        if text:
            yield text
        waiting.extendleft(reversed(inner))


def _left_out(roots: Iterable[Element], pieces: Iterable[Piece]) -> list[str]:
    """The paragraphs of the parts of which some word is in no piece."""
    held: Counter[str] = Counter()
    for piece in pieces:
        held.update(piece.heading.split())
        body = words_of(piece.html)
        held.update(body)
        if body and piece.html.startswith("<h3>") and not piece.is_exact:
            held.subtract(piece.heading.split())
    missing: list[str] = []
    for root in roots:
        for text in _paragraphs(root):
            words = Counter(text.split())
            if all(held[word] >= count for word, count in words.items()):
                held.subtract(words)
            else:
                missing.append(text)
    return missing


def _piece(title: str, lines: Iterable[str], *, section: str = "") -> Piece | None:
    html = "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)
    return Piece(title, clean_html(html), section=section) if html else None


# --- Parts


def _named(parts: Parts, pattern: str) -> list[Element]:
    names = sorted(name for name in parts.xml if re.match(pattern, name))
    return [root for name in names if (root := _parsed(parts, name)) is not None]


def _parsed(parts: Parts, name: str) -> Element | None:
    try:
        return xml_of(parts.xml[name])
    except ParseError:
        return None


def _drawn_lines(root: Element) -> Iterator[str]:
    for paragraph in root.iter(f"{_DRAWN}p"):
        text = " ".join("".join(one.text or "" for one in paragraph.iter(f"{_DRAWN}t")).split())
        if text:
            yield text


def _drawings(parts: Parts) -> Iterator[str]:
    """The words of each SmartArt, from its data; from its picture when there are none."""
    pattern = r"word/diagrams/{}\d*\.xml$"
    roots = _named(parts, pattern.format("data")) or _named(parts, pattern.format("drawing"))
    for root in roots:
        yield from _drawn_lines(root)


def _values(element: Element | None) -> list[str]:
    if element is None:
        return []
    return [value.text or "" for point in element.iter(f"{_CHART}pt") for value in point]


def _charts(parts: Parts) -> Iterator[str]:
    """The titles of each chart, then « series : category value; category value »."""
    for root in _named(parts, r"word/charts/chart\d*\.xml$"):
        yield from _drawn_lines(root)
        for series in root.iter(f"{_CHART}ser"):
            name = " ".join(_values(series.find(f"{_CHART}tx")))
            labels = _values(series.find(f"{_CHART}cat"))
            values = _values(series.find(f"{_CHART}val"))
            labels += [""] * (len(values) - len(labels))
            values += [""] * (len(labels) - len(values))
            points = "; ".join(f"{a} {b}".strip() for a, b in zip(labels, values, strict=True))
            line = _("%(name)s : %(points)s") % {"name": name, "points": points}
            yield line if name else points


def beside(parts: Parts, pieces: list[Piece]) -> Iterator[Piece]:
    """What ``pieces`` do not hold of the document. What may belong to a section waits for it; what
    surrounds the text is proposed to be left aside."""
    read = [_parsed(parts, name) for name in (DOCUMENT, *_NOTES) if name in parts.xml]
    left = _left_out([root for root in read if root is not None], pieces)
    margins: dict[str, None] = {}
    for root in _named(parts, r"word/(header|footer)\d*\.xml$"):
        margins.update(dict.fromkeys(_paragraphs(root)))
    comments: list[str] = []
    for root in _named(parts, r"word/comments\.xml$"):
        comments += _paragraphs(root)
    drawings, charts = list(_drawings(parts)), list(_charts(parts))
    found = [
        _piece(_("Passages que la lecture n’a pas su situer"), left),
        _piece(_("Schémas du fichier (SmartArt)"), _unsaid(drawings, left)),
        _piece(_("Graphiques du fichier"), charts),
        _piece(_("En-têtes et pieds de page du fichier"), margins, section=ASIDE),
        _piece(_("Commentaires du fichier"), comments, section=ASIDE),
    ]
    yield from (one for one in found if one is not None)


def _unsaid(lines: list[str], said: list[str]) -> list[str]:
    """A drawing kept inside the document itself is among what was left out already."""
    return [line for line in lines if line not in set(said)]


def unread(names: Iterable[str], joined: Iterable[str]) -> Piece | None:
    """What stays shut, by name: inserted texts of another kind, joined files."""
    lines = [
        _("%(name)s : contenu inséré, dans un format que le portail ne lit pas.")
        % {"name": basename(name)}
        for name in names
    ]
    lines += [
        _("%(name)s : fichier joint, que le portail n’ouvre pas.") % {"name": basename(name)}
        for name in joined
    ]
    return _piece(_("Contenu non lu"), lines, section=ASIDE)
