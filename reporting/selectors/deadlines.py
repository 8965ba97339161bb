"""The day each Alliance's report is due: how it moved, which reminders went and which will go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from alliances import clock
from alliances.models import Alliance
from plans.selectors.deadlines import Reminder, reminders_of
from reporting.models import AnnualReport, ReportExtension, ReportingPeriod, ReportReminder

# By Alliance and period: the last day an extension gives.
Moved = dict[tuple[int, int], date]


def moved_days(alliance_ids: Iterable[int]) -> Moved:
    """The due dates that moved, in one query."""
    rows = (
        ReportExtension.objects.filter(alliance__in=list(alliance_ids))
        .order_by()
        .values_list("alliance_id", "period_id")
        .annotate(day=Max("due_on"))
    )
    return {(alliance, period): day for alliance, period, day in rows}


def period_of(period: ReportingPeriod, alliance_id: int, moved: Moved) -> ReportingPeriod:
    """The period with the due date of one Alliance."""
    return period.extended_to(moved.get((alliance_id, period.pk)))


@dataclass(frozen=True)
class ReportDeadline:
    """The due date of a report as its page shows it."""

    due_on: date
    is_transmitted: bool
    extensions: list[ReportExtension]
    reminders: list[Reminder]

    @property
    def is_late(self) -> bool:
        return not self.is_transmitted and self.due_on < clock.today()

    @property
    def sent(self) -> list[Reminder]:
        return [one for one in self.reminders if one.sent_on is not None]

    @property
    def ahead(self) -> list[Reminder]:
        return [] if self.is_transmitted else [one for one in self.reminders if one.is_ahead]


def deadline_of(
    alliance: Alliance, period: ReportingPeriod, report: AnnualReport | None
) -> ReportDeadline:
    """In two queries; ``period`` carries the Alliance's own due date. Once the report is submitted
    nothing is sent: its delays alone stay to be read."""
    is_transmitted = report is not None and report.submitted_at is not None
    if is_transmitted and report is not None and report.extended_to is None:
        return ReportDeadline(period.due_on, is_transmitted, [], [])
    extensions = list(
        ReportExtension.objects.filter(alliance=alliance, period=period)
        .select_related("granted_by")
        .order_by("-granted_at")
    )
    if is_transmitted:
        return ReportDeadline(period.due_on, is_transmitted, extensions, [])
    rows = ReportReminder.objects.filter(alliance=alliance, period=period, due_on=period.due_on)
    sent = {one.offset_days: clock.day_of(one.sent_at) for one in rows}
    set_on = clock.day_of(extensions[0].granted_at) if extensions else None
    reminders = reminders_of(period.due_on, sent, set_on)
    return ReportDeadline(period.due_on, is_transmitted, extensions, reminders)
