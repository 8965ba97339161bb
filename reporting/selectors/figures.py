"""The figures of a report: what the portal already knows, so that nobody types it again (R082).

Amounts are in dollars, people and projects are counts. See guide 2024, §5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from alliances.models import Alliance, SeatCount
from alliances.money import ZERO
from fqis.models import FundingSource, Project, ProjectPayment, ProjectResult, Versement
from reporting.models import ReportingPeriod


@dataclass(frozen=True)
class Figures:
    """One year of one Alliance. ``…_to_date`` counts from the start of the cycle."""

    received: Decimal = ZERO
    received_to_date: Decimal = ZERO
    granted: Decimal = ZERO
    granted_to_date: Decimal = ZERO
    paid_to_projects: Decimal = ZERO
    paid_to_projects_to_date: Decimal = ZERO
    other_funding: Decimal = ZERO
    projects_supported: int = 0
    projects_under_way: int = 0
    projects_completed: int = 0
    people_reached: int = 0
    people_in_poverty: int = 0
    seats: int = 0
    seats_of_people_in_poverty: int = 0

    def frozen(self) -> dict[str, Any]:
        """What is kept with a submitted report: dollars as text, counts as numbers."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {k: str(v) if isinstance(v, Decimal) else v for k, v in values.items()}

    @classmethod
    def from_frozen(cls, data: Mapping[str, Any]) -> "Figures":
        known = {field.name: field.default for field in fields(cls)}
        return cls(
            **{
                name: Decimal(data[name]) if isinstance(default, Decimal) else data[name]
                for name, default in known.items()
                if name in data
            }
        )


def compute_figures(alliance: Alliance, period: ReportingPeriod) -> Figures:
    """What the portal knows of ``period``; seven queries, whatever the number of rows."""
    first, last = period.year.first_day, period.last_day
    return Figures(
        **_received(alliance, first, last),
        **_projects(alliance, first, last),
        **_paid(alliance, first, last),
        other_funding=_other_funding(alliance, first, last),
        **_people(alliance, period),
        **_seats(alliance, last),
    )


def _total(field: str, condition: Q | None = None) -> Coalesce:
    return Coalesce(Sum(field, filter=condition), ZERO)


def _received(alliance: Alliance, first: date, last: date) -> dict[str, Decimal]:
    paid = Versement.objects.paid().filter(alliance=alliance, paid_on__lte=last)
    return paid.aggregate(
        received=_total("amount", Q(paid_on__gte=first)), received_to_date=_total("amount")
    )


def _projects(alliance: Alliance, first: date, last: date) -> dict[str, Any]:
    """Supported: decided by the last day and not closed before the first (indicator 3.1)."""
    supported = Project.objects.supported().filter(alliance=alliance, decided_on__lte=last)
    alive = Q(closed_on=None) | Q(closed_on__gte=first)
    return supported.aggregate(
        granted=_total("amount_granted", Q(decided_on__gte=first)),
        granted_to_date=_total("amount_granted"),
        projects_supported=Count("pk", filter=alive),
        projects_under_way=Count("pk", filter=Q(closed_on=None) | Q(closed_on__gt=last)),
        projects_completed=Count(
            "pk",
            filter=Q(state=Project.State.COMPLETED, closed_on__gte=first, closed_on__lte=last),
        ),
    )


def _paid(alliance: Alliance, first: date, last: date) -> dict[str, Decimal]:
    payments = ProjectPayment.objects.filter(project__alliance=alliance, on__lte=last)
    return payments.aggregate(
        paid_to_projects=_total("amount", Q(on__gte=first)),
        paid_to_projects_to_date=_total("amount"),
    )


def _other_funding(alliance: Alliance, first: date, last: date) -> Decimal:
    """Other confirmed or announced money in the projects decided in the year."""
    sources = FundingSource.objects.filter(
        project__alliance=alliance,
        project__state__in=Project.SUPPORTED,
        project__decided_on__range=(first, last),
    )
    return sources.aggregate(total=_total("amount"))["total"]


def _people(alliance: Alliance, period: ReportingPeriod) -> dict[str, int]:
    results = ProjectResult.objects.filter(
        project__alliance=alliance, fiscal_year=period.fiscal_year
    )
    return results.aggregate(
        people_reached=Coalesce(Sum("people_reached"), 0),
        people_in_poverty=Coalesce(Sum("people_in_poverty"), 0),
    )


def _seats(alliance: Alliance, last: date) -> dict[str, int]:
    latest = SeatCount.objects.latest_by(last).filter(body__alliance=alliance)
    counts = list(latest.values_list("seats", "lived_experience"))
    return {
        "seats": sum(seats for seats, _held in counts),
        "seats_of_people_in_poverty": sum(held for _seats, held in counts),
    }


@dataclass(frozen=True)
class FigureRow:
    """A figure with its words and the address of the rows it comes from."""

    key: str
    label: str
    value: Decimal | int
    url: str
    is_money: bool
    note: str = ""


def figure_rows(alliance: Alliance, figures: Figures) -> list[FigureRow]:
    finances, projects = alliance.url("finances"), alliance.url("projects")
    money = [
        FigureRow("received", _("Reçu du FQIS dans l’année"), figures.received, finances, True),
        FigureRow(
            "granted", _("Accordé à des projets dans l’année"), figures.granted, projects, True
        ),
        FigureRow(
            "paid_to_projects",
            _("Versé aux projets dans l’année"),
            figures.paid_to_projects,
            projects,
            True,
        ),
        FigureRow(
            "other_funding",
            _("Autres sources de financement"),
            figures.other_funding,
            projects,
            True,
            _("effet levier, projets décidés dans l’année"),
        ),
    ]
    counts = [
        FigureRow(
            "projects_supported", _("Projets soutenus"), figures.projects_supported, projects, False
        ),
        FigureRow(
            "projects_under_way",
            _("Projets en cours à la fin de l’année"),
            figures.projects_under_way,
            projects,
            False,
        ),
        FigureRow(
            "projects_completed",
            _("Projets terminés dans l’année"),
            figures.projects_completed,
            projects,
            False,
        ),
        FigureRow(
            "people_reached",
            _("Personnes directement rejointes"),
            figures.people_reached,
            projects,
            False,
            _("doublons possibles d’un projet à l’autre"),
        ),
        FigureRow(
            "people_in_poverty",
            _("Dont personnes en situation de pauvreté"),
            figures.people_in_poverty,
            projects,
            False,
        ),
        FigureRow(
            "seats_of_people_in_poverty",
            _("Sièges tenus par des personnes en situation de pauvreté"),
            figures.seats_of_people_in_poverty,
            alliance.url("team"),
            False,
            _("sur %(seats)s sièges de gouvernance") % {"seats": figures.seats},
        ),
    ]
    return [*money, *counts]
