"""An action and its indicators, written together as the editor shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from alliances.errors import StaleAct
from alliances.models import User
from plans.models import Action, Indicator, Objective

from .elements import (
    ActionFields,
    IndicatorFields,
    add_action,
    add_indicator,
    append_indicator,
    remove_element,
    removed,
    update_action,
    update_indicator,
)


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator as it was sent: ``pk`` when it exists, no ``fields`` to remove it."""

    pk: int | None = None
    revision: int | None = None
    fields: IndicatorFields | None = None


@transaction.atomic
def save_action(
    action: Action | None,
    objective: Objective,
    *,
    by: User,
    fields: ActionFields,
    indicators: Sequence[IndicatorLine] = (),
    revision: int | None = None,
) -> Action:
    """Adds or changes an action with its indicators: all of it or nothing.

    Refusals: those of ``add_action``, ``update_action`` and ``add_indicator``.
    """
    add_line = add_indicator
    if action is None:
        action, add_line = add_action(objective, by=by, **fields), append_indicator
    else:
        action = update_action(action, by=by, revision=revision, **fields)
    known = {one.pk: one for one in Indicator.objects.filter(action=action)}
    for line in indicators:
        if line.pk is None:
            if line.fields:
                add_line(action, by=by, **line.fields)
            continue
        if line.pk not in known:
            raise StaleAct(removed())
        if line.fields is None:
            remove_element(known[line.pk], by=by)
        else:
            update_indicator(known[line.pk], by=by, revision=line.revision, **line.fields)
    return action
