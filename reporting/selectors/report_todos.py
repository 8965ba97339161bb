"""The reports that wait for a person, and those a person waits for."""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, User
from alliances.todo import Todo, Waiting
from conventions.models import Convention
from reporting.completeness import points_of
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.selectors.figures import Figures
from reporting.selectors.reports import (
    advisers_of,
    last_act_on,
    reports_in,
    territories_with,
)
from reporting.selectors.statement import known_money

State = AnnualReport.State


def pending(user: User) -> list[QuerySet[Any, Any]]:
    """The reports to write, then to analyse, then to accept."""
    return [
        _to_write(user),
        reports_in(user, "review_report", State.SUBMITTED),
        reports_in(user, "accept_report", State.RECOMMENDED),
    ]


def todo(user: User) -> list[Todo]:
    """Reports to write, to analyse or to accept; at most nine queries."""
    to_write, to_analyse, to_accept = pending(user)
    return [
        *_writing_todos(user, to_write),
        *(_to_analyse(one) for one in to_analyse),
        *(_to_accept(one) for one in to_accept),
    ]


def _to_write(user: User) -> QuerySet[Alliance]:
    """One row for each open year of an Alliance that owes a report, its convention being signed,
    and has not submitted it: the Alliance, with ``period_id``."""
    signed = Convention.objects.signed().filter(alliance=OuterRef("pk"))
    submitted = AnnualReport.objects.filter(
        alliance=OuterRef("pk"), period=OuterRef("period_id")
    ).exclude(state__in=AnnualReport.WRITABLE)
    return (
        Alliance.objects.for_pages()
        .annotate(period_id=F("cycle__periods"), opens_on=F("cycle__periods__opens_on"))
        .filter(
            Exists(signed),
            ~Exists(submitted),
            territory_id__in=territories_with(user, "edit_report"),
            opens_on__lte=clock.today(),
        )
    )


def _writing_todos(user: User, to_write: QuerySet[Any]) -> list[Todo]:
    alliances = list(to_write)
    if not alliances:
        return []
    periods = ReportingPeriod.objects.in_bulk({alliance.period_id for alliance in alliances})
    moved = moved_days({alliance.pk for alliance in alliances})
    reports = {
        (report.alliance_id, report.period_id): report
        for report in AnnualReport.objects.for_pages()
        .prefetch_related("lines")
        .filter(alliance__in=alliances, state__in=AnnualReport.WRITABLE)
    }
    known = known_money([report.pk for report in reports.values()]) if reports else {}
    submitters = set(territories_with(user, "submit_report"))
    return [
        _writing_todo(
            alliance,
            period_of(periods[alliance.period_id], alliance.pk, moved),
            reports.get((alliance.pk, alliance.period_id)),
            known,
            may_submit=alliance.territory_id in submitters,
        )
        for alliance in alliances
    ]


def _writing_todo(
    alliance: Alliance,
    period: ReportingPeriod,
    report: AnnualReport | None,
    known: dict[int, Figures],
    *,
    may_submit: bool,
) -> Todo:
    year = {"year": period}
    url = alliance.url("report", str(period))
    if report is None:
        return Todo(
            title=_("Commencer la reddition %(year)s") % year,
            url=url,
            button=_("Commencer"),
            alliance=alliance,
            due_on=period.due_on,
            detail=_("Le portail a déjà rempli les chiffres qu’il connaît."),
        )
    points = points_of(report, known.get(report.pk))
    done = sum(point.is_met for point in points)
    if report.state == State.RETURNED:
        title, button = _("Reprendre la reddition %(year)s") % year, _("Reprendre")
        detail = _("Motif du retour : %(reason)s") % {"reason": report.return_reason}
    elif done == len(points) and may_submit:
        title, button = _("Transmettre la reddition %(year)s") % year, _("Transmettre")
        detail = _("Elle est complète. Votre versement attend cette reddition.")
    elif done == len(points):
        title, button = _("Relire la reddition %(year)s") % year, _("Relire")
        detail = _("Elle est complète. La direction de la Table la transmet.")
    else:
        title, button = _("Terminer la reddition %(year)s") % year, _("Poursuivre")
        missing = [
            point.label[:1].lower() + point.label[1:] for point in points if not point.is_met
        ]
        detail = ngettext(
            "%(done)s élément sur %(total)s. Il manque : %(missing)s.",
            "%(done)s éléments sur %(total)s. Il manque : %(missing)s.",
            done,
        ) % {
            "done": done,
            "total": len(points),
            "missing": ", ".join(missing),
        }
    return Todo(
        title=title,
        url=url,
        button=button,
        alliance=alliance,
        due_on=period.due_on if report.state == State.DRAFT else None,
        since=last_act_on(report),
        detail=detail,
        progress=(done, len(points)),
    )


