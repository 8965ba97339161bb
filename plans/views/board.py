"""What the ministry reads of all the plans: the board, one section across territories."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alliances.cycle_words import words_of
from alliances.exports import export_response
from alliances.models import Cycle, User
from alliances.scoping import person_of
from plans.filters import AcrossForm, BoardForm
from plans.permissions import oversees_plans, require_oversight
from plans.selectors import across
from plans.selectors import board as selectors


def across_tabs(user: User, current: str) -> list[dict[str, Any]]:
    """The pages across territories; a Table only has the shared practices."""
    if not oversees_plans(user):
        return []
    return [
        {"label": label, "url": reverse(name), "current": name == current}
        for name, label in (
            ("plan_board", _("Tous les plans")),
            ("plan_sections", _("Comparer une section")),
            ("plan_search", _("Chercher")),
            ("practices", _("Bonnes pratiques")),
        )
    ]


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """``export=csv`` or ``xlsx`` gives exactly the rows that are shown, in their order."""
    user = person_of(request)
    require_oversight(user)
    form = BoardForm(request.GET)
    cycle = form.chosen_cycle
    found = selectors.board_of(user, cycle, kind=form.chosen("nature"))
    shown = selectors.filtered(
        found, state=form.chosen("etat"), late=form.chosen("retard") == "oui"
    )
    rows = selectors.in_order(shown, form.chosen("tri"))
    if export := request.GET.get("export"):
        cells = map(selectors.board_cells, rows)
        return export_response(export, f"plans-{cycle.slug}", selectors.board_columns(), cells)
    context = {
        "form": form,
        "cycle": cycle,
        "rows": rows,
        "sort": form.chosen("tri"),
        "lede": _lede(selectors.totals_of(found), cycle),
        "tabs": across_tabs(user, "plan_board"),
    }
    with words_of(cycle):
        return render(request, "plans/board.html", context)


def _lede(totals: selectors.BoardTotals, cycle: Cycle) -> str:
    """« 20 territoires, cycle 2024-2029 : 12 plans en vigueur, 3 à décider, 2 en retard. »"""
    parts = [
        ngettext("%(n)s plan en vigueur", "%(n)s plans en vigueur", totals.in_force)
        % {"n": totals.in_force},
        _("%(n)s à valider ou à approuver") % {"n": totals.to_decide},
        _("%(n)s en retard") % {"n": totals.late},
    ]
    return ngettext(
        "%(n)s territoire, cycle %(cycle)s : %(parts)s.",
        "%(n)s territoires, cycle %(cycle)s : %(parts)s.",
        totals.plans,
    ) % {"n": totals.plans, "cycle": cycle.slug, "parts": ", ".join(parts)}


@require_safe
def sections(request: HttpRequest) -> HttpResponse:
    """Where the form of the page below sends: the section becomes the address."""
    user = person_of(request)
    require_oversight(user)
    form = AcrossForm(request.GET, user=user, code=request.GET.get("section", ""))
    section = form.chosen_section or form.sections[0]
    kept = request.GET.copy()
    kept.pop("section", None)
    kept["cycle"] = form.chosen_cycle.slug
    return redirect(f"{reverse('plan_across', args=[section.code])}?{kept.urlencode()}")


@require_safe
def section_across(request: HttpRequest, code: str) -> HttpResponse:
    """One section as the chosen territories write it."""
    user = person_of(request)
    require_oversight(user)
    form = AcrossForm(request.GET, user=user, code=code)
    section = form.chosen_section
    if section is None:
        raise Http404
    place = form.sections.index(section)
    context = {
        "form": form,
        "section": section,
        "columns": across.columns_of(section, form.chosen),
        "before": form.sections[place - 1] if place else None,
        "after": form.sections[place + 1] if place + 1 < len(form.sections) else None,
        "tabs": across_tabs(user, "plan_sections"),
    }
    with words_of(form.chosen_cycle):
        return render(request, "plans/across.html", context)
