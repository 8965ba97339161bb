"""A version as its pages need it: every text, the whole logic, the remarks; a constant number of
queries."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import Http404

from alliances.models import Alliance, Comment
from plans.completeness import Completeness, Kind, check, gap_of, is_started, parts_of
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    SectionText,
)

from .states import ACTORS


def get_version(alliance: Alliance, number: int) -> PlanVersion:
    """The version of the Alliance's plan with that number; raises Http404."""
    version = (
        PlanVersion.objects.filter(plan__alliance=alliance, number=number)
        .select_related(*ACTORS, "document", "plan")
        .first()
    )
    if version is None:
        raise Http404
    version.plan.alliance = alliance
    return version


@dataclass(frozen=True)
class SectionLine:
    """A section in the table of contents."""

    section: CanvasSection
    gap: str
    is_started: bool
    remarks: int
    url: str
    opens_group: bool

    @property
    def glyph(self) -> str:
        if not self.gap:
            return "run" if self.remarks else "done"
        return "run" if self.is_started else "todo"


@dataclass(frozen=True)
class Sheet:
    """Everything the editor and the reading page show of a version."""

    version: PlanVersion
    completeness: Completeness
    lines: list[SectionLine]
    texts: dict[int, SectionText]
    priorities: list[Priority]

    def line_of(self, section: CanvasSection) -> SectionLine:
        return next(line for line in self.lines if line.section.pk == section.pk)

    def around(self, section: CanvasSection) -> tuple[SectionLine | None, SectionLine | None]:
        """The lines before and after that of ``section``."""
        place = [line.section.pk for line in self.lines].index(section.pk)
        before = self.lines[place - 1] if place else None
        after = self.lines[place + 1] if place + 1 < len(self.lines) else None
        return before, after


def get_section(version: PlanVersion, code: str) -> CanvasSection:
    """The section ``code`` of the version's canvas; raises Http404."""
    section = CanvasSection.objects.filter(canvas=version.plan.canvas_id, code=code).first()
    if section is None:
        raise Http404
    return section


def first_section(version: PlanVersion) -> CanvasSection | None:
    """The first section with something missing, else the first of all."""
    completeness = check(version)
    if completeness.missing:
        return min((p.requirement.section for p in completeness.missing), key=lambda s: s.rank)
    return CanvasSection.objects.filter(canvas=version.plan.canvas_id).first()


def _open_remarks(version: PlanVersion) -> dict[str, int]:
    counts: dict[str, int] = {}
    fields = Comment.objects.filter(
        target_label=PlanVersion._meta.label_lower,
        target_id=version.pk,
        answers=None,
        resolved_at=None,
    ).values_list("field", flat=True)
    for field in fields:
        counts[field] = counts.get(field, 0) + 1
    return counts


def priorities_of(version: PlanVersion) -> list[Priority]:
    """The whole logic: priorities with their themes, objectives, actions, places, indicators.

    Each element gets its ``code`` (« 1.1.2 »); each action the names of the parts it has.
    """
    actions = Action.objects.prefetch_related(
        Prefetch("indicators", Indicator.objects.order_by("rank", "pk")), "mrcs"
    ).order_by("rank", "pk")
    priorities = list(
        Priority.objects.filter(version=version)
        .prefetch_related(
            "national_priorities",
            Prefetch("objectives", Objective.objects.order_by("rank", "pk")),
            Prefetch("objectives__actions", actions),
        )
        .order_by("rank", "pk")
    )
    for priority in priorities:
        priority.actions_count = sum(  # type: ignore[attr-defined]
            len(objective.actions.all()) for objective in priority.objectives.all()
        )
        for objective in priority.objectives.all():
            objective.code = f"{priority.rank}.{objective.rank}"  # type: ignore[attr-defined]
            for action in objective.actions.all():
                _describe(action, objective.code)  # type: ignore[attr-defined]
    return priorities


def _describe(action: Action, objective_code: str) -> None:
    indicators = list(action.indicators.all())
    with_target = [one for one in indicators if one.target is not None]
    has = parts_of(action, has_target=bool(with_target))
    action.code = f"{objective_code}.{action.rank}"  # type: ignore[attr-defined]
    action.lacks = [kind for kind in ASKED if kind not in has]  # type: ignore[attr-defined]
    action.first_target = with_target[0] if with_target else None  # type: ignore[attr-defined]


ASKED = [Kind.MEANS, Kind.POPULATION, Kind.RESULTS, Kind.INDICATORS, Kind.PEOPLE]


def sheet_of(version: PlanVersion, *, with_logic: bool = True) -> Sheet:
    """The version with its contents; ``with_logic=False`` leaves the elements out."""
    alliance = version.plan.alliance
    completeness = check(version)
    remarks = _open_remarks(version)
    lines: list[SectionLine] = []
    group = ""
    for section in CanvasSection.objects.filter(canvas=version.plan.canvas_id):
        lines.append(
            SectionLine(
                section,
                gap_of(section, completeness.facts),
                is_started(section, completeness.facts),
                remarks.get(section.code, 0),
                alliance.url("plan_section", version.number, section.code),
                section.group != group,
            )
        )
        group = section.group
    texts = {
        text.section_id: text
        for text in SectionText.objects.filter(version=version).select_related("updated_by")
    }
    return Sheet(version, completeness, lines, texts, priorities_of(version) if with_logic else [])
