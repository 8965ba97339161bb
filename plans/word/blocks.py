"""What the conversion gives, as a flat list of blocks: headings, texts, tables made readable."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element, tostring

_TITLE = re.compile(r"h([1-6])$")
_KEPT_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
BOLD_LEVEL = 7
# Whether a line, bold or not, shows that it is the layout of a canvas.
LaysOut = Callable[[str, bool], bool]


@dataclass
class Block:
    """A block of the document in its order.

    ``heading`` is « style » for a heading, « bold » for a line all in bold, « line » for a plain
    line, « » for what can only be text. ``level`` is that of a heading, 1 to 7 (bold lines).
    """

    text: str
    html: str = ""
    heading: str = ""
    level: int = 0
    is_contents: bool = False
    images: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def text_of(element: Element) -> str:
    """The words of an element, its parts parted by spaces."""
    parts: list[str] = []

    def walk(one: Element) -> None:
        apart = one.tag in {"p", "li", "td", "th", "tr", "br", "ul", "ol", "table"}
        if apart:
            parts.append(" ")
        parts.append(one.text or "")
        for child in one:
            walk(child)
            parts.append(child.tail or "")
        if apart:
            parts.append(" ")

    walk(element)
    return " ".join("".join(parts).split())


def _html(element: Element) -> str:
    tail, element.tail = element.tail, None
    text = tostring(element, encoding="unicode", method="html")
    element.tail = tail
    return text


def _inner(element: Element) -> str:
    return escape(element.text or "", quote=False) + "".join(
        _html(child) + escape(child.tail or "", quote=False) for child in element
    )


def tidy(root: Element) -> None:
    """Unmakes the links that lead nowhere outside the file."""
    for link in root.iter("a"):
        if not _KEPT_LINK.match(link.get("href", "")):
            link.tag = "span"


def _is_bold(element: Element) -> bool:
    """Whether every word of a line is in bold."""
    bold = "".join(word for strong in element.iter("strong") for word in strong.itertext())
    whole = "".join(element.itertext())
    return bool(whole.strip()) and "".join(bold.split()) == "".join(whole.split())


def _extras(element: Element) -> dict[str, list[str]]:
    return {
        "images": [image.get("alt", "") for image in element.iter("img")],
        "notes": [
            one.get("id", "").replace("-ref", "")
            for one in element.iter("span")
            if re.match(r"(foot|end)note-ref-", one.get("id", ""))
        ],
    }


def _line(element: Element) -> Block:
    text = text_of(element)
    is_bold = _is_bold(element) and len(text) <= 300
    return Block(
        text,
        _html(element),
        heading="bold" if is_bold else "line",
        level=BOLD_LEVEL,
        is_contents=element.get("class") == "contents",
        **_extras(element),
    )


def _is_plain_item(item: Element) -> bool:
    """Whether a list item is one line, without a list inside."""
    return item.find("ul") is None and item.find("ol") is None


class Reader:
    """Flattens a document. A list or a table that holds a line naming a section is the layout of a
    canvas, not a list or a table."""

    def __init__(self, lays_out: LaysOut) -> None:
        self.lays_out = lays_out

    def read(self, elements: Iterable[Element]) -> Iterator[Block]:
        for element in elements:
            title = _TITLE.match(element.tag)
            if title:
                yield Block(
                    text_of(element), _html(element), "style", int(title.group(1)),
                    **_extras(element),  # type: ignore[arg-type]
                )  # fmt: skip
            elif element.tag in {"ul", "ol"}:
                yield from self._list(element)
            elif element.tag == "table":
                yield from self._table(element)
            elif element.tag == "p":
                yield _line(element)
            else:
                yield Block(text_of(element), _html(element), **_extras(element))  # type: ignore[arg-type]

    def _names(self, element: Element) -> bool:
        line = _line(element)
        return self.lays_out(line.text, line.heading == "bold")

    def _list(self, element: Element) -> Iterator[Block]:
        if not any(_is_plain_item(item) and self._names(item) for item in element):
            yield Block(text_of(element), _html(element), **_extras(element))  # type: ignore[arg-type]
            return
        held: list[Element] = []
        for item in element:
            if _is_plain_item(item) and self._names(item):
                yield from self._items(element.tag, held)
                held = []
                yield _line(item)
            else:
                held.append(item)
        yield from self._items(element.tag, held)

    def _items(self, tag: str, items: list[Element]) -> Iterator[Block]:
        if items:
            part = Element(tag)
            part.extend(items)
            yield Block(text_of(part), _html(part), **_extras(part))  # type: ignore[arg-type]

    def _table(self, table: Element) -> Iterator[Block]:
        rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in _rows(table)]
        rows = [row for row in rows if row]
        wide = max((len(row) for row in rows), default=0)
        lines = [line for row in rows for cell in row for line in _first_lines(cell)]
        if wide < 2 or len(rows) < 2 or any(self._names(line) for line in lines):
            for row in rows:
                for cell in row:
                    yield from self.read(_content(cell))
            return
        yield Block(text_of(table), _as_list(rows), **_extras(table))  # type: ignore[arg-type]


def _rows(table: Element) -> list[Element]:
    """The rows of this table, not those of a table inside a cell."""
    found: list[Element] = []
    for child in table:
        if child.tag == "tr":
            found.append(child)
        elif child.tag in {"thead", "tbody"}:
            found += [row for row in child if row.tag == "tr"]
    return found


def _first_lines(cell: Element) -> list[Element]:
    lines = [child for child in cell if child.tag == "p" or _TITLE.match(child.tag)]
    for listed in cell:
        if listed.tag in {"ul", "ol"}:
            lines += [item for item in listed if _is_plain_item(item)]
    return lines


def _content(cell: Element) -> list[Element]:
    """The blocks of a cell; words that stand alone become a paragraph."""
    if (cell.text or "").strip():
        alone = Element("p")
        alone.text = cell.text
        return [alone, *cell]
    return list(cell)


def _cell_html(cell: Element) -> str:
    """A cell as lines of text: its lists begin with a dash."""
    lines: list[str] = []
    for block in _content(cell):
        if block.tag in {"ul", "ol"}:
            lines += [f"– {escape(text_of(item), quote=False)}" for item in block]
        elif block.tag == "table":
            lines += [
                escape(" · ".join(text_of(inner) for inner in row), quote=False)
                for row in _rows(block)
            ]
        else:
            lines.append(_inner(block))
    return "<br>".join(line for line in lines if line.strip())


def _as_list(rows: list[list[Element]]) -> str:
    """A table read aloud: each row an item, each cell after the name of its column."""
    names = [text_of(cell) for cell in rows[0]]
    items: list[str] = []
    for row in rows[1:]:
        cells = [_cell_html(cell) for cell in row]
        labels = names if len(row) == len(names) else [""] * len(row)
        said = [
            f"<strong>{escape(label, quote=False)}</strong>\u00a0: {cell}" if label else cell
            for label, cell in zip(labels, cells, strict=True)
            if cell
        ]
        if said:
            items.append(f"<li>{'<br>'.join(said)}</li>")
    told = [row for row in rows[1:] if len(row) == len(names)]
    untold = [
        name
        for place, name in enumerate(names)
        if name and not any(_cell_html(row[place]) for row in told)
    ]
    head = escape(" · ".join(untold), quote=False)
    return (f"<p><strong>{head}</strong></p>" if head else "") + f"<ul>{''.join(items)}</ul>"
