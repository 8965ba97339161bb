"""Good practices: a Table shares an action of its plan, everybody who signs in finds it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.exports import export_response
from alliances.models import Alliance
from alliances.permissions import can, require
from alliances.scoping import alliance_page, person_of
from plans.models import SharedPractice
from plans.practice_forms import PracticeFilter, PracticeForm
from plans.selectors import practices as selectors
from plans.services.practices import share_practice, update_practice, withdraw_practice
from plans.views.board import across_tabs

PAGE = 20


@require_safe
def practices(request: HttpRequest) -> HttpResponse:
    """Everybody's; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = PracticeFilter(request.GET, queryset=selectors.practices())
    if export := request.GET.get("export"):
        cells = selectors.practice_cells(found.qs, found.themes)
        return export_response(export, "pratiques", selectors.practice_columns(), cells)
    context = {
        "filters": found.form,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "themes": found.themes,
        "tabs": across_tabs(person_of(request), "practices"),
    }
    return render(request, "plans/practices.html", context)


def _practice(pk: int) -> SharedPractice:
    practice = selectors.practice_page(pk)
    if practice is None:
        raise Http404
    return practice


@require_safe
def practice(request: HttpRequest, pk: int) -> HttpResponse:
    found = _practice(pk)
    themes = selectors.theme_names()
    context = {
        "practice": found,
        "themes": [themes.get(code, code) for code in found.themes],
        "may_write": can(person_of(request), "edit_plan", found) and not found.is_withdrawn,
        "crumbs": [
            {"label": _("Bonnes pratiques"), "url": reverse("practices")},
            {"label": found.title, "url": ""},
        ],
    }
    with words_of(found.cycle):
        return render(request, "plans/practice.html", context)


@require_safe
@alliance_page("edit_plan")
def shareable(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The actions of the plan in force, each shared or to share."""
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Partager une pratique"),
        "lede": _("Une action de votre plan qui peut servir à d’autres territoires."),
        "lines": selectors.shareable_of(alliance),
    }
    return render(request, "plans/practices_share.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def share(request: HttpRequest, alliance: Alliance, lineage: UUID) -> HttpResponse:
    """Tells one action, starting from what the plan says of it."""
    action = selectors.action_in_force(alliance, lineage)
    if action is None:
        raise Http404
    user = person_of(request)
    form = PracticeForm(request.POST or None, initial=PracticeForm.initial_of(action, user))
    if request.method == "POST" and form.is_valid():
        try:
            found = share_practice(action, by=user, **form.cleaned_data)
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("practices_share"))
        except Refusal as refusal:
            form.add_error(refusal.field or NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, _("Pratique partagée. Tous les territoires la trouvent ici."))
            return redirect(found.get_absolute_url())
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Partager une pratique"),
        "action": action,
        "code": selectors.code_of(action),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "plans/practice_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Tells a shared practice better."""
    found, user = _practice(pk), person_of(request)
    require(user, "edit_plan", found)
    form = PracticeForm(request.POST or None, initial=PracticeForm.values_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            update_practice(found, by=user, **form.cleaned_data)
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(found.get_absolute_url())
        except Refusal as refusal:
            form.add_error(refusal.field or NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, _("Pratique enregistrée."))
            return redirect(found.get_absolute_url())
    context = {
        "alliance": found.alliance,
        "tab": "plan",
        "page_title": _("Modifier la pratique"),
        "practice": found,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    with words_of(found.cycle):
        return render(request, "plans/practice_form.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found, user = _practice(pk), person_of(request)
    require(user, "edit_plan", found)
    try:
        withdraw_practice(found, by=user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Pratique retirée : les autres territoires ne la voient plus."))
    return redirect(found.get_absolute_url())
