"""One line of JSON per event, with the request, the person's number and the territory.

Never a name, an address or a text somebody wrote: identifiers only.
"""

import logging
from contextvars import ContextVar
from dataclasses import dataclass, replace

from pythonjsonlogger.json import JsonFormatter


@dataclass(frozen=True)
class EventContext:
    request_id: str = ""
    person: int | None = None
    territory: str = ""


_context: ContextVar[EventContext | None] = ContextVar("event_context", default=None)


def current() -> EventContext:
    return _context.get() or EventContext()


def set_context(context: EventContext) -> None:
    _context.set(context)


def add_context(**values: object) -> None:
    """Says more about the event under way: ``add_context(person=12, territory="mauricie")``."""
    _context.set(replace(current(), **values))  # type: ignore[arg-type]


class ContextFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        context = current()
        record.request_id = context.request_id
        record.person = context.person
        record.territory = context.territory
        return True


class EventFormatter(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}{person}{territory}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )
