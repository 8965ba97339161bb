"""This year's figures beside last year's: what adds up in the year as monthly averages, so that 5
and 12 months compare; what stands on a day as it is."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.drawings import coordinate
from alliances.money import ZERO
from reporting.models import AnnualReport, ReviewEntry
from reporting.selectors.anomalies import AnomalyLine, anomalies_of, entries_of
from reporting.selectors.checklist import CheckLine, checks_of
from reporting.selectors.figures import FigureRow, Figures, compute_figures, figure_rows
from reporting.selectors.reports import previous_report
from reporting.selectors.statement import Statement, StatementRow, statement_of, statement_rows

# Half of the drawing, in its units, is a variance of 78 %: 25 % is a quarter of the picture.
_MIDDLE, _UNITS_PER_SHARE, _HALF = 72, Decimal(92), Decimal(72)


@dataclass(frozen=True)
class Variance:
    """A line of the comparison. ``share`` is None when last year has nothing to divide by;
    ``margin`` is the share beyond which it must be explained, ``said`` what the Table wrote."""

    label: str
    last: Decimal | int | None
    this: Decimal | int
    share: Decimal | None
    is_money: bool = True
    is_total: bool = False
    note: str = ""
    url: str = ""
    said: str = ""
    margin: Decimal = Decimal("0.25")

    @property
    def is_outside(self) -> bool:
        return self.share is not None and abs(self.share) > self.margin

    @property
    def percent(self) -> str:
        """« +16,2 % », « −26,8 % »."""
        if self.share is None:
            return _("s. o.")
        share = round(self.share * 100, 1)
        sign = "−" if share < 0 else "+"
        return f"{sign}{abs(share):.1f}".replace(".", ",") + "\u00a0%"

    @property
    def bar_x(self) -> str:
        return coordinate(_MIDDLE + min(Decimal(0), self._length))

    @property
    def bar_width(self) -> str:
        return coordinate(abs(self._length))

    @property
    def _length(self) -> Decimal:
        length = (self.share or Decimal(0)) * _UNITS_PER_SHARE
        return max(min(length, _HALF), -_HALF)


@dataclass(frozen=True)
class Comparison:
    """``threshold``: the percentage beyond which a variance must be explained."""

    rows: list[Variance]
    last_months: int
    this_months: int
    has_last: bool
    threshold: int

    @property
    def outside(self) -> list[Variance]:
        return [row for row in self.rows if row.is_outside]

    @property
    def zone_x(self) -> str:
        """Where the margin begins in the drawing of a variance, and how wide it is."""
        return coordinate(_MIDDLE - self._half)

    @property
    def zone_width(self) -> str:
        return coordinate(2 * self._half)

    @property
    def _half(self) -> Decimal:
        return min(self.threshold * _UNITS_PER_SHARE / 100, _HALF)


def figures_of(report: AnnualReport) -> Figures:
    """The frozen figures once submitted, those of today while it is written."""
    if report.is_writable or not report.figures:
        return compute_figures(report.alliance, report.period)
    return Figures.from_frozen(report.figures)


@dataclass(frozen=True)
class _Item:
    """One line to compare. ``figure``: the key of its rows; ``line``: the category of its note;
    ``stands``: an amount of one day, which no month divides."""

    key: str
    label: str
    note: str = ""
    figure: str = ""
    line: str = ""
    is_money: bool = True
    is_total: bool = False
    stands: bool = False


def _items(supported: int) -> list[_Item]:
    projects = ngettext("%(n)s projet", "%(n)s projets", supported) % {"n": supported}
    lever = _("effet levier")
    return [
        _Item("opening", _("Solde d’ouverture"), figure="opening_balance", stands=True),
        _Item("received", _("Reçu du FQIS"), figure="received"),
        _Item("projects", _("Soutien aux projets"), projects, "paid_to_projects"),
        _Item("mobilisation", _("Coordination et mobilisation"), line="mobilisation"),
        _Item("administration", _("Frais d’administration"), line="administration"),
        _Item("total", _("Total payé par le FQIS"), is_total=True),
        _Item("closing", _("Solde de fermeture"), line="closing_balance", stands=True),
        _Item("other_funding", _("Autres sources de financement"), lever, "other_funding"),
        _Item("people", _("Personnes rejointes"), "3.3", "people_reached", is_money=False),
        _Item(
            "in_poverty",
            _("Dont personnes en situation de pauvreté"),
            figure="people_in_poverty",
            is_money=False,
        ),
        _Item(
            "completed", _("Projets terminés"), "3.1", figure="projects_completed", is_money=False
        ),
        _Item(
            "seats",
            _("Sièges tenus par des personnes en situation de pauvreté"),
            figure="seats_of_people_in_poverty",
            is_money=False,
            stands=True,
        ),
    ]


def compare(report: AnnualReport, last: AnnualReport | None) -> Comparison:
    """Each amount and figure of the year beside last year's."""
    period = report.period
    now, before = _values(report), _values(last) if last else {}
    notes = {line.category: line.note for line in report.lines.all()}

    def row(item: _Item) -> Variance:
        months = (1, 1) if item.stands else (last.period.months if last else 0, period.months)
        year = str(period)
        return Variance(
            label=item.label,
            last=before.get(item.key),
            this=now[item.key],
            share=_share(before.get(item.key), now[item.key], *months),
            is_money=item.is_money,
            is_total=item.is_total,
            note=item.note,
            url=report.alliance.url("report_figure", year, item.figure) if item.figure else "",
            said=notes.get(item.line, ""),
            margin=Decimal(period.variance_threshold) / 100,
        )

    return Comparison(
        rows=[row(item) for item in _items(int(now["supported"]))],
        last_months=last.period.months if last else 0,
        this_months=period.months,
        has_last=last is not None,
        threshold=period.variance_threshold,
    )


