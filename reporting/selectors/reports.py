"""The reports an Alliance owes, year by year, and what each one opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from alliances import clock
from alliances.models import Alliance, Comment, Document, Membership, MilestoneKind, User
from alliances.permissions import rights_of, role_of
from alliances.roles import Side
from conventions.models import Convention
from fqis.models import Versement
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.wording import StateWord, state_word


@dataclass(frozen=True)
class YearRow:
    """One year to report on. ``since`` is the day of the last act."""

    period: ReportingPeriod
    report: AnnualReport | None
    state: StateWord
    url: str
    since: date | None

    @property
    def is_open(self) -> bool:
        return self.period.is_open


def side_of(user: User, alliance: Alliance) -> Side:
    role = role_of(user, alliance)
    return role.side if role else Side.TABLE


def last_act_on(report: AnnualReport) -> date | None:
    """The day of the act that brought the report to its state."""
    moment = {
        AnnualReport.State.SUBMITTED: report.submitted_at,
        AnnualReport.State.RETURNED: report.returned_at,
        AnnualReport.State.RECOMMENDED: report.recommended_at,
        AnnualReport.State.ACCEPTED: report.accepted_at,
    }.get(report.state, report.created_at)
    return clock.day_of(moment) if moment else None


def year_rows(alliance: Alliance, side: Side, *, is_owed: bool) -> list[YearRow]:
    """Every year of the cycle, the latest first; three queries."""
    moved = moved_days([alliance.pk])
    reports = {
        report.period_id: report
        for report in AnnualReport.objects.for_pages().filter(alliance=alliance)
    }
    rows = []
    periods = ReportingPeriod.objects.filter(cycle_id=alliance.cycle_id).select_related("cycle")
    for one in periods:
        period = period_of(one, alliance.pk, moved)
        report = reports.get(period.pk)
        rows.append(
            YearRow(
                period=period,
                report=report,
                state=state_word(report, period, side, is_owed=is_owed),
                url=alliance.url("report", str(period)),
                since=last_act_on(report) if report else None,
            )
        )
    return rows[::-1]


def get_period(alliance: Alliance, year: str) -> ReportingPeriod:
    """The period of « 2025-2026 » in the Alliance's cycle, with the Alliance's own due date; raises
    Http404."""
    start = year.split("-")[0]
    periods = (
        ReportingPeriod.objects.filter(cycle_id=alliance.cycle_id)
        .annotate(moved_to=Max("extensions__due_on", filter=Q(extensions__alliance=alliance)))
        .select_related("cycle")
    )
    period = periods.filter(fiscal_year=int(start)).first() if start.isdecimal() else None
    if period is None or str(period) != year:
        raise Http404
    return period.extended_to(period.moved_to)


def get_report(alliance: Alliance, year: str) -> AnnualReport:
    """The report of a year, with its lines; raises Http404 when nobody opened it."""
    found = AnnualReport.objects.for_pages().prefetch_related("lines")
    return get_object_or_404(found, alliance=alliance, period=get_period(alliance, year))


def report_of(alliance: Alliance, period: ReportingPeriod) -> AnnualReport | None:
    found = AnnualReport.objects.for_pages().prefetch_related("lines")
    return found.filter(alliance=alliance, period=period).first()


def documents_of(report: AnnualReport) -> list[Document]:
    """What its acceptance froze, in the order it was made: the PDF, the sheets, the JSON."""
    if report.accepted_at is None:
        return []
    label = AnnualReport._meta.label_lower
    return list(Document.objects.filter(subject_label=label, subject_id=report.pk).order_by("pk"))


def previous_report(report: AnnualReport) -> AnnualReport | None:
    """Last year's report, once it was submitted."""
    return (
        AnnualReport.objects.for_pages()
        .prefetch_related("lines")
        .filter(
            alliance_id=report.alliance_id,
            period__fiscal_year=report.period.fiscal_year - 1,
            submitted_at__isnull=False,
        )
        .first()
    )


def versement_opened_by(alliance: Alliance, period: ReportingPeriod) -> Versement | None:
    """The versement whose tranche waits for this report."""
    return (
        Versement.objects.filter(
            alliance=alliance,
            tranche__waits_for=MilestoneKind.REPORT_ACCEPTED,
            tranche__waits_for_year=period.fiscal_year,
        )
        .exclude(state=Versement.State.CANCELLED)
        .select_related("tranche")
        .first()
    )


def has_signed_convention(alliance: Alliance) -> bool:
    return Convention.objects.signed().filter(alliance=alliance).exists()


def territories_with(user: User, *rights: str) -> list[int]:
    """The territories where ``user`` holds one of ``rights``; no query beyond the rights."""
    held = rights_of(user).on
    return [pk for pk, names in held.items() if any(right in names for right in rights)]


def reports_in(user: User, right: str, *states: str) -> QuerySet[AnnualReport]:
    """The reports in ``states`` on the territories where ``user`` holds ``right``."""
    return (
        AnnualReport.objects.for_pages()
        .filter(territory_id__in=territories_with(user, right), state__in=states)
        .order_by("period__analysis_due_on", "alliance__territory__rank")
    )


def advisers_of(territory_ids: Iterable[int]) -> dict[int, str]:
    """The names of the DGSQ's people of each territory, in one query."""
    names: dict[int, list[str]] = {}
    members = Membership.objects.active_on(clock.today()).filter(
        role="advisor", territory_id__in=list(territory_ids), user__is_active=True
    )
    for territory_id, name in members.values_list("territory_id", "user__full_name"):
        if territory_id is not None:
            names.setdefault(territory_id, []).append(name)
    return {key: ", ".join(value) for key, value in names.items()}


def unanswered_remarks(territory_ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """By report: how many remarks of the ministry the Table has not answered, and the last one's
    moment. One query."""
    answered = Comment.objects.filter(answers=OuterRef("pk"), side=Side.TABLE)
    waiting = (
        Comment.objects.filter(
            target_label=AnnualReport._meta.label_lower,
            territory_id__in=list(territory_ids),
            answers=None,
            resolved_at=None,
            audience=Comment.Audience.ALL,
        )
        .exclude(side=Side.TABLE)
        .exclude(Exists(answered))
        .order_by()
        .values_list("target_id")
        .annotate(number=Count("pk"), last=Max("created_at"))
    )
    return {target: (number, last) for target, number, last in waiting}
