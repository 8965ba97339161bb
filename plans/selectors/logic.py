"""The logic of a version as its pages read it, whole or one priority at a time.

The same queries run whether the plan is empty or has a thousand indicators.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model

from plans.completeness import Kind, parts_of
from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
)

ASKED = [Kind.MEANS, Kind.POPULATION, Kind.RESULTS, Kind.INDICATORS, Kind.PEOPLE]


def priorities_of(version: PlanVersion) -> list[Priority]:
    """The whole logic: priorities with their themes, objectives, actions, places, indicators.

    Each element gets its ``code`` (« 1.1.2 »); each action the names of the parts it lacks.
    """
    priorities = list(Priority.objects.filter(version=version).order_by("rank", "pk"))
    _fill_priorities(version, priorities, {})
    return priorities


def counted_priorities(version: PlanVersion) -> list[Priority]:
    """The priorities alone, with how many objectives and actions each has."""
    return list(
        Priority.objects.filter(version=version)
        .annotate(
            objectives_count=Count("objectives", distinct=True),
            actions_count=Count("objectives__actions", distinct=True),
        )
        .order_by("rank", "pk")
    )


def fill_priority(version: PlanVersion, priorities: list[Priority], pk: int | None) -> None:
    """Gives the priority ``pk`` all that is under it; the others stay closed."""
    _fill_priorities(version, [one for one in priorities if one.pk == pk], {"priority": pk or 0})


# Above it, a page with everything would be too heavy for a slow line.
WHOLE = 200


def fold(priorities: list[Priority], asked: int | None = None) -> None:
    """In a plan of more than 200 actions, leaves one priority unfolded: ``asked``, else the first.

    Takes what ``priorities_of`` gives.
    """
    total = sum(one.actions_count for one in priorities)  # type: ignore[attr-defined]
    known = [one.pk for one in priorities]
    shown = asked if asked in known else next(iter(known), None)
    for one in priorities:
        one.is_folded = total > WHOLE and one.pk != shown  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Place:
    """Where an element may be moved: the element above, and the group it is listed in."""

    pk: int
    label: str
    group: str


def places_for(version: PlanVersion, kind: str) -> list[Place]:
    """What an objective, an action or an indicator of ``version`` may hang from; nothing for a
    priority."""
    if kind == "objectif":
        priorities = Priority.objects.filter(version=version).order_by("rank", "pk")
        return [Place(one.pk, f"{one.rank} {one.title}", "") for one in priorities]
    if kind == "action":
        objectives = (
            Objective.objects.filter(version=version)
            .select_related("priority")
            .order_by("priority__rank", "priority", "rank", "pk")
        )
        return [
            Place(one.pk, _numbered(one.priority, one), _numbered(one.priority))
            for one in objectives
        ]
    if kind == "indicateur":
        actions = (
            Action.objects.filter(version=version)
            .select_related("objective__priority")
            .order_by("objective__priority__rank", "objective__rank", "objective", "rank", "pk")
        )
        return [
            Place(one.pk, _numbered(*_path(one.objective), one), _numbered(*_path(one.objective)))
            for one in actions
        ]
    return []


def _path(objective: Objective) -> tuple[Priority, Objective]:
    return objective.priority, objective


def _numbered(*path: Any) -> str:
    """« 1.2.3 Titre » of the last of ``path``."""
    return f"{'.'.join(str(one.rank) for one in path)} {path[-1].title}"


def _held(owner: Model, name: str, rows: list[Any]) -> None:
    """Lets ``owner.name.all()`` give ``rows``, as a prefetch does, which skips its queries when
    there is nothing above."""
    found = getattr(owner, name).all()
    found._result_cache, found._prefetch_done = rows, True
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found


def _by(rows: Iterable[Any], parent: str) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, parent), []).append(row)
    return grouped


def _fill_priorities(
    version: PlanVersion, priorities: list[Priority], only: dict[str, int]
) -> None:
    def under(prefix: str) -> dict[str, Any]:
        return {"version": version} | {f"{prefix}{name}": pk for name, pk in only.items()}

    themes = _by(
        PriorityTheme.objects.filter(**under(""))
        .select_related("national_priority")
        .order_by("national_priority__rank"),
        "priority_id",
    )
    objectives = _by(Objective.objects.filter(**under("")).order_by("rank", "pk"), "priority_id")
    actions = _by(
        Action.objects.filter(**under("objective__")).order_by("rank", "pk"), "objective_id"
    )
    places = _by(
        ActionPlace.objects.filter(**under("action__objective__"))
        .select_related("mrc")
        .order_by("mrc__name"),
        "action_id",
    )
    indicators = _by(
        Indicator.objects.filter(**under("action__objective__")).order_by("rank", "pk"),
        "action_id",
    )
    for priority in priorities:
        _held(
            priority, "national_priorities",
            [one.national_priority for one in themes.get(priority.pk, [])],
        )  # fmt: skip
        _held(priority, "objectives", objectives.get(priority.pk, []))
        priority.actions_count = 0  # type: ignore[attr-defined]
        for objective in objectives.get(priority.pk, []):
            objective.code = f"{priority.rank}.{objective.rank}"
            _held(objective, "actions", actions.get(objective.pk, []))
            for action in actions.get(objective.pk, []):
                _held(action, "mrcs", [one.mrc for one in places.get(action.pk, [])])
                _held(action, "indicators", indicators.get(action.pk, []))
                _describe(action, objective.code)
                priority.actions_count += 1  # type: ignore[attr-defined]


def _describe(action: Action, objective_code: str) -> None:
    with_target = [one for one in action.indicators.all() if one.target is not None]
    action.has_target = bool(with_target)  # type: ignore[attr-defined]
    has = parts_of(action)
    action.code = f"{objective_code}.{action.rank}"  # type: ignore[attr-defined]
    action.lacks = [kind for kind in ASKED if kind not in has]  # type: ignore[attr-defined]
    action.first_target = with_target[0] if with_target else None  # type: ignore[attr-defined]
