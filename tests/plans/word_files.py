"""Word documents for the tests, sound and hostile."""

import io
import zipfile
from collections.abc import Callable

import docx
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def saved(document: Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def document_with(*lines: tuple[str, str]) -> bytes:
    """A document of (style, text) lines; style « gras » is a paragraph all in bold."""
    document = docx.Document()
    for style, text in lines:
        if style == "gras":
            document.add_paragraph().add_run(text).bold = True
        else:
            document.add_paragraph(text, style=style or None)
    return saved(document)


def with_french_styles(*lines: tuple[int, str]) -> bytes:
    """A document whose headings are styles « Titre 1 » to « Titre 4 », based on nothing."""
    document = docx.Document()
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
