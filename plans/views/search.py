"""Searching the words of every plan the person may read."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances.scoping import person_of
from plans.filters import SearchForm
from plans.permissions import require_oversight
from plans.selectors.search import Results, can_be_searched
from plans.views.board import across_tabs

PAGE = 20


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Nothing is searched until a word that tells something is typed."""
    user = person_of(request)
    require_oversight(user)
    form = SearchForm(request.GET, user=user)
    text = form.text
    tells = bool(text) and can_be_searched(text)
    page = None
    if tells:
        results = Results(
            text,
            all_versions=form.cleaned_data.get("portee") == "toutes",
            cycle=form.only_cycle,
            territory=form.cleaned_data.get("territoire"),
        )
        page = Paginator(results, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "text": text,
        "tells": tells,
        "page": page,
        "tabs": across_tabs(user, "plan_search"),
    }
    return render(request, "plans/search.html", context)
