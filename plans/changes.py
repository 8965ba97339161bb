"""A comparison as people read it: one entry per section or element, in the order of the plan."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from .comparison import (
    ACTION,
    FIELDS,
    INDICATOR,
    OBJECTIVE,
    PRIORITY,
    SECTION,
    Changed,
    Comparison,
    FieldChange,
    Moved,
    Place,
    compare,
)
from .entries import GLYPHS, Block, Entry, Line, Mark, Report, Row, Sign, sign
from .facts import KIND_NAMES, codes_of, facts_of, field_label, indicator_line, value_text
from .models import CanvasSection, PlanVersion
from .opening import PART_OF
from .selectors.content import IndicatorContent, PlanContent, SectionContent
from .word_by_word import Change, Pair, pairs

Kind = CanvasSection.Kind
Codes = dict[tuple[str, str], str]
# Fields that read as one figure: never cut between two digits.
_WHOLE = {"people_to_reach", "baseline", "target", "budget", "starts_on", "ends_on", "frequency"}


def modified_by(version: PlanVersion, versions: Iterable[PlanVersion]) -> PlanVersion | None:
    """The version that ``version`` modifies, among ``versions``: its base, else the last approved
    before it, else the one before."""
    earlier = sorted(
        (one for one in versions if one.number < version.number), key=lambda one: -one.number
    )
    base = next((one for one in earlier if one.pk == version.base_id), None)
    approved = next((one for one in earlier if one.in_force_from), None)
    return base or approved or (earlier[0] if earlier else None)


def report(old: PlanContent, new: PlanContent, *, whole: bool = False) -> Report:
    """What changed from ``old`` to ``new``; with ``whole``, what is the same is there too."""
    teller = _Teller(old, new, compare(old, new), whole)
    entries = list(teller.entries())
    touched = teller.touched_sections()
    return Report(entries, len(new.sections), len(new.sections) - len(touched))


class _Teller:
    def __init__(self, old: PlanContent, new: PlanContent, found: Comparison, whole: bool) -> None:
        self.old, self.new, self.found, self.whole = old, new, found, whole
        self.added = {(one.kind, one.key) for one in found.added}
        self.removed = {(one.kind, one.key) for one in found.removed}
        self.changed = {(one.kind, one.key): one for one in found.changed}
        self.moved = {(one.kind, one.key): one for one in found.moved}
        self.was, self.codes = codes_of(old.priorities), codes_of(new.priorities)
        self.labels: dict[tuple[str, str], str] = {}
        self.signs: dict[Mark, Sign] = {}
        self.elements: dict[tuple[str, str], Any] = {}
        self.old_elements: dict[tuple[str, str], Any] = {}
        for content, into in ((old, self.old_elements), (new, self.elements)):
            for priority in content.priorities:
                into[PRIORITY, priority.lineage] = priority
                for objective in priority.objectives:
                    into[OBJECTIVE, objective.lineage] = objective
                    for action in objective.actions:
                        into[ACTION, action.lineage] = action

    # --- Sections

    def entries(self) -> Iterator[Entry]:
        told = False
        for section in self.new.sections:
            yield from self._section(section)
            if section.kind == Kind.PRIORITIES and not told:
                told = True
                yield from self._logic()
        if not told:
            yield from self._logic()
        for section in self.old.sections:
            if (SECTION, section.code) in self.removed:
                yield self._text(section, pairs(section.html, ""), [sign(Mark.REMOVED)])

    def _section(self, section: SectionContent) -> Iterator[Entry]:
        key = (SECTION, section.code)
        if key in self.added:
            yield self._text(section, pairs("", section.html), [sign(Mark.ADDED)])
        elif section.code in self.found.texts:
            facing = self.found.texts[section.code]
            yield self._text(section, facing, [_text_sign(facing)])
        elif key in self.changed:
            yield self._text(section, [], [sign(Mark.CHANGED)])
        elif self.whole and section.html:
            yield self._text(section, pairs(section.html, section.html), [])

    def _text(self, section: SectionContent, facing: list[Pair], signs: list[Sign]) -> Entry:
        title = f"{section.code}. {section.title}"
        blocks = _folded(facing) if not self.whole else [_block(one) for one in facing]
        anchor = f"section-{section.code}"
        return Entry(anchor, SECTION, title, title, signs, title, blocks=blocks)

    # --- Elements

    def _logic(self) -> Iterator[Entry]:
        for kind, key in self._merged(PRIORITY, "", self.old.priorities, self.new.priorities):
            elements = self.old_elements if (kind, key) in self.removed else self.elements
            group = self._title(kind, key, elements[kind, key].title)
            yield from self._element(kind, key, group)

    def _merged(
        self, kind: str, parent: str, old: list[Any], new: list[Any]
    ) -> list[tuple[str, str]]:
        """The children as they are, with those that were removed after the one they followed."""
        order = [one.lineage for one in new]
        for index, one in enumerate(old):
            if (kind, one.lineage) in self.removed:
                after = next((o.lineage for o in reversed(old[:index]) if o.lineage in order), None)
                order.insert(order.index(after) + 1 if after else 0, one.lineage)
        return [(kind, lineage) for lineage in order]

    def _element(self, kind: str, key: str, group: str) -> Iterator[Entry]:
        if (kind, key) in self.removed:
            element = self.old_elements[kind, key]
            outline = list(self._outline(kind, element, self.removed, self.was))
            yield self._entry(kind, key, element, [Mark.REMOVED], group, outline=outline)
            return
        element = self.elements[kind, key]
        if (kind, key) in self.added:
            outline = list(self._outline(kind, element, self.added, self.codes))
            yield self._entry(kind, key, element, [Mark.ADDED], group, outline=outline)
        else:
            yield from self._kept(kind, key, element, group)
        below, children = {PRIORITY: (OBJECTIVE, "objectives"), OBJECTIVE: (ACTION, "actions")}.get(
            kind, ("", "")
        )
        if not below:
            return
        old = self.old_elements.get((kind, key))
        listed = getattr(old, children) if old else []
        for child in self._merged(below, key, listed, getattr(element, children)):
            # An added element already tells those that came with it.
            if (kind, key) not in self.added or child not in self.added:
                yield from self._element(*child, group)

    def _outline(
        self, kind: str, element: Any, among: set[tuple[str, str]], codes: Codes, level: int = 0
    ) -> Iterator[Line]:
        title = f"{KIND_NAMES[kind]} {codes[kind, element.lineage]}. {element.title}"
        yield Line(level, title, facts_of(kind, element))
        below, children = {PRIORITY: (OBJECTIVE, "objectives"), OBJECTIVE: (ACTION, "actions")}.get(
            kind, ("", "")
        )
        for child in getattr(element, children) if below else []:
            if (below, child.lineage) in among:
                yield from self._outline(below, child, among, codes, level + 1)

    def _kept(self, kind: str, key: str, element: Any, group: str) -> Iterator[Entry]:
        rows = [*self._field_rows(kind, key, element)]
        moved = self.moved.get((kind, key))
        marks = [Mark.CHANGED] if any(row.sign for row in rows) else []
        if moved:
            marks.append(Mark.MOVED)
            rows.append(self._place_row(kind, moved))
        if not marks and not self.whole:
            return
        changed = list(dict.fromkeys(row.label.lower() for row in rows if row.sign))
        detail = "" if marks == [Mark.MOVED] else ", ".join(changed[:3])
        yield self._entry(kind, key, element, marks, group, rows=rows, detail=detail)

    def _entry(
        self, kind: str, key: str, element: Any, marks: list[Mark], group: str, **more: Any
    ) -> Entry:
        code = self.codes.get((kind, key)) or self.was[kind, key]
        was = self.was.get((kind, key), code)
        name = f"{KIND_NAMES[kind]} {code}"
        return Entry(
            anchor=f"{kind}-{key}",
            kind=kind,
            name=name,
            title=self._title(kind, key, element.title),
            signs=[sign(mark, kind) for mark in marks],
            group=group,
            note=_("Numéro d’avant : %(code)s") % {"code": was} if was != code else "",
            **more,
        )

    def _title(self, kind: str, key: str, title: str) -> str:
        code = self.codes.get((kind, key)) or self.was[kind, key]
        return f"{KIND_NAMES[kind]} {code}. {title}"

    # --- Fields

    def _field_rows(self, kind: str, key: str, element: Any) -> Iterator[Row]:
        yield from self._rows(kind, element, self.changed.get((kind, key)))
        if kind == ACTION:
            yield from self._indicators(self.old_elements[kind, key], element)

    def _rows(
        self, kind: str, element: Any, changed: Changed | None, of: str = ""
    ) -> Iterator[Row]:
        by_name = {one.name: one for one in changed.fields} if changed else {}
        for name in FIELDS[kind]:
            if name in by_name:
                yield self._row(kind, by_name[name], of)
            elif self.whole and (text := value_text(name, getattr(element, name))):
                yield Row(self._label(kind, name), text, text, of=of)

    def _row(self, kind: str, change: FieldChange, of: str) -> Row:
        before = value_text(change.name, change.before)
        after = value_text(change.name, change.after)
        mark = Mark.CHANGED if before and after else Mark.ADDED if after else Mark.REMOVED
        label, is_whole = self._label(kind, change.name), change.name in _WHOLE
        return Row(label, before, after, self._sign(mark), of=of, is_whole=is_whole)

    def _label(self, kind: str, name: str) -> str:
        """Said a thousand times in a report, looked up once."""
        if (kind, name) not in self.labels:
            self.labels[kind, name] = field_label(kind, name)
        return self.labels[kind, name]

    def _sign(self, mark: Mark) -> Sign:
        if mark not in self.signs:
            self.signs[mark] = sign(mark)
        return self.signs[mark]

    def _indicators(self, old: Any, new: Any) -> Iterator[Row]:
        before = {one.lineage: one for one in old.indicators}
        label = str(KIND_NAMES[INDICATOR])
        for one in new.indicators:
            key = (INDICATOR, one.lineage)
            if key in self.added:
                yield Row(label, "", indicator_line(one), sign(Mark.ADDED))
                continue
            yield from self._rows(INDICATOR, one, self.changed.get(key), of=one.name)
            if key in self.moved:
                yield self._indicator_move(one, self.moved[key])
        for lineage, one in before.items():
            if (INDICATOR, lineage) in self.removed:
                yield Row(label, indicator_line(one), "", sign(Mark.REMOVED))

    def _indicator_move(self, one: IndicatorContent, moved: Moved) -> Row:
        was, now = self._places(ACTION, moved)
        return Row(_("Place"), was, now, sign(Mark.MOVED), of=one.name, is_whole=True)

    def _place_row(self, kind: str, moved: Moved) -> Row:
        above = {OBJECTIVE: PRIORITY, ACTION: OBJECTIVE}.get(kind, "")
        return Row(_("Place"), *self._places(above, moved), sign(Mark.MOVED), is_whole=True)

    def _places(self, above: str, moved: Moved) -> tuple[str, str]:
        before = self._place(above, moved.before, self.was, self.old_elements)
        after = self._place(above, moved.after, self.codes, self.elements)
        return before, after

    @staticmethod
    def _place(above: str, place: Place, codes: Codes, elements: dict[tuple[str, str], Any]) -> str:
        rank = _("place %(rank)s") % {"rank": place.index + 1}
        if not above:
            return rank
        parent = (above, place.parent)
        return f"{KIND_NAMES[above]} {codes[parent]}. {elements[parent].title}, {rank}"

    # --- Sections touched

    def touched_sections(self) -> set[str]:
        """The codes of the sections whose text changed, or that a changed element is written in."""
        kinds = {section.kind for section in self.new.sections}
        written = {kind for change in self.found.changed for kind in _kinds_of(change)}
        displaced = {kind for kind, _key in (*self.added, *self.removed, *self.moved)}
        written |= {str(_KIND_OF[kind]) for kind in displaced if kind in _KIND_OF}
        if written - kinds:
            written.add(Kind.PRIORITIES)  # a canvas without views tells the logic there
        touched = {one.key for one in self.found.changed if one.kind == SECTION}
        touched |= {one.key for one in self.found.added if one.kind == SECTION}
        return touched | {one.code for one in self.new.sections if one.kind in written}


_KIND_OF = {
    PRIORITY: Kind.PRIORITIES,
    OBJECTIVE: Kind.OBJECTIVES,
    ACTION: Kind.MEANS,
    INDICATOR: Kind.INDICATORS,
}


def _kinds_of(changed: Changed) -> set[str]:
    """The kinds of sections that the changed fields are written in."""
    if changed.kind == ACTION:
        return {str(PART_OF[one.name]) for one in changed.fields}
    return {_KIND_OF[changed.kind]} if changed.kind in _KIND_OF else set()


def _text_sign(facing: list[Pair]) -> Sign:
    """« Texte ajouté » where nothing was written, « Texte retiré » where nothing is left."""
    changes = {pair.change for pair in facing}
    if changes == {Change.ADDED}:
        return Sign(Mark.ADDED, GLYPHS[Mark.ADDED], _("Texte ajouté"))
    if changes == {Change.REMOVED}:
        return Sign(Mark.REMOVED, GLYPHS[Mark.REMOVED], _("Texte retiré"))
    return Sign(Mark.CHANGED, GLYPHS[Mark.CHANGED], _("Texte modifié"))


def _block(pair: Pair) -> Block:
    return Block(pair.before, pair.after, str(pair.change))


def _folded(facing: list[Pair]) -> list[Block]:
    """What is the same, counted instead of shown, save the heading of what changed."""
    found: list[Block] = []
    same = 0
    for place, pair in enumerate(facing):
        following = facing[place + 1].change if place + 1 < len(facing) else Change.SAME
        leads = pair.before.startswith(("<h3", "<h4")) and following != Change.SAME
        if pair.change == Change.SAME and not leads:
            same += bool(pair.before.strip())
            continue
        if same:
            found.append(Block(folded=same))
            same = 0
        found.append(_block(pair))
    return [*found, Block(folded=same)] if same else found
