"""A version takes over what another holds: new rows, same lineage."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import models

from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)

Row = TypeVar("Row", bound=models.Model)


def _copy(
    model: type[Row], rows: Sequence[Row], version: PlanVersion, change: Callable[[Row], None]
) -> dict[int, int]:
    """Writes ``rows`` again under ``version``; returns the new key of each old one."""
    old = [row.pk for row in rows]
    for row in rows:
        row.pk = None
        row.version_id = version.pk  # type: ignore[attr-defined]
        change(row)
    model._default_manager.bulk_create(rows)
    return dict(zip(old, [row.pk for row in rows], strict=True))


def copy_content(base: PlanVersion, version: PlanVersion) -> None:
    """Writes in ``version`` every text and element of ``base``, with their authors and dates."""

    def rows(model: type[Row]) -> list[Row]:
        return list(model._default_manager.filter(version=base).order_by("pk"))

    _copy(SectionText, rows(SectionText), version, lambda row: None)
    priorities = _copy(Priority, rows(Priority), version, lambda row: None)

    def under_priority(row: Objective | PriorityTheme) -> None:
        row.priority_id = priorities[row.priority_id]

    _copy(PriorityTheme, rows(PriorityTheme), version, under_priority)
    objectives = _copy(Objective, rows(Objective), version, under_priority)

    def under_objective(row: Action) -> None:
        row.objective_id = objectives[row.objective_id]

    actions = _copy(Action, rows(Action), version, under_objective)

    def under_action(row: ActionPlace | Indicator) -> None:
        row.action_id = actions[row.action_id]

    _copy(ActionPlace, rows(ActionPlace), version, under_action)
    _copy(Indicator, rows(Indicator), version, under_action)
