"""Files of rows that people send: CSV or XLSX, read whole or refused with a sentence."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

LARGEST_FILE = 1_000_000
LARGEST_CONTENT = 50_000_000
MOST_LINES = 2_000


@dataclass(frozen=True)
class LineError:
    """What a line of the file cannot be read for; ``line`` is its number in the file."""

    line: int
    message: str


def plain(text: str) -> str:
    """Without accents, case or spaces around, as names are compared."""
    kept = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(one for one in kept if unicodedata.category(one) != "Mn")


def read_rows(content: bytes, columns: Sequence[str]) -> list[list[str]] | LineError:
    """The rows under a first line that names ``columns``, in order; each has that many cells.

    CSV in UTF-8 (with or without its mark) or Windows-1252, with « ; » or « , »; or the first
    sheet of an XLSX. Anything else, and a file too large, is refused.
    """
    if not content:
        return LineError(0, _("Ce fichier est vide."))
    if len(content) > LARGEST_FILE:
        return LineError(0, _("Ce fichier dépasse 1 Mo."))
    try:
        rows = _xlsx(content, len(columns)) if content.startswith(b"PK") else _csv(content)
    # A damaged workbook breaks openpyxl in as many ways as it has parts.
    except Exception:
        return LineError(0, _("Ce fichier n’est ni un CSV ni un XLSX lisible."))
    if not rows or [plain(cell) for cell in rows[0][: len(columns)]] != [plain(c) for c in columns]:
        message = _("La première ligne doit nommer les colonnes : %(columns)s.")
        return LineError(1, message % {"columns": " ; ".join(columns)})
    if len(rows) > MOST_LINES + 1:
        return LineError(0, _("Ce fichier dépasse 2 000 lignes."))
    return [[*row, *[""] * len(columns)][: len(columns)] for row in rows[1:]]


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if "\0" in text:
        raise ValueError
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[_printable(cell) for cell in row] for row in rows]


def _xlsx(content: bytes, columns: int) -> list[list[str]]:
    with ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST_CONTENT:
            raise ValueError
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(max_row=MOST_LINES + 2, max_col=columns, values_only=True)
    return [["" if value is None else _printable(_cell(value)) for value in row] for row in rows]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)


def _printable(text: str) -> str:
    """No control character reaches the database nor a page."""
    return "".join(" " if unicodedata.category(one)[0] == "C" else one for one in text)