def _to_analyse(report: AnnualReport) -> Todo:
    return Todo(
        title=_("Analyser la reddition %(year)s") % {"year": report.period},
        url=report.alliance.url("report_review", str(report.period)),
        button=_("Analyser"),
        alliance=report.alliance,
        due_on=report.analysis_due_on,
        since=last_act_on(report),
        detail=_("%(who)s l’a transmise. Un versement attend votre recommandation.")
        % {"who": report.submitted_by},
    )


def _to_accept(report: AnnualReport) -> Todo:
    return Todo(
        title=_("Accepter la reddition %(year)s") % {"year": report.period},
        url=report.alliance.url("report_review", str(report.period)),
        button=_("Accepter"),
        alliance=report.alliance,
        since=last_act_on(report),
        detail=_("%(who)s, DGSQ, recommande le versement.") % {"who": report.recommended_by},
    )


def waiting(user: User) -> list[Waiting]:
    """Reports in somebody else's hands; at most four queries."""
    found: list[Waiting] = []
    if territories_with(user, "edit_report"):
        reports = list(reports_in(user, "edit_report", State.SUBMITTED, State.RECOMMENDED))
        advisers = advisers_of({one.territory_id for one in reports}) if reports else {}
        found += [_analysis(one, advisers.get(one.territory_id, "")) for one in reports]
    if territories_with(user, "review_report"):
        found += [
            _correction(one) if one.state == State.RETURNED else _acceptance(one)
            for one in reports_in(user, "review_report", State.RETURNED, State.RECOMMENDED)
        ]
    if territories_with(user, "accept_report"):
        reports = list(reports_in(user, "accept_report", State.SUBMITTED))
        advisers = advisers_of({one.territory_id for one in reports}) if reports else {}
        found += [_analysis(one, advisers.get(one.territory_id, "")) for one in reports]
    return found


def _analysis(report: AnnualReport, adviser: str) -> Waiting:
    if report.state == State.RECOMMENDED:
        return _acceptance(report)
    return Waiting(
        what=_("Analyse de la reddition %(year)s") % {"year": report.period},
        url=report.get_absolute_url(),
        who=_("DGSQ, %(territory)s") % {"territory": report.alliance.territory},
        who_detail=adviser,
        since=last_act_on(report),
        due_on=report.analysis_due_on,
        alliance=report.alliance,
    )


def _acceptance(report: AnnualReport) -> Waiting:
    return Waiting(
        what=_("Acceptation de la reddition %(year)s") % {"year": report.period},
        url=report.get_absolute_url(),
        who=_("DGSSAC, analyse"),
        since=last_act_on(report),
        alliance=report.alliance,
    )


def _correction(report: AnnualReport) -> Waiting:
    return Waiting(
        what=_("Reddition %(year)s corrigée") % {"year": report.period},
        url=report.get_absolute_url(),
        who=_("Table, %(territory)s") % {"territory": report.alliance.territory},
        who_detail=report.return_reason,
        since=last_act_on(report),
        alliance=report.alliance,
    )
