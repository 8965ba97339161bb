"""Two versions of a plan side by side."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alliances.models import Alliance, User
from alliances.scoping import alliance_page, person_of
from plans import selectors
from plans.changes import modified_by, report
from plans.documents import comparison_document
from plans.entries import GLYPHS, MASCULINE, Entry, Mark, Report
from plans.models import Plan, PlanVersion
from plans.selectors.content import content_of
from plans.served import links_words
from plans.wording import last_act, state_words

PER_PAGE = 60


def _number(asked_in: QueryDict, name: str) -> int | None:
    asked = asked_in.get(name)
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 4:
        raise Http404
    return int(asked)


def _asked(
    asked_in: QueryDict, versions: list[PlanVersion]
) -> tuple[PlanVersion | None, PlanVersion | None]:
    """The two versions in the address; by default the last one and the one it modifies."""
    by_number = {one.number: one for one in versions}
    numbers = _number(asked_in, "de"), _number(asked_in, "a")
    if any(number is not None and number not in by_number for number in numbers):
        raise Http404
    if not versions:
        return None, None
    new = by_number[numbers[1]] if numbers[1] else versions[0]
    old = by_number[numbers[0]] if numbers[0] else modified_by(new, versions)
    return old, new


@dataclass(frozen=True)
class Filter:
    """A kind of change, how many there are, and whether it is the only one shown."""

    mark: str
    label: str
    glyph: str
    count: int
    is_chosen: bool


def _filters(found: Report, chosen: str) -> list[Filter]:
    return [
        Filter(
            str(mark),
            str(MASCULINE[mark]),
            GLYPHS[mark],
            sum(1 for entry in found.entries if mark in entry.marks),
            mark == chosen,
        )
        for mark in Mark
    ]


@dataclass
class Group:
    """Where a section or a priority begins in the list, and how many changes it holds."""

    title: str
    anchor: str
    page: int
    count: int = 0


def _groups(entries: list[Entry]) -> list[Group]:
    groups: dict[str, Group] = {}
    for index, entry in enumerate(entries):
        page = index // PER_PAGE + 1
        group = groups.setdefault(entry.group, Group(entry.group, entry.anchor, page))
        group.count += bool(entry.signs)
    return list(groups.values())


def _lede(found: Report) -> str:
    changes = ngettext("%(n)s changement.", "%(n)s changements.", found.count) % {"n": found.count}
    same = ngettext(
        "%(same)s section sur %(all)s est identique.",
        "%(same)s sections sur %(all)s sont identiques.",
        found.same_sections,
    ) % {"same": found.same_sections, "all": found.sections}
    return f"{changes} {same}"


def _side(version: PlanVersion, reader: User) -> dict[str, Any]:
    return {
        "version": version,
        "state": state_words(version, reader),
        "act": last_act(version),
        "url": version.plan.alliance.url("plan_version", version.number),
    }


def _plan_name(alliance: Alliance) -> str:
    """« PARC », or « plan de travail » in a cycle that has no acronym for it."""
    cycle = alliance.cycle
    return cycle.plan_short if cycle.plan_short.isupper() else cycle.plan_word


def _crumbs(alliance: Alliance) -> list[dict[str, str]]:
    return [
        {"label": str(alliance), "url": alliance.get_absolute_url()},
        {"label": _("Plan"), "url": alliance.url("plan")},
        {"label": _("Comparer"), "url": ""},
    ]


def _versions(alliance: Alliance) -> list[PlanVersion]:
    plan = Plan.objects.filter(alliance=alliance).first()
    if plan is None:
        raise Http404
    plan.alliance = alliance
    versions = selectors.versions_of(plan)
    for version in versions:
        version.plan = plan
    return versions


@require_POST
@alliance_page()
def compare_pdf(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Has the worker make the PDF of a comparison, and opens it, or the page that waits for it."""
    old, new = _asked(request.POST, _versions(alliance))
    if old is None or new is None or old == new:
        raise Http404
    document = comparison_document(old, new, by=person_of(request))
    return redirect("download_document", document.pk)


@require_safe
@alliance_page()
def compare(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What changed from one version to another: ``?de=1&a=3``, filtered by ``genre``."""
    versions = _versions(alliance)
    old, new = _asked(request.GET, versions)
    context: dict[str, Any] = {
        "alliance": alliance,
        "tab": "plan",
        "crumbs": _crumbs(alliance),
        "page_title": _("Comparer deux versions du %(plan)s") % {"plan": _plan_name(alliance)},
        "versions": versions,
    }
    if old is not None and new is not None and old != new:
        context |= _compared(request, old, new)
    else:
        context |= {"lede": "", "old": old and {"version": old}, "new": new and {"version": new}}
    return render(request, "plans/compare.html", context)


def _compared(request: HttpRequest, old: PlanVersion, new: PlanVersion) -> dict[str, Any]:
    whole = "identique" in request.GET
    chosen = request.GET.get("genre", "")
    before, after = content_of(old), content_of(new)
    found = report(before, after, whole=whole)
    entries = [one for one in found.entries if not chosen or chosen in one.marks]
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    reader = person_of(request)
    return {
        "old": _side(old, reader),
        "new": _side(new, reader),
        "lede": f"{_lede(found)} {links_words(old.plan.alliance, before, after)}".strip(),
        "found": found,
        "filters": _filters(found, chosen),
        "chosen": chosen,
        "whole": whole,
        "page": page,
        "groups": _groups(entries) if page.paginator.num_pages > 1 else [],
    }
