"""Two people, or two workers, at the same moment on one deadline; the transactions commit."""

from datetime import timedelta

from alliances import clock
from alliances.identity import acting_as_portal
from alliances.models import Notification
from plans.models import DueExtension, DueReminder
from plans.services import extend_due_date
from plans.services.deadlines import remind
from tests.conftest import CommittedDatabase
from tests.factories import person
from tests.plans.factories import PlanFactory, draft_version
from tests.plans.test_concurrency import told


def test_two_delays_at_the_same_moment_leave_one(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        due = clock.today() + timedelta(days=5)
        plan = PlanFactory("mauricie", due_on=due)
        draft_version(plan.alliance)
        people = [person("analyst", full_name="Marc Roy"), person("delegate", full_name="Ana Cyr")]

    first, second = told(
        people,
        lambda user: extend_due_date(
            plan,
            by=user,
            due_on=clock.today() + timedelta(days=60),
            reason="Tempête",
            expected_due_on=due,
        ),
    )

    assert first == ""
    assert "a déjà accordé un délai" in second
    with acting_as_portal():
        assert DueExtension.objects.count() == 1


def test_two_workers_send_one_reminder(committed_db: CommittedDatabase) -> None:
    with acting_as_portal() as portal:
        plan = PlanFactory("mauricie", due_on=clock.today() + timedelta(days=5))
        draft_version(plan.alliance)
        table = person("coordination", "mauricie")

    told([portal] * 4, lambda _user: remind(plan.pk))

    with acting_as_portal():
        assert DueReminder.objects.count() == 1
        assert Notification.objects.filter(recipient=table).count() == 1
