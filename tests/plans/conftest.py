"""The browser of a person who holds a role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import person


@pytest.fixture
def signed_in(client: Client) -> Callable[..., Client]:
    def sign_in(
        role: str = "coordination", territory: str | None = "mauricie", **fields: Any
    ) -> Client:
        national = role in {"analyst", "delegate", "budget", "payments", "auditor"}
        client.force_login(person(role, None if national else territory, **fields))
        return client

    return sign_in
