"""The figures of a report: what the portal already knows, so that nobody types it again (R082).

Amounts are in dollars, people and projects are counts. See guide 2024, §5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import Alliance, SeatCount
from alliances.money import ZERO
from alliances.templatetags.portal import count, money, percent
from fqis.models import Project, ProjectPayment, Versement
from fqis.selectors.project_money import every_project
from fqis.selectors.projects import project_figures
from reporting.models import AnnualReport, FinancialLine, ReportingPeriod
from reporting.selectors.indicators import count_indicators, late_in, orphans_in

# In an address, the projects that serve no priority.
NO_PRIORITY = "aucune"


@dataclass(frozen=True)
class Figures:
    """One year of one Alliance. ``…_to_date`` counts from the start of the cycle.

    ``opening_balance`` is what last year's report declared, zero without one; ``by_priority``
    shares ``paid_to_projects``: the priority's lineage (empty for none), its title, its amount in
    dollars, as text.
    """

    opening_balance: Decimal = ZERO
    received: Decimal = ZERO
    received_to_date: Decimal = ZERO
    granted: Decimal = ZERO
    granted_to_date: Decimal = ZERO
    paid_to_projects: Decimal = ZERO
    paid_to_projects_to_date: Decimal = ZERO
    by_priority: list[dict[str, str]] = field(default_factory=list)
    other_funding: Decimal = ZERO
    projects_supported: int = 0
    projects_under_way: int = 0
    projects_completed: int = 0
    projects_orphan: int = 0
    projects_late: int = 0
    people_reached: int = 0
    people_in_poverty: int = 0
    results_missing: int = 0
    seats: int = 0
    seats_of_people_in_poverty: int = 0
    # Each indicator: the projects counted, and those whose answer is known.
    indicator_2_2: int = 0
    indicator_2_2_of: int = 0
    indicator_2_4: int = 0
    indicator_2_4_of: int = 0
    indicator_3_2: int = 0
    indicator_3_2_of: int = 0
    indicator_3_4: int = 0
    indicator_3_4_of: int = 0

    def frozen(self) -> dict[str, Any]:
        """What is kept with a submitted report: dollars as text, counts as numbers."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {k: str(v) if isinstance(v, Decimal) else v for k, v in values.items()}

    @classmethod
    def from_frozen(cls, data: Mapping[str, Any]) -> "Figures":
        """The figures kept with a report; one that was not counted then is zero."""
        values: dict[str, Any] = {}
        for one in fields(cls):
            if one.name in data:
                is_amount = isinstance(one.default, Decimal)
                value = data[one.name]
                values[one.name] = Decimal(value) if is_amount else value
        return cls(**values)


def compute_figures(alliance: Alliance, period: ReportingPeriod) -> Figures:
    """What the portal knows of ``period``; nineteen queries, whatever the number of rows. Every
    project counts, also one the reader withdrew from."""
    with every_project():
        return _counted(alliance, period)


def _counted(alliance: Alliance, period: ReportingPeriod) -> Figures:
    first, last = period.year.first_day, period.last_day
    projects = project_figures(alliance, period.year)
    received, received_to_date = _received(alliance, first, last)
    counted = _projects(alliance, first, last)
    seats, held = _seats(alliance, last)
    return Figures(
        opening_balance=_opening(alliance, period),
        received=received,
        received_to_date=received_to_date,
        granted=projects.granted,
        granted_to_date=counted["granted_to_date"],
        paid_to_projects=projects.paid,
        paid_to_projects_to_date=_paid_to_date(alliance, last),
        by_priority=_by_priority(alliance, first, last),
        other_funding=projects.levered,
        projects_supported=counted["supported"],
        projects_under_way=counted["under_way"],
        projects_completed=counted["completed"],
        projects_orphan=orphans_in(alliance, period).count(),
        projects_late=late_in(alliance, period).count(),
        people_reached=projects.people_reached,
        people_in_poverty=projects.people_in_poverty,
        results_missing=projects.results_missing,
        seats=seats,
        seats_of_people_in_poverty=held,
        **_shares(alliance, period),
    )


def _shares(alliance: Alliance, period: ReportingPeriod) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, (part, whole) in count_indicators(alliance, period).items():
        found |= {key: part, f"{key}_of": whole}
    return found


def _total(field: str, condition: Q | None = None) -> Coalesce:
    return Coalesce(Sum(field, filter=condition), ZERO)