def _values(report: AnnualReport) -> dict[str, Decimal | int]:
    figures = figures_of(report)
    statement = statement_of(report, figures)
    return {
        "opening": statement.opening,
        "received": statement.received,
        "projects": statement.projects,
        "mobilisation": statement.mobilisation,
        "administration": statement.administration,
        "total": statement.projects + statement.mobilisation + statement.administration,
        "closing": statement.closing or ZERO,
        "other_funding": figures.other_funding + statement.other_income,
        "people": figures.people_reached,
        "in_poverty": figures.people_in_poverty,
        "completed": figures.projects_completed,
        "seats": figures.seats_of_people_in_poverty,
        "supported": figures.projects_supported,
    }


def _share(
    last: Decimal | int | None, this: Decimal | int, last_months: int, this_months: int
) -> Decimal | None:
    """The variance of monthly averages as a share of one: 0.162 is +16,2 %; None, « s. o. », when
    there is nothing to divide by."""
    if not last or not last_months or not this_months:
        return None
    before, now = Decimal(last) / last_months, Decimal(this) / this_months
    return (now - before) / before


@dataclass(frozen=True)
class Review:
    """All that the screen of the analysis says of a report."""

    last: AnnualReport | None
    comparison: Comparison
    statement: Statement
    statement_rows: list[StatementRow]
    figures: list[FigureRow]
    checks: list[CheckLine]
    anomalies: list[AnomalyLine]
    handed_back: ReviewEntry | None

    @property
    def checked(self) -> int:
        return sum(line.entry is not None for line in self.checks)

    @property
    def refused(self) -> int:
        """How many points are answered « Non »: the reason must speak of them."""
        return sum(line.entry is not None and line.entry.answer == "no" for line in self.checks)


def review_of(report: AnnualReport) -> Review:
    """Four queries beyond the figures of a report that is not submitted."""
    alliance, year = report.alliance, str(report.period)
    last, figures, entries = previous_report(report), figures_of(report), entries_of(report)
    statement, comparison = statement_of(report, figures), compare(report, last)
    return Review(
        last=last,
        comparison=comparison,
        statement=statement,
        statement_rows=statement_rows(alliance, statement, figures, year),
        figures=figure_rows(alliance, figures, year),
        checks=checks_of(
            alliance,
            figures,
            statement,
            entries,
            year=year,
            outside=len(comparison.outside),
            threshold=comparison.threshold,
        ),
        anomalies=anomalies_of(report, entries),
        handed_back=entries.get(ReviewEntry.Kind.BACK),
    )
