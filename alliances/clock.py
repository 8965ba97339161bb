"""The portal's only clock. Days are Québec days: 31 March ends at midnight in Montréal."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_travelled: ContextVar[datetime | None] = ContextVar("travelled", default=None)


def now() -> datetime:
    """The present moment, aware."""
    return _travelled.get() or timezone.now()


def day_of(moment: datetime) -> date:
    """The day of ``moment`` in Montréal."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def today() -> date:
    """The present day in Montréal."""
    return day_of(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Acts inside happen at ``moment``: how the demo story gets its past."""
    token = _travelled.set(moment)
    try:
        yield
    finally:
        _travelled.reset(token)
