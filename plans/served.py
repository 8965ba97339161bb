"""What serves the priorities of a plan: this application knows no project, another one counts."""

from collections.abc import Callable, Mapping

from django.utils.translation import ngettext

from alliances.models import Alliance

from .selectors.content import PlanContent

# How many projects serve each priority, by its lineage; one query.
Counter = Callable[[Alliance], Mapping[str, int]]
_counters: list[Counter] = []


def count_with(counter: Counter) -> None:
    """Called from an application's ``ready``."""
    _counters.append(counter)


def links_words(alliance: Alliance, old: PlanContent, new: PlanContent) -> str:
    """« 31 projets gardent leur lien, 3 sont à relier. » : what becomes of the projects when
    ``new`` follows ``old``; « » when none serves either."""
    after = {one.lineage for one in new.priorities}
    before = {one.lineage for one in old.priorities} - after
    kept = lost = 0
    for counter in _counters:
        for lineage, number in counter(alliance).items():
            kept += number if lineage in after else 0
            lost += number if lineage in before else 0
    if not (kept or lost):
        return ""
    words = ngettext("%(n)s projet garde son lien", "%(n)s projets gardent leur lien", kept)
    parts = [words % {"n": kept}]
    if lost:
        words = ngettext("%(n)s est à relier", "%(n)s sont à relier", lost)
        parts.append(words % {"n": lost})
    return ", ".join(parts) + "."
