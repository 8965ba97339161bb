"""One year's reports on every territory of a person: what is expected, late, in analysis."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances.exports import Cell
from alliances.models import Alliance, User
from alliances.permissions import can, territories_of
from alliances.roles import Side
from conventions.models import Convention
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.selectors.reports import last_act_on
from reporting.wording import StateWord, state_word


@dataclass(frozen=True)
class QueueRow:
    alliance: Alliance
    period: ReportingPeriod
    report: AnnualReport | None
    state: StateWord
    since: date | None
    due_on: date
    url: str
    key: str


def queue_rows(user: User, period: ReportingPeriod | None, state: str = "") -> list[QueueRow]:
    """The Alliances that owe a report for ``period``; three queries."""
    if period is None:
        return []
    signed = Convention.objects.signed().filter(alliance=OuterRef("pk"))
    alliances = list(
        Alliance.objects.for_pages().filter(
            Exists(signed), cycle=period.cycle_id, territory_id__in=territories_of(user)
        )
    )
    found = AnnualReport.objects.for_pages().filter(period=period, alliance__in=alliances)
    reports = {report.alliance_id: report for report in found}
    moved = moved_days({alliance.pk for alliance in alliances})
    rows = [
        _row(user, alliance, period_of(period, alliance.pk, moved), reports.get(alliance.pk))
        for alliance in alliances
    ]
    return [row for row in rows if not state or row.key == state]


def _row(
    user: User, alliance: Alliance, period: ReportingPeriod, report: AnnualReport | None
) -> QueueRow:
    reviews, accepts = can(user, "review_report", alliance), can(user, "accept_report", alliance)
    side = Side.DGSQ if reviews else Side.DGSSAC
    word = state_word(report, period, side, is_owed=True)
    waits = report is not None and (
        (reviews and report.state == AnnualReport.State.SUBMITTED)
        or (accepts and report.state == AnnualReport.State.RECOMMENDED)
    )
    in_analysis = report is not None and report.submitted_at is not None
    return QueueRow(
        alliance=alliance,
        period=period,
        report=report,
        state=word,
        since=last_act_on(report) if report else None,
        due_on=report.analysis_due_on if report and in_analysis else period.due_on,
        url=alliance.url("report_review" if waits else "report", str(period)),
        key=_key(report, word),
    )


def _key(report: AnnualReport | None, word: StateWord) -> str:
    if word.is_late:
        return "late"
    if report is None or report.state == AnnualReport.State.DRAFT:
        return "expected"
    return report.state


def queue_columns() -> list[str]:
    return [_("Territoire"), _("Exercice"), _("État"), _("Depuis"), _("Échéance")]


def queue_values(row: QueueRow) -> list[Cell]:
    return [str(row.alliance.territory), str(row.period), row.state.word, row.since, row.due_on]
