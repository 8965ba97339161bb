"""The day a plan is due: the delays granted, the reminders sent, on Québec days."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from alliances.errors import Refusal, StaleAct
from alliances.models import Cycle, JournalEntry, Notification, User
from plans.models import DueExtension, DueReminder, Plan
from plans.selectors import is_late, versions_of
from plans.services import submit_version
from plans.services.deadlines import plans_to_remind, remind
from plans.tasks import send_due_reminders
from tests.factories import AllianceFactory, person
from tests.plans.deadlines.delays import DUE, extend, on
from tests.plans.factories import PlanFactory, written_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("february")]


# --- The rule of the guide


@pytest.mark.parametrize(
    ("signed", "due"),
    [
        (date(2024, 11, 30), date(2025, 2, 28)),
        (date(2024, 12, 31), date(2025, 3, 31)),
        (date(2025, 1, 1), DUE),
        (date(2025, 3, 20), DUE),
    ],
)
def test_the_deadline_is_the_earlier_of_the_two(signed: date, due: date) -> None:
    assert Cycle.objects.get(slug="2024-2029").plan_due_on(signed) == due


def test_the_last_minute_of_31_march_in_montreal_is_in_time(plan: Plan) -> None:
    with on(DUE, time(23, 59)):
        assert not is_late(plan, versions_of(plan))
    with on(DUE + timedelta(days=1), time(0, 0)):
        assert is_late(plan, versions_of(plan))


# --- A delay


def test_a_delay_moves_the_date_and_leaves_its_trace(plan: Plan, analyst: User) -> None:
    table = person("coordination", "mauricie")

    extension = extend(plan, analyst)

    plan.refresh_from_db()
    assert plan.due_on == date(2025, 4, 30)
    assert extension.was_due_on == DUE
    line = JournalEntry.objects.get(verb="extend_plan")
    assert (line.actor, line.reason) == (analyst, "Assemblée reportée par la tempête.")
    assert line.data == {"was_due_on": "2025-03-31", "due_on": "2025-04-30"}
    letter = Notification.objects.get(recipient=table)
    assert "30\xa0avril\xa02025" in letter.body
    assert "tempête" in letter.body


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"due_on": DUE}, "due_on", "après l’échéance actuelle"),
        ({"due_on": DUE - timedelta(days=1)}, "due_on", "après l’échéance actuelle"),
        ({"due_on": date(2029, 4, 1)}, "due_on", "Le cycle se termine"),
        ({"reason": "  \n"}, "reason", "Dites pourquoi"),
    ],
)
def test_a_delay_is_refused(
    plan: Plan, analyst: User, changes: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        extend(plan, analyst, **changes)
    assert refusal.value.field == field
    assert not DueExtension.objects.exists()


def test_the_last_day_of_the_cycle_is_still_in_it(plan: Plan, analyst: User) -> None:
    end = plan.alliance.cycle.closes_on

    assert extend(plan, analyst, due_on=end).due_on == end


def test_a_late_plan_gets_no_delay_in_the_past(plan: Plan, analyst: User) -> None:
    with on(date(2025, 5, 10)), pytest.raises(Refusal, match="déjà passé"):
        extend(plan, analyst, due_on=date(2025, 5, 9))


def test_a_transmitted_plan_needs_no_delay(analyst: User) -> None:
    version = written_version("mauricie", priorities=1)
    Plan.objects.update(due_on=DUE)
    submit_version(version, by=person("direction", "mauricie"))

    with pytest.raises(Refusal, match="déjà transmis"):
        extend(version.plan, analyst)


def test_a_plan_without_deadline_gets_no_delay(analyst: User) -> None:
    with pytest.raises(Refusal, match="ne fixe pas d’échéance"):
        extend(PlanFactory("mauricie"), analyst)


def test_the_second_of_two_people_reads_what_the_first_granted(plan: Plan, analyst: User) -> None:
    extend(plan, analyst)

    with pytest.raises(StaleAct, match="Sophie Lavoie a déjà accordé un délai jusqu’au 30"):
        extend(plan, person("delegate"), due_on=date(2025, 6, 30))
    assert Plan.objects.get().due_on == date(2025, 4, 30)


def test_a_delay_follows_another(plan: Plan, analyst: User) -> None:
    extend(plan, analyst)
    extend(plan, analyst, due_on=date(2025, 5, 31), expected_due_on=date(2025, 4, 30))

    assert Plan.objects.get().due_on == date(2025, 5, 31)


def write(plan: Plan, by: User, **changes: Any) -> None:
    values = {"was_due_on": DUE, "due_on": date(2025, 4, 30), "reason": "Tempête", **changes}
    DueExtension.objects.create(plan=plan, granted_by=by, **values)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"due_on": DUE}, "due_extension_is_later"),
        ({"reason": ""}, "due_extension_has_reason"),
    ],
)
def test_the_database_refuses_such_a_delay(
    plan: Plan, analyst: User, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        write(plan, analyst, **changes)


def test_the_database_takes_one_delay_from_one_deadline(plan: Plan, analyst: User) -> None:
    write(plan, analyst)

    with pytest.raises(IntegrityError, match="due_extension_once"), transaction.atomic():
        write(plan, analyst, due_on=date(2025, 6, 30))


def test_the_database_keeps_delays_and_reminders(plan: Plan, analyst: User) -> None:
    write(plan, analyst)
    DueReminder.objects.create(plan=plan, due_on=DUE, offset_days=-7)

    for rows in (DueExtension.objects.all(), DueReminder.objects.all()):
        with pytest.raises(Exception, match=r"append_only|Cannot"), transaction.atomic():
            rows.delete()
        with pytest.raises(Exception, match=r"append_only|Cannot"), transaction.atomic():
            rows.update(due_on=date(2026, 1, 1))


def test_the_database_knows_five_reminders_once_each(plan: Plan) -> None:
    DueReminder.objects.create(plan=plan, due_on=DUE, offset_days=-7)

    with pytest.raises(IntegrityError, match="due_reminder_once"), transaction.atomic():
        DueReminder.objects.create(plan=plan, due_on=DUE, offset_days=-7)
    with pytest.raises(IntegrityError, match="due_reminder_offset_known"), transaction.atomic():
        DueReminder.objects.create(plan=plan, due_on=DUE, offset_days=-8)


# --- Reminders


def sent() -> list[int]:
    return list(DueReminder.objects.order_by("sent_at", "pk").values_list("offset_days", flat=True))


def test_five_reminders_go_on_their_days(plan: Plan) -> None:
    told_on = []
    day = date(2025, 2, 1)
    while day < date(2025, 6, 1):
        with on(day):
            if send_due_reminders():
                told_on.append(day)
        day += timedelta(days=1)

    assert told_on == [
        date(2025, 3, 1),
        date(2025, 3, 24),
        date(2025, 4, 1),
        date(2025, 4, 7),
        date(2025, 4, 30),
    ]
    assert sent() == [-30, -7, 1, 7, 30]


def test_a_second_passage_the_same_day_sends_nothing(plan: Plan) -> None:
    person("coordination", "mauricie")
    with on(date(2025, 3, 1)):
        assert [send_due_reminders() for _ in range(3)] == [1, 0, 0]
    assert Notification.objects.count() == 1


def test_31_march_at_23_59_is_not_late_and_1_april_is(plan: Plan) -> None:
    table = person("coordination", "mauricie")
    with on(date(2025, 3, 24)):
        send_due_reminders()
    with on(DUE, time(23, 59)):
        assert send_due_reminders() == 0
    with on(date(2025, 4, 1), time(0, 0)):
        assert send_due_reminders() == 1
    assert sent() == [-7, 1]
    subjects = Notification.objects.filter(recipient=table).order_by("pk")
    assert [one.subject.split("\u00a0: ")[1] for one in subjects] == [
        "le plan est à transmettre dans 7 jours",
        "le plan est en retard de 1 jour",
    ]


def test_an_outage_is_caught_up_by_the_last_reminder_only(plan: Plan) -> None:
    table = person("coordination", "mauricie")
    with on(date(2025, 4, 12)):
        assert send_due_reminders() == 1
    with on(date(2025, 4, 13)):
        assert send_due_reminders() == 0

    assert sent() == [7]
    assert "en retard de 12 jours" in Notification.objects.get(recipient=table).subject


def test_an_outage_over_the_last_day_says_today(plan: Plan) -> None:
    table = person("coordination", "mauricie")
    with on(DUE):
        send_due_reminders()

    assert "à transmettre aujourd’hui" in Notification.objects.get(recipient=table).subject


def test_before_the_date_the_table_alone_is_reminded(plan: Plan, analyst: User) -> None:
    people = {role: person(role, "mauricie") for role in ("coordination", "direction", "partner")}
    advisor = person("advisor", "mauricie")
    person("coordination", "estrie")

    with on(date(2025, 3, 1)):
        send_due_reminders()
    before = set(Notification.objects.values_list("recipient", flat=True))
    Notification.objects.all().delete()
    with on(date(2025, 4, 1)):
        send_due_reminders()
    after = set(Notification.objects.values_list("recipient", flat=True))

    table = {people["coordination"].pk, people["direction"].pk}
    assert before == table
    assert after == table | {advisor.pk, analyst.pk}


def test_a_transmitted_plan_is_reminded_no_more() -> None:
    version = written_version("mauricie", priorities=1)
    Plan.objects.update(due_on=DUE)
    submit_version(version, by=person("direction", "mauricie"))

    for day in (date(2025, 3, 1), date(2025, 4, 1), date(2025, 4, 30)):
        with on(day):
            assert send_due_reminders() == 0
            assert not remind(version.plan_id)


def test_reminders_follow_the_date(plan: Plan, analyst: User) -> None:
    with on(date(2025, 3, 1)):
        send_due_reminders()
    with on(date(2025, 3, 20)):
        extend(plan, analyst, due_on=date(2025, 6, 30))
    for day in (date(2025, 3, 24), date(2025, 4, 1), date(2025, 4, 30)):
        with on(day):
            assert send_due_reminders() == 0
    with on(date(2025, 5, 31)):
        assert send_due_reminders() == 1

    rows = DueReminder.objects.order_by("due_on", "offset_days")
    assert [(one.due_on, one.offset_days) for one in rows] == [
        (DUE, -30),
        (date(2025, 6, 30), -30),
    ]


def test_a_short_delay_sends_no_reminder_of_a_day_before_it(plan: Plan, analyst: User) -> None:
    with on(date(2025, 3, 31)):
        extend(plan, analyst, due_on=date(2025, 4, 15))
    with on(date(2025, 4, 1)):
        assert send_due_reminders() == 0
    with on(date(2025, 4, 8)):
        assert send_due_reminders() == 1
    assert sent() == [-7]


def test_a_plan_without_deadline_is_never_reminded() -> None:
    plan = PlanFactory("mauricie")

    assert plan.pk not in plans_to_remind()
    assert not remind(plan.pk)


def test_one_plan_that_fails_stops_no_other(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    other = PlanFactory(AllianceFactory("estrie"), due_on=DUE)
    table = person("coordination", "estrie")
    from plans import notifications

    real = notifications.remind_due

    def fail_first(one: Plan, **words: Any) -> int:
        if one.pk == plan.pk:
            raise RuntimeError
        return real(one, **words)

    with monkeypatch.context() as broken, on(date(2025, 3, 1)):
        broken.setattr(notifications, "remind_due", fail_first)
        assert send_due_reminders() == 1
    assert list(DueReminder.objects.values_list("plan", flat=True)) == [other.pk]
    assert Notification.objects.get().recipient == table
    with on(date(2025, 3, 2)):
        assert send_due_reminders() == 1


def test_the_reminder_speaks_each_reader_s_language(plan: Plan) -> None:
    french, english = (person("coordination", "mauricie", language=code) for code in ("fr", "en"))
    with on(date(2025, 3, 1)):
        send_due_reminders()

    subjects = dict(Notification.objects.values_list("recipient", "subject"))
    assert "dans 30 jours" in subjects[french.pk]
    assert english.pk in subjects


def test_the_worker_reminds_every_day_on_quebec_time() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["due-reminders"]
    assert entry["task"] == send_due_reminders.name
    assert settings.CELERY_TIMEZONE == "America/Montreal"
    assert {min(entry["schedule"].hour), *entry["schedule"].minute} == {7, 0}
