"""Who acts: the identity that row-level security reads, bound to the current transaction.

Nothing scoped can be read or written outside ``acting_as``. Requests enter it in the middleware,
tasks and commands by hand, with the person they act for or the portal itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from .models import User


def _bind(user_id: str) -> str:
    """Sets the identity until the transaction ends; returns the one that was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('app.user_id', true), set_config('app.user_id', %s, true)",
            [user_id],
        )
        return cursor.fetchone()[0] or ""


@contextmanager
def acting_as(user: User | None) -> Iterator[None]:
    """Opens a transaction in which only the rows of ``user``'s territories exist.

    ``None`` sees and writes no scoped row. Nested calls give the outer identity back at the end;
    the outermost keeps its own until the commit, where deferred rules are checked.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        previous = _bind(str(user.pk) if user is not None and user.pk else "")
        yield
        if nested and not connection.needs_rollback:
            _bind(previous)


@contextmanager
def acting_as_portal() -> Iterator[User]:
    """The portal's own identity, for what no person does: rendering, sending, sweeping."""
    portal = User.objects.portal()
    with acting_as(portal):
        yield portal
