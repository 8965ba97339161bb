"""What a version still lacks: the elements its guide requires (guide 2024, §4.2: fifteen).

Each element of the canvas is met by one section; a section is complete when its text is written
or, for a view of the logic, when every element below has what the section asks. Three queries,
whatever the number of versions and of their elements.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from .models import (
    Action,
    CanvasRequirement,
    CanvasSection,
    Indicator,
    PlanVersion,
    Priority,
    SectionText,
)

Kind = CanvasSection.Kind
NAMED = 3
# What of an action answers each section of the canvas.
ANSWERS = {
    Kind.MEANS: "means",
    Kind.POPULATION: "population",
    Kind.RESULTS: "expected_result",
    Kind.PEOPLE: "lead",
    Kind.INDICATORS: "has_target",
}


@dataclass
class Facts:
    """What is written in one version, in as few words as the check needs.

    ``actions`` holds, for each, its code and the names of what it has.
    """

    texts: set[int] = field(default_factory=set)
    priorities: dict[int, str] = field(default_factory=dict)
    objectives: dict[int, str] = field(default_factory=dict)
    actions: list[tuple[str, set[Kind]]] = field(default_factory=list)
    without_objective: list[str] = field(default_factory=list)
    without_action: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Point:
    """One required element: its section, and in words what is missing when it is not met."""

    requirement: CanvasRequirement
    gap: str
    url: str

    @property
    def is_met(self) -> bool:
        return not self.gap

    @property
    def label(self) -> str:
        """« zones de dévitalisation (2c) »."""
        return f"{self.requirement.short} ({self.requirement.section.code})"


@dataclass(frozen=True)
class Completeness:
    """``points`` block the submission; ``advised`` is asked by the canvas, and does not."""

    points: list[Point]
    facts: Facts
    advised: list[Point] = field(default_factory=list)

    def of(self, section: CanvasSection) -> list[Point]:
        """What is asked of ``section``, required first."""
        asked = [*self.points, *self.advised]
        return [point for point in asked if point.requirement.section_id == section.pk]

    @property
    def total(self) -> int:
        return len(self.points)

    @property
    def missing(self) -> list[Point]:
        """What lacks, in the order of the sections."""
        lacking = [point for point in self.points if not point.is_met]
        return sorted(lacking, key=lambda point: point.requirement.section.rank)

    @property
    def done(self) -> int:
        return self.total - len(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing


def check(version: PlanVersion) -> Completeness:
    """The required elements of ``version``, in the guide's order."""
    return check_all([version])[version.pk]


def check_all(versions: Iterable[PlanVersion]) -> dict[int, Completeness]:
    """The same for several versions (with ``plan__alliance__territory`` and ``cycle`` loaded)."""
    versions = list(versions)
    facts = _load([version.pk for version in versions])
    asked: dict[int, list[CanvasRequirement]] = {}
    for requirement in CanvasRequirement.objects.filter(
        canvas__in={version.plan.canvas_id for version in versions}
    ).select_related("section"):
        asked.setdefault(requirement.canvas_id, []).append(requirement)
    found = {}
    for version in versions:
        points = [
            Point(
                requirement,
                gap_of(requirement.section, facts[version.pk]),
                version.plan.alliance.url("plan_section", version.number, requirement.section.code),
            )
            for requirement in asked.get(version.plan.canvas_id, [])
        ]
        found[version.pk] = Completeness(
            [one for one in points if one.requirement.is_required],
            facts[version.pk],
            [one for one in points if not one.requirement.is_required],
        )
    return found


def _load(version_ids: list[int]) -> dict[int, Facts]:
    facts = {pk: Facts() for pk in version_ids}
    written = SectionText.objects.filter(version__in=version_ids).exclude(html="")
    for version_id, section_id in written.values_list("version_id", "section_id"):
        facts[version_id].texts.add(section_id)
    for row in _rows(version_ids):
        _read(row, facts[row["version_id"]])
    return facts


