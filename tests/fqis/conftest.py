"""The day of these tests: Thursday 3 December 2026, 10 h 24 in Montréal."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alliances import clock

NOW = datetime(2026, 12, 3, 10, 24, tzinfo=ZoneInfo("America/Montreal"))


@pytest.fixture(autouse=True)
def _third_of_december() -> Iterator[None]:
    with clock.at(NOW):
        yield