def closing_before(alliance: Alliance, period: ReportingPeriod) -> QuerySet[FinancialLine]:
    """The closing balance that the report of the year before declares, once it is submitted."""
    return FinancialLine.objects.filter(
        category=FinancialLine.Category.CLOSING_BALANCE,
        report__alliance=alliance,
        report__period__fiscal_year=period.fiscal_year - 1,
        report__state__in=AnnualReport.SENT,
    )


def _opening(alliance: Alliance, period: ReportingPeriod) -> Decimal:
    amount: Decimal | None = (
        closing_before(alliance, period).values_list("amount", flat=True).first()
    )
    return amount or ZERO


def _by_priority(alliance: Alliance, first: date, last: date) -> list[dict[str, str]]:
    """What projects were paid, by the priority each serves whatever its version."""
    rows = (
        ProjectPayment.objects.filter(project__alliance=alliance, on__range=(first, last))
        .order_by()
        .values_list("project__priority_lineage")
        .annotate(title=Max("project__priority__title"), total=Sum("amount"))
        .order_by("title", "project__priority_lineage")
    )
    return [
        {"lineage": str(lineage or ""), "title": title or "", "amount": str(total)}
        for lineage, title, total in rows
    ]


def _received(alliance: Alliance, first: date, last: date) -> tuple[Decimal, Decimal]:
    """Received in the year, and since the start of the cycle."""
    paid = Versement.objects.paid().filter(alliance=alliance, paid_on__lte=last)
    sums = paid.aggregate(year=_total("amount", Q(paid_on__gte=first)), to_date=_total("amount"))
    return sums["year"], sums["to_date"]


def _projects(alliance: Alliance, first: date, last: date) -> dict[str, Any]:
    """Supported: decided by the last day and not closed before the first (indicator 3.1)."""
    supported = Project.objects.supported().filter(alliance=alliance, decided_on__lte=last)
    closed_in_year = Q(closed_on__gte=first, closed_on__lte=last)
    return supported.aggregate(
        granted_to_date=_total("amount_granted"),
        supported=Count("pk", filter=Q(closed_on=None) | Q(closed_on__gte=first)),
        under_way=Count("pk", filter=Q(closed_on=None) | Q(closed_on__gt=last)),
        completed=Count("pk", filter=closed_in_year & Q(state=Project.State.COMPLETED)),
    )


def _paid_to_date(alliance: Alliance, last: date) -> Decimal:
    payments = ProjectPayment.objects.filter(project__alliance=alliance, on__lte=last)
    total: Decimal = payments.aggregate(total=_total("amount"))["total"]
    return total


def _seats(alliance: Alliance, last: date) -> tuple[int, int]:
    """Seats of the governance on ``last``, and those held by people living in poverty."""
    latest = SeatCount.objects.latest_by(last).filter(body__alliance=alliance)
    counts = list(latest.values_list("seats", "lived_experience"))
    return sum(seats for seats, _held in counts), sum(held for _seats, held in counts)


@dataclass(frozen=True)
class FigureRow:
    """A figure with its words and the address of the rows it comes from. ``of``: of a share, the
    number it is a part of."""

    key: str
    label: str
    value: Decimal | int
    url: str
    is_money: bool
    note: str = ""
    of: int | None = None

    @property
    def text(self) -> str:
        """« 1 234,56 $ », « 1 200 », « 12 sur 16, 75 % », or « s. o. » for a share of nothing."""
        if self.of is not None:
            return _share_text(int(self.value), self.of)
        return money(Decimal(self.value)) if self.is_money else count(int(self.value))


def _share_text(part: int, whole: int) -> str:
    if not whole:
        return _("s. o.")
    return _("%(part)s sur %(whole)s, %(share)s") % {
        "part": count(part),
        "whole": count(whole),
        "share": percent(Decimal(part) / whole),
    }


