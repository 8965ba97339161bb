"""Papers for the tests: a convention's own PDF, printed, signed and scanned again."""

from collections.abc import Sequence
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdfium2 import PdfDocument

from alliances.models import Alliance, Document
from alliances.tasks import render_document
from conventions.models import Convention

from .factories import sent_convention

DOTS = 130


def printed(alliance: Alliance) -> Convention:
    """A convention in signature whose PDF is ready."""
    convention = sent_convention(alliance)
    assert convention.document_id is not None
    assert render_document(convention.document_id) == "rendered"
    return Convention.objects.for_pages().get(pk=convention.pk)


def sheets(convention: Convention) -> list[Image.Image]:
    """Every page of a convention's PDF, as paper."""
    return sheets_of_document(convention.document)


def sheets_of_document(document: Document | None) -> list[Image.Image]:
    assert document is not None
    with document.file.open("rb") as file:
        return pages_of(file.read())


def pages_of(content: bytes) -> list[Image.Image]:
    """Every page of a PDF, as paper."""
    pdf = PdfDocument(content)
    pages = [page.render(scale=DOTS / 72).to_pil().convert("L") for page in pdf]
    pdf.close()
    return pages


def blank() -> Image.Image:
    """The back of a sheet: paper, with its grain."""
    size = (int(8.27 * DOTS), int(11.69 * DOTS))
    return grainy(Image.new("L", size, 248))


def grainy(page: Image.Image) -> Image.Image:
    return Image.blend(page, Image.effect_noise(page.size, 45), 0.1)


def scanned(page: Image.Image, *, turned: int = 0, skewed: float = 0.0) -> Image.Image:
    """A page as a scanner gives it: crooked, turned, with a grain."""
    crooked = page.rotate(skewed, fillcolor=248, resample=Image.Resampling.BICUBIC)
    return grainy(crooked).rotate(turned, expand=True)


def as_pdf(pages: Sequence[Image.Image], name: str = "papiers.pdf") -> SimpleUploadedFile:
    file = BytesIO()
    pages[0].save(
        file, "PDF", save_all=True, append_images=list(pages[1:]), resolution=DOTS, quality=55
    )
    return SimpleUploadedFile(name, file.getvalue(), content_type="application/pdf")
