"""What may be written in a version: the whole of it, or the sections a modification opens.

The database says the same (``plan_section_not_opened``); here is the sentence for the person who
tried. An element new in the version is written whole, but in the section it belongs to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances.errors import Refusal

from .models import (
    Action,
    ActionPlace,
    CanvasSection,
    Indicator,
    Objective,
    OpenedSection,
    PlanVersion,
    Priority,
)
from .models.logic import ACTION_PARTS

Element = Priority | Objective | Action | Indicator
Kind = CanvasSection.Kind

# The section each column of an action is written in; its places are its territory.
PART_OF = {name: kind for kind, names in ACTION_PARTS.items() for name in names} | {
    "mrcs": "population"
}
SECTION_OF: dict[type[Any], str] = {
    Priority: Kind.PRIORITIES,
    Objective: Kind.OBJECTIVES,
    Action: Kind.MEANS,
    Indicator: Kind.INDICATORS,
}


@dataclass(frozen=True)
class Opening:
    """The sections of the canvas, and which of them may be written."""

    sections: Sequence[CanvasSection]
    opened: frozenset[int]
    is_partial: bool

    def has(self, section: CanvasSection) -> bool:
        return not self.is_partial or section.pk in self.opened

    def section_for(self, kind: str) -> CanvasSection | None:
        """Where ``kind`` is written: its own section, else the priorities' (canvas of 2017)."""
        by_kind = {one.kind: one for one in self.sections}
        return by_kind.get(kind, by_kind.get(Kind.PRIORITIES))

    def allows(self, kind: str) -> bool:
        section = self.section_for(kind)
        return not self.is_partial or (section is not None and section.pk in self.opened)

    def allows_field(self, name: str) -> bool:
        """Whether that column of an action may be written."""
        return self.allows(PART_OF[name])


def opening_of(version: PlanVersion) -> Opening:
    """What ``version`` opens, in one query."""
    opened = OpenedSection.objects.filter(version=version, section=OuterRef("pk"))
    sections = list(
        CanvasSection.objects.filter(canvas=version.plan.canvas_id).annotate(opened=Exists(opened))
    )
    return Opening(
        sections, frozenset(one.pk for one in sections if one.opened), version.is_modification
    )


def closed_words(section: CanvasSection | None) -> str:
    """What is said of a section that the modification leaves as it is."""
    if section is None:
        return _("Cette section n’est pas ouverte par la modification.")
    return _(
        "La modification n’ouvre pas la section %(code)s, %(title)s : elle reste comme dans la"
        " version en vigueur."
    ) % {"code": section.code, "title": section.title}


def section_of(element: Element, field: str = "") -> str:
    """The kind of section ``field`` of the element is written in; the element's own without it."""
    if isinstance(element, Action) and field:
        return PART_OF[field]
    return SECTION_OF[type(element)]


def is_new(action: Action, version: PlanVersion) -> bool:
    """Whether the version that this one modifies does not have the action."""
    return not Action.objects.filter(version=version.base_id, lineage=action.lineage).exists()


def refuse_closed(version: PlanVersion, kinds: Iterable[str], *, action: Any = None) -> None:
    """Refuses to write what belongs to a section the modification leaves closed.

    ``action`` is the one written, or written under: new in the version, it is written whole.
    """
    if not version.is_modification:
        return
    opening = opening_of(version)
    closed = [kind for kind in kinds if not opening.allows(kind)]
    if closed and not (action is not None and is_new(action, version)):
        raise Refusal(closed_words(opening.section_for(closed[0])))


def kinds_below(element: Element, *, kept_from: int | None = None) -> list[str]:
    """The sections in which ``element`` and all that is under it are written.

    ``kept_from`` is the version in force: the places and indicators of the actions that it has
    too belong to their own sections.
    """
    kinds = [section_of(element)]
    actions = Action.objects.none()
    if isinstance(element, Priority):
        actions = Action.objects.filter(objective__priority=element)
        if Objective.objects.filter(priority=element).exists():
            kinds.append(Kind.OBJECTIVES)
    elif isinstance(element, Objective):
        actions = Action.objects.filter(objective=element)
    elif isinstance(element, Action):
        actions = Action.objects.filter(pk=element.pk)
    if actions.exists():
        kinds.append(Kind.MEANS)
    if kept_from is not None:
        base = Action.objects.filter(version=kept_from)
        kept = actions.filter(lineage__in=base.values("lineage"))
        if Indicator.objects.filter(action__in=kept).exists():
            kinds.append(Kind.INDICATORS)
        if ActionPlace.objects.filter(action__in=kept).exists():
            kinds.append(Kind.POPULATION)
    return list(dict.fromkeys(kinds))
