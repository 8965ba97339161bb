"""Registers drawn, and one organisation across its projects."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances.cycle_words import words_of
from alliances.models import Alliance, Organisation
from alliances.scoping import alliance_page, person_of
from fqis.forms.register import NationalFilter
from fqis.selectors import portrait as selectors
from fqis.selectors.carriers import carrier_of, projects_of
from fqis.selectors.register import across_tabs, register_across
from fqis.views.register import PAGE
from plans.permissions import require_oversight


@require_safe
@alliance_page()
def project_portrait(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Portrait des projets"),
        "portrait": selectors.portrait_of(alliance),
    }
    return render(request, "fqis/portrait.html", context)


@require_safe
def register_portrait(request: HttpRequest) -> HttpResponse:
    """The same, of every territory the ministry's person reads."""
    require_oversight(person_of(request))
    found = NationalFilter(request.GET, queryset=register_across())
    with words_of(found.cycle):
        context = {
            "cycle": found.cycle,
            "cycles": found.cycles,
            "page_title": _("Portrait des projets"),
            "tabs": across_tabs("register_portrait"),
            "portrait": selectors.portrait_across(found.alliances, found.cycle.slug),
        }
        return render(request, "fqis/register_portrait.html", context)


@require_safe
@alliance_page()
def carrier(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """An organisation of this territory; who reads several sees it in each."""
    organisation = Organisation.objects.filter(territory=alliance.territory, pk=pk).first()
    if organisation is None:
        raise Http404
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": organisation.name,
        "carrier": carrier_of(organisation),
        "page": Paginator(projects_of(organisation), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "fqis/carrier.html", context)
