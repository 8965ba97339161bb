"""A territory's pages with a hundred times more projects: same queries, nearly the same time.

Ratios in one run, never absolute times.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import Alliance
from fqis.models import Project
from plans.models import Priority
from tests.factories import AllianceFactory, OrganisationFactory, person
from tests.plans.factories import approved_plan

pytestmark = pytest.mark.django_db

FEW, MANY = 60, 6_000
PAGES = ["projets/", "projets/?etat=under_way", "", "finances/"]


def add_projects(alliance: Alliance, priority: Priority, first: int, last: int) -> None:
    """Rows as the services leave them, written at once."""
    carrier = OrganisationFactory(territory=alliance.territory)
    by = person("coordination", alliance.territory)
    Project.objects.bulk_create(
        Project(
            alliance=alliance,
            territory_id=alliance.territory_id,
            number=f"MAU-{number:06d}",
            title=f"Cuisine collective {number}",
            organisation=carrier,
            priority=priority,
            priority_lineage=priority.lineage,
            amount_requested=Decimal(1000),
            amount_granted=Decimal(900),
            starts_on=date(2025, 9, 1) + timedelta(days=number % 300),
            ends_on=date(2026, 9, 1) + timedelta(days=number % 300),
            received_on=date(2025, 8, 1) + timedelta(days=number % 300),
            state=Project.State.UNDER_WAY,
            decided_on=date(2025, 8, 20) + timedelta(days=number % 300),
            agreed_on=date(2025, 8, 25) + timedelta(days=number % 300),
            registered_by=by,
        )
        for number in range(first, last)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fqis_project")


def quickest(act: Callable[[], object], times: int = 5) -> float:
    found = []
    for _round in range(times):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return min(found)


def test_a_hundred_times_more_projects_cost_the_same_queries_and_at_most_four_times_the_time():
    alliance = AllianceFactory("mauricie")
    version = approved_plan("mauricie", on=date(2025, 8, 1))
    priority = Priority.objects.filter(version=version)[0]
    reader = person("coordination", "mauricie")
    client = Client()
    client.force_login(reader)

    def measure(path: str) -> tuple[int, float]:
        address = alliance.get_absolute_url() + path
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries), quickest(lambda: client.get(address))

    add_projects(alliance, priority, 0, FEW)
    few = {path: measure(path) for path in PAGES}
    add_projects(alliance, priority, FEW, MANY)
    many = {path: measure(path) for path in PAGES}

    for path in PAGES:
        assert many[path][0] == few[path][0], path
        assert many[path][1] < 4 * few[path][1], (path, few[path], many[path])
