"""What waits for a person and what they wait for, gathered from every application."""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from alliances.models import User
from alliances.todo import Todo, Waiting

_SOURCES = [
    "conventions.selectors",
    "plans.selectors",
    "fqis.selectors",
    "reporting.selectors.report_todos",
]


def _gather(name: str, user: User) -> list:
    found: list = []
    for source in _SOURCES:
        if find_spec(source) is not None:
            selector = getattr(import_module(source), name, None)
            found += selector(user) if selector else []
    return found


def todos_of(user: User) -> list[Todo]:
    cached: list[Todo] | None = getattr(user, "_todos", None)
    if cached is None:
        found = _gather("todo", user)
        cached = sorted(found, key=lambda todo: (todo.due_on or date.max, todo.since or date.max))
        user._todos = cached  # type: ignore[attr-defined]
    return cached


def waitings_of(user: User) -> list[Waiting]:
    found = _gather("waiting", user)
    return sorted(found, key=lambda waiting: waiting.since or date.max)


def count_todos(user: User) -> int:
    return len(todos_of(user))
