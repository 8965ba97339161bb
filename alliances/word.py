"""Word documents: formatted text and tables, written at once."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from . import clock

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLUE, DARK = RGBColor(0x09, 0x57, 0x97), RGBColor(0x22, 0x36, 0x54)
# What XML cannot hold.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTH = 9300  # of the text, in twentieths of a point


def dress(word: WordDocument, *, title: str, header: str) -> None:
    """The portal's look, the title, the language, a running head and numbered pages."""
    about = word.core_properties
    about.title = title
    about.author = _("Alliances pour la solidarité")
    about.comments = ""
    about.language = "en-CA" if (get_language() or "").startswith("en") else "fr-CA"
    about.created = about.modified = clock.now().replace(tzinfo=None)
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    language = parse_xml(f'<w:lang {nsdecls("w")} w:val="{about.language}"/>')
    normal.element.get_or_add_rPr().append(language)
    for name, size, colour in (
        ("Title", 26, DARK), ("Heading 1", 18, BLUE), ("Heading 2", 14, DARK),
        ("Heading 3", 13, BLUE), ("Heading 4", 12, DARK), ("Heading 5", 11, DARK),
    ):  # fmt: skip
        font = word.styles[name].font
        font.name, font.size, font.color.rgb = "Arial", Pt(size), colour
        fonts = word.styles[name].element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    page = word.sections[0]
    page.header.paragraphs[0].text = clean(header)
    footer = page.footer.paragraphs[0]
    for before, field in ((_("Page"), "PAGE"), (f" {_('sur')}", "NUMPAGES")):
        footer.add_run(f"{before} ")
        footer._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"/>'))


# --- Tables, written at once: a cell at a time takes minutes on a large plan


def clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _cell(text: str, share: int, *, strong: bool) -> str:
    lines = escape(clean(text), quote=False).split("\n")
    run = "</w:t><w:br/><w:t xml:space='preserve'>".join(lines)
    bold = "<w:rPr><w:b/></w:rPr>" if strong else ""
    return (
        f"<w:tc><w:tcPr><w:tcW w:w='{_WIDTH * share // 100}' w:type='dxa'/></w:tcPr>"
        "<w:p><w:pPr><w:spacing w:before='40' w:after='40'/></w:pPr>"
        f"<w:r>{bold}<w:t xml:space='preserve'>{run}</w:t></w:r></w:p></w:tc>"
    )


def write_table(
    word: WordDocument,
    rows: Iterable[Sequence[str]],
    *,
    columns: Sequence[str] = (),
    shares: Sequence[int] = (30, 70),
) -> None:
    """A table whose first column, or whose head row, names what the others say."""
    grid = "".join(f"<w:gridCol w:w='{_WIDTH * share // 100}'/>" for share in shares)
    lines = []
    if columns:
        cells = "".join(
            _cell(text, share, strong=True) for text, share in zip(columns, shares, strict=True)
        )
        head = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
        lines.append(f"<w:tr>{head}{cells}</w:tr>")
    for row in rows:
        cells = "".join(
            _cell(text, share, strong=place == 0 and not columns)
            for place, (text, share) in enumerate(zip(row, shares, strict=True))
        )
        lines.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    look = "w:firstRow='1'" if columns else "w:firstColumn='1'"
    table = parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblStyle w:val='TableGrid'/>"
        f"<w:tblW w:w='{_WIDTH}' w:type='dxa'/><w:tblLook {look}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )
    word.element.body.insert_element_before(table, "w:sectPr")
    word.add_paragraph().paragraph_format.space_after = Pt(2)


# --- Formatted text


class TextWriter(HTMLParser):
    """Writes cleaned HTML: paragraphs, headings, lists, bold, italics, links."""

    def __init__(self, word: WordDocument) -> None:
        super().__init__()
        self.word = word
        self.paragraph: Paragraph | None = None
        self.lists: list[tuple[str, int | None]] = []
        self.strong = self.em = 0
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self.lists.append((tag, self._numbering() if tag == "ol" else None))
            self.paragraph = None
        elif tag in ("h3", "h4", "h5"):
            # The text's own headings come under the section's: the sheet made them h4 and h5.
            self.paragraph = self.word.add_heading("", {"h3": 3, "h4": 3, "h5": 4}[tag])
        elif tag == "li":
            self.paragraph = self._item()
        elif tag == "p" and not (self.lists and self._is_empty()):
            self.paragraph = self._item() if self.lists else self.word.add_paragraph()
        elif tag == "br" and self.paragraph is not None:
            self.paragraph.add_run().add_break()
        else:
            self.strong += tag == "strong"
            self.em += tag == "em"
            if tag == "a":
                self.link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self.lists.pop()
        if tag in ("p", "li", "h3", "h4", "h5", "ul", "ol") and not (tag == "p" and self.lists):
            self.paragraph = None
        self.strong -= tag == "strong"
        self.em -= tag == "em"
        if tag == "a":
            self.link = ""

    def handle_data(self, data: str) -> None:
        if self.paragraph is None:
            if not data.strip():
                return
            self.paragraph = self.word.add_paragraph()
        run = self.paragraph.add_run(clean(re.sub(r"[ \t\r\n]+", " ", data)))
        run.bold, run.italic = bool(self.strong) or None, bool(self.em) or None
        if self.link:
            run.font.underline, run.font.color.rgb = True, BLUE
            self._wrap_in_link(run._r)

    def _is_empty(self) -> bool:
        return self.paragraph is not None and not self.paragraph.text

    def _item(self) -> Paragraph:
        depth = min(len(self.lists), 3)
        kind, number = self.lists[-1] if self.lists else ("ul", None)
        name = "List Number" if kind == "ol" else "List Bullet"
        paragraph = self.word.add_paragraph(style=name if depth <= 1 else f"{name} {depth}")
        if number is not None:
            marks = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            marks.get_or_add_ilvl().val = 0
            marks.get_or_add_numId().val = number
        return paragraph

    def _numbering(self) -> int:
        """A count of its own for each numbered list, from 1."""
        depth = min(len(self.lists) + 1, 3)
        style = self.word.styles["List Number" if depth <= 1 else f"List Number {depth}"]
        numbering = self.word.part.numbering_part.element
        shared = numbering.num_having_numId(style.element.pPr.numPr.numId.val)
        number = numbering.add_num(shared.abstractNumId.val)
        number.add_lvlOverride(0).add_startOverride(1)
        return int(number.numId)

    def _wrap_in_link(self, run: Any) -> None:
        target = self.word.part.relate_to(self.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = parse_xml(f"<w:hyperlink {nsdecls('w', 'r')} r:id='{target}'/>")
        run.addprevious(link)
        link.append(run)
