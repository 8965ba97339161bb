"""What a report must say before it is submitted (guide 2024, §5.1; FQIS norms)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from alliances.errors import Missing
from alliances.templatetags.portal import money
from reporting.models import AnnualReport, FinancialLine
from reporting.selectors.figures import Figures
from reporting.selectors.statement import statement_of


@dataclass(frozen=True)
class Point:
    """Something the report must say, met or not, with the address where it is written."""

    label: str
    is_met: bool
    url: str


REQUIRED_TEXTS = ["achievements", "participation"]
REQUIRED_LINES = [
    FinancialLine.Category.ADMINISTRATION,
    FinancialLine.Category.MOBILISATION,
    FinancialLine.Category.CLOSING_BALANCE,
]


def points_of(report: AnnualReport, figures: Figures | None = None) -> list[Point]:
    """The points in the order of the page; one query for the lines.

    The difference of the balances, when there is one, is a point: it takes the ``figures``.
    """
    page = report.get_absolute_url()
    labels = {
        "achievements": _("Les réalisations de l’année"),
        "participation": _("La participation des personnes en situation de pauvreté"),
        FinancialLine.Category.ADMINISTRATION: _("Les frais d’administration, même à zéro"),
        FinancialLine.Category.MOBILISATION: _("La coordination et la mobilisation, même à zéro"),
        FinancialLine.Category.CLOSING_BALANCE: _("Le solde de fermeture, même à zéro"),
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
    return texts + lines + (_balance(report, figures) if figures else [])


def _balance(report: AnnualReport, figures: Figures) -> list[Point]:
    statement = statement_of(report, figures)
    if not statement.difference:
        return []
    label = _("L’explication de l’écart de %(difference)s entre les soldes") % {
        "difference": money(statement.difference)
    }
    url = f"{report.get_absolute_url()}#id_closing_balance_note"
    return [Point(label, not statement.lacks_reason, url)]


def missing_from(report: AnnualReport, figures: Figures) -> list[Missing]:
    points = points_of(report, figures)
    return [Missing(point.label, point.url) for point in points if not point.is_met]
