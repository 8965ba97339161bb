"""The deadline on the plan's tab, and the delay granted from there."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.identity import acting_as
from alliances.models import User
from plans.models import DueExtension, DueReminder, Plan
from plans.tasks import send_due_reminders
from tests.factories import person
from tests.plans.deadlines.delays import PLAN, extend, on
from tests.plans.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("february")]


def test_the_tab_shows_reminders_sent_and_to_come(plan: Plan, client: Client) -> None:
    reader = person("coordination", "mauricie")
    with on(date(2025, 3, 1)):
        send_due_reminders()
    with on(date(2025, 3, 2)):
        client.force_login(reader)
        page = text_of(client.get(PLAN))

    assert "Envoyé le 1er mars 2025" in page
    assert "Rappel prévu le 24 mars 2025" in page
    assert "Accorder un délai" not in page


def test_the_analyst_grants_a_delay_from_the_tab(plan: Plan, client: Client, analyst: User) -> None:
    client.force_login(analyst)
    typed = {"expected_due_on": "2025-03-31", "due_on": "2025-04-30", "reason": "Tempête <b>"}

    response = client.post(f"{PLAN}delai/", typed, follow=True)

    page = text_of(response)
    assert "Délai accordé jusqu’au 30 avril 2025" in page
    assert "plutôt que le 31 mars 2025" in page
    assert "Tempête &lt;b&gt;" in response.content.decode()


def test_a_refused_delay_keeps_what_was_typed(plan: Plan, client: Client, analyst: User) -> None:
    client.force_login(analyst)
    typed = {"expected_due_on": "2025-03-31", "due_on": "2025-03-01", "reason": "Gel des routes"}

    response = client.post(f"{PLAN}delai/", typed)

    assert response.status_code == 422
    assert "Gel des routes" in response.content.decode()
    assert "après l’échéance actuelle" in text_of(response)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("coordination", 403),
        ("direction", 403),
        ("partner", 403),
        ("advisor", 403),
        ("budget", 403),
        ("auditor", 403),
        ("analyst", 302),
        ("delegate", 302),
    ],
)
def test_only_the_analyst_and_the_delegate_grant_a_delay(
    plan: Plan, client: Client, role: str, status: int
) -> None:
    national = role in {"analyst", "delegate", "budget", "auditor"}
    client.force_login(person(role, None if national else "mauricie"))
    typed = {"expected_due_on": "2025-03-31", "due_on": "2025-04-30", "reason": "Tempête"}

    assert client.post(f"{PLAN}delai/", typed).status_code == status


def test_the_tab_costs_the_same_whatever_the_history(
    plan: Plan, client: Client, analyst: User
) -> None:
    client.force_login(person("coordination", "mauricie"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(PLAN).status_code == 200
        return len(seen)

    queries()
    extend(plan, analyst)
    few = queries()
    due = date(2025, 4, 30)
    for _ in range(10):
        later = due + timedelta(days=10)
        extend(plan, analyst, due_on=later, expected_due_on=due)
        due = later

    assert queries() == few


def test_another_territory_s_delay_is_not_seen(plan: Plan, analyst: User) -> None:
    extend(plan, analyst)
    with acting_as(person("direction", "estrie")):
        assert not DueExtension.objects.exists()
        assert not DueReminder.objects.exists()
