"""What the templates of a plan's documents need: its frozen content, ready to be laid out."""

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from alliances.templatetags.portal import decimal_text
from plans.changes import report
from plans.comparison import ACTION, PRIORITY, SECTION
from plans.entries import Entry, Mark
from plans.facts import facts_of, field_label, target_words, value_text
from plans.models import CanvasSection
from plans.selectors.content import (
    ActionContent,
    IndicatorContent,
    SectionContent,
    from_data,
)

register = template.Library()
Kind = CanvasSection.Kind
# What an action says in sentences; the rest is read at a glance, beside.
_SENTENCES = ("means", "population", "expected_result", "collaborators")
PLURALS = {
    Mark.ADDED: _lazy("Ajouts"),
    Mark.REMOVED: _lazy("Retraits"),
    Mark.CHANGED: _lazy("Modifications"),
    Mark.MOVED: _lazy("Déplacements"),
}
_HEADING = re.compile(r"<(/?)h([34])>")


@register.filter
def frequency_words(value: str) -> str:
    """« chaque trimestre », of an indicator's content."""
    return value_text("frequency", value)


@dataclass(frozen=True)
class IndicatorSheet:
    name: str
    baseline: str
    target: str
    frequency: str
    words: str


@dataclass(frozen=True)
class ActionSheet:
    """``facts`` in the order of the form; ``sentences`` and ``figures`` are the same in two."""

    code: str
    title: str
    facts: list[tuple[str, str]]
    sentences: list[tuple[str, str]]
    figures: list[tuple[str, str]]
    indicators: list[IndicatorSheet]


@dataclass(frozen=True)
class ObjectiveSheet:
    code: str
    title: str
    actions: list[ActionSheet]


@dataclass(frozen=True)
class PrioritySheet:
    code: str
    title: str
    facts: list[tuple[str, str]]
    objectives: list[ObjectiveSheet]

    @property
    def anchor(self) -> str:
        return slugify(f"priorite {self.code} {self.title}")


@dataclass(frozen=True)
class SectionSheet:
    """``holds_logic`` for the one section that the priorities are printed in; ``where`` says where
    to read a section without text that is a view of them."""

    code: str
    title: str
    html: SafeString
    holds_logic: bool
    where: str

    @property
    def anchor(self) -> str:
        return slugify(f"{self.code} {self.title}")


@dataclass(frozen=True)
class GroupSheet:
    """``parts`` are the sections, those that are read elsewhere gathered in one list."""

    title: str
    sections: list[SectionSheet]

    @property
    def anchor(self) -> str:
        return slugify(self.title)

    @property
    def parts(self) -> list[list[SectionSheet]]:
        found: list[list[SectionSheet]] = []
        for one in self.sections:
            if found and one.where and found[-1][-1].where:
                found[-1].append(one)
            else:
                found.append([one])
        return found


@dataclass(frozen=True)
class PlanSheet:
    groups: list[GroupSheet]
    priorities: list[PrioritySheet]

    @property
    def objectives_count(self) -> int:
        return sum(len(one.objectives) for one in self.priorities)

    @property
    def actions_count(self) -> int:
        below = (objective for one in self.priorities for objective in one.objectives)
        return sum(len(objective.actions) for objective in below)


def _indicator(one: IndicatorContent) -> IndicatorSheet:
    return IndicatorSheet(
        one.name,
        decimal_text(one.baseline),
        f"{decimal_text(one.target)} {one.unit}".strip() if one.target is not None else "",
        value_text("frequency", one.frequency),
        target_words(one.baseline, one.target, one.unit),
    )


def _action(code: str, one: ActionContent) -> ActionSheet:
    facts = facts_of(ACTION, one)
    written = facts[: len(facts) - len(one.indicators)]
    in_sentences = {field_label(ACTION, name) for name in _SENTENCES}
    return ActionSheet(
        code,
        one.title,
        written,
        [fact for fact in written if fact[0] in in_sentences],
        [fact for fact in written if fact[0] not in in_sentences],
        [_indicator(i) for i in one.indicators],
    )


