"""The figures of the split, read from a file: CSV or XLSX, one figure on each line."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from alliances.models import Territory
from alliances.money import parse_money
from fqis.models import AllocationFigure
from fqis.services.allocations import Figure

COLUMNS = ["territoire", "chiffre", "valeur", "année", "source"]
KINDS = {
    "montant": AllocationFigure.Kind.FORMER,
    "population": AllocationFigure.Kind.POPULATION,
    "superficie": AllocationFigure.Kind.AREA,
    "idms": AllocationFigure.Kind.IDMS,
}
LARGEST_FILE = 1_000_000
LARGEST_CONTENT = 50_000_000
MOST_LINES = 2_000


@dataclass(frozen=True)
class LineError:
    """What a line of the file cannot be read for; ``line`` is its number in the file."""

    line: int
    message: str


@dataclass(frozen=True)
class Reading:
    """The figures of a file, and what could not be read. With an error, nothing is to write."""

    figures: list[Figure]
    errors: list[LineError]


def plain(text: str) -> str:
    """Without accents, case or spaces around, as names are compared."""
    kept = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(one for one in kept if unicodedata.category(one) != "Mn")


def read_figures(name: str, content: bytes, territories: Iterable[Territory]) -> Reading:
    """Reads « territoire; chiffre; valeur; année; source ». A territory is named or given by its
    slug; a figure is « montant », « population », « superficie » or « idms »."""
    if not content:
        return Reading([], [LineError(0, _("Ce fichier est vide."))])
    if len(content) > LARGEST_FILE:
        return Reading([], [LineError(0, _("Ce fichier dépasse 1 Mo."))])
    try:
        rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    except (UnicodeDecodeError, csv.Error, BadZipFile, InvalidFileException, KeyError, ValueError):
        return Reading([], [LineError(0, _("Ce fichier n’est ni un CSV ni un XLSX lisible."))])
    return _read(rows, territories)


def _csv(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    if "\0" in text:
        raise ValueError
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def _xlsx(content: bytes) -> list[list[str]]:
    with ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST_CONTENT:
            raise ValueError
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.worksheets[0]
    rows = sheet.iter_rows(max_row=MOST_LINES + 2, max_col=len(COLUMNS), values_only=True)
    return [["" if value is None else _cell(value) for value in row] for row in rows]


def _cell(value: object) -> str:
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value)


def _read(rows: Sequence[Sequence[str]], territories: Iterable[Territory]) -> Reading:
    if not rows or [plain(cell) for cell in rows[0][: len(COLUMNS)]] != [plain(c) for c in COLUMNS]:
        columns = " ; ".join(COLUMNS)
        message = _("La première ligne doit nommer les colonnes : %(columns)s.")
        return Reading([], [LineError(1, message % {"columns": columns})])
    if len(rows) > MOST_LINES + 1:
        return Reading([], [LineError(0, _("Ce fichier dépasse 2 000 lignes."))])
    known = {plain(one.slug): one for one in territories}
    known |= {plain(one.name): one for one in territories}
    figures: dict[tuple[int, str], Figure] = {}
    errors: list[LineError] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = [*row, *[""] * len(COLUMNS)][: len(COLUMNS)]
        if not any(cell.strip() for cell in cells):
            continue
        found = _figure(cells, known)
        if isinstance(found, str):
            errors.append(LineError(number, found))
        elif (found.place.pk, found.kind) in figures:
            errors.append(LineError(number, _("Ce chiffre est déjà donné plus haut.")))
        else:
            figures[found.place.pk, found.kind] = found
    if not figures and not errors:
        errors.append(LineError(0, _("Ce fichier ne contient aucun chiffre.")))
    return Reading(list(figures.values()), errors)


def _figure(cells: Sequence[str], known: dict[str, Territory]) -> Figure | str:
    """The figure of a line, or the sentence that says why there is none."""
    place, kind, value, year, source = (cell.strip() for cell in cells)
    if plain(place) not in known:
        return _("Territoire inconnu : « %(name)s ».") % {"name": place[:60]}
    if plain(kind) not in KINDS:
        return _("Chiffre inconnu : « %(name)s ». Écrivez %(names)s.") % {
            "name": kind[:60],
            "names": ", ".join(KINDS),
        }
    number = _number(value)
    if number is None:
        return _("Valeur illisible : « %(value)s ».") % {"value": value[:60]}
    if KINDS[plain(kind)] == AllocationFigure.Kind.IDMS and number > 100:
        return _("L’IDMS est un pourcentage : 100 au plus.")
    if not year or not source:
        return _("Un chiffre a une année et une source.")
    return Figure(known[plain(place)], KINDS[plain(kind)], number, year[:20], source[:300])


def _number(text: str) -> Decimal | None:
    try:
        return parse_money(text.removesuffix("%"))
    except ValueError:
        return None
