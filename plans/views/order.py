"""Moving, copying and taking out the elements of the logic, inside the editor.

An indicator has no form of its own: that of its action shows it, and takes it out.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from plans import selectors, services
from plans.models import Action, Indicator, PlanVersion

from .elements import back_to, kind_of, one_of

INDICATOR = "indicateur"


def _element(alliance: Alliance, number: int, kind: str, pk: int) -> tuple[PlanVersion, Any]:
    version = selectors.get_version(alliance, number)
    return version, one_of(Indicator if kind == INDICATOR else kind_of(kind).model, version, pk)


def _back(
    alliance: Alliance, version: PlanVersion, code: str, kind: str, element: Any
) -> HttpResponse:
    """To the element: an indicator is shown in the form of its action."""
    if kind != INDICATOR:
        return back_to(alliance, version, code, kind, element)
    form = alliance.url("plan_edit", version.number, code, "action", element.action_id)
    return redirect(f"{form}#{kind}-{element.pk}")


@require_POST
@alliance_page("edit_plan")
def remove(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    if kind == INDICATOR:
        raise Http404
    version, element = _element(alliance, number, kind, pk)
    try:
        services.remove_element(element, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("« %(element)s » est retiré du plan.") % {"element": element})
    if kind == "priorite":
        return redirect(alliance.url("plan_section", number, code))
    above = element.objective if kind == "action" else element.priority
    above_kind = "objectif" if kind == "action" else "priorite"
    return back_to(alliance, version, code, above_kind, above)


@require_POST
@alliance_page("edit_plan")
def copy(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    """The element again, with all that is under it, just after it."""
    version, element = _element(alliance, number, kind, pk)
    try:
        made = services.copy_element(element, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_section", number, code))
    messages.success(request, _("« %(element)s » est ajouté au plan.") % {"element": made})
    return _back(alliance, version, code, kind, made)


@require_POST
@alliance_page("edit_plan")
def move(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    """One place up (``sens=haut``) or down among the elements beside it; with ``rang``, to that
    place, under ``sous`` when it is given."""
    version, element = _element(alliance, number, kind, pk)
    by, sent = person_of(request), request.POST
    try:
        if "sens" in sent:
            services.move_element(element, by=by, up=sent["sens"] == "haut")
        else:
            under, rank = sent.get("sous", ""), sent.get("rang", "").strip()
            parent = None
            if under.isdecimal() and kind != "priorite":
                above = Action if kind == INDICATOR else kind_of(kind).parent
                parent = one_of(above, version, int(under[:18]))
            element = services.move_element_to(
                element, by=by, parent=parent, rank=int(rank[:4]) if rank.isdecimal() else None
            )
            messages.success(request, _("« %(element)s » est déplacé.") % {"element": element})
    except StaleAct as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_section", number, code))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(alliance, version, code, kind, element)
