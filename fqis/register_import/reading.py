"""The lines of a CSV or of the first sheet of an XLSX, one at a time; hostile files are refused."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

LARGEST_FILE = 30 * 1024 * 1024
# What an XLSX may weigh once opened, and how many times its own size.
LARGEST_CONTENT = 400 * 1024 * 1024
LARGEST_RATIO = 200
MOST_PARTS = 2_000
MOST_LINES = 100_000
MOST_COLUMNS = 80
LONGEST_CELL = 20_000

Value = str | int | float | date | None
Line = list[Value]


class Unreadable(Exception):
    """The file is not a register; the message is for the person who brought it."""


def lines_of(file: IO[bytes], extension: str) -> Iterator[tuple[int, Line]]:
    """Each line with its number in the file, the headings first; empty lines are skipped."""
    rows = _xlsx(file) if extension == "xlsx" else _csv(file)
    kept = 0
    try:
        for number, row in enumerate(rows, start=1):
            if number > 10 * MOST_LINES:
                raise Unreadable(_("Ce fichier a trop de lignes vides."))
            if not any(value not in (None, "") for value in row):
                continue
            kept += 1
            if kept > MOST_LINES + 1:
                raise Unreadable(_("Ce fichier dépasse 100 000 lignes. Divisez-le."))
            yield number, row
    except Unreadable:
        raise
    # A damaged file breaks its reader in as many ways as it has parts.
    except Exception as error:
        raise Unreadable(_("Ce fichier n’est ni un CSV ni un XLSX lisible.")) from error


def _csv(file: IO[bytes]) -> Iterator[Line]:
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise Unreadable(_("Ce fichier dépasse 30 Mo. Divisez-le."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if "\0" in text:
        raise Unreadable(_("Ce fichier n’est ni un CSV ni un XLSX lisible."))
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        yield [_printable(cell) for cell in row[:MOST_COLUMNS]]


def check_archive(file: IO[bytes]) -> None:
    """Refuses a zip that would open into far more than itself, without opening it."""
    try:
        file.seek(0)
        with ZipFile(file) as archive:
            parts = archive.infolist()
    except (BadZipFile, OSError) as error:
        raise Unreadable(_("Ce fichier n’est ni un CSV ni un XLSX lisible.")) from error
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or total > LARGEST_CONTENT or total > LARGEST_RATIO * (packed + 1):
        raise Unreadable(_("Une fois ouvert, ce fichier serait démesuré : il n’est pas lu."))
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise Unreadable(_("Le contenu de ce fichier n’est pas du XLSX, malgré son nom."))


def _xlsx(file: IO[bytes]) -> Iterator[Line]:
    check_archive(file)
    file.seek(0)
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
            yield [_value(cell) for cell in row]
    finally:
        book.close()


def _value(cell: object) -> Value:
    if isinstance(cell, datetime):
        return cell.date()
    if cell is None or isinstance(cell, int | float | date):
        return cell
    return _printable(str(cell))


def _printable(text: str) -> str:
    """No control character reaches the database nor a page."""
    if text.isprintable() and len(text) <= LONGEST_CELL:
        return text.strip()
    kept = "".join(
        " " if unicodedata.category(one)[0] == "C" and one != "\n" else one
        for one in text[:LONGEST_CELL]
    )
    return kept.strip()


def headings_of(file: IO[bytes], extension: str) -> tuple[list[str], list[list[str]]]:
    """The headings of a file, and its first lines as people read them."""
    lines = lines_of(file, extension)
    first = next(lines, None)
    if first is None:
        raise Unreadable(_("Ce fichier est vide."))
    headings = ["" if value is None else str(value)[:200] for value in first[1]]
    sample = []
    for _number, line in lines:
        sample.append(["" if value is None else str(value)[:80] for value in line])
        if len(sample) == 3:
            break
    if not sample:
        raise Unreadable(_("Ce fichier n’a aucune ligne sous ses titres."))
    return headings, sample
