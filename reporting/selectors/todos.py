"""What waits for a person and what they wait for, gathered from every application."""

from datetime import date

from alliances.models import User
from alliances.todo import Todo, Waiting, count_pending
from conventions import selectors as conventions
from conventions.avenants import selectors as avenants
from conventions.scans import selectors as scans
from fqis.selectors import envelope_todos, project_todos, recovery_todos
from fqis.selectors import todos as versement_todos
from plans import selectors as plans
from reporting.selectors import remark_todos, report_todos

_LISTED = (conventions, avenants, versement_todos)
_PENDING = (
    envelope_todos,
    project_todos,
    recovery_todos,
    report_todos,
    remark_todos,
    scans,
)


def todos_of(user: User) -> list[Todo]:
    """Everything that waits for ``user``: dated things first, the nearest date on top.

    Kept on the instance, which lives for one request: the navigation counts what Accueil lists.
    """
    cached: list[Todo] | None = getattr(user, "_todos", None)
    if cached is None:
        found, user._plan_waitings = plans.todo_and_waiting(user)  # type: ignore[attr-defined]
        found += [todo for source in (*_LISTED, *_PENDING) for todo in source.todo(user)]
        cached = sorted(found, key=lambda todo: (todo.due_on or date.max, todo.since or date.max))
        user._todos = cached  # type: ignore[attr-defined]
    return cached


def waitings_of(user: User) -> list[Waiting]:
    """Everything ``user`` waits for, what has waited longest on top."""
    sources = (*_LISTED, report_todos)
    listed: list[Waiting] | None = getattr(user, "_plan_waitings", None)
    found = [*(plans.waiting(user) if listed is None else listed)]
    found += [waiting for source in sources for waiting in source.waiting(user)]
    return sorted(found, key=lambda waiting: waiting.since or date.max)


def count_todos(user: User) -> int:
    """How many things Accueil lists: what it listed in this request, else one query for the
    sources whose rows can be counted, and the lists of the others."""
    listed: list[Todo] | None = getattr(user, "_todos", None)
    if listed is not None:
        return len(listed)
    pending = [rows for source in _PENDING for rows in source.pending(user)]
    return count_pending(pending) + sum(len(source.todo(user)) for source in (plans, *_LISTED))
