"""What a report must say before it is submitted (guide 2024, §5.1; FQIS norms)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from alliances.errors import Missing
from reporting.models import AnnualReport, FinancialLine


@dataclass(frozen=True)
class Point:
    """Something the report must say, met or not, with the address where it is written."""

    label: str
    is_met: bool
    url: str


REQUIRED_TEXTS = ["achievements", "participation"]
REQUIRED_LINES = [FinancialLine.Category.ADMINISTRATION, FinancialLine.Category.MOBILISATION]


def points_of(report: AnnualReport) -> list[Point]:
    """The points in the order of the page; one query for the lines."""
    page = report.get_absolute_url()
    labels = {
        "achievements": _("Les réalisations de l’année"),
        "participation": _("La participation des personnes en situation de pauvreté"),
        FinancialLine.Category.ADMINISTRATION: _("Les frais d’administration, même à zéro"),
        FinancialLine.Category.MOBILISATION: _("La coordination et la mobilisation, même à zéro"),
    }
    written = {line.category for line in report.lines.all() if line.amount is not None}
    texts = [
        Point(labels[name], bool(getattr(report, name).strip()), f"{page}#id_{name}")
        for name in REQUIRED_TEXTS
    ]
    lines = [
        Point(labels[category], category in written, f"{page}#id_{category.value}")
        for category in REQUIRED_LINES
    ]
    return texts + lines


def missing_from(report: AnnualReport) -> list[Missing]:
    return [Missing(point.label, point.url) for point in points_of(report) if not point.is_met]
