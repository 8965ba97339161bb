"""The Table that asks, its plan, and one request that is sent."""

import pytest
from django.core.cache import cache
from django.test import Client

from alliances.models import User
from plans.models import Endorsement, PlanVersion
from plans.services import add_priority
from tests.factories import person
from tests.plans.agreement import asked
from tests.plans.factories import draft_version


@pytest.fixture
def coordinator() -> User:
    return person("coordination", "mauricie", full_name="Maude Gélinas")


@pytest.fixture
def version(coordinator: User) -> PlanVersion:
    """A draft with one priority."""
    version = draft_version("mauricie", by=coordinator)
    add_priority(version, by=coordinator, title="Sécurité alimentaire")
    return version


@pytest.fixture
def row(version: PlanVersion, coordinator: User) -> Endorsement:
    (row,) = asked(version, "Moisson Mauricie", by=coordinator)
    return row


@pytest.fixture
def table(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def no_tries() -> None:
    cache.clear()
