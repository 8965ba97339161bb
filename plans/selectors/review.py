"""What the ministry says of a submission: the DGSQ's opinion and the analyst's checklist."""

from dataclasses import dataclass

from alliances.models import User
from alliances.templatetags.portal import decimal_text
from plans.models import (
    CanvasRequirement,
    CanvasSection,
    Indicator,
    OpenedSection,
    Opinion,
    PlanVersion,
    Priority,
    ReviewPoint,
)

from .threads import Corrections, Thread, corrections_of
from .writing import Sheet, sheet_of

NAMED = 30
Kind = CanvasSection.Kind


def opinions_of(version: PlanVersion) -> list[Opinion]:
    """The opinions on each submission of ``version``, the last one first."""
    return list(
        Opinion.objects.filter(version=version).select_related("given_by").order_by("-given_at")
    )


def opinion_on(version: PlanVersion) -> Opinion | None:
    """The opinion on the submission as it stands."""
    if version.submitted_at is None:
        return None
    return (
        Opinion.objects.filter(version=version, submitted_at=version.submitted_at)
        .select_related("given_by")
        .first()
    )


@dataclass(frozen=True)
class Excerpt:
    """What the plan writes for a point: a text, or its elements in short lines."""

    html: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    more: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.html and not self.lines


@dataclass(frozen=True)
class ReviewLine:
    """A point of the checklist, what the plan says of it and what was decided."""

    requirement: CanvasRequirement
    url: str
    gap: str
    excerpt: Excerpt
    row: ReviewPoint | None
    corrections: list[Thread]

    @property
    def is_in_order(self) -> bool:
        return self.row is not None and self.row.verdict == ReviewPoint.Verdict.IN_ORDER


@dataclass(frozen=True)
class Review:
    """The checklist of a submission."""

    lines: list[ReviewLine]
    sheet: Sheet
    corrections: Corrections

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def done(self) -> int:
        return sum(1 for line in self.lines if line.row is not None)

    @property
    def in_order(self) -> int:
        return sum(1 for line in self.lines if line.is_in_order)

    @property
    def to_correct(self) -> list[ReviewLine]:
        return [
            line
            for line in self.lines
            if line.row is not None and line.row.verdict == ReviewPoint.Verdict.TO_CORRECT
        ]


@dataclass(frozen=True)
class Progress:
    """How far the checklist is: every point it has, and those decided."""

    requirements: list[CanvasRequirement]
    rows: dict[int, ReviewPoint]

    @property
    def total(self) -> int:
        return len(self.requirements)

    @property
    def done(self) -> int:
        return len(self.rows)

    @property
    def in_order(self) -> int:
        verdicts = [row.verdict for row in self.rows.values()]
        return verdicts.count(ReviewPoint.Verdict.IN_ORDER)

    @property
    def to_correct(self) -> int:
        return self.done - self.in_order

    @property
    def is_in_order(self) -> bool:
        return self.in_order == self.total


def opened_sections(version: PlanVersion) -> list[OpenedSection]:
    """The sections that a modification opens, in their order; none for a whole plan."""
    return list(
        OpenedSection.objects.filter(version=version)
        .select_related("section", "opened_by")
        .order_by("section__rank")
    )


def points_of(version: PlanVersion) -> dict[int, ReviewPoint]:
    """What was decided on each point of the submission as it stands, by requirement."""
    if version.submitted_at is None:
        return {}
    found = ReviewPoint.objects.filter(version=version, submitted_at=version.submitted_at)
    return {one.requirement_id: one for one in found.select_related("reviewed_by", "requirement")}


def requirements_of(version: PlanVersion) -> list[CanvasRequirement]:
    """The points of the canvas that the guide requires, in its order."""
    return list(
        CanvasRequirement.objects.filter(
            canvas=version.plan.canvas_id, is_required=True
        ).select_related("section")
    )


def to_correct(version: PlanVersion) -> list[ReviewPoint]:
    """The points of the submission marked « À corriger »."""
    if version.submitted_at is None:
        return []
    return list(
        ReviewPoint.objects.filter(
            version=version,
            submitted_at=version.submitted_at,
            verdict=ReviewPoint.Verdict.TO_CORRECT,
        )
        .select_related("requirement__section", "reviewed_by")
        .order_by("requirement__rank")
    )


def review_of(version: PlanVersion, reader: User) -> Review:
    """The checklist with the plan's section beside each point; a constant number of queries."""
    sheet = sheet_of(version)
    corrections = corrections_of(version, reader)
    rows = points_of(version)
    gaps = {line.section.pk: line.gap for line in sheet.lines}
    lines = [
        ReviewLine(
            one,
            version.plan.alliance.url("plan_section", version.number, one.section.code),
            gaps.get(one.section_id, ""),
            _excerpt(sheet, one.section),
            rows.get(one.pk),
            corrections.in_section(one.section.code),
        )
        for one in requirements_of(version)
    ]
    return Review(lines, sheet, corrections)


def _excerpt(sheet: Sheet, section: CanvasSection) -> Excerpt:
    text = sheet.texts.get(section.pk)
    html = text.html if text else ""
    lines = [] if section.is_text else _lines(sheet.priorities, section.kind)
    return Excerpt(html, tuple(lines[:NAMED]), max(0, len(lines) - NAMED))


def _lines(priorities: list[Priority], kind: str) -> list[tuple[str, str]]:
    """What a section of the logic is about, element by element."""
    if kind == Kind.PRIORITIES:
        return [(str(one.rank), one.title) for one in priorities]
    objectives = [one for priority in priorities for one in priority.objectives.all()]
    if kind == Kind.OBJECTIVES:
        return [(one.code, one.title) for one in objectives]  # type: ignore[attr-defined]
    found = []
    for action in (one for objective in objectives for one in objective.actions.all()):
        said = {
            Kind.MEANS: action.means,
            Kind.POPULATION: action.population,
            Kind.RESULTS: action.expected_result,
            Kind.PEOPLE: ", ".join(part for part in (action.lead, action.collaborators) if part),
            Kind.INDICATORS: "; ".join(_target(one) for one in action.indicators.all()),
        }[Kind(kind)]
        code: str = action.code  # type: ignore[attr-defined]
        found.append((code, f"{action.title} : {said}" if said else action.title))
    return found


def _target(indicator: Indicator) -> str:
    if indicator.target is None:
        return indicator.name
    return f"{indicator.name}, {decimal_text(indicator.target)} {indicator.unit}"
