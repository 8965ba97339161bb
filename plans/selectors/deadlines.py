"""The day a plan is due: how it moved, which reminders went and which will go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from alliances import clock
from plans.models import DueExtension, DueReminder, Plan, PlanVersion


def reminder_day(due_on: date, offset_days: int) -> date:
    """The day of the reminder ``offset_days`` (in days, before when negative) from the deadline."""
    return due_on + timedelta(days=offset_days)


def last_reminder(due_on: date, set_on: date | None) -> int | None:
    """The offset of the last reminder whose day has come; none when the deadline was set on that
    day or later.

    After an outage, those that came before it are let go: nobody gets the whole backlog.
    """
    come = [one for one in DueReminder.OFFSETS if reminder_day(due_on, one) <= clock.today()]
    if not come or (set_on is not None and reminder_day(due_on, come[-1]) <= set_on):
        return None
    return come[-1]


def is_transmitted(versions: Iterable[PlanVersion]) -> bool:
    """Whether the Table transmitted its plan once: the deadline is then behind it."""
    return any(version.submitted_at is not None for version in versions)


@dataclass(frozen=True)
class Reminder:
    """One reminder of the present deadline: sent on a day, planned, or let go (neither)."""

    offset_days: int
    planned_on: date
    sent_on: date | None

    @property
    def is_ahead(self) -> bool:
        return self.sent_on is None and self.planned_on > clock.today()


def reminders_of(due_on: date, sent: dict[int, date], set_on: date | None) -> list[Reminder]:
    """The reminders of ``due_on``, set on ``set_on``; ``sent`` gives the day of each that went."""
    reminders = [
        Reminder(offset, reminder_day(due_on, offset), sent.get(offset))
        for offset in DueReminder.OFFSETS
    ]
    return [one for one in reminders if one.sent_on or set_on is None or one.planned_on > set_on]


@dataclass(frozen=True)
class Deadline:
    """The plan's deadline as its tab shows it."""

    plan: Plan
    due_on: date
    is_transmitted: bool
    extensions: list[DueExtension]
    reminders: list[Reminder]

    @property
    def is_late(self) -> bool:
        return not self.is_transmitted and self.due_on < clock.today()

    @property
    def next_reminder(self) -> Reminder | None:
        """The first one ahead; none once the plan is transmitted."""
        if self.is_transmitted:
            return None
        return next((one for one in self.reminders if one.is_ahead), None)

    @property
    def sent(self) -> list[Reminder]:
        return [one for one in self.reminders if one.sent_on is not None]

    @property
    def ahead(self) -> list[Reminder]:
        return [] if self.is_transmitted else [one for one in self.reminders if one.is_ahead]


def deadline_of(plan: Plan, versions: Iterable[PlanVersion]) -> Deadline | None:
    """The deadline of ``plan``, in two queries; None when its cycle sets none."""
    if plan.due_on is None:
        return None
    sent = {
        one.offset_days: clock.day_of(one.sent_at)
        for one in DueReminder.objects.filter(plan=plan, due_on=plan.due_on)
    }
    extensions = list(
        DueExtension.objects.filter(plan=plan).select_related("granted_by").order_by("-granted_at")
    )
    set_on = clock.day_of(extensions[0].granted_at) if extensions else None
    shown = reminders_of(plan.due_on, sent, set_on)
    return Deadline(plan, plan.due_on, is_transmitted(versions), extensions, shown)
