"""What waits for a person and what they wait for, gathered from every application."""

from importlib import import_module
from importlib.util import find_spec

from alliances.models import User
from alliances.todo import Todo, Waiting

_SOURCES = ["conventions.selectors", "plans.selectors", "fqis.selectors"]


def _gather(name: str, user: User) -> list:
    found: list = []
    for source in _SOURCES:
        if find_spec(source) is not None:
            selector = getattr(import_module(source), name, None)
            found += selector(user) if selector else []
    return found


def todos_of(user: User) -> list[Todo]:
    """Everything that waits for ``user``, the nearest date first."""
    return _gather("todo", user)


def waitings_of(user: User) -> list[Waiting]:
    return _gather("waiting", user)


def count_todos(user: User) -> int:
    return len(todos_of(user))
