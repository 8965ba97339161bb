"""From a priority to the people it reaches: the overview, and one priority."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alliances.models import Alliance
from alliances.scoping import alliance_page
from fqis.selectors.threads import Thread, by_amount, thread_of, threads_of

PAGE = 25
SHOWN = 10


@require_safe
@alliance_page()
def threads(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every priority in force with what serves it, and what serves none."""
    found = threads_of(alliance)
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Fil des priorités"),
        "lede": _("De chaque priorité en vigueur aux projets, aux dollars et aux personnes."),
        "threads": found,
        "astray": by_amount(found.astray)[:SHOWN],
        "astray_count": found.outside.supported + found.outside.to_decide,
    }
    return render(request, "fqis/priority_threads.html", context)


@require_safe
@alliance_page()
def thread(request: HttpRequest, alliance: Alliance, lineage: UUID) -> HttpResponse:
    """One priority, from its objectives to the people reached."""
    found = thread_of(alliance, lineage)
    if found is None:
        raise Http404
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": found.priority.title,
        "lede": _lede(found),
        "thread": found,
        "priority": found.priority,
        "page": Paginator(by_amount(found.projects), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "fqis/priority_thread.html", context)


def _lede(found: Thread) -> str:
    """« Priorité 2 de la version 3, depuis la version 1. 4 projets la servent. »"""
    place = _("Priorité %(rank)s de la version %(number)s.") % {
        "rank": found.priority.rank,
        "number": found.version.number,
    }
    if found.since is not None and found.since.number != found.version.number:
        place = _("Priorité %(rank)s de la version %(number)s, depuis la version %(since)s.") % {
            "rank": found.priority.rank,
            "number": found.version.number,
            "since": found.since.number,
        }
    number = found.served.supported
    if not number:
        return f"{place} " + _("Aucun projet accepté ne la sert.")
    return f"{place} " + ngettext(
        "%(n)s projet accepté la sert.", "%(n)s projets acceptés la servent.", number
    ) % {"n": number}
