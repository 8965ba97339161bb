"""The day a plan is due: the delay the DGSSAC grants, the reminders the portal sends (guide 2024,
§4.2 : trois mois après la signature, le 31 mars 2025 au plus tard)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.services import journal
from alliances.templatetags.portal import date_long
from plans import notifications
from plans.models import DueExtension, DueReminder, Plan
from plans.models.deadlines import Delay
from plans.selectors.deadlines import is_transmitted, last_reminder, reminder_day
from plans.wording import moment_words


def _locked(plan: Plan) -> Plan:
    return (
        Plan.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle")
        .get(pk=plan.pk)
    )


def _refuse_stale(plan: Plan, expected: date) -> None:
    if plan.due_on != expected:
        granted = plan.extensions.select_related("granted_by").order_by("-granted_at")
        raise StaleAct(already_granted(granted.first()))


def already_granted(last: Delay | None) -> str:
    """What the second of two people is told, ``last`` being what the first one granted."""
    if last is None:
        return _("L’échéance a changé. Relisez-la avant d’accorder un délai.")
    return _("%(person)s a déjà accordé un délai jusqu’au %(day)s, le %(moment)s.") % {
        "person": last.granted_by,
        "day": date_long(last.due_on),
        "moment": moment_words(last.granted_at),
    }


def _check_day(plan: Plan, due_on: date) -> None:
    was, end = plan.due_on, plan.alliance.cycle.closes_on
    if was is not None and due_on <= was:
        raise Refusal(
            _("Choisissez un jour après l’échéance actuelle, le %(day)s.")
            % {"day": date_long(was)},
            field="due_on",
        )
    if due_on < clock.today():
        raise Refusal(_("Ce jour est déjà passé. Choisissez-en un à venir."), field="due_on")
    if due_on > end:
        raise Refusal(
            _("Le cycle se termine le %(day)s : l’échéance ne peut pas le dépasser.")
            % {"day": date_long(end)},
            field="due_on",
        )


@transaction.atomic
def extend_due_date(
    plan: Plan, *, by: User, due_on: date, reason: str, expected_due_on: date
) -> DueExtension:
    """Grants a delay until ``due_on``; the Table is told, and the reminders follow the new date.

    ``expected_due_on`` is the deadline the person read: another one since then is refused.
    Refuses a day that is not later, passed or beyond the cycle's end, an act without a reason,
    a plan without deadline or already transmitted.
    """
    plan = _locked(plan)
    if plan.due_on is None:
        raise Refusal(_("Ce cycle ne fixe pas d’échéance au plan."))
    _refuse_stale(plan, expected_due_on)
    if is_transmitted(plan.versions.all()):
        raise Refusal(_("Le plan est déjà transmis : il n’a plus d’échéance à reporter."))
    if not reason.strip():
        raise Refusal(_("Dites pourquoi le délai est accordé."), field="reason")
    _check_day(plan, due_on)
    extension = DueExtension.objects.create(
        plan=plan,
        was_due_on=plan.due_on,
        due_on=due_on,
        reason=reason.strip(),
        granted_by=by,
    )
    plan.due_on = due_on
    plan.save(update_fields=["due_on"])
    journal.record(
        by=by,
        verb="extend_plan",
        summary=_("a accordé un délai pour le plan, jusqu’au %(day)s") % {"day": date_long(due_on)},
        alliance=plan.alliance,
        target=plan,
        reason=extension.reason,
        url=plan.alliance.url("plan"),
        was_due_on=extension.was_due_on.isoformat(),
        due_on=due_on.isoformat(),
    )
    notifications.tell_extended(extension, by=by)
    return extension


def _offset_due(plan: Plan) -> int | None:
    if plan.due_on is None:
        return None
    last = plan.extensions.order_by("-granted_at").first()
    return last_reminder(plan.due_on, clock.day_of(last.granted_at) if last else None)


@transaction.atomic
def remind(plan_id: int) -> bool:
    """Sends the reminder the plan is due today, once; says whether it did.

    None for a plan already transmitted, nor for one that another worker holds. Killed at any
    moment, it leaves the row and the letters together, or neither.
    """
    plan = (
        Plan.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("alliance__territory", "alliance__cycle")
        .filter(pk=plan_id)
        .first()
    )
    if plan is None or plan.due_on is None or is_transmitted(plan.versions.all()):
        return False
    offset = _offset_due(plan)
    if offset is None:
        return False
    _row, is_new = DueReminder.objects.get_or_create(
        plan=plan,
        due_on=plan.due_on,
        offset_days=offset,
        defaults={"territory_id": plan.territory_id},
    )
    if is_new:
        days_left = (plan.due_on - clock.today()).days
        notifications.remind_due(plan, days_left=days_left, late=offset > 0)
    return is_new


def plans_to_remind() -> list[int]:
    """The plans whose first reminder has come and that nobody transmitted."""
    horizon = reminder_day(clock.today(), -DueReminder.OFFSETS[0])
    return list(
        Plan.objects.filter(due_on__lte=horizon)
        .exclude(versions__submitted_at__isnull=False)
        .order_by("due_on", "pk")
        .values_list("pk", flat=True)
    )
