"""Word documents for the tests, sound and hostile."""

import io
import zipfile
from collections.abc import Callable
from functools import cache

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from plans.models import PlanVersion, WordImport
from plans.services.word_reading import import_word
from plans.tasks import read_word
from plans.word import Outline, Piece, Target, open_parts, pieces_of
from tests.factories import UserFactory

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@cache
def _template() -> bytes:
    document = docx.Document()
    styles = document.styles.element
    for style in list(styles):
        kind, default = style.get(qn("w:type")), style.get(qn("w:default"))
        if style.tag == qn("w:latentStyles") or (kind == "table" and default != "1"):
            styles.remove(style)
    return saved(document)


def blank() -> Document:
    """An empty document without the hundred table styles that no test names and all would read."""
    return docx.Document(io.BytesIO(_template()))


def document_with(*lines: tuple[str, str]) -> bytes:
    """A document of (style, text) lines; style « gras » is a paragraph all in bold."""
    document = blank()
    for style, text in lines:
        if style == "gras":
            document.add_paragraph().add_run(text).bold = True
        else:
            document.add_paragraph(text, style=style or None)
    return saved(document)


def with_french_styles(*lines: tuple[int, str]) -> bytes:
    """A document whose headings are styles « Titre 1 » to « Titre 4 », based on nothing."""
    document = blank()
    for level in range(1, 5):
        document.styles.add_style(f"Titre {level}", 1)
    for level, text in lines:
        document.add_paragraph(text, style=f"Titre {level}" if level else None)
    return saved(document)


def add_link(document: Document, text: str, address: str) -> None:
    paragraph = document.add_paragraph("Voir ")
    key = document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), key)
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = text
    run.append(words)
    link.append(run)
    paragraph._p.append(link)


def remade(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same archive once ``change`` has worked on its members."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in members.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def with_body(content: bytes, xml: str) -> bytes:
    """The document with ``xml`` put at the start of its body."""

    def put(members: dict[str, bytes]) -> None:
        part = members["word/document.xml"].decode()
        members["word/document.xml"] = part.replace("<w:body>", f"<w:body>{xml}", 1).encode()

    return remade(content, put)


def upload(content: bytes, name: str = "canevas.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=MIME)


SECTIONS = [
    ("1a", "Structure de gouvernance", "1. Fonctionnement"),
    ("1b", "Transition et liens", "1. Fonctionnement"),
    ("1c", "Mobilisation et concertation", "1. Fonctionnement"),
    ("2a", "Portrait et enjeux", "2. État de la situation"),
    ("2c", "Zones de dévitalisation", "2. État de la situation"),
    ("3", "Priorités d’action", "Priorités et actions"),
    ("5", "Moyens", "Priorités et actions"),
    ("10f", "Diffusion", "10. Gestion de l’enveloppe"),
]


def outline() -> Outline:
    return Outline(Target(code, (title,), group) for code, title, group in SECTIONS)


def read(content: bytes) -> list[Piece]:
    return pieces_of(open_parts(content), outline())


def placed(content: bytes) -> dict[str, str]:
    return {piece.section: piece.html for piece in read(content) if piece.section}


def canvas() -> bytes:
    return document_with(
        ("", "Région : Mauricie."),
        ("Heading 1", "1. Fonctionnement"),
        ("Heading 2", "1a Structure de gouvernance"), ("", "La Table répond."),
        ("Heading 2", "1c Mobilisation et concertation"), ("", "Douze partenaires."),
        ("Heading 1", "Mot du président"), ("", "Merci."),
    )  # fmt: skip


def brought(version: PlanVersion, content: bytes | None = None) -> WordImport:
    """The file once the worker has read it."""
    word = import_word(version, upload(content or canvas()), by=UserFactory())
    read_word(word.pk)
    word.refresh_from_db()
    return word
