"""The content of a version as one value: what is compared, printed, exported and endorsed.

Two versions with the same content have the same fingerprint, whoever wrote them and when.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from plans.models import (
    Action,
    ActionPlace,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)


@dataclass(frozen=True)
class SectionContent:
    """A section of the canvas with its text, « » when nothing is written."""

    code: str
    title: str
    group: str
    kind: str
    html: str


@dataclass(frozen=True)
class IndicatorContent:
    lineage: str
    name: str
    baseline: Decimal | None
    target: Decimal | None
    unit: str
    frequency: str


@dataclass(frozen=True)
class ActionContent:
    """``budget`` is in dollars; ``mrcs`` are names, in their order."""

    lineage: str
    title: str
    means: str
    population: str
    mrcs: list[str]
    people_to_reach: int | None
    expected_result: str
    lead: str
    collaborators: str
    starts_on: date | None
    ends_on: date | None
    budget: Decimal | None
    indicators: list[IndicatorContent] = field(default_factory=list)


@dataclass(frozen=True)
class ObjectiveContent:
    lineage: str
    title: str
    actions: list[ActionContent] = field(default_factory=list)


@dataclass(frozen=True)
class PriorityContent:
    lineage: str
    title: str
    national: list[str]
    regional_link: str
    local_link: str
    objectives: list[ObjectiveContent] = field(default_factory=list)


@dataclass(frozen=True)
class PlanContent:
    """Every section and the whole logic of a version, in their order."""

    sections: list[SectionContent]
    priorities: list[PriorityContent]


def content_of(version: PlanVersion) -> PlanContent:
    """The content of ``version``, in eight queries whatever its size."""
    return contents_by_version([version])[version.pk]


def contents_by_version(versions: Iterable[PlanVersion]) -> dict[int, PlanContent]:
    """The content of each version (with its ``plan``), in the queries of one."""
    versions = list(versions)
    texts = {
        (version_id, section_id): html
        for version_id, section_id, html in SectionText.objects.filter(
            version__in=versions
        ).values_list("version_id", "section_id", "html")
    }
    canvases: dict[int, list[CanvasSection]] = {}
    for section in CanvasSection.objects.filter(
        canvas__in={one.plan.canvas_id for one in versions}
    ):
        canvases.setdefault(section.canvas_id, []).append(section)
    contents = {
        version.pk: PlanContent(
            [
                SectionContent(
                    one.code, one.title, one.group, one.kind, texts.get((version.pk, one.pk), "")
                )
                for one in canvases.get(version.plan.canvas_id, [])
            ],
            [],
        )
        for version in versions
    }
    _fill_priorities(contents)
    return contents


def _fill_priorities(contents: dict[int, PlanContent]) -> None:
    """Built from the top: each parent's list is filled while its children are read in order."""
    themes: dict[int, list[str]] = {}
    for priority_id, name in (
        PriorityTheme.objects.filter(version__in=contents)
        .order_by("national_priority__rank")
        .values_list("priority_id", "national_priority__name")
    ):
        themes.setdefault(priority_id, []).append(name)
    priorities: dict[int, PriorityContent] = {}
    for one in Priority.objects.filter(version__in=contents).order_by("rank", "pk"):
        priorities[one.pk] = PriorityContent(
            str(one.lineage), one.title, themes.get(one.pk, []), one.regional_link, one.local_link
        )
        contents[one.version_id].priorities.append(priorities[one.pk])
    objectives: dict[int, ObjectiveContent] = {}
    for goal in Objective.objects.filter(version__in=contents).order_by("rank", "pk"):
        objectives[goal.pk] = ObjectiveContent(str(goal.lineage), goal.title)
        priorities[goal.priority_id].objectives.append(objectives[goal.pk])
    _fill_actions(contents, objectives)


def _fill_actions(versions: Iterable[int], objectives: dict[int, ObjectiveContent]) -> None:
    places: dict[int, list[str]] = {}
    for action_id, name in (
        ActionPlace.objects.filter(version__in=versions)
        .order_by("mrc__name")
        .values_list("action_id", "mrc__name")
    ):
        places.setdefault(action_id, []).append(name)
    actions: dict[int, ActionContent] = {}
    for one in Action.objects.filter(version__in=versions).order_by("rank", "pk"):
        actions[one.pk] = ActionContent(
            lineage=str(one.lineage),
            title=one.title,
            means=one.means,
            population=one.population,
            mrcs=places.get(one.pk, []),
            people_to_reach=one.people_to_reach,
            expected_result=one.expected_result,
            lead=one.lead,
            collaborators=one.collaborators,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            budget=one.budget,
        )
        objectives[one.objective_id].actions.append(actions[one.pk])
    for line in Indicator.objects.filter(version__in=versions).order_by("rank", "pk"):
        actions[line.action_id].indicators.append(
            IndicatorContent(
                str(line.lineage),
                line.name,
                line.baseline,
                line.target,
                line.unit,
                line.frequency,
            )
        )


def as_data(content: PlanContent) -> dict[str, Any]:
    """The content as JSON holds it: days as ``2026-12-03``, numbers as text."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(content), default=str))
    return data


def from_data(data: dict[str, Any]) -> PlanContent:
    """The content that ``as_data`` gave, read back."""

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    def indicator(row: dict[str, Any]) -> IndicatorContent:
        numbers = {"baseline": number(row["baseline"]), "target": number(row["target"])}
        return IndicatorContent(**{**row, **numbers})

    def action(row: dict[str, Any]) -> ActionContent:
        read = {
            "starts_on": day(row["starts_on"]),
            "ends_on": day(row["ends_on"]),
            "budget": number(row["budget"]),
            "indicators": [indicator(one) for one in row["indicators"]],
        }
        return ActionContent(**{**row, **read})

    def objective(row: dict[str, Any]) -> ObjectiveContent:
        return ObjectiveContent(**{**row, "actions": [action(one) for one in row["actions"]]})

    def priority(row: dict[str, Any]) -> PriorityContent:
        below = [objective(one) for one in row["objectives"]]
        return PriorityContent(**{**row, "objectives": below})

    return PlanContent(
        [SectionContent(**row) for row in data["sections"]],
        [priority(row) for row in data["priorities"]],
    )


def fingerprint(content: PlanContent) -> str:
    """The sha256 of the content: it changes when a word, a figure or an order changes."""
    text = json.dumps(as_data(content), ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()
