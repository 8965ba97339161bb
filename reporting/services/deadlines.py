"""The campaign of a period: the reminders the portal sends, the delay the DGSSAC grants to one
Alliance (R027, R079)."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, User
from alliances.permissions import can
from alliances.services import journal
from alliances.templatetags.portal import date_long
from conventions.models import Convention
from plans.selectors.deadlines import last_reminder, reminder_day
from plans.services.deadlines import already_granted
from reporting import notifications
from reporting.models import AnnualReport, ReportExtension, ReportingPeriod, ReportReminder
from reporting.selectors.deadlines import moved_days, period_of


def _transmitted(alliance: Alliance, period: ReportingPeriod) -> bool:
    return AnnualReport.objects.filter(
        alliance=alliance, period=period, submitted_at__isnull=False
    ).exists()


@transaction.atomic
def extend_report(
    alliance: Alliance,
    period: ReportingPeriod,
    *,
    by: User,
    due_on: date,
    reason: str,
    expected_due_on: date,
) -> ReportExtension:
    """Grants one Alliance until ``due_on`` for its report of ``period``; the Table and its DGSQ are
    told, and the reminders follow the new date.

    ``expected_due_on`` is the due date the person read: another one since then is refused. Refuses
    somebody who is not of the DGSSAC's analysis, a report already submitted, an act without a
    reason, a day that is not later, passed or beyond the end of the cycle.
    """
    if not can(by, "accept_report", alliance):
        raise Refusal(_("Seule l’analyse de la DGSSAC accorde un délai."))
    alliance = Alliance.objects.for_pages().select_for_update(of=("self",)).get(pk=alliance.pk)
    if _transmitted(alliance, period):
        raise Refusal(_("La reddition est déjà transmise : elle n’a plus d’échéance à reporter."))
    was = period_of(
        ReportingPeriod.objects.get(pk=period.pk), alliance.pk, moved_days([alliance.pk])
    ).due_on
    if was != expected_due_on:
        granted = ReportExtension.objects.filter(alliance=alliance, period=period)
        last = granted.select_related("granted_by").order_by("-granted_at").first()
        raise StaleAct(already_granted(last))
    if not reason.strip():
        raise Refusal(_("Dites pourquoi le délai est accordé."), field="reason")
    _check_day(alliance, was, due_on)
    extension = ReportExtension.objects.create(
        alliance=alliance,
        period=period,
        was_due_on=was,
        due_on=due_on,
        reason=reason.strip(),
        granted_by=by,
    )
    journal.record(
        by=by,
        verb="extend_report",
        summary=_("a accordé un délai pour la reddition %(year)s, jusqu’au %(day)s")
        % {"year": period, "day": date_long(due_on)},
        alliance=alliance,
        target=extension,
        reason=extension.reason,
        url=alliance.url("report", str(period)),
        was_due_on=was.isoformat(),
        due_on=due_on.isoformat(),
    )
    notifications.tell_extended(extension, by=by)
    return extension


def _check_day(alliance: Alliance, was: date, due_on: date) -> None:
    closes = alliance.cycle.closes_on
    end = closes.replace(year=closes.year + 1)
    if due_on <= was:
        raise Refusal(
            _("Choisissez un jour après l’échéance actuelle, le %(day)s.")
            % {"day": date_long(was)},
            field="due_on",
        )
    if due_on < clock.today():
        raise Refusal(_("Ce jour est déjà passé. Choisissez-en un à venir."), field="due_on")
    if due_on > end:
        raise Refusal(
            _("Choisissez un jour d’ici le %(day)s, un an après la fin du cycle.")
            % {"day": date_long(end)},
            field="due_on",
        )


def _set_on(alliance: Alliance, period: ReportingPeriod) -> date | None:
    """When the due date became the one of this Alliance: its last delay, or its signature."""
    last = (
        ReportExtension.objects.filter(alliance=alliance, period=period)
        .order_by("-granted_at")
        .first()
    )
    if last is not None:
        return clock.day_of(last.granted_at)
    signed = Convention.objects.signed().filter(alliance=alliance).order_by("signed_on").first()
    return signed.signed_on if signed else None


@transaction.atomic
def remind(alliance_id: int, period_id: int) -> bool:
    """Sends the reminder the report is due today, once; says whether it did.

    None for a report already submitted, nor for an Alliance that another worker holds. Killed at
    any moment, it leaves the row and the letters together, or neither.
    """
    alliance = (
        Alliance.objects.for_pages()
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=alliance_id)
        .first()
    )
    if alliance is None:
        return False
    period = period_of(
        ReportingPeriod.objects.get(pk=period_id), alliance_id, moved_days([alliance_id])
    )
    if _transmitted(alliance, period):
        return False
    offset = last_reminder(period.due_on, _set_on(alliance, period))
    if offset is None:
        return False
    _row, is_new = ReportReminder.objects.get_or_create(
        alliance=alliance,
        period=period,
        due_on=period.due_on,
        offset_days=offset,
        defaults={"territory_id": alliance.territory_id},
    )
    if is_new:
        days_left = (period.due_on - clock.today()).days
        notifications.remind_due(alliance, period, days_left=days_left, late=offset > 0)
    return is_new


def reports_to_remind() -> list[tuple[int, int]]:
    """The Alliance and the period of each report that is owed, not submitted, and whose first
    reminder has come; five queries at most, whatever their number."""
    horizon = reminder_day(clock.today(), -ReportReminder.OFFSETS[0])
    periods = list(
        ReportingPeriod.objects.open_on(clock.today()).filter(due_on__lte=horizon).order_by("pk")
    )
    submitted = set(
        AnnualReport.objects.filter(period__in=periods, submitted_at__isnull=False)
        .order_by()
        .values_list("alliance_id", "period_id")
    )
    signed = Convention.objects.signed().filter(alliance=OuterRef("pk"))
    owing = (
        Alliance.objects.filter(Exists(signed), cycle__in={one.cycle_id for one in periods})
        .order_by("pk")
        .values_list("pk", "cycle_id")
    )
    pairs = [
        (alliance, period)
        for alliance, cycle in owing
        for period in periods
        if period.cycle_id == cycle and (alliance, period.pk) not in submitted
    ]
    moved = moved_days({alliance for alliance, _period in pairs})
    return [
        (alliance, period.pk)
        for alliance, period in pairs
        if period_of(period, alliance, moved).due_on <= horizon
    ]
