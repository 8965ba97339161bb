"""The order of the elements: one place up or down, elsewhere, and again.

Whoever moves holds the version: ranks stay 1 to n, whatever two people do at once.
"""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
)
from plans.opening import Element, kinds_below, refuse_closed, section_of

from .elements import action_of, removed, renumber, siblings
from .locking import writable
from .traces import record, record_added

Row = TypeVar("Row", bound=models.Model)
PARENTS: dict[type[Any], str] = {
    Objective: "priority",
    Action: "objective",
    Indicator: "action",
}
ABOVE = {
    Objective: ("priority",),
    Action: ("objective__priority",),
    Indicator: ("action__objective__priority",),
}


def _held(element: Element) -> tuple[PlanVersion, Any]:
    """The version, held, and the element as it is now, when it may be moved."""
    version = writable(element.version_id)
    rows: models.QuerySet[Any] = type(element)._default_manager.all()
    current = rows.select_related(*ABOVE.get(type(element), ())).filter(pk=element.pk).first()
    if current is None:
        raise StaleAct(removed())
    return version, current


def _code(element: Any) -> str:
    """« 1.2.3 », its number in the plan."""
    above = PARENTS.get(type(element))
    return f"{_code(getattr(element, above))}.{element.rank}" if above else str(element.rank)


def _record_move(element: Element, version: PlanVersion, before: str, *, by: User) -> None:
    """One line for a move; none when the element is where it was."""
    after = _code(element)
    if after != before:
        record(
            element, version, by=by, verb="move_element", before=before, after=after,
            summary=_("a déplacé « %(element)s » : %(before)s devient %(after)s"),
        )  # fmt: skip


def _refuse_closed(version: PlanVersion, element: Element) -> None:
    action = action_of(element) if isinstance(element, Indicator) else None
    refuse_closed(version, [section_of(element)], action=action)


@transaction.atomic
def move_element(element: Element, *, by: User, up: bool) -> None:
    """Moves an element one place up or down among those beside it; at the end it stays."""
    version, current = _held(element)
    _refuse_closed(version, current)
    order = list(siblings(current))
    before = _code(current)
    place = next(i for i, one in enumerate(order) if one.pk == current.pk)
    order[place] = current
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        renumber(order)
        _record_move(current, version, before, by=by)


def _checked_parent(version: PlanVersion, element: Element, parent: Element) -> Element:
    wanted = type(element)._meta.get_field(PARENTS[type(element)]).related_model
    if not isinstance(parent, wanted) or parent.version_id != version.pk:  # type: ignore[arg-type]
        raise Refusal(_("Choisissez un endroit de cette version du plan."))
    found = type(parent)._default_manager.filter(pk=parent.pk).first()
    if found is None:
        raise StaleAct(removed())
    return found


@transaction.atomic
def move_element_to(
    element: Element, *, by: User, parent: Element | None = None, rank: int | None = None
) -> Any:
    """Moves an element under ``parent`` (its own without it) at ``rank``, the last without it.

    A rank past the ends is the end. Refuses a parent of another version or of another kind.
    """
    version, current = _held(element)
    _refuse_closed(version, current)
    before, name = _code(current), PARENTS.get(type(current))
    if parent is not None and name is not None:
        parent = _checked_parent(version, current, parent)
        if getattr(current, f"{name}_id") != parent.pk:
            # An indicator belongs to its action: closed there, it does not arrive.
            if isinstance(parent, Action) and isinstance(current, Indicator):
                _refuse_closed(version, Indicator(action=parent))
            left = [one for one in siblings(current) if one.pk != current.pk]
            setattr(current, name, parent)
            current.rank = 0
            current.save(update_fields=[name, "rank"])
            renumber(left)
    others = [one for one in siblings(current) if one.pk != current.pk]
    place = len(others) if rank is None else min(max(rank, 1), len(others) + 1) - 1
    others.insert(place, current)
    renumber(others)
    _record_move(current, version, before, by=by)
    return current


# --- Again


def _again(
    model: type[Row], parent: str, keys: dict[int, int], *, by: User, **changes: Any
) -> dict[int, int]:
    """Writes again the rows of ``model`` under the copies of their parents; gives their keys."""
    rows = list(model._default_manager.filter(**{f"{parent}__in": list(keys)}).order_by("pk"))
    old = [row.pk for row in rows]
    for row in rows:
        setattr(row, f"{parent}_id", keys[getattr(row, f"{parent}_id")])
        _as_new(row, by=by, **changes)
    model._default_manager.bulk_create(rows)
    return dict(zip(old, [row.pk for row in rows], strict=True))


def _as_new(row: Any, *, by: User, **changes: Any) -> None:
    row.pk = None
    if hasattr(row, "lineage"):
        row.lineage, row.revision = uuid4(), 0
        row.updated_at, row.updated_by = clock.now(), by
    for name, value in changes.items():
        setattr(row, name, value)


def _copy_below(element: Element, copy: Element, *, by: User) -> None:
    keys = {element.pk: copy.pk}
    if isinstance(element, Priority):
        _again(PriorityTheme, "priority", keys, by=by)
        keys = _again(Objective, "priority", keys, by=by)
    if isinstance(element, Priority | Objective):
        keys = _again(Action, "objective", keys, by=by)
    if not isinstance(element, Indicator):
        _again(ActionPlace, "action", keys, by=by)
        _again(Indicator, "action", keys, by=by)


@transaction.atomic
def copy_element(element: Element, *, by: User) -> Any:
    """Copies an element with all that is under it, just after it: a new lineage, « (copie) » at
    the end of its name."""
    version, current = _held(element)
    refuse_closed(
        version,
        kinds_below(current),
        action=action_of(current) if isinstance(current, Indicator) else None,
    )
    order: Sequence[Any] = list(siblings(current))
    name = "name" if isinstance(current, Indicator) else "title"
    suffix = f" {_('(copie)')}"
    room = current._meta.get_field(name).max_length - len(suffix)
    copy = type(current)._default_manager.get(pk=current.pk)
    _as_new(copy, by=by, **{name: getattr(current, name)[:room].rstrip() + suffix})
    copy.save()
    _copy_below(current, copy, by=by)
    place = next(i for i, one in enumerate(order) if one.pk == current.pk)
    renumber([*order[: place + 1], copy, *order[place + 1 :]])
    record_added(copy, version, by=by)
    return copy
