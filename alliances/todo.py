"""What waits for a person, derived from states and never stored.

A source of things to do offers ``todo(user)``, the list, and where its rules are all in the
database ``pending(user)``: the querysets the list is made from, one row for each thing. The list
on Accueil and the number in the header then come from the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from . import clock
from .models import Alliance


@dataclass(frozen=True)
class Todo:
    """One thing a person must do. ``button`` is the verb on its button; ``progress`` counts done
    and total when the thing is long."""

    title: str
    url: str
    button: str
    alliance: Alliance | None = None
    due_on: date | None = None
    since: date | None = None
    detail: str = ""
    progress: tuple[int, int] | None = None

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today()

    @property
    def is_soon(self) -> bool:
        return not self.is_late and self.due_on is not None and self.days_left <= 7

    @property
    def days_left(self) -> int:
        return (self.due_on - clock.today()).days if self.due_on else 0


@dataclass(frozen=True)
class Waiting:
    """One thing a person waits for from somebody else."""

    what: str
    url: str
    who: str
    who_detail: str = ""
    since: date | None = None
    due_on: date | None = None
    alliance: Alliance | None = None


def count_pending(pending: Iterable[QuerySet[Any, Any]]) -> int:
    """How many rows the querysets have together, in one query."""
    bare = [rows.order_by().values_list("pk") for rows in pending]
    if len(bare) < 2:
        return sum(rows.count() for rows in bare)
    return bare[0].union(*bare[1:], all=True).count()
