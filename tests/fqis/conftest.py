"""The day of these tests, Thursday 3 December 2026, 10 h 24 in Montréal, and their reader."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from alliances import clock
from alliances.models import User

NOW = datetime(2026, 12, 3, 10, 24, tzinfo=ZoneInfo("America/Montreal"))


@pytest.fixture(autouse=True)
def _third_of_december() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def page(client: Client) -> Callable[..., Any]:
    """``page(user, address)`` reads a page; with ``data`` it posts and follows."""

    def read(user: User, address: str, data: dict[str, Any] | None = None) -> Any:
        client.force_login(user)
        if data is None:
            return client.get(address)
        return client.post(address, data, follow=True)

    return read
