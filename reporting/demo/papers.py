"""Papers of the story: the resolution of each Table, and signed sheets that come back scanned."""

from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw
from pypdfium2 import PdfDocument

from conventions.models import Convention

INK, PAPER = 40, 252
DOTS = 110


def paper(name: str, lines: list[str]) -> SimpleUploadedFile:
    """A page of plain text as a PDF."""
    shown = b" ".join(
        b"(%s) Tj T*" % line.encode("cp1252", "replace").translate(None, b"()\\") for line in lines
    )
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.contents_add(b"BT /F1 11 Tf 72 700 Td 18 TL " + shown + b" ET")
        file = BytesIO()
        pdf.save(file, deterministic_id=True)
    return SimpleUploadedFile(name, file.getvalue(), content_type="application/pdf")


def _signed(sheet: Image.Image) -> Image.Image:
    """A sheet with something like a signature in its box."""
    width, height = sheet.size
    pen = ImageDraw.Draw(sheet)
    left, top = width * 0.42, height * 0.385
    stroke = [
        (left + width * step / 60, top + height * 0.016 * (-1) ** step * (1 - step / 20))
        for step in range(14)
    ]
    pen.line(stroke, fill=INK, width=3, joint="curve")
    return sheet


def scanned(convention: Convention, ranks: list[int], *, torn: list[int]) -> SimpleUploadedFile:
    """The signature sheets of some parties, by their ranks, as a scanner would make them: crooked,
    the ``torn`` ones without their foot."""
    assert convention.document is not None
    with convention.document.file.open("rb") as file:
        pdf = PdfDocument(file.read())
    text_pages = len(pdf) - convention.signatories.count()
    pages = []
    for place, rank in enumerate(ranks):
        drawn = pdf[text_pages + rank - 1].render(scale=DOTS / 72).to_pil().convert("L")
        sheet = _signed(drawn).rotate(0.8 - place * 0.7, fillcolor=PAPER)
        if rank in torn:
            width, height = sheet.size
            sheet.paste(PAPER, (0, int(height * 0.86), width, height))
        pages.append(sheet.rotate(180) if place % 2 else sheet)
    pdf.close()
    made = BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS, quality=60)
    return SimpleUploadedFile("feuilles-signees.pdf", made.getvalue())
