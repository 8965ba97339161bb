"""Milestones tie the workflows together: who records one never knows what waits for it."""

from collections.abc import Callable
from datetime import date

from alliances.models import Alliance, Document, Milestone, User

Listener = Callable[[Milestone, User], None]
_listeners: list[Listener] = []


def on_milestone(listener: Listener) -> Listener:
    """Registers what must happen, in the same transaction, when a milestone is recorded."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def record_milestone(
    alliance: Alliance,
    kind: str,
    *,
    by: User,
    on: date,
    fiscal_year: int = 0,
    sequence: int = 1,
    detail: str = "",
    url: str = "",
    evidence: Document | None = None,
) -> Milestone:
    """Records that ``alliance`` reached a step; the same step twice breaks a database rule."""
    milestone = Milestone.objects.create(
        alliance=alliance,
        kind=kind,
        fiscal_year=fiscal_year,
        sequence=sequence,
        on=on,
        detail=detail,
        url=url,
        evidence=evidence,
        recorded_by=by,
    )
    for listener in _listeners:
        listener(milestone, by)
    return milestone
