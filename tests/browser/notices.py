"""The notice of payment a Table receives: what its PDF says, and that its file is the real one."""

import re
from dataclasses import dataclass
from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from .conftest import Portal, Visitor
from .pages import (
    check_wide_and_narrow,
    plain,
    qr_of,
)


@dataclass
class Notice:
    """A notice of payment: its number in the year, and the file the Table received."""

    number: int
    name: str
    pdf: bytes


def read_notice(notice: Notice, *, amount: str, recipient: str) -> None:
    """What is printed: the number, the amount in figures and in words, whose money it is."""
    text = plain("".join(page.extract_text() for page in PdfReader(BytesIO(notice.pdf)).pages))
    assert re.fullmatch(r"AV-\d{4}-\d{4,}", notice.name)
    for words in (
        notice.name,
        amount,
        "un million deux cent quarante-six mille quatre cent vingt dollars et cinquante cents",
        recipient,
        "Mauricie",
        "Hélène Tremblay",
        "Reddition 2025-2026 acceptée",
    ):
        assert words in text, text


def compare_file(passer_by: Visitor, portal: Portal, notice: Notice) -> None:
    """The QR code leads a passer-by to the public page, which knows this file from a copy."""
    address = qr_of(notice.pdf)
    assert re.fullmatch(rf"{re.escape(portal.env['PUBLIC_URL'])}/verifier/[0-9A-Z]+/", address)
    page = passer_by.page
    page.goto(address)
    expect(page.locator("main")).to_contain_text(notice.name)
    expect(page.locator("main")).not_to_contain_text("Mauricie")
    chooser = page.get_by_label("Fichier à comparer")
    same = page.get_by_text("Le fichier est identique.")
    different = page.get_by_text("Le fichier est différent.")
    for pdf, shown, hidden in (
        (notice.pdf, same, different),
        (notice.pdf.replace(b"1", b"2", 1), different, same),
    ):
        chooser.set_input_files(
            {"name": f"{notice.name}.pdf", "mimeType": "application/pdf", "buffer": pdf}
        )
        expect(shown).to_be_visible()
        expect(hidden).to_be_hidden()
        check_wide_and_narrow(passer_by)