def figure_rows(alliance: Alliance, figures: Figures, year: str) -> list[FigureRow]:
    """The figures of « 2025-2026 » in the order of the page, each with the way to its rows."""

    def row(
        key: str, label: str, value: Decimal | int, *, is_money: bool = False, note: str = ""
    ) -> FigureRow:
        return FigureRow(
            key, label, value, alliance.url("report_figure", year, key), is_money, note
        )

    money_rows = [
        row("received", _("Reçu du FQIS dans l’année"), figures.received, is_money=True),
        row("granted", _("Accordé à des projets dans l’année"), figures.granted, is_money=True),
        row(
            "paid_to_projects",
            _("Versé aux projets dans l’année"),
            figures.paid_to_projects,
            is_money=True,
        ),
        row(
            "other_funding",
            _("Autres sources de financement"),
            figures.other_funding,
            is_money=True,
            note=_("effet levier, projets décidés dans l’année"),
        ),
    ]
    counts = [
        row("projects_supported", _("Projets soutenus"), figures.projects_supported),
        row(
            "projects_under_way",
            _("Projets en cours à la fin de l’année"),
            figures.projects_under_way,
        ),
        row("projects_completed", _("Projets terminés dans l’année"), figures.projects_completed),
        row(
            "people_reached",
            _("Personnes directement rejointes"),
            figures.people_reached,
            note=_people_note(figures),
        ),
        row(
            "people_in_poverty",
            _("Dont personnes en situation de pauvreté"),
            figures.people_in_poverty,
        ),
        row(
            "seats_of_people_in_poverty",
            _("Sièges tenus par des personnes en situation de pauvreté"),
            figures.seats_of_people_in_poverty,
            note=_("sur %(seats)s sièges de gouvernance") % {"seats": figures.seats},
        ),
    ]
    shares = [
        FigureRow(
            key,
            label,
            getattr(figures, key),
            alliance.url("report_figure", year, key),
            is_money=False,
            note=note,
            of=getattr(figures, f"{key}_of"),
        )
        for key, label, note in _indicators()
    ]
    return [*money_rows, *counts, *shares]


def other_rows(alliance: Alliance, figures: Figures, year: str) -> list[FigureRow]:
    """The figures that the statement and the anomalies lead to, beside those of the page."""
    said: list[tuple[str, str, Decimal | int]] = [
        ("opening_balance", _("Solde d’ouverture"), figures.opening_balance),
        (
            "projects_orphan",
            _("Projets sans priorité du plan en vigueur à la fin de l’année"),
            figures.projects_orphan,
        ),
        (
            "projects_late",
            _("Projets dont les résultats sont en retard"),
            figures.projects_late,
        ),
    ]
    return [
        FigureRow(
            key,
            label,
            value,
            alliance.url("report_figure", year, key),
            is_money=isinstance(value, Decimal),
        )
        for key, label, value in said
    ]


def priority_row(alliance: Alliance, figures: Figures, year: str, lineage: str) -> FigureRow:
    """What the projects of one priority were paid; ``lineage`` is empty for those of none."""
    found = next((one for one in figures.by_priority if one["lineage"] == lineage), None)
    title = found["title"] if found and found["title"] else _("Sans priorité")
    key = "paid_to_projects"
    return FigureRow(
        key,
        _("Versé aux projets dans l’année : %(priority)s") % {"priority": title},
        Decimal(found["amount"]) if found else ZERO,
        f"{alliance.url('report_figure', year, key)}?priorite={lineage or NO_PRIORITY}",
        is_money=True,
    )


def _indicators() -> list[tuple[str, str, str]]:
    return [
        (
            "indicator_2_2",
            _("2.2 Projets liés à une priorité du plan en vigueur à la décision"),
            _("sur les projets soutenus"),
        ),
        (
            "indicator_2_4",
            _("2.4 Projets qui mettent en commun des ressources humaines ou matérielles"),
            _("sur les projets dont la réponse est connue; règle à confirmer"),
        ),
        (
            "indicator_3_2",
            _("3.2 Projets terminés qui atteignent leurs cibles"),
            _("sur les projets terminés et évalués"),
        ),
        (
            "indicator_3_4",
            _("3.4 Projets intersectoriels portés par plusieurs organisations"),
            _("deux porteurs et deux secteurs au moins; sur les réponses connues"),
        ),
    ]


def _people_note(figures: Figures) -> str:
    """What the sum of people does not say: doubles, and the projects of whom nothing is known."""
    doubles = _("doublons possibles d’un projet à l’autre")
    if not figures.results_missing:
        return doubles
    missing = ngettext(
        "le nombre manque pour %(n)s projet",
        "le nombre manque pour %(n)s projets",
        figures.results_missing,
    ) % {"n": figures.results_missing}
    return f"{doubles}; {missing}"


def figure_row(alliance: Alliance, figures: Figures, year: str, key: str) -> FigureRow:
    rows = [*figure_rows(alliance, figures, year), *other_rows(alliance, figures, year)]
    return next(row for row in rows if row.key == key)
