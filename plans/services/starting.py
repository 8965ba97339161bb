"""A version starts from another: what a person keeps of it, and nothing covered silently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal
from alliances.models import User
from alliances.services import journal
from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)
from plans.opening import Kind, Opening, closed_words, opening_of
from plans.selectors.starting import get_source, is_outside, lineages_of
from plans.wording import title_of

from .locking import writable
from .placing import Placement, place_texts

# The keys of the source's elements that a person keeps, by model.
Kept = Mapping[type[Any], set[int]]
PARENTS: dict[type[Any], str] = {
    Priority: "version_id",
    Objective: "priority_id",
    Action: "objective_id",
    Indicator: "action_id",
}
KINDS: dict[type[Any], str] = {
    Priority: Kind.PRIORITIES,
    Objective: Kind.OBJECTIVES,
    Action: Kind.MEANS,
    Indicator: Kind.INDICATORS,
}


@dataclass(frozen=True)
class TextChoice:
    """The source's text of section ``source_code`` goes to ``code``, after what is written there
    or in its place."""

    source_code: str
    code: str
    replaces: bool = False


@dataclass
class Taken:
    """What a version took of another. ``themes`` are the national priorities left behind, « late »
    the actions whose days, outside the cycle, were."""

    texts: int = 0
    counts: dict[type[Any], int] = field(default_factory=dict)
    themes: list[str] = field(default_factory=list)
    late: int = 0

    @property
    def is_nothing(self) -> bool:
        return not self.texts and not any(self.counts.values())

    @property
    def words(self) -> str:
        """« 2 textes, 3 priorités, 5 objectifs »."""
        said = [(self.texts, ngettext("%(n)s texte", "%(n)s textes", self.texts))]
        for model, sentence in (
            (Priority, lambda n: ngettext("%(n)s priorité", "%(n)s priorités", n)),
            (Objective, lambda n: ngettext("%(n)s objectif", "%(n)s objectifs", n)),
            (Action, lambda n: ngettext("%(n)s action", "%(n)s actions", n)),
            (Indicator, lambda n: ngettext("%(n)s indicateur", "%(n)s indicateurs", n)),
        ):
            count = self.counts.get(model, 0)
            said.append((count, sentence(count)))
        return ", ".join(words % {"n": n} for n, words in said if n)


class _Copier:
    """Writes again, under the draft, the elements a person keeps, with what they hang from.

    An element the draft has already (same lineage) is not written twice: what is under it joins
    it.
    """

    def __init__(self, source: PlanVersion, version: PlanVersion, kept: Kept, by: User) -> None:
        self.source, self.version, self.kept, self.by = source, version, kept, by
        self.is_same_plan = source.plan_id == version.plan_id
        self.there = lineages_of(version) if self.is_same_plan else {}
        self.moment = clock.now()
        self.taken = Taken()
        self.new: dict[type[Any], dict[int, int]] = {}

    def _ranks(self, model: type[Any]) -> dict[int, int]:
        """The last rank under each parent of the draft."""
        parent = PARENTS[model]
        rows = model.objects.filter(version=self.version).order_by().values(parent)
        return dict(rows.annotate(last=Max("rank")).values_list(parent, "last"))

    def copy(self, model: type[Any], parents: Mapping[int, int]) -> dict[int, int]:
        """The draft's key of each element of the source that is kept or already there."""
        found: dict[int, int] = {}
        parent, ranks = PARENTS[model], self._ranks(model)
        rows, old = [], []
        for row in model.objects.filter(version=self.source).order_by(parent, "rank", "pk"):
            there = self.there.get(model, {}).get(row.lineage)
            if there is not None:
                found[row.pk] = there
            elif row.pk in self.kept.get(model, ()) and getattr(row, parent) in parents:
                old.append(row.pk)
                rows.append(self._renewed(row, parents, ranks))
        model.objects.bulk_create(rows)
        self.new[model] = dict(zip(old, [row.pk for row in rows], strict=True))
        self.taken.counts[model] = len(rows)
        return found | self.new[model]

    def _renewed(self, row: Any, parents: Mapping[int, int], ranks: dict[int, int]) -> Any:
        parent = PARENTS[type(row)]
        place = parents[getattr(row, parent)]
        setattr(row, parent, place)
        ranks[place] = row.rank = ranks.get(place, 0) + 1
        row.pk, row.version_id, row.revision = None, self.version.pk, 0
        row.updated_at, row.updated_by = self.moment, self.by
        if not self.is_same_plan:
            row.lineage = uuid4()
            if isinstance(row, Action) and is_outside(row, self.version):
                row.starts_on = row.ends_on = None
                self.taken.late += 1
        return row

    def copy_links(self) -> None:
        """The places of the new actions, and the national priorities of the new priorities: those
        of another cycle are left behind."""
        places = list(ActionPlace.objects.filter(action__in=self.new[Action]).order_by("pk"))
        for place in places:
            place.pk, place.version_id = None, self.version.pk
            place.action_id = self.new[Action][place.action_id]
        ActionPlace.objects.bulk_create(places)
        themes = list(
            PriorityTheme.objects.filter(priority__in=self.new[Priority])
            .select_related("national_priority")
            .order_by("pk")
        )
        if not self.is_same_plan:
            self.taken.themes = sorted({one.national_priority.name for one in themes})
            return
        for theme in themes:
            theme.pk, theme.version_id = None, self.version.pk
            theme.priority_id = self.new[Priority][theme.priority_id]
        PriorityTheme.objects.bulk_create(themes)

    def run(self) -> Taken:
        parents: Mapping[int, int] = {self.source.pk: self.version.pk}
        for model in PARENTS:
            parents = self.copy(model, parents)
        self.copy_links()
        return self.taken


