"""A version of a plan as a Word document, that people edit and share.

Each section opens with its code and title (« 1a Structure de gouvernance »), so that the document
finds its sections again when it comes back. The logic is in tables.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from alliances import clock
from alliances.templatetags.documents import iso_day
from alliances.templatetags.portal import date_long

from .templatetags.plan_documents import ActionSheet, PrioritySheet, plan_sheet

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BLUE, DARK = RGBColor(0x09, 0x57, 0x97), RGBColor(0x22, 0x36, 0x54)
# What XML cannot hold.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTH = 9300  # of the text, in twentieths of a point


def word_document(data: dict[str, Any]) -> bytes:
    """The ``.docx`` of what ``plans.publication.publication_data`` gives."""
    word = new_document()
    _dress(word, data)
    word.add_heading(capfirst(data["plan"]["word"]), 0)
    _header_table(word, data)
    sheet = plan_sheet(data["content"])
    for group in sheet.groups:
        word.add_heading(group.title, 1)
        for section in group.sections:
            word.add_heading(f"{section.code} {section.title}", 2)
            if section.html:
                _Writer(word).feed(section.html)
            if section.holds_logic:
                for priority in sheet.priorities:
                    _priority(word, priority)
    _registers(word, data["registers"])
    file = BytesIO()
    word.save(file)
    return file.getvalue()


# --- The document


def _dress(word: WordDocument, data: dict[str, Any]) -> None:
    about = word.core_properties
    about.title = f"{data['alliance']}, {data['title']}"
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
    draft = f" · {_('Brouillon')}" if data["is_draft"] else ""
    page.header.paragraphs[0].text = _clean(f"{data['alliance']} · {data['title']}{draft}")
    footer = page.footer.paragraphs[0]
    for before, field in ((_("Page"), "PAGE"), (f" {_('sur')}", "NUMPAGES")):
        footer.add_run(f"{before} ")
        footer._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"/>'))


def _header_table(word: WordDocument, data: dict[str, Any]) -> None:
    header = data["header"]
    contact = ", ".join(filter(None, (header["contact"]["name"], header["contact"]["email"])))
    state = _("Brouillon") if data["is_draft"] else _("Approuvée")
    if data["approved"]["on"]:
        day = date_long(iso_day(data["approved"]["on"]))
        state = _("Approuvée, en vigueur le %(day)s") % {"day": day}
    rows = [
        (_("Région ou organisation"), header["region"]),
        (_("Table signataire"), header["organisation"]),
        (_("Personne contact"), contact),
        (_("Cycle"), data["cycle"]["name"]),
        (_("Version"), f"{data['version']}. {state}"),
    ]
    _table(word, [row for row in rows if row[1]])


# --- The logic


def _priority(word: WordDocument, priority: PrioritySheet) -> None:
    title = _("Priorité %(code)s. %(title)s")
    word.add_heading(_clean(title % {"code": priority.code, "title": priority.title}), 3)
    if priority.facts:
        _table(word, priority.facts)
    for objective in priority.objectives:
        title = _("Objectif %(code)s. %(title)s")
        word.add_heading(_clean(title % {"code": objective.code, "title": objective.title}), 4)
        for action in objective.actions:
            _action(word, action)


def _action(word: WordDocument, action: ActionSheet) -> None:
    title = _("Action %(code)s. %(title)s") % {"code": action.code, "title": action.title}
    word.add_heading(_clean(title), 5)
    if action.facts:
        _table(word, action.facts)
    if action.indicators:
        columns = (_("Indicateur"), _("Référence"), _("Cible"), _("Mesuré"))
        rows = [(one.name, one.baseline, one.target, one.frequency) for one in action.indicators]
        _table(word, rows, columns=columns, shares=(46, 16, 20, 18))


def _registers(word: WordDocument, registers: dict[str, Any]) -> None:
    if not any(registers.get(name) for name in ("partners", "bodies", "zones")):
        return
    word.add_heading(_("Registres"), 1)
    if registers.get("partners"):
        word.add_heading(_("Partenaires"), 2)
        columns = (_("Partenaire"), _("Catégorie"), _("Palier"), _("Contribution"))
        rows = [
            (
                one["name"],
                one["category"],
                one["mrc"] if one["level"] == "local" else _("régional"),
                one["contribution"],
            )
            for one in registers["partners"]
        ]
        _table(word, rows, columns=columns, shares=(30, 25, 15, 30))
    if registers.get("bodies"):
        word.add_heading(_("Instances"), 2)
        columns = (_("Instance"), _("Mandat"), _("Sièges"), _("Soutien offert"))
        seats = _("%(held)s sur %(seats)s tenus par des personnes en situation de pauvreté")
        rows = [
            (
                one["name"],
                one["mandate"],
                seats % {"held": one["lived_experience"], "seats": one["seats"]}
                if one["seats"]
                else "",
                one["support"],
            )
            for one in registers["bodies"]
        ]
        _table(word, rows, columns=columns, shares=(25, 30, 20, 25))
    if registers.get("zones"):
        word.add_heading(_("Zones de dévitalisation"), 2)
        columns = (_("Zone"), _("Indice"), _("Source"), _("Personnes les plus touchées"))
        rows = [
            (
                ", ".join(filter(None, (one["municipality"], one["mrc"]))),
                f"{one['index']} {one['value']} ({one['year']})" if one["value"] else "",
                one["source"],
                one["most_affected"],
            )
            for one in registers["zones"]
        ]
        _table(word, rows, columns=columns, shares=(25, 25, 20, 30))


# --- Tables, written at once: a cell at a time takes minutes on a large plan


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _cell(text: str, share: int, *, strong: bool) -> str:
    lines = escape(_clean(text), quote=False).split("\n")
    run = "</w:t><w:br/><w:t xml:space='preserve'>".join(lines)
    bold = "<w:rPr><w:b/></w:rPr>" if strong else ""
    return (
        f"<w:tc><w:tcPr><w:tcW w:w='{_WIDTH * share // 100}' w:type='dxa'/></w:tcPr>"
        "<w:p><w:pPr><w:spacing w:before='40' w:after='40'/></w:pPr>"
        f"<w:r>{bold}<w:t xml:space='preserve'>{run}</w:t></w:r></w:p></w:tc>"
    )


def _table(
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


class _Writer(HTMLParser):
    """Writes the cleaned HTML of a section: paragraphs, headings, lists, bold, italics, links."""

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
        run = self.paragraph.add_run(_clean(re.sub(r"[ \t\r\n]+", " ", data)))
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
