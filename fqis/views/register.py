"""What the registers share: their page, their export, their views; and the national register."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.exports import streamed_response
from alliances.models import Alliance, User
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.templatetags.portal import count, money
from fqis.forms.register import NationalFilter, ProjectFilter, SavedViewForm
from fqis.models import Project, SavedView
from fqis.selectors import register as selectors
from fqis.selectors.projects import RegisterTotals
from fqis.services.saved_views import remove_view, save_view
from plans.permissions import require_oversight

PAGE = 50
# Rows the database hands over at once to an export.
CHUNK = 2_000


class CountedPaginator(Paginator):
    """Pages of rows whose number is already known."""

    def __init__(self, rows: QuerySet[Project], number: int) -> None:
        super().__init__(rows, PAGE)
        self.count = number


def export_of(request: HttpRequest, found: ProjectFilter, name: str) -> HttpResponseBase:
    """Exactly what is filtered, in its order, with its columns; sent as it is read."""
    columns = _columns(request, found)
    projects = selectors.rows_for(found.qs, columns)
    return streamed_response(
        request.GET["export"],
        name,
        [str(column.label) for column in columns],
        lambda: selectors.cells_of(projects.iterator(chunk_size=CHUNK), columns),
        reader=person_of(request),
    )


def _columns(request: HttpRequest, found: ProjectFilter) -> list[selectors.Column]:
    return selectors.columns_of(request.GET.getlist("col"), across=found.alliance is None)


def context_of(request: HttpRequest, found: ProjectFilter) -> dict[str, Any]:
    """What a page of a register shows, filtered."""
    alliance, user = found.alliance, person_of(request)
    columns = _columns(request, found)
    totals = found.totals
    page = CountedPaginator(selectors.rows_for(found.qs, columns), totals.count).get_page(
        request.GET.get("page")
    )
    may_share = alliance is not None and can(user, "manage_projects", alliance)
    query = selectors.kept_query(request.GET)
    return {
        "lede": lede_of(totals),
        "filters": found.form,
        "sort": request.GET.get("tri", ""),
        "columns": columns,
        "choices": selectors.column_choices(columns, across=alliance is None),
        "page": page,
        "rows": selectors.page_rows(page.object_list, columns),
        "sums": selectors.sums_of(totals, columns),
        "may_manage": may_share,
        "views": _views(user, alliance, query),
        "view_form": SavedViewForm(may_share=may_share),
        "kept": query,
        "save_url": alliance.url("project_views") if alliance else reverse("register_views"),
    }


def lede_of(totals: RegisterTotals) -> str:
    if not totals.count:
        return _("Aucun projet.")
    return ngettext(
        "%(n)s projet. Accordé : %(granted)s. Payé : %(paid)s.",
        "%(n)s projets. Accordé : %(granted)s. Payé : %(paid)s.",
        totals.count,
    ) % {
        "n": count(totals.count),
        "granted": money(totals.granted),
        "paid": money(totals.paid),
    }


def _views(user: User, alliance: Alliance | None, query: str) -> list[dict[str, Any]]:
    """The views to choose from, each with where it leads and whether one may forget it."""
    where = alliance.url("projects") if alliance else reverse("register")
    may_share = alliance is not None and can(user, "manage_projects", alliance)
    return [
        {
            "view": view,
            "url": f"{where}?{view.query}",
            "current": bool(query) and view.query == query,
            "remove_url": _remove_url(view, alliance)
            if view.created_by_id == user.pk or may_share
            else "",
        }
        for view in selectors.views_for(user, alliance.territory if alliance else None)
    ]


def _remove_url(view: SavedView, alliance: Alliance | None) -> str:
    if alliance:
        return alliance.url("project_view_remove", view.pk)
    return reverse("register_view_remove", args=[view.pk])


@require_safe
def register(request: HttpRequest) -> HttpResponseBase:
    """The projects of every territory the ministry's person reads."""
    require_oversight(person_of(request))
    found = NationalFilter(request.GET, queryset=selectors.register_across())
    with words_of(found.cycle):
        if request.GET.get("export"):
            return export_of(request, found, f"projets-{found.cycle.slug}")
        context = {
            **context_of(request, found),
            "cycle": found.cycle,
            "page_title": _("Registre des projets"),
            "tabs": selectors.across_tabs("register"),
        }
        return render(request, "fqis/register.html", context)


def _save(request: HttpRequest, alliance: Alliance | None, back: str) -> HttpResponse:
    user = person_of(request)
    may_share = alliance is not None and can(user, "manage_projects", alliance)
    form = SavedViewForm(request.POST, may_share=may_share)
    query = selectors.kept_query(QueryDict(request.POST.get("query", "")[:4000]))
    if not form.is_valid():
        messages.error(request, _("Nommez cette vue."))
        return redirect(f"{back}?{query}")
    try:
        view = save_view(
            by=user,
            alliance=alliance,
            name=form.cleaned_data["name"],
            query=query,
            is_shared=bool(form.cleaned_data.get("is_shared")),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Vue « %(name)s » gardée.") % {"name": view.name})
    return redirect(f"{back}?{query}")


def _remove(request: HttpRequest, alliance: Alliance | None, pk: int, back: str) -> HttpResponse:
    user = person_of(request)
    territory = alliance.territory if alliance else None
    view = next((one for one in selectors.views_for(user, territory) if one.pk == pk), None)
    if view is None:
        raise Http404
    try:
        remove_view(view, by=user, alliance=alliance)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Vue « %(name)s » retirée.") % {"name": view.name})
    return redirect(back)


@require_POST
@alliance_page()
def project_views(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Keeps a view of the territory's register."""
    return _save(request, alliance, alliance.url("projects"))


@require_POST
@alliance_page()
def project_view_remove(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return _remove(request, alliance, pk, alliance.url("projects"))


@require_POST
def register_views(request: HttpRequest) -> HttpResponse:
    """Keeps a view of the national register."""
    require_oversight(person_of(request))
    return _save(request, None, reverse("register"))


@require_POST
def register_view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    require_oversight(person_of(request))
    return _remove(request, None, pk, reverse("register"))
