"""The figures of the split, read from a file: CSV or XLSX, one figure on each line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from alliances.models import Territory
from alliances.money import parse_money
from fqis.models import AllocationFigure
from fqis.services.allocations import Figure
from fqis.sheets import LineError, plain, read_rows

COLUMNS = ["territoire", "chiffre", "valeur", "année", "source"]
KINDS = {
    "montant": AllocationFigure.Kind.FORMER,
    "population": AllocationFigure.Kind.POPULATION,
    "superficie": AllocationFigure.Kind.AREA,
    "idms": AllocationFigure.Kind.IDMS,
}


@dataclass(frozen=True)
class Reading:
    """The figures of a file, and what could not be read. With an error, nothing is to write."""

    figures: list[Figure]
    errors: list[LineError]


def read_figures(name: str, content: bytes, territories: Iterable[Territory]) -> Reading:
    """Reads « territoire; chiffre; valeur; année; source ». A territory is named or given by its
    slug; a figure is « montant », « population », « superficie » or « idms »."""
    rows = read_rows(content, COLUMNS)
    return Reading([], [rows]) if isinstance(rows, LineError) else _read(rows, territories)


def _read(rows: Sequence[Sequence[str]], territories: Iterable[Territory]) -> Reading:
    known = {plain(one.slug): one for one in territories}
    known |= {plain(one.name): one for one in territories}
    figures: dict[tuple[int, str], Figure] = {}
    errors: list[LineError] = []
    for number, cells in enumerate(rows, start=2):
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
