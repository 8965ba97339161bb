"""The reports that wait for a person, and those a person waits for."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances.models import Alliance, User
from alliances.todo import Todo, Waiting
from conventions.models import Convention
from reporting.completeness import points_of
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.reports import (
    advisers_of,
    last_act_on,
    reports_in,
    territories_with,
)

State = AnnualReport.State


def todo(user: User) -> list[Todo]:
    """Reports to write, to analyse or to accept; at most five queries."""
    todos: list[Todo] = []
    if territories_with(user, "edit_report"):
        todos += _to_write(user)
    if territories_with(user, "review_report"):
        todos += [_to_analyse(one) for one in reports_in(user, "review_report", State.SUBMITTED)]
    if territories_with(user, "accept_report"):
        todos += [_to_accept(one) for one in reports_in(user, "accept_report", State.RECOMMENDED)]
    return todos


def _to_write(user: User) -> list[Todo]:
    alliances = _owing_alliances(territories_with(user, "edit_report"))
    if not alliances:
        return []
    reports = {
        (report.alliance_id, report.period_id): report
        for report in AnnualReport.objects.for_pages()
        .prefetch_related("lines")
        .filter(alliance__in=alliances)
    }
    submitters = set(territories_with(user, "submit_report"))
    todos = []
    for alliance in alliances:
        for period in _open_periods(alliance):
            report = reports.get((alliance.pk, period.pk))
            if report is None or report.is_writable:
                may_submit = alliance.territory_id in submitters
                todos.append(_writing_todo(alliance, period, report, may_submit=may_submit))
    return [todo for todo in todos if todo]


def _owing_alliances(territory_ids: list[int]) -> list[Alliance]:
    """Alliances whose convention is signed, with the years of their cycle."""
    signed = Convention.objects.signed().filter(alliance=OuterRef("pk"))
    return list(
        Alliance.objects.for_pages()
        .prefetch_related("cycle__periods")
        .filter(Exists(signed), territory_id__in=territory_ids)
    )


def _open_periods(alliance: Alliance) -> list[ReportingPeriod]:
    return [period for period in alliance.cycle.periods.all() if period.is_open]


def _writing_todo(
    alliance: Alliance,
    period: ReportingPeriod,
    report: AnnualReport | None,
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
    points = points_of(report)
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
        detail = _("%(done)s éléments sur %(total)s. Il manque : %(missing)s.") % {
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
