"""A plan that is due, and who may grant a delay."""

from collections.abc import Iterator
from datetime import date

import pytest

from alliances.models import User
from plans.models import Plan
from tests.factories import person
from tests.plans.deadlines.delays import DUE, on
from tests.plans.factories import PlanFactory, draft_version


@pytest.fixture
def february() -> Iterator[None]:
    with on(date(2025, 2, 1)):
        yield


@pytest.fixture
def analyst() -> User:
    return person("analyst", full_name="Sophie Lavoie")


@pytest.fixture
def plan() -> Plan:
    plan = PlanFactory("mauricie", due_on=DUE)
    draft_version(plan.alliance)
    return plan
