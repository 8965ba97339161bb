"""Any table as CSV or XLSX: exactly the rows a person filtered, with nothing a sheet could run."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone, translation
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from alliances.identity import acting_as
from alliances.models import User

Cell = str | int | Decimal | date | datetime | bool | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a streamed file sends at once, in characters.
PART = 64 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def export_response(
    format: str, filename: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """The rows as a file to download; ``format`` is « csv » or « xlsx », anything else is CSV.

    The CSV is UTF-8 with a mark, semicolons and decimal commas, as Excel in French reads it.
    """
    if format == "xlsx":
        content, mime, extension = _xlsx(columns, rows), XLSX, "xlsx"
    else:
        content, mime, extension = csv_file(columns, rows), CSV, "csv"
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{filename}.{extension}"'
    return response


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, semicolons, decimal commas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([harmless(str(column)) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(harmless(value) if isinstance(value, str) else value)


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    return workbook([Sheet("Sheet", columns, rows)])


@dataclass(frozen=True)
class Sheet:
    """A table of a workbook; ``title`` has 31 characters at most."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """One XLSX file with a sheet for each table, headings in bold, nothing that runs."""
    book = Workbook(write_only=False)
    first = book.active
    assert first is not None
    book.remove(first)
    for one in sheets:
        sheet = book.create_sheet(one.title)
        sheet.append([harmless(str(column)) for column in one.columns])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        for row in one.rows:
            sheet.append([_xlsx_cell(value) for value in row])
        for index, column in enumerate(one.columns, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = max(14, len(str(column)) + 2)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _xlsx_cell(value: Cell) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return harmless(value)


def streamed_response(
    format: str,
    filename: str,
    columns: Sequence[str],
    rows: Callable[[], Iterable[Sequence[Cell]]],
    *,
    reader: User,
) -> StreamingHttpResponse:
    """The same file as ``export_response``, sent as it is read: memory does not grow with rows.

    ``rows`` is called once the answer is on its way, outside the request's transaction: the
    identity of ``reader`` and the language of the request are bound again around it.
    """
    is_xlsx = format == "xlsx"
    parts = _xlsx_parts if is_xlsx else csv_parts
    headings = [str(column) for column in columns]
    language = translation.get_language()

    def sent() -> Iterator[bytes]:
        with translation.override(language), acting_as(reader):
            yield from parts(headings, rows())

    response = StreamingHttpResponse(sent(), content_type=XLSX if is_xlsx else CSV)
    extension = "xlsx" if is_xlsx else "csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}.{extension}"'
    return response


def csv_parts(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The CSV, part by part."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    text.write("\ufeff")
    writer.writerow([harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        if text.tell() > PART:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _xlsx_parts(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A workbook is a zip that only ends with its last row: written on disk, then sent."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    headings = []
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(14, len(column) + 2)
        cell = WriteOnlyCell(sheet, harmless(column))
        cell.font = Font(bold=True)
        headings.append(cell)
    sheet.append(headings)
    for row in rows:
        sheet.append([_xlsx_cell(value) for value in row])
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while part := file.read(PART):
            yield part
