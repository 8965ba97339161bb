"""The page of what a convention waits for before it is sent."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from conventions import forms
from conventions.models import Resolution
from conventions.permissions import may_empower

from . import services

ACTS = {
    "resolution": (forms.ResolutionForm, services.record_resolution),
    "registration": (forms.RegistrationForm, services.record_registration),
    "fiduciary": (forms.FiduciaryForm, services.name_fiduciary),
}


def _first(alliance: Alliance) -> dict[str, dict[str, Any]]:
    table, fiduciary = alliance.table, alliance.fiduciary
    return {
        "resolution": {},
        "registration": {
            "is_registered": "oui" if table.is_registered else "non",
            "neq": table.neq,
        },
        "fiduciary": {"name": fiduciary.name, "neq": fiduciary.neq, "city": fiduciary.city}
        if fiduciary
        else {},
    }


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def convention_empowerment(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The resolution, the REQ and the fiduciary: what a convention waits for before it is sent."""
    person = person_of(request)
    may_write = may_empower(person, alliance)
    act = request.POST.get("act", "")
    bound: dict[str, Any] = {
        name: form(prefix=name, initial=_first(alliance)[name])
        for name, (form, _do) in ACTS.items()
    }
    status = 200
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        if act not in ACTS:
            raise Http404
        form_class, do = ACTS[act]
        form = bound[act] = form_class(request.POST, request.FILES, prefix=act)
        status = 422
        if form.is_valid():
            try:
                do(alliance, by=person, **form.cleaned_data)  # type: ignore[operator]
            except Refusal as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, str(refusal))
            else:
                messages.success(request, _("C’est enregistré."))
                return redirect(alliance.url("empowerment"))
    resolutions = list(Resolution.objects.for_pages().filter(alliance=alliance))
    context = {
        "alliance": alliance,
        "tab": "convention",
        "page_title": _("Habilitation"),
        "lede": _("Ce qui permet à la Table de signer : sa résolution, le REQ, son fiduciaire."),
        "forms": bound,
        "all_forms": [one for one in bound.values() if one.is_bound],
        "resolutions": resolutions,
        "missing": services.missing_to_send(alliance),
        "needs_fiduciary": services.needs_fiduciary(alliance),
        "may_write": may_write,
        "is_fixed": services.is_fixed(alliance),
        "back_url": alliance.url("convention"),
    }
    return render(request, "conventions/empowerment.html", context, status=status)
