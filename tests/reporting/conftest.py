"""It is Monday 23 November 2026, 10 h 00 in Montréal, in every test of reporting."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from alliances import clock


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(datetime(2026, 11, 23, 15, tzinfo=UTC)):
        yield
