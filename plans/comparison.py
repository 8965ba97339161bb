"""Two contents of a plan: what was added, removed, changed, moved (guide 2024, §4.2).

Pure functions on ``PlanContent``. A comparison is complete: applied to one content, it gives the
other. Elements are known by their lineage, sections by their code; what did not change costs one
equality.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from plans.selectors.content import (
    ActionContent,
    IndicatorContent,
    ObjectiveContent,
    PlanContent,
    PriorityContent,
    SectionContent,
)

from .sequences import longest_increasing
from .word_by_word import Pair, pairs

SECTION, PRIORITY, OBJECTIVE, ACTION, INDICATOR = KINDS = (
    "section",
    "priority",
    "objective",
    "action",
    "indicator",
)
_TYPES: dict[str, type] = {
    SECTION: SectionContent,
    PRIORITY: PriorityContent,
    OBJECTIVE: ObjectiveContent,
    ACTION: ActionContent,
    INDICATOR: IndicatorContent,
}
# The attribute that names an element, and the one that holds its children.
_KEYS = {kind: "code" if kind == SECTION else "lineage" for kind in KINDS}
_CHILDREN = {PRIORITY: "objectives", OBJECTIVE: "actions", ACTION: "indicators"}
_BELOW = {PRIORITY: OBJECTIVE, OBJECTIVE: ACTION, ACTION: INDICATOR}
FIELDS: dict[str, tuple[str, ...]] = {
    kind: tuple(
        one.name for one in fields(made) if one.name not in (_KEYS[kind], _CHILDREN.get(kind))
    )
    for kind, made in _TYPES.items()
}

Key = tuple[str, str]  # kind and lineage
TOP = ""


@dataclass(frozen=True)
class Place:
    """Where an element stands: under which parent (« » at the top), and after how many others."""

    parent: str
    index: int


@dataclass(frozen=True)
class FieldChange:
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Added:
    kind: str
    key: str
    values: dict[str, Any]
    place: Place


@dataclass(frozen=True)
class Removed:
    kind: str
    key: str
    values: dict[str, Any]
    place: Place


@dataclass(frozen=True)
class Changed:
    kind: str
    key: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Moved:
    kind: str
    key: str
    before: Place
    after: Place


@dataclass(frozen=True)
class Comparison:
    """Everything that tells two contents apart; ``texts`` holds, by section, the paragraphs that
    face each other."""

    added: list[Added] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    texts: dict[str, list[Pair]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.moved)


@dataclass
class _Node:
    element: Any
    place: Place


def _walk(content: PlanContent) -> Iterator[tuple[Key, _Node]]:
    for index, section in enumerate(content.sections):
        yield (SECTION, section.code), _Node(section, Place(TOP, index))
    yield from _below(PRIORITY, content.priorities, TOP)


def _below(kind: str, elements: list[Any], parent: str) -> Iterator[tuple[Key, _Node]]:
    below, children = _BELOW.get(kind), _CHILDREN.get(kind)
    for index, element in enumerate(elements):
        yield (kind, element.lineage), _Node(element, Place(parent, index))
        if below and children:
            yield from _below(below, getattr(element, children), element.lineage)


def _values(kind: str, element: Any) -> dict[str, Any]:
    return {name: getattr(element, name) for name in FIELDS[kind]}


def _field_changes(kind: str, old: Any, new: Any) -> tuple[FieldChange, ...]:
    found = []
    for name in FIELDS[kind]:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append(FieldChange(name, before, after))
    return tuple(found)


def compare(old: PlanContent, new: PlanContent) -> Comparison:
    """What changed from ``old`` to ``new``, with as few moves as can be."""
    was, now = dict(_walk(old)), dict(_walk(new))
    found = Comparison()
    for (kind, key), node in was.items():
        if (kind, key) not in now:
            found.removed.append(Removed(kind, key, _values(kind, node.element), node.place))
    for (kind, key), node in now.items():
        before = was.get((kind, key))
        if before is None:
            found.added.append(Added(kind, key, _values(kind, node.element), node.place))
        elif changes := _field_changes(kind, before.element, node.element):
            found.changed.append(Changed(kind, key, changes))
            _compare_texts(found, kind, key, changes)
    found.moved.extend(_moves(was, now))
    return found


def _moves(was: dict[Key, _Node], now: dict[Key, _Node]) -> Iterator[Moved]:
    """The elements that changed parents, and the fewest whose return would restore the order."""
    siblings: dict[Key, list[tuple[Key, int]]] = {}
    for (kind, key), node in now.items():
        before = was.get((kind, key))
        if before is None:
            continue
        if before.place.parent != node.place.parent:
            yield Moved(kind, key, before.place, node.place)
        else:
            family = siblings.setdefault((kind, node.place.parent), [])
            family.append(((kind, key), before.place.index))
    for family in siblings.values():
        stay = {family[i][0] for i in longest_increasing([index for _key, index in family])}
        for one, _index in family:
            if one not in stay:
                yield Moved(*one, was[one].place, now[one].place)


def _compare_texts(
    found: Comparison, kind: str, key: str, changes: tuple[FieldChange, ...]
) -> None:
    if kind != SECTION:
        return
    for change in changes:
        if change.name == "html":
            found.texts[key] = pairs(change.before, change.after)


def apply(comparison: Comparison, old: PlanContent) -> PlanContent:
    """The content that ``comparison`` leads to from ``old``."""
    values: dict[Key, dict[str, Any]] = {}
    orders: dict[Key, list[str]] = {}  # by kind and parent, the children in order
    for (kind, key), node in _walk(old):
        values[kind, key] = _values(kind, node.element)
        orders.setdefault((kind, node.place.parent), []).append(key)
    for gone in comparison.removed:
        orders[gone.kind, gone.place.parent].remove(gone.key)
        del values[gone.kind, gone.key]
    for moved in comparison.moved:
        orders[moved.kind, moved.before.parent].remove(moved.key)
    placed = [(one.place, one.kind, one.key) for one in comparison.added]
    placed += [(one.after, one.kind, one.key) for one in comparison.moved]
    # In this order, each finds all that stands before it already in place.
    for place, kind, key in sorted(placed, key=lambda one: one[0].index):
        orders.setdefault((kind, place.parent), []).insert(place.index, key)
    for one in comparison.added:
        values[one.kind, one.key] = dict(one.values)
    for changed in comparison.changed:
        for change in changed.fields:
            values[changed.kind, changed.key][change.name] = change.after
    return _rebuilt(values, orders)


def _rebuilt(values: dict[Key, dict[str, Any]], orders: dict[Key, list[str]]) -> PlanContent:
    def built(kind: str, parent: str) -> list[Any]:
        found = []
        for key in orders.get((kind, parent), []):
            children = {_CHILDREN[kind]: built(_BELOW[kind], key)} if kind in _BELOW else {}
            found.append(_TYPES[kind](**{_KEYS[kind]: key}, **values[kind, key], **children))
        return found

    return PlanContent(built(SECTION, TOP), built(PRIORITY, TOP))
