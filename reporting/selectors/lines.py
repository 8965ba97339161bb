"""The rows behind each figure of a report: what an auditor counts again (design §1)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance, SeatCount
from fqis.models import FundingSource, Project, ProjectPayment, ProjectResult, Versement
from reporting.models import ReportingPeriod
from reporting.selectors.figures import closing_before
from reporting.selectors.indicators import (
    Indicator,
    completed_in,
    indicators_of,
    late_in,
    orphans_in,
    supported_in,
)

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Lines:
    """The rows of one figure. ``cells`` writes one of them under ``columns``; ``url`` leads to
    what it belongs to."""

    columns: list[str]
    rows: Rows
    cells: Callable[[Any], list[Cell]]
    url: Callable[[Any], str]


def lines_of(
    alliance: Alliance, period: ReportingPeriod, key: str, *, priority: str | None = None
) -> Lines:
    """The rows that ``compute_figures`` counts for ``key``; raises Http404 for another key.

    ``priority`` keeps those of one priority, by its lineage, empty for none, in what the projects
    were paid.
    """
    if priority is not None and key == "paid_to_projects":
        lines = _paid(alliance, period)
        kept = lines.rows.filter(project__priority_lineage=priority or None)
        return replace(lines, rows=kept)
    builders: dict[str, Callable[[Alliance, ReportingPeriod], Lines]] = {
        "opening_balance": _opening,
        "received": _received,
        "granted": _granted,
        "paid_to_projects": _paid,
        "other_funding": _other_funding,
        "projects_supported": _supported,
        "projects_under_way": _under_way,
        "projects_completed": _completed,
        "projects_orphan": _orphans,
        "projects_late": _late,
        "people_reached": _results,
        "people_in_poverty": _results,
        "seats_of_people_in_poverty": _seats,
    }
    if key in builders:
        return builders[key](alliance, period)
    found = next((one for one in indicators_of(alliance, period) if one.key == key), None)
    if found is None:
        raise Http404
    return _share(alliance, found)


def _share(alliance: Alliance, indicator: Indicator) -> Lines:
    """Every project whose answer is known, and whether it is in the part."""
    rows = indicator.rows
    if indicator.of:
        rows = rows.select_related("project__organisation").order_by("project__number")
    else:
        rows = rows.select_related("organisation").order_by("number")

    def project(row: Any) -> Project:
        found: Project = row.project if indicator.of else row
        return found

    return Lines(
        [_("Projet"), _("Titre"), _("Porteur"), _("État"), _("Compté")],
        rows,
        lambda row: [
            project(row).number,
            project(row).title,
            project(row).organisation.name,
            project(row).get_state_display(),
            _("Oui") if row.is_counted else _("Non"),
        ],
        lambda row: alliance.url("project", project(row).number),
    )


def _opening(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = closing_before(alliance, period).select_related("report__period")
    return Lines(
        [_("Reddition"), _("Transmise le"), _("Solde de fermeture déclaré")],
        rows,
        lambda line: [
            str(line.report.period),
            clock.day_of(line.report.submitted_at),
            line.amount,
        ],
        lambda line: alliance.url("report", str(line.report.period)),
    )


def _received(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = (
        Versement.objects.paid()
        .filter(alliance=alliance, paid_on__range=(period.year.first_day, period.last_day))
        .select_related("notice")
        .order_by("paid_on", "pk")
    )
    return Lines(
        [_("Avis"), _("Payé le"), _("Référence"), _("Montant")],
        rows,
        lambda v: [v.notice.number, v.paid_on, v.payment_reference, v.amount],
        lambda v: alliance.url("versement", v.pk),
    )


def _projects(alliance: Alliance, condition: Q) -> Lines:
    rows = (
        Project.objects.supported()
        .filter(condition, alliance=alliance)
        .select_related("organisation")
        .order_by("decided_on", "number")
    )
    columns = [_("Projet"), _("Titre"), _("Porteur"), _("État"), _("Décidé le"), _("Accordé")]
    return Lines(
        columns,
        rows,
        lambda p: [
            p.number,
            p.title,
            p.organisation.name,
            p.get_state_display(),
            p.decided_on,
            p.amount_granted,
        ],
        lambda p: alliance.url("project", p.number),
    )


def _granted(alliance: Alliance, period: ReportingPeriod) -> Lines:
    year = (period.year.first_day, period.last_day)
    return _projects(alliance, Q(decided_on__range=year))


def _supported(alliance: Alliance, period: ReportingPeriod) -> Lines:
    return _projects(alliance, Q(pk__in=supported_in(alliance, period).values("pk")))


def _under_way(alliance: Alliance, period: ReportingPeriod) -> Lines:
    alive = Q(closed_on=None) | Q(closed_on__gt=period.last_day)
    return _projects(alliance, alive & Q(decided_on__lte=period.last_day))


def _completed(alliance: Alliance, period: ReportingPeriod) -> Lines:
    return _projects(alliance, Q(pk__in=completed_in(alliance, period).values("pk")))


def _orphans(alliance: Alliance, period: ReportingPeriod) -> Lines:
    return _projects(alliance, Q(pk__in=orphans_in(alliance, period).values("pk")))


def _late(alliance: Alliance, period: ReportingPeriod) -> Lines:
    return _projects(alliance, Q(pk__in=late_in(alliance, period).values("pk")))


def _paid(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = (
        ProjectPayment.objects.filter(
            project__alliance=alliance, on__range=(period.year.first_day, period.last_day)
        )
        .select_related("project__priority")
        .order_by("project__priority__title", "on", "pk")
    )
    return Lines(
        [_("Projet"), _("Titre"), _("Priorité"), _("Payé le"), _("Montant")],
        rows,
        lambda p: [
            p.project.number,
            p.project.title,
            p.project.priority.title if p.project.priority else _("Sans priorité"),
            p.on,
            p.amount,
        ],
        lambda p: alliance.url("project", p.project.number),
    )


def _other_funding(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = (
        FundingSource.objects.filter(
            project__alliance=alliance,
            project__state__in=Project.SUPPORTED,
            project__decided_on__range=(period.year.first_day, period.last_day),
        )
        .select_related("project")
        .order_by("project__number", "pk")
    )
    return Lines(
        [_("Projet"), _("Titre"), _("Source"), _("Confirmé"), _("Montant")],
        rows,
        lambda s: [
            s.project.number,
            s.project.title,
            s.name,
            _("Oui") if s.is_confirmed else _("Non"),
            s.amount,
        ],
        lambda s: alliance.url("project", s.project.number),
    )


def _results(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = (
        ProjectResult.objects.accepted()
        .filter(project__alliance=alliance, fiscal_year=period.fiscal_year)
        .select_related("project")
        .order_by("project__number", "pk")
    )
    return Lines(
        [
            _("Projet"),
            _("Titre"),
            _("Ce qu’on sait du nombre"),
            _("Personnes rejointes"),
            _("En situation de pauvreté"),
        ],
        rows,
        lambda r: [
            r.project.number,
            r.project.title,
            r.get_people_reached_said_display(),
            r.people_reached,
            r.people_in_poverty,
        ],
        lambda r: alliance.url("project", r.project.number),
    )


def _seats(alliance: Alliance, period: ReportingPeriod) -> Lines:
    rows = (
        SeatCount.objects.latest_by(period.last_day)
        .filter(body__alliance=alliance)
        .select_related("body")
    )
    return Lines(
        [_("Instance"), _("Compté le"), _("Sièges"), _("Tenus")],
        rows,
        lambda s: [s.body.name, s.on, s.seats, s.lived_experience],
        lambda s: alliance.url("team"),
    )
