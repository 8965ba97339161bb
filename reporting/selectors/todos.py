"""What waits for a person and what they wait for, gathered from every application."""

from datetime import date

from alliances.models import User
from alliances.todo import Todo, Waiting
from conventions import selectors as conventions
from fqis import selectors as fqis
from plans import selectors as plans
from reporting.selectors import remark_todos, report_todos

_SOURCES = (conventions, plans, fqis, report_todos, remark_todos)


def todos_of(user: User) -> list[Todo]:
    """Everything that waits for ``user``: dated things first, the nearest date on top.

    Kept on the instance, which lives for one request: the navigation counts what Accueil lists.
    """
    cached: list[Todo] | None = getattr(user, "_todos", None)
    if cached is None:
        found = [todo for source in _SOURCES for todo in source.todo(user)]
        cached = sorted(found, key=lambda todo: (todo.due_on or date.max, todo.since or date.max))
        user._todos = cached  # type: ignore[attr-defined]
    return cached


def waitings_of(user: User) -> list[Waiting]:
    """Everything ``user`` waits for, what has waited longest on top."""
    found = [waiting for source in _SOURCES for waiting in source.waiting(user)]
    return sorted(found, key=lambda waiting: waiting.since or date.max)


def count_todos(user: User) -> int:
    return len(todos_of(user))
