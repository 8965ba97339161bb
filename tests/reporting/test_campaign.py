"""The campaign of a period: reminders around the due date, a delay for one Alliance."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as
from alliances.models import JournalEntry, Notification
from reporting.models import AnnualReport, ReportExtension, ReportingPeriod, ReportReminder
from reporting.selectors.deadlines import moved_days, period_of
from reporting.selectors.queues import queue_rows
from reporting.selectors.reports import get_period
from reporting.services.deadlines import extend_report, remind, reports_to_remind
from reporting.tasks import send_report_reminders
from tests.factories import AllianceFactory, person
from tests.reporting.factories import Story, period

pytestmark = pytest.mark.django_db
DUE = date(2027, 6, 30)
LATER = date(2027, 8, 31)
MONTREAL = ZoneInfo("America/Montreal")


@pytest.fixture
def story() -> Story:
    """Its reports of 2024 and 2025 are submitted; that of 2026 opens in April 2027."""
    story = Story(year=2026)
    for year in (2024, 2025):
        other = Story.__new__(Story)
        other.__dict__ = story.__dict__ | {"period": period(year)}
        other.submitted()
    Notification.objects.all().delete()
    return story


def on(day: date, at: time = time(7, 0)) -> Any:
    return clock.at(datetime.combine(day, at, MONTREAL).astimezone(UTC))


def extend(story: Story, **changes: Any) -> ReportExtension:
    values = {
        "by": story.analyst,
        "due_on": LATER,
        "reason": "La comptable est en congé.",
        "expected_due_on": DUE,
        **changes,
    }
    return extend_report(story.alliance, story.period, **values)


# --- A delay


def test_a_delay_moves_the_date_of_one_alliance_and_leaves_its_trace(story: Story) -> None:
    extension = extend(story)
    assert (extension.was_due_on, extension.due_on) == (DUE, LATER)
    assert get_period(story.alliance, "2026-2027").due_on == LATER
    assert get_period(story.alliance, "2026-2027").analysis_due_on == date(2027, 12, 1)
    assert get_period(AllianceFactory("estrie"), "2026-2027").due_on == DUE
    line = JournalEntry.objects.get(verb="extend_report")
    assert (line.actor, line.reason) == (story.analyst, "La comptable est en congé.")
    assert line.data == {"was_due_on": "2027-06-30", "due_on": "2027-08-31"}
    letter = Notification.objects.get(recipient=story.coordination)
    assert "31\u00a0août\u00a02027" in letter.body and "congé" in letter.body
    assert Notification.objects.filter(recipient=story.advisor).exists()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"due_on": DUE}, "due_on", "après l’échéance actuelle"),
        ({"due_on": date(2030, 4, 1)}, "due_on", "un an après la fin du cycle"),
        ({"reason": " "}, "reason", "Dites pourquoi"),
    ],
)
def test_a_delay_is_refused(
    story: Story, changes: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence) as refused:
        extend(story, **changes)
    assert refused.value.field == field
    assert not ReportExtension.objects.exists()


@pytest.mark.parametrize("who", ["coordination", "direction", "advisor"])
def test_only_the_analyst_grants_a_delay(story: Story, who: str) -> None:
    with pytest.raises(Refusal, match="Seule l’analyse de la DGSSAC"):
        extend(story, by=getattr(story, who))


def test_a_day_that_passed_is_refused(story: Story) -> None:
    with on(date(2027, 9, 10)), pytest.raises(Refusal, match="déjà passé"):
        extend(story, due_on=date(2027, 9, 9))


def test_a_submitted_report_needs_no_delay(story: Story) -> None:
    story.period = period(2025)
    with pytest.raises(Refusal, match="déjà transmise"):
        extend(story, expected_due_on=date(2026, 6, 30))


def test_the_second_of_two_people_reads_what_the_first_granted(story: Story) -> None:
    extend(story)
    with pytest.raises(StaleAct, match="a déjà accordé un délai jusqu’au 31"):
        extend(story, by=person("analyst"), due_on=date(2027, 9, 30))
    assert extend(story, due_on=date(2027, 9, 30), expected_due_on=LATER).was_due_on == LATER


def test_a_delay_makes_a_report_late_later(story: Story) -> None:
    extend(story)
    with on(date(2027, 8, 31), time(23, 59)):
        report = story.draft()
        report = AnnualReport.objects.for_pages().get(pk=report.pk)
        assert not report.is_late
        row = queue_rows(story.analyst, story.period)[0]
        assert (row.state.word, row.due_on) == ("Brouillon", LATER)
    with on(date(2027, 9, 1)):
        assert report.is_late
        assert queue_rows(story.analyst, story.period)[0].state.is_late


# --- What the database holds, past the service


def refused_by(rule: str, change: Any) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        change()
    assert refused.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


def write(story: Story, **changes: Any) -> None:
    values = {"was_due_on": DUE, "due_on": LATER, "reason": "Congé", **changes}
    ReportExtension.objects.create(
        alliance=story.alliance, period=story.period, granted_by=story.analyst, **values
    )


def test_the_database_refuses_such_a_delay(story: Story) -> None:
    refused_by("report_extension_is_later", lambda: write(story, due_on=DUE))
    refused_by("report_extension_has_reason", lambda: write(story, reason=""))
    refused_by("report_extension_from_present", lambda: write(story, was_due_on=date(2027, 6, 1)))
    write(story)
    refused_by("report_extension_from_present", lambda: write(story, due_on=date(2027, 12, 1)))
    story.period = period(2025)
    refused_by(
        "report_extension_before_submission", lambda: write(story, was_due_on=date(2026, 6, 30))
    )


def test_the_database_lets_only_the_ministry_grant_one(story: Story) -> None:
    with (
        acting_as(story.direction),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        write(story)
    write(story)
    with acting_as(story.direction):
        assert ReportExtension.objects.get().due_on == LATER
    with acting_as(person("direction", "estrie")):
        assert not ReportExtension.objects.exists()


def test_the_database_keeps_delays_and_reminders(story: Story) -> None:
    write(story)
    ReportReminder.objects.create(
        alliance=story.alliance, period=story.period, due_on=DUE, offset_days=-7
    )
    for rows in (ReportExtension.objects.all(), ReportReminder.objects.all()):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.delete()
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.update(due_on=date(2028, 1, 1))


def test_the_database_knows_five_reminders_once_each(story: Story) -> None:
    def sent(offset: int) -> None:
        ReportReminder.objects.create(
            alliance=story.alliance, period=story.period, due_on=DUE, offset_days=offset
        )

    sent(-7)
    refused_by("report_reminder_once", lambda: sent(-7))
    refused_by("report_reminder_offset_known", lambda: sent(-8))


# --- Reminders


def sent() -> list[int]:
    rows = ReportReminder.objects.order_by("sent_at", "pk")
    return list(rows.values_list("offset_days", flat=True))


def test_five_reminders_go_on_their_days(story: Story) -> None:
    told_on = []
    day = date(2027, 5, 1)
    while day < date(2027, 9, 1):
        with on(day):
            if send_report_reminders():
                told_on.append(day)
        day += timedelta(days=1)
    assert told_on == [
        date(2027, 5, 31),
        date(2027, 6, 23),
        date(2027, 7, 1),
        date(2027, 7, 7),
        date(2027, 7, 30),
    ]
    assert sent() == [-30, -7, 1, 7, 30]


def test_a_second_passage_the_same_day_sends_nothing(story: Story) -> None:
    with on(date(2027, 5, 31)):
        assert [send_report_reminders() for _ in range(3)] == [1, 0, 0]
    assert Notification.objects.filter(recipient=story.coordination).count() == 1


def test_an_outage_is_caught_up_by_the_last_reminder_only(story: Story) -> None:
    with on(date(2027, 7, 12)):
        assert send_report_reminders() == 1
    assert sent() == [7]
    letter = Notification.objects.get(recipient=story.coordination)
    assert "en retard de 12 jours" in letter.subject


def test_the_last_day_says_today(story: Story) -> None:
    with on(DUE):
        send_report_reminders()
    letter = Notification.objects.get(recipient=story.coordination)
    assert "à transmettre aujourd’hui" in letter.subject


def test_before_the_date_the_table_alone_is_reminded(story: Story) -> None:
    with on(date(2027, 5, 31)):
        send_report_reminders()
    before = set(Notification.objects.values_list("recipient", flat=True))
    Notification.objects.all().delete()
    with on(date(2027, 7, 1)):
        send_report_reminders()
    after = set(Notification.objects.values_list("recipient", flat=True))
    assert before == {story.coordination.pk, story.direction.pk}
    assert after == before | {story.advisor.pk, story.analyst.pk}


def test_reminders_follow_the_date(story: Story) -> None:
    with on(date(2027, 5, 31)):
        send_report_reminders()
    with on(date(2027, 6, 20)):
        extend(story)
    for day in (date(2027, 6, 23), date(2027, 7, 1), date(2027, 7, 30)):
        with on(day):
            assert send_report_reminders() == 0
    with on(date(2027, 8, 1)):
        assert send_report_reminders() == 1
    rows = ReportReminder.objects.order_by("due_on")
    assert [(one.due_on, one.offset_days) for one in rows] == [(DUE, -30), (LATER, -30)]


def test_a_submitted_report_is_reminded_no_more(story: Story) -> None:
    with on(date(2027, 5, 1)):
        story.submitted()
    with on(date(2027, 7, 1)):
        assert send_report_reminders() == 0
        assert not remind(story.alliance.pk, story.period.pk)


def test_an_alliance_without_a_signed_convention_is_not_reminded() -> None:
    AllianceFactory("estrie")
    with on(date(2027, 7, 1)):
        assert reports_to_remind() == []


def test_a_convention_signed_after_the_day_is_not_reproached() -> None:
    story = Story(year=2024)
    ReportingPeriod.objects.filter(pk=story.period.pk).update(
        opens_on=date(2024, 4, 1), due_on=date(2024, 6, 30), analysis_due_on=date(2024, 9, 30)
    )
    with on(date(2024, 12, 1)):
        assert not remind(story.alliance.pk, story.period.pk)


def test_one_report_that_fails_stops_no_other(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Story("estrie", year=2026)
    from reporting import notifications

    real = notifications.remind_due

    def fail_first(alliance: Any, *args: Any, **words: Any) -> None:
        if alliance.pk == story.alliance.pk:
            raise RuntimeError
        real(alliance, *args, **words)

    with monkeypatch.context() as broken, on(date(2027, 5, 31)):
        broken.setattr(notifications, "remind_due", fail_first)
        send_report_reminders()
    reminded = ReportReminder.objects.filter(period=story.period)
    assert set(reminded.values_list("alliance", flat=True)) == {other.alliance.pk}
    with on(date(2027, 6, 1)):
        assert send_report_reminders() == 1


def test_the_worker_reminds_every_day_on_quebec_time() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["report-reminders"]
    assert entry["task"] == send_report_reminders.name
    assert settings.CELERY_TIMEZONE == "America/Montreal"
    assert min(entry["schedule"].hour) == 7


# --- The page


def page(story: Story, name: str = "report") -> str:
    return story.alliance.url(name, "2026-2027")


def test_the_file_shows_reminders_and_delays(client: Client, story: Story) -> None:
    with on(date(2027, 5, 31)):
        send_report_reminders()
    with on(date(2027, 6, 1)):
        client.force_login(story.coordination)
        seen = client.get(page(story)).text
    assert "Envoyé le 31\u00a0mai\u00a02027" in seen
    assert "Rappel prévu le 23\u00a0juin\u00a02027" in seen
    assert "Accorder un délai" not in seen


def test_the_analyst_grants_a_delay_from_the_page(client: Client, story: Story) -> None:
    client.force_login(story.analyst)
    typed = {"expected_due_on": "2027-06-30", "due_on": "2027-08-31", "reason": "Congé <b>"}
    answer = client.post(page(story, "report_extend"), typed, follow=True)
    assert "Délai accordé jusqu’au 31\u00a0août\u00a02027" in answer.text
    assert "plutôt que le 30\u00a0juin\u00a02027" in answer.text
    assert "Congé &lt;b&gt;" in answer.text


def test_a_refused_delay_keeps_what_was_typed(client: Client, story: Story) -> None:
    client.force_login(story.analyst)
    typed = {"expected_due_on": "2027-06-30", "due_on": "2027-06-01", "reason": "Gel des routes"}
    answer = client.post(page(story, "report_extend"), typed)
    assert answer.status_code == 422
    assert "Gel des routes" in answer.text
    assert "après l’échéance actuelle" in answer.text


@pytest.mark.parametrize("role", ["coordination", "direction", "partner", "advisor"])
def test_nobody_else_grants_a_delay(client: Client, story: Story, role: str) -> None:
    client.force_login(getattr(story, role))
    assert client.post(page(story, "report_extend"), {}).status_code == 403


def test_the_page_costs_the_same_whatever_the_delays(client: Client, story: Story) -> None:
    client.force_login(story.coordination)

    def queries() -> int:
        client.get(page(story))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page(story)).status_code == 200
        return len(seen)

    extend(story)
    few, due = queries(), LATER
    for _ in range(10):
        later = due + timedelta(days=5)
        extend(story, due_on=later, expected_due_on=due)
        due = later
    assert queries() == few


def test_a_period_that_moved_is_a_copy(story: Story) -> None:
    extend(story)
    moved = period_of(story.period, story.alliance.pk, moved_days([story.alliance.pk]))
    assert (moved.due_on, story.period.due_on) == (LATER, DUE)
