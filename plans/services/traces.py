"""The lines the journal keeps of a plan: the acts on a version, and what was added, copied, moved
or taken out of its logic.

What is written in a field is signed on the element itself (``updated_by``, ``updated_at``).
"""

from typing import Any

from django.utils.translation import gettext as _

from alliances.models import JournalEntry, User
from alliances.services import journal
from plans.models import Action, Indicator, Objective, PlanVersion, Priority
from plans.opening import Element
from plans.wording import name_of

SUMMARY = JournalEntry._meta.get_field("summary").max_length or 0


def record_act(
    version: PlanVersion, *, by: User, verb: str, summary: str, reason: str = "", **data: Any
) -> None:
    """Writes an act on ``version``; ``%(plan)s`` of ``summary`` reads « version 3 du PARC »."""
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"plan": name_of(version)},
        alliance=alliance,
        target=version,
        reason=reason,
        url=alliance.url("plan_version", version.number),
        **data,
    )


def record(
    element: Element, version: PlanVersion, *, by: User, verb: str, summary: str, **data: Any
) -> None:
    alliance = version.plan.alliance
    journal.record(
        by=by,
        verb=verb,
        summary=_short(summary, {"element": str(element), **data}),
        alliance=alliance,
        target=element,
        url=alliance.url("plan_version", version.number),
        lineage=str(element.lineage),
        version=version.number,
        **data,
    )


def _short(summary: str, words: dict[str, str]) -> str:
    """``summary`` filled, in the journal's 300 characters: the element's own name gives way."""
    over = len(summary % words) - SUMMARY
    if over > 0:
        words = words | {"element": words["element"][: -over - 1].rstrip() + "…"}
    return summary % words


def record_added(element: Element, version: PlanVersion, *, by: User) -> None:
    """The line of an element that was added, or copied with all that is under it."""
    verb, summary = {
        Priority: ("add_priority", _("a ajouté la priorité « %(element)s »")),
        Objective: ("add_objective", _("a ajouté l’objectif « %(element)s »")),
        Action: ("add_action", _("a ajouté l’action « %(element)s »")),
        Indicator: ("add_indicator", _("a ajouté l’indicateur « %(element)s »")),
    }[type(element)]
    record(element, version, by=by, verb=verb, summary=summary)
