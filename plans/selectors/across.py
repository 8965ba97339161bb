"""One section of the canvas as several territories write it, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from alliances.models import Alliance, Cycle, User
from alliances.permissions import territories_of
from alliances.templatetags.portal import decimal_text
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)

from .states import PlanState, plan_states

Kind = CanvasSection.Kind


@dataclass
class Line:
    """An element's title, what the section says of it, and what is under it."""

    title: str
    note: str = ""
    lines: list["Line"] = field(default_factory=list)


@dataclass(frozen=True)
class Column:
    """What one territory writes in the section; no ``version`` when it has none."""

    alliance: Alliance
    version: PlanVersion | None
    html: str
    lines: list[Line]

    @property
    def is_in_force(self) -> bool:
        return self.version is not None and self.version.state == PlanVersion.State.APPROVED

    @property
    def is_empty(self) -> bool:
        return not self.html and not self.lines


def sections_of(cycle: Cycle) -> list[CanvasSection]:
    return list(CanvasSection.objects.filter(canvas__cycle=cycle))


def choices_of(user: User, cycle: Cycle) -> list[Alliance]:
    """The Alliances of the cycle that ``user`` may view and that have a plan."""
    begun = PlanVersion.objects.filter(plan__alliance=OuterRef("pk"))
    return list(
        Alliance.objects.for_pages().filter(
            Exists(begun), cycle=cycle, territory_id__in=territories_of(user)
        )
    )


def columns_of(section: CanvasSection, alliances: Sequence[Alliance]) -> list[Column]:
    """The section in the version in force of each, else in the open one."""
    standings = plan_states(alliances)
    versions = {
        alliance.pk: version
        for alliance in alliances
        if (version := _shown(standings[alliance.pk])) is not None
    }
    ids = [version.pk for version in versions.values()]
    texts = dict(
        SectionText.objects.filter(section=section, version__in=ids).values_list(
            "version_id", "html"
        )
    )
    logic = {} if section.is_text else _logic(section, ids)
    columns = []
    for alliance in alliances:
        version = versions.get(alliance.pk)
        key = version.pk if version else 0
        columns.append(Column(alliance, version, texts.get(key, ""), logic.get(key, [])))
    return columns


def _shown(standing: PlanState) -> PlanVersion | None:
    return standing.in_force or standing.current


def _logic(section: CanvasSection, ids: list[int]) -> dict[int, list[Line]]:
    """The titles of the logic of each version, down to what the section is about."""
    themes: dict[int, list[str]] = {}
    for priority_id, name in (
        PriorityTheme.objects.filter(version__in=ids)
        .order_by("national_priority__rank")
        .values_list("priority_id", "national_priority__name")
    ):
        themes.setdefault(priority_id, []).append(name)
    logic: dict[int, list[Line]] = {}
    priorities: dict[int, Line] = {}
    for priority in Priority.objects.filter(version__in=ids).order_by("rank", "pk"):
        line = Line(f"{priority.rank}. {priority.title}", ", ".join(themes.get(priority.pk, [])))
        priorities[priority.pk] = line
        logic.setdefault(priority.version_id, []).append(line)
    objectives: dict[int, Line] = {}
    for objective in Objective.objects.filter(version__in=ids).order_by("rank", "pk"):
        objectives[objective.pk] = Line(objective.title)
        priorities[objective.priority_id].lines.append(objectives[objective.pk])
    if section.kind != Kind.OBJECTIVES:
        _add_actions(section.kind, ids, objectives)
    return logic


def _add_actions(kind: str, ids: list[int], objectives: dict[int, Line]) -> None:
    targets = _targets(ids) if kind == Kind.INDICATORS else {}
    for action in Action.objects.filter(version__in=ids).order_by("rank", "pk"):
        said = {
            Kind.MEANS: action.means,
            Kind.POPULATION: action.population,
            Kind.RESULTS: action.expected_result,
            Kind.PEOPLE: ", ".join(filter(None, [action.lead, action.collaborators])),
        }
        line = Line(action.title, said.get(Kind(kind), ""), targets.get(action.pk, []))
        objectives[action.objective_id].lines.append(line)


def _targets(ids: list[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for one in Indicator.objects.filter(version__in=ids).order_by("rank", "pk"):
        found.setdefault(one.action_id, []).append(Line(one.name, _target(one)))
    return found


def _target(indicator: Indicator) -> str:
    """« 38 → 60 tonnes, chaque année »"""
    if indicator.target is None:
        return ""
    from_to = [
        decimal_text(one) for one in (indicator.baseline, indicator.target) if one is not None
    ]
    words = f"{' → '.join(from_to)} {indicator.unit}"
    return f"{words}, {indicator.get_frequency_display()}" if indicator.frequency else words
