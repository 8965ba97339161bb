"""What the services of the registers share: one name, one writer at a time, days in order."""

import copy
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from django.db.models import Model, QuerySet, Value
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, User
from alliances.models.alliances import NameKey
from alliances.templatetags.portal import date_long, time_fr

Row = TypeVar("Row", bound=Model)


class Revised(Protocol):
    """A row with a counter that catches two writers, and who wrote last."""

    revision: int
    updated_at: Any
    updated_by: Any


def hold(alliance: Alliance) -> None:
    """Makes those who write in the Alliance's registers wait for each other."""
    Alliance.objects.select_for_update(of=("self",), no_key=True).get(pk=alliance.pk)


def spelled(text: str) -> str:
    """The text without the spaces nobody meant."""
    return " ".join(text.split())


def named_like(rows: QuerySet[Any], name: str, field: str = "name") -> QuerySet[Any]:
    """The rows with that name: case, accents, spaces, hyphens and apostrophes forgiven."""
    return rows.alias(_key=NameKey(field)).filter(_key=NameKey(Value(name)))


def refuse_stale(row: Revised, revision: int | None) -> None:
    """Refuses to write over what somebody else wrote since ``revision``."""
    if revision is not None and row.revision != revision:
        at: datetime | None = row.updated_at
        raise StaleAct(
            _("%(person)s a modifié cette fiche le %(day)s à %(time)s. Relisez-la, puis reprenez.")
            % {"person": row.updated_by, "day": date_long(at), "time": time_fr(at)}
        )


def as_changed(row: Row, values: dict[str, Any]) -> Row:
    """``row`` as it would read with ``values``; ``row`` itself does not change."""
    changed = copy.copy(row)
    for name, value in values.items():
        setattr(changed, name, value)
    return changed


def write(row: Any, values: dict[str, Any], *, by: User) -> list[str]:
    """Writes what differs on ``row`` and saves it; gives the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.revision += 1
        row.updated_at, row.updated_by = clock.now(), by
        row.save()
    return changed


def refuse_future(day: date, *, field: str) -> None:
    if day > clock.today():
        raise Refusal(
            _("Cette date est dans l’avenir. Inscrivez le jour où c’est arrivé."), field=field
        )
