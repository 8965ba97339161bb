"""What a version can start from: another version, and the Word file being placed in it.

What a canvas's section becomes in another, and the titles it goes by in Word, are data.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count, Model

from alliances.formatting import plain_text
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    SectionText,
    WordImport,
)
from plans.opening import Opening, opening_of
from plans.word import Outline, Target

from .writing import priorities_of

FOLDER = Path(__file__).parents[1] / "reference_data"
EXCERPT = 45


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def section_after(cycle: str, code: str, to_cycle: str) -> str:
    """The code, in the canvas of ``to_cycle``, of what ``cycle`` wrote in section ``code``; « »
    when nothing answers it."""
    if cycle == to_cycle:
        return code
    wanted = {"cycle": cycle, "section": code, "vers_cycle": to_cycle}
    for row in _rows("correspondances.csv"):
        if wanted.items() <= row.items():
            return row["vers_section"]
    return ""


def outline_of(version: PlanVersion, sections: Iterable[CanvasSection]) -> Outline:
    """The sections a Word file may hold, with the titles of the guide's own canvas."""
    cycle = version.plan.alliance.cycle.slug
    others: dict[str, list[str]] = {}
    for row in _rows("titres_word.csv"):
        if row["cycle"] == cycle:
            others.setdefault(row["section"], []).append(row["titre"])
    return Outline(
        Target(one.code, (one.title, *others.get(one.code, [])), one.group) for one in sections
    )


# --- Versions to start from


@dataclass(frozen=True)
class Source:
    """A version another can start from, and how much it holds."""

    version: PlanVersion
    is_same_plan: bool
    texts: int
    priorities: int
    actions: int

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.priorities)


def _sources(version: PlanVersion) -> list[PlanVersion]:
    """The earlier versions of the plan, then those of the cycles before, the latest first."""
    alliance = version.plan.alliance
    found = (
        PlanVersion.objects.filter(
            plan__alliance__territory=alliance.territory_id,
            plan__alliance__cycle__starts_on__lte=alliance.cycle.starts_on,
        )
        .exclude(pk=version.pk)
        .exclude(plan=version.plan_id, number__gt=version.number)
        .select_related("plan__alliance__cycle", "plan__alliance__territory")
        .order_by("-plan__alliance__cycle__starts_on", "-number")
    )
    return list(found)


def sources_of(version: PlanVersion) -> list[Source]:
    """What ``version`` can start from, with something in it, in four queries."""
    versions = _sources(version)
    keys = [one.pk for one in versions]

    def counted(model: Any) -> dict[int, int]:
        rows = model.objects.filter(version__in=keys).order_by().values("version")
        return dict(rows.annotate(n=Count("pk")).values_list("version", "n"))

    texts, priorities, actions = counted(SectionText), counted(Priority), counted(Action)
    sources = [
        Source(
            one,
            one.plan_id == version.plan_id,
            texts.get(one.pk, 0),
            priorities.get(one.pk, 0),
            actions.get(one.pk, 0),
        )
        for one in versions
    ]
    return [one for one in sources if not one.is_empty]


def get_source(version: PlanVersion, cycle: str, number: int) -> PlanVersion | None:
    """The version to start from at that address; None when it is not one."""
    return next(
        (
            one
            for one in _sources(version)
            if one.plan.alliance.cycle.slug == cycle and one.number == number
        ),
        None,
    )


# --- What can be taken


@dataclass(frozen=True)
class TextOffer:
    """A text that can be taken: where it would go, and what is written there already."""

    section: CanvasSection
    html: str
    target: CanvasSection | None
    mine: SectionText | None

    @property
    def is_there(self) -> bool:
        """Whether the draft has the very same text."""
        return self.mine is not None and self.mine.html == self.html

    @property
    def in_conflict(self) -> bool:
        return self.mine is not None and bool(self.mine.html) and not self.is_there

    @property
    def excerpt(self) -> str:
        return excerpt_of(self.html)

    @property
    def is_whole(self) -> bool:
        return is_shown_whole(self.html)

    @property
    def my_excerpt(self) -> str:
        return excerpt_of(self.mine.html) if self.mine is not None else ""


def excerpt_of(html: str) -> str:
    """The first words of a formatted text, under its title when it begins with one."""
    body = re.sub(r"^<h3>.*?</h3>", "", html).replace("<li>", " • ")
    words = plain_text(body.replace("><", "> <").replace("<br>", " ")).split()
    return " ".join(words[:EXCERPT]) + (" …" if len(words) > EXCERPT else "")


