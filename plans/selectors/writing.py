"""A version as its pages need it: every text, the whole logic, the remarks; a constant number of
queries."""

from dataclasses import dataclass, field

from django.http import Http404
from django.utils.translation import gettext as _

from alliances.models import Alliance, User
from plans.completeness import Completeness, Point, check, gap_of, is_started
from plans.models import CanvasSection, PlanVersion, Priority, SectionText
from plans.opening import Opening, opening_of

from .logic import counted_priorities, fill_priority, priorities_of
from .presence import Present, people_in
from .states import ACTORS
from .threads import open_remarks


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
    """A section in the table of contents; ``points`` is what the guide asks of it."""

    section: CanvasSection
    gap: str
    is_started: bool
    remarks: int
    url: str
    opens_group: bool
    points: list[Point] = field(default_factory=list)
    is_open: bool = True
    present: Present | None = None

    @property
    def glyph(self) -> str:
        if not self.gap:
            return "run" if self.remarks else "done"
        return "run" if self.is_started else "todo"

    @property
    def state(self) -> str:
        """The glyph in words."""
        return {"done": _("Complète"), "run": _("En cours"), "todo": _("À faire")}[self.glyph]


@dataclass(frozen=True)
class Sheet:
    """Everything the reading page shows of a version."""

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


@dataclass(frozen=True)
class Desk(Sheet):
    """What the editor shows: one section, and of the logic one priority in full.

    ``open_priority`` is its key; ``opening`` says what may be written.
    """

    opening: Opening
    section: CanvasSection
    open_priority: int | None

    @property
    def line(self) -> SectionLine:
        return self.line_of(self.section)

    @property
    def text(self) -> SectionText | None:
        return self.texts.get(self.section.pk)

    @property
    def place(self) -> int:
        """The section's number among all, from 1."""
        return [line.section.pk for line in self.lines].index(self.section.pk) + 1


def get_section(version: PlanVersion, code: str) -> CanvasSection:
    """The section ``code`` of the version's canvas; raises Http404."""
    section = CanvasSection.objects.filter(canvas=version.plan.canvas_id, code=code).first()
    if section is None:
        raise Http404
    return section


def first_section(version: PlanVersion) -> CanvasSection | None:
    """The first section with something missing that may be written, else the first of all."""
    opening = opening_of(version)
    writable = [section for section in opening.sections if opening.has(section)]
    lacking = {point.requirement.section_id for point in check(version).missing}
    return next(
        (section for section in writable if section.pk in lacking),
        next(iter(writable or opening.sections), None),
    )


def _lines(
    version: PlanVersion,
    completeness: Completeness,
    opening: Opening,
    present: dict[str, Present],
) -> list[SectionLine]:
    alliance = version.plan.alliance
    remarks = open_remarks(version, opening.sections)
    lines: list[SectionLine] = []
    group = ""
    for section in opening.sections:
        lines.append(
            SectionLine(
                section,
                gap_of(section, completeness.facts),
                is_started(section, completeness.facts),
                remarks.get(section.code, 0),
                alliance.url("plan_section", version.number, section.code),
                section.group != group,
                completeness.of(section),
                opening.has(section),
                present.get(section.code),
            )
        )
        group = section.group
    return lines


def contents_of(version: PlanVersion, *, reader: User) -> tuple[Completeness, list[SectionLine]]:
    """The table of contents as ``reader`` sees it now: states, and who is where."""
    completeness = check(version)
    present = people_in(version, but=reader)
    return completeness, _lines(version, completeness, opening_of(version), present)


def sheet_of(version: PlanVersion, *, with_logic: bool = True) -> Sheet:
    """The version with its contents; ``with_logic=False`` leaves the elements out."""
    completeness = check(version)
    lines = _lines(version, completeness, opening_of(version), {})
    texts = {
        text.section_id: text
        for text in SectionText.objects.filter(version=version).select_related("updated_by")
    }
    return Sheet(version, completeness, lines, texts, priorities_of(version) if with_logic else [])


def desk_of(version: PlanVersion, code: str, *, reader: User, priority: int | None = None) -> Desk:
    """The editor on section ``code``, with ``priority`` in full, the first one when it is not of
    the version; raises Http404 for no such section."""
    opening = opening_of(version)
    section = next((one for one in opening.sections if one.code == code), None)
    if section is None:
        raise Http404
    completeness = check(version)
    lines = _lines(version, completeness, opening, people_in(version, but=reader))
    texts = SectionText.objects.filter(version=version, section=section)
    priorities: list[Priority] = []
    shown = None
    if not section.is_text:
        priorities = counted_priorities(version)
        known = [one.pk for one in priorities]
        shown = priority if priority in known else next(iter(known), None)
        fill_priority(version, priorities, shown)
    return Desk(
        version,
        completeness,
        lines,
        {text.section_id: text for text in texts.select_related("updated_by")},
        priorities,
        opening,
        section,
        shown,
    )