def _refuse_closed(version: PlanVersion, kept: Kept, opening: Opening) -> None:
    """A modification takes only what belongs to the sections it opens: an indicator brought alone,
    and an action that the version in force has too, are written part by part."""
    if not version.is_modification:
        return
    kinds = [KINDS[model] for model, keys in kept.items() if keys]
    if kept.get(Action):
        base = Action.objects.filter(version=version.base_id).values("lineage")
        if Action.objects.filter(pk__in=kept[Action], lineage__in=base).exists():
            kinds.append(Kind.POPULATION)
    for kind in kinds:
        if not opening.allows(kind):
            raise Refusal(closed_words(opening.section_for(kind)))


def _placements(source: PlanVersion, choices: Sequence[TextChoice]) -> list[Placement]:
    texts = dict(SectionText.objects.filter(version=source).values_list("section__code", "html"))
    return [
        Placement(one.code, texts[one.source_code], one.replaces)
        for one in choices
        if texts.get(one.source_code)
    ]


@transaction.atomic
def take_from(
    version: PlanVersion,
    source: PlanVersion,
    *,
    by: User,
    texts: Sequence[TextChoice] = (),
    kept: Kept | None = None,
    seen: Mapping[str, int] | None = None,
) -> Taken:
    """Writes in the draft ``version`` what a person keeps of ``source``: texts, and elements whose
    parents are kept too. The same number of queries whatever the size of the plans.

    Elements keep their lineage within a plan; from another cycle they are new, lose their national
    priorities, and the days outside the cycle. ``seen``: see ``place_texts``. Refuses a frozen
    version, a source that is not an earlier version of the territory, a choice of nothing, and
    what a modification leaves closed.
    """
    held = writable(version.pk)
    alliance = held.plan.alliance
    if get_source(held, source.plan.alliance.cycle.slug, source.number) != source:
        raise Refusal(_("Ce plan n’est pas un point de départ pour cette version."))
    kept, opening = kept or {}, opening_of(held)
    _refuse_closed(held, kept, opening)
    taken = _Copier(source, held, kept, by).run()
    placements = _placements(source, texts)
    place_texts(held, placements, by=by, seen=seen or {}, opening=opening)
    taken.texts = len(placements)
    if taken.is_nothing:
        raise Refusal(_("Choisissez au moins un texte ou un élément à reprendre."))
    journal.record(
        by=by,
        verb="take_from_plan",
        summary=_("a repris dans %(plan)s, depuis %(source)s (%(cycle)s) : %(what)s")
        % {
            "plan": title_of(held),
            "source": title_of(source),
            "cycle": source.plan.alliance.cycle.slug,
            "what": taken.words,
        },
        alliance=alliance,
        target=held,
        url=alliance.url("plan_version", held.number),
        source=source.pk,
        themes_left=taken.themes,
    )
    return taken