def is_shown_whole(html: str) -> bool:
    """Whether the excerpt of a text says all of it."""
    return "<li>" not in html and not excerpt_of(html).endswith(" …")


@dataclass(frozen=True)
class Offer:
    """What ``version`` can take of ``source``: texts, and the tree of its logic.

    Each element of ``priorities`` carries ``is_there``: the draft has it already.
    """

    source: PlanVersion
    is_same_plan: bool
    opening: Opening
    texts: list[TextOffer]
    written: dict[int, SectionText]
    priorities: list[Priority]
    themes: list[str]
    late: int

    @property
    def same_texts(self) -> list[TextOffer]:
        """The texts that the draft has as they are."""
        return [one for one in self.texts if one.is_there]

    @property
    def new_elements(self) -> int:
        return sum(1 for one in elements_of(self.priorities) if not one.is_there)


def elements_of(priorities: Iterable[Priority]) -> Iterable[Any]:
    """Every element of a tree already loaded, from the top."""
    for priority in priorities:
        yield priority
        for objective in priority.objectives.all():
            yield objective
            for action in objective.actions.all():
                yield action
                yield from action.indicators.all()


def lineages_of(version: PlanVersion) -> dict[type[Model], dict[Any, int]]:
    """The key of each element of ``version`` by its lineage, in four queries."""
    return {
        model: dict(model.objects.filter(version=version).values_list("lineage", "pk"))
        for model in (Priority, Objective, Action, Indicator)
    }


def is_outside(action: Action, version: PlanVersion) -> bool:
    """Whether a day of the action is outside the cycle of ``version``."""
    cycle = version.plan.alliance.cycle
    return any(
        day is not None and not cycle.starts_on <= day <= cycle.closes_on
        for day in (action.starts_on, action.ends_on)
    )


def texts_in(version: PlanVersion) -> dict[int, SectionText]:
    """The texts of ``version`` by the key of their section."""
    texts = SectionText.objects.filter(version=version).select_related("updated_by", "section")
    return {one.section_id: one for one in texts}


def offer_of(version: PlanVersion, source: PlanVersion) -> Offer:
    """What ``version`` can take of ``source``; the same number of queries whatever it holds."""
    same = source.plan_id == version.plan_id
    opening = opening_of(version)
    targets = {one.code: one for one in opening.sections if opening.has(one)}
    written = texts_in(version)
    cycles = source.plan.alliance.cycle.slug, version.plan.alliance.cycle.slug
    texts = []
    for text in (
        SectionText.objects.filter(version=source)
        .exclude(html="")
        .select_related("section")
        .order_by("section__rank")
    ):
        target = targets.get(section_after(cycles[0], text.section.code, cycles[1]))
        mine = written.get(target.pk) if target else None
        texts.append(TextOffer(text.section, text.html, target, mine))
    priorities = priorities_of(source)
    there = lineages_of(version) if same else {}
    titles = set(Priority.objects.filter(version=version).values_list("title", flat=True))
    for one in elements_of(priorities):
        one.is_there = one.lineage in there.get(type(one), {})
        one.is_twin = not same and isinstance(one, Priority) and one.title in titles
    for priority in priorities:
        priority.has_new = any(not one.is_there for one in elements_of([priority]))  # type: ignore[attr-defined]
    themes = {theme.name for one in priorities for theme in one.national_priorities.all()}
    actions = [one for one in elements_of(priorities) if isinstance(one, Action)]
    return Offer(
        source=source,
        is_same_plan=same,
        opening=opening,
        texts=texts,
        written={pk: one for pk, one in written.items() if one.html},
        priorities=priorities,
        themes=[] if same else sorted(themes),
        late=0 if same else sum(is_outside(one, version) for one in actions),
    )


# --- The Word file


def open_import_of(version: PlanVersion) -> WordImport | None:
    """The Word file being read or placed in ``version``."""
    return (
        WordImport.objects.filter(version=version, finished_at=None)
        .select_related("created_by")
        .defer("content")
        .first()
    )


def refused_import_of(version: PlanVersion) -> WordImport | None:
    """The last Word file brought to ``version``, when it could not be read."""
    last = (
        WordImport.objects.filter(version=version)
        .select_related("created_by")
        .defer("content", "pieces")
        .first()
    )
    return last if last is not None and last.refusal else None
