"""Any table as CSV or XLSX: exactly the rows a person filtered, with nothing a sheet could run."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | Decimal | date | datetime | bool | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    book = Workbook(write_only=False)
    sheet = book.active
    assert sheet is not None
    sheet.append([harmless(str(column)) for column in columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_xlsx_cell(value) for value in row])
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(14, len(str(column)) + 2)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _xlsx_cell(value: Cell) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return harmless(value)