def _rows(version_ids: list[int]) -> Iterable[Any]:
    """One row for each action; also for an objective or a priority with nothing under it."""
    action = "objectives__actions"
    targets = Indicator.objects.filter(action=OuterRef(action), target__isnull=False)
    return (
        Priority.objects.filter(version__in=version_ids)
        .order_by(
            "rank", "pk", "objectives__rank", "objectives__pk", f"{action}__rank", f"{action}__pk"
        )
        .values(
            "version_id",
            "pk",
            "rank",
            objective=F("objectives__pk"),
            objective_rank=F("objectives__rank"),
            action=F(f"{action}__pk"),
            action_rank=F(f"{action}__rank"),
            means=Length(f"{action}__means"),
            population=Length(f"{action}__population"),
            expected_result=Length(f"{action}__expected_result"),
            lead=Length(f"{action}__lead"),
            has_target=Exists(targets),
        )
    )


def _read(row: dict[str, Any], facts: Facts) -> None:
    code = str(row["rank"])
    facts.priorities[row["pk"]] = code
    if row["objective"] is None:
        facts.without_objective.append(code)
        return
    code = f"{code}.{row['objective_rank']}"
    facts.objectives[row["objective"]] = code
    if row["action"] is None:
        facts.without_action.append(code)
        return
    parts = {kind for kind, column in ANSWERS.items() if row[column]}
    facts.actions.append((f"{code}.{row['action_rank']}", parts))


def parts_of(action: Action) -> set[Kind]:
    """The sections that ``action``, told ``has_target``, answers."""
    return {kind for kind, column in ANSWERS.items() if getattr(action, column)}


def named(codes: list[str]) -> str:
    """« 1.1, 1.2, 2.1 et 4 de plus »."""
    shown = ", ".join(codes[:NAMED])
    others = len(codes) - NAMED
    return _("%(codes)s et %(n)s de plus") % {"codes": shown, "n": others} if others > 0 else shown


def _objectives_gap(facts: Facts) -> str:
    if not facts.priorities:
        return _("Aucune priorité n’est inscrite.")
    if facts.without_objective:
        return _("Sans objectif : priorité %(codes)s.") % {"codes": named(facts.without_objective)}
    return ""


def _priorities_gap(facts: Facts) -> str:
    return "" if facts.priorities else _("Aucune priorité n’est inscrite.")


def _actions_gap(facts: Facts, kind: Kind, words: str) -> str:
    if not facts.actions:
        return _("Aucune action n’est inscrite.")
    if kind == Kind.MEANS and facts.without_action:
        return _("Sans action : objectif %(codes)s.") % {"codes": named(facts.without_action)}
    lacking = [code for code, parts in facts.actions if kind not in parts]
    return words % {"codes": named(lacking)} if lacking else ""


_GAPS: dict[str, Callable[[Facts], str]] = {
    Kind.PRIORITIES: _priorities_gap,
    Kind.OBJECTIVES: _objectives_gap,
    Kind.MEANS: lambda facts: _actions_gap(facts, Kind.MEANS, _("Sans moyens : action %(codes)s.")),
    Kind.POPULATION: lambda facts: _actions_gap(
        facts, Kind.POPULATION, _("Sans population visée : action %(codes)s.")
    ),
    Kind.RESULTS: lambda facts: _actions_gap(
        facts, Kind.RESULTS, _("Sans résultat attendu : action %(codes)s.")
    ),
    Kind.INDICATORS: lambda facts: _actions_gap(
        facts, Kind.INDICATORS, _("Sans indicateur avec sa cible : action %(codes)s.")
    ),
    Kind.PEOPLE: lambda facts: _actions_gap(
        facts, Kind.PEOPLE, _("Sans responsable : action %(codes)s.")
    ),
}


def gap_of(section: CanvasSection, facts: Facts) -> str:
    """What ``section`` lacks, in a sentence; empty when it is complete."""
    if section.is_text:
        return "" if section.pk in facts.texts else _("Le texte est à écrire.")
    return _GAPS[section.kind](facts)


def is_started(section: CanvasSection, facts: Facts) -> bool:
    """Whether something is written in ``section``, even if it lacks something else."""
    if section.pk in facts.texts:
        return True
    if section.kind == Kind.PRIORITIES:
        return bool(facts.priorities)
    if section.kind == Kind.OBJECTIVES:
        return bool(facts.objectives)
    return any(section.kind in parts for _code, parts in facts.actions)