def _nested(html: str, top: int = 4) -> SafeString:
    """A section's text with its headings under the section's own, and no level jumped."""
    last = top - 1

    def renamed(found: re.Match[str]) -> str:
        nonlocal last
        if not found[1]:
            last = min(int(found[2]) + top - 3, last + 1)
        return f"<{found[1]}h{last}>"

    return mark_safe(_HEADING.sub(renamed, html))  # noqa: S308 (cleaned when it was written)


@register.filter
def nested(html: str) -> SafeString:
    """A marked text with its headings made paragraphs: in a cell, a heading would lead nowhere."""
    return mark_safe(_HEADING.sub(lambda found: f"<{found[1]}p>", html))  # noqa: S308


def _section(one: SectionContent, *, holds_logic: bool) -> SectionSheet:
    where = ""
    if one.kind != Kind.TEXT and not holds_logic and not one.html:
        where = (
            _("sous chaque priorité") if one.kind == Kind.OBJECTIVES else _("dans chaque action")
        )
    return SectionSheet(one.code, one.title, _nested(one.html), holds_logic, where)


def _groups(sections: list[SectionContent]) -> list[GroupSheet]:
    groups: list[GroupSheet] = []
    logic = next((one.code for one in sections if one.kind == Kind.PRIORITIES), None)
    for one in sections:
        if not groups or groups[-1].title != one.group:
            groups.append(GroupSheet(one.group, []))
        groups[-1].sections.append(_section(one, holds_logic=one.code == logic))
    return groups


@register.simple_tag
def plan_sheet(data: dict[str, Any]) -> PlanSheet:
    """The frozen ``content`` of a plan: its groups of sections, and its logic in words."""
    content = from_data(data)
    return PlanSheet(
        _groups(content.sections),
        [
            PrioritySheet(
                str(p),
                priority.title,
                facts_of(PRIORITY, priority),
                [
                    ObjectiveSheet(
                        f"{p}.{o}",
                        objective.title,
                        [
                            _action(f"{p}.{o}.{a}", action)
                            for a, action in enumerate(objective.actions, 1)
                        ],
                    )
                    for o, objective in enumerate(priority.objectives, 1)
                ],
            )
            for p, priority in enumerate(content.priorities, 1)
        ],
    )


# --- Two versions compared


@dataclass(frozen=True)
class ChangedGroup:
    """The sections whose text changed, or a priority with what changed under it."""

    title: str
    anchor: str
    entries: list[Entry]


@dataclass(frozen=True)
class ComparisonSheet:
    """``counts`` by kind of change; ``same`` sections of ``sections`` hold no difference."""

    counts: list[tuple[str, int]]
    same: int
    sections: int
    groups: list[ChangedGroup]


def _changed_groups(entries: list[Entry]) -> list[ChangedGroup]:
    texts = [one for one in entries if one.kind == SECTION]
    found = [ChangedGroup(_("Textes des sections"), "textes", texts)] if texts else []
    priorities: dict[str, list[Entry]] = {}
    for one in entries:
        if one.kind != SECTION:
            priorities.setdefault(one.group, []).append(one)
    return found + [
        ChangedGroup(title, f"priorite-{n}", below)
        for n, (title, below) in enumerate(priorities.items(), 1)
    ]


@register.simple_tag
def comparison_sheet(data: dict[str, Any]) -> ComparisonSheet:
    """The frozen contents of two versions, compared: each change under its section or priority."""
    old, new = (from_data(data[side]["content"]) for side in ("from", "to"))
    found = report(old, new)
    counts = [
        (str(PLURALS[mark]), sum(mark in one.marks for one in found.entries)) for mark in Mark
    ]
    return ComparisonSheet(
        counts, found.same_sections, found.sections, _changed_groups(found.entries)
    )
