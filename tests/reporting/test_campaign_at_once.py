"""Two people, or two workers, at the same moment on one report; the transactions commit."""

from datetime import timedelta

from alliances import clock
from alliances.identity import acting_as_portal
from alliances.models import Notification
from reporting.models import ReportExtension, ReportingPeriod, ReportReminder
from reporting.services.deadlines import extend_report, remind
from tests.conftest import CommittedDatabase
from tests.factories import person
from tests.plans.test_concurrency import told
from tests.reporting.factories import Story


def test_two_delays_at_the_same_moment_leave_one(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        story = Story(year=2026)
        people = [person("analyst", full_name="Marc Roy"), person("analyst", full_name="Ana Cyr")]

    first, second = told(
        people,
        lambda user: extend_report(
            story.alliance,
            story.period,
            by=user,
            due_on=story.period.due_on + timedelta(days=60),
            reason="Congé",
            expected_due_on=story.period.due_on,
        ),
    )

    assert first == ""
    assert "a déjà accordé un délai" in second
    with acting_as_portal():
        assert ReportExtension.objects.count() == 1


def test_two_workers_send_one_reminder(committed_db: CommittedDatabase) -> None:
    with acting_as_portal() as portal:
        story = Story(year=2024)
        due = clock.today() + timedelta(days=5)
        ReportingPeriod.objects.filter(pk=story.period.pk).update(
            due_on=due, analysis_due_on=due + timedelta(days=90)
        )

    told([portal] * 4, lambda _user: remind(story.alliance.pk, story.period.pk))

    with acting_as_portal():
        assert ReportReminder.objects.count() == 1
        assert Notification.objects.filter(recipient=story.coordination).count() == 1
