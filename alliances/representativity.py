"""Who takes part and who is missing: categories × MRCs (guide 2024, §5.1, indicator 2.1).

Pure: the same table is drawn from the living register and from a plan's frozen one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

REGIONAL = ""


@dataclass(frozen=True)
class Column:
    """An MRC, or the whole territory when ``code`` is « »."""

    code: str
    name: str
    total: int

    @property
    def is_regional(self) -> bool:
        return self.code == REGIONAL


@dataclass(frozen=True)
class Cell:
    column: Column
    count: int


@dataclass(frozen=True)
class Line:
    """A category with its partners, place by place."""

    code: str
    name: str
    short: str
    cells: list[Cell]
    total: int


@dataclass(frozen=True)
class Matrix:
    columns: list[Column]
    lines: list[Line]
    total: int

    @property
    def missing_categories(self) -> list[str]:
        return [line.short for line in self.lines if not line.total]

    @property
    def missing_mrcs(self) -> list[str]:
        return [one.name for one in self.mrcs if not one.total]

    @property
    def mrcs(self) -> list[Column]:
        return [column for column in self.columns if not column.is_regional]

    @property
    def is_whole(self) -> bool:
        return bool(self.total) and not self.missing_categories and not self.missing_mrcs

    @property
    def sentences(self) -> list[str]:
        """Who is missing, in words."""
        if not self.total:
            return [_("Aucun partenaire n’est inscrit.")]
        return [_categories_words(self), *([_mrcs_words(self)] if self.mrcs else [])]


@dataclass(frozen=True)
class Category:
    code: str
    name: str
    short: str


def matrix(
    categories: Sequence[Category],
    mrcs: Sequence[tuple[str, str]],
    partners: Iterable[tuple[str, str]],
) -> Matrix:
    """``mrcs``: code and name; ``partners``: category and MRC of each, « » for a regional one."""
    counts = Counter(partners)
    by_place: Counter[str] = Counter()
    for (_category, place), number in counts.items():
        by_place[place] += number
    columns = [Column(REGIONAL, _("Régional"), by_place[REGIONAL])]
    columns += [Column(code, name, by_place[code]) for code, name in mrcs]
    lines = []
    for one in categories:
        cells = [Cell(column, counts[one.code, column.code]) for column in columns]
        total = sum(cell.count for cell in cells)
        lines.append(Line(one.code, one.name, one.short, cells, total))
    return Matrix(columns, lines, sum(line.total for line in lines))


def listed(names: Sequence[str]) -> str:
    """« Santé, Habitation et Affaires »."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s et %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def _categories_words(table: Matrix) -> str:
    missing, total = table.missing_categories, len(table.lines)
    if not missing:
        return _("Les %(total)s catégories du guide ont un partenaire.") % {"total": total}
    words = ngettext(
        "Il manque %(n)s catégorie du guide sur %(total)s : %(names)s.",
        "Il manque %(n)s catégories du guide sur %(total)s : %(names)s.",
        len(missing),
    )
    return words % {"n": len(missing), "total": total, "names": listed(missing)}


def _mrcs_words(table: Matrix) -> str:
    missing, total = table.missing_mrcs, len(table.mrcs)
    if not missing:
        words = ngettext(
            "La MRC a un partenaire local.", "Les %(total)s MRC ont un partenaire local.", total
        )
        return words % {"total": total}
    words = ngettext(
        "Aucun partenaire local dans %(n)s MRC sur %(total)s : %(names)s.",
        "Aucun partenaire local dans %(n)s MRC sur %(total)s : %(names)s.",
        len(missing),
    )
    return words % {"n": len(missing), "total": total, "names": listed(missing)}


__all__ = ["REGIONAL", "Category", "Cell", "Column", "Line", "Matrix", "listed", "matrix"]
