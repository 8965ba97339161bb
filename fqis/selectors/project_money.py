"""What projects may still take: the envelope of an Alliance, and each sub-envelope it is shared in.

Every project counts, also those hidden from the reader: only sums are told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from alliances.identity import acting_as_portal
from alliances.money import ZERO
from fqis.models import Committee


def hidden_count() -> int:
    """How many projects the person of the transaction withdrew from: a number, nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(app_hidden_projects())")
        return int(cursor.fetchone()[0])


@contextmanager
def every_project() -> Iterator[None]:
    """For sums only: also counts the projects the reader withdrew from, or a report would lack
    their money and their people. The rights of the reader were asked before."""
    if not hidden_count():
        yield
        return
    with acting_as_portal():
        yield


@dataclass(frozen=True)
class Purse:
    """In dollars; ``ceiling`` is None while the envelope is to confirm."""

    ceiling: Decimal | None
    granted: Decimal

    @property
    def left(self) -> Decimal | None:
        return self.ceiling - self.granted if self.ceiling is not None else None


def purses_of(alliance_id: int) -> dict[str, Purse]:
    """By place; the whole envelope under "". One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, ceiling, granted FROM fqis_money_of(%s)", [alliance_id])
        return {
            place or "": Purse(ceiling, granted or ZERO)
            for place, ceiling, granted in cursor.fetchall()
        }


def place_key(committee: Committee) -> str:
    """The key of a committee's place among the purses; empty for the whole envelope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(fqis_place_key(%s, %s), '')",
            [committee.mrc_id, committee.part_name],
        )
        return str(cursor.fetchone()[0])


def purse_of(committee: Committee) -> Purse:
    """What a committee may spend: its sub-envelope and the envelope, whichever has less left."""
    purses = purses_of(committee.alliance_id)
    whole = purses.get("", Purse(None, ZERO))
    part = purses.get(place_key(committee)) if committee.place else None
    if part is None or part.left is None:
        return whole
    if whole.left is not None and whole.left < part.left:
        return whole
    return part
