"""From frozen data to a tagged PDF/UA-1. Runs in the worker; warm, a notice takes 0.1 s."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from threading import Lock

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from pikepdf import Pdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from .cycle_words import words_of
from .models import Document

STYLES = settings.BASE_DIR / "static" / "css" / "document.css"
# The code of a page, in points: 16 mm wide, 7 mm over the edge that a scanner may cut.
PAGE_CODE_SIZE, PAGE_CODE_BOTTOM = 45.4, 19.8
# Pango is not safe between threads: two renderings at once corrupt the worker's memory.
_one_at_a_time = Lock()


@cache
def _fonts() -> FontConfiguration:
    # Rendering makes many short-lived objects; fewer collections save a fifth of the time.
    gc.set_threshold(50_000, 20, 50)
    return FontConfiguration()


@cache
def _styles() -> CSS:
    return CSS(filename=str(STYLES), font_config=_fonts())


@cache
def _fetcher() -> URLFetcher:
    # Frozen data may hold any text: a template never reaches the network nor a file.
    return URLFetcher(allowed_protocols=["data"], fail_on_errors=True)


def verification_url(document: Document) -> str:
    """The public address a document's QR code leads to."""
    return f"{settings.PUBLIC_URL}{reverse('verify_document', args=[document.code])}"


def _readable(address: str) -> str:
    """``alliances.example/verifier``: an address as a person types it."""
    return address.split("://", 1)[-1].rstrip("/")


def qr_path(text: str) -> dict[str, object]:
    """A QR code as the size of its square and the ``d`` of one SVG path."""
    matrix = segno.make(text, error="m", micro=False).matrix
    path = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                path.append(f"M{x} {y}h{run - x}v1h-{run - x}z")
            x = max(run, x + 1)
    return {"size": len(matrix), "d": "".join(path)}


@contextmanager
def _spoken_by(document: Document) -> Iterator[None]:
    """The document's language, with the words of its Alliance's cycle when it has one."""
    if document.alliance is None:
        with translation.override(document.language):
            yield
    else:
        with words_of(document.alliance.cycle, document.language):
            yield


def render_html(document: Document, template: str) -> str:
    """The document as HTML: its frozen data, its language, its code; nothing is looked up but the
    words of its cycle."""
    with _spoken_by(document):
        address = verification_url(document)
        return render_to_string(
            template,
            {
                "document": document,
                "data": document.data,
                "demo": settings.DEMO,
                "language": "en-CA" if document.language == "en" else "fr-CA",
                "verify_url": address,
                "verify_page": _readable(f"{settings.PUBLIC_URL}{reverse('verify')}"),
                "qr": qr_path(address),
            },
        )


def page_address(document: Document, number: int, total: int) -> str:
    """What a page's own code says: which document it is of, and which of its pages."""
    return f"{verification_url(document)}#{number}-{total}"


def _page_mark(text: str, page_width: float) -> bytes:
    """The code as page content, in points, an artifact: it adds nothing to what a page says."""
    matrix = segno.make(text, error="m", micro=False).matrix
    size = PAGE_CODE_SIZE / len(matrix)
    left, top = (page_width - PAGE_CODE_SIZE) / 2, PAGE_CODE_BOTTOM + PAGE_CODE_SIZE
    squares = [
        f"{left + x * size:.3f} {top - (y + 1) * size:.3f} {size:.3f} {size:.3f} re"
        for y, row in enumerate(matrix)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return f"/Artifact BMC q 0 g {' '.join(squares)} f Q EMC".encode()


def stamp_pages(document: Document, pdf: bytes) -> bytes:
    """The same PDF, each page with the code that names it at its foot."""
    file = BytesIO()
    with Pdf.open(BytesIO(pdf)) as opened:
        total = len(opened.pages)
        for number, page in enumerate(opened.pages, start=1):
            width = float(page.mediabox[2]) - float(page.mediabox[0])
            mark = _page_mark(page_address(document, number, total), width)
            page.contents_add(b"q", prepend=True)
            page.contents_add(b"Q " + mark)
        opened.save(file)
    return file.getvalue()


def render_pdf(document: Document, template: str, *, page_codes: bool = False) -> bytes:
    """A tagged PDF/UA-1 of ``document``; one at a time in a process."""
    text = render_html(document, template)
    with _one_at_a_time:
        html = HTML(string=text, base_url=settings.BASE_DIR.as_uri(), url_fetcher=_fetcher())
        pdf: bytes = html.write_pdf(
            stylesheets=[_styles()], font_config=_fonts(), pdf_variant="pdf/ua-1"
        )
    return stamp_pages(document, pdf) if page_codes else pdf
