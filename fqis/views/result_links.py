"""The public page behind a link: a carrier writes the results of one project and one year."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from fqis import services
from fqis.forms.results import FiguresForm, PhotoForm
from fqis.models import ProjectResult, ResultRequest
from fqis.services.result_links import Door, find, result_of
from fqis.views.acts import add_refusal

# A signature cannot be guessed: the limit only spares the machine.
MAX_TRIES = 30
FORGET_AFTER = 300  # seconds


class LinkForm(FiguresForm):
    """The figures, and who sends them."""

    name = forms.CharField(
        label=gettext_lazy("Votre nom et votre fonction"), max_length=150, required=False
    )


def _language(request: HttpRequest, row: ResultRequest | None) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return row.project.alliance.territory.default_language if row else settings.LANGUAGE_CODE


@login_not_required  # a carrier writes its results by link, without an account
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, the form, and what becomes of it."""
    key = f"resultats:{get_adapter().get_client_ip(request)}"
    tries = cache.get(key, 0)
    with acting_as_portal():
        door, row = find(token)
    language = _language(request, row)
    with words_of(row.project.alliance.cycle, language) if row else override(language):
        if tries >= MAX_TRIES:
            response = render(request, "fqis/result_closed.html", {"door": "slow"}, status=429)
        elif row is None or door in (Door.UNKNOWN, Door.SUPERSEDED, Door.REVOKED, Door.EXPIRED):
            response = _closed(request, door, row)
        else:
            with acting_as_portal():
                response = _open(request, token, door, row)
        if response.status_code in (404, 410) and tries < MAX_TRIES:
            cache.set(key, tries + 1, FORGET_AFTER)
        response.headers["Content-Language"] = language
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def _closed(request: HttpRequest, door: Door, row: ResultRequest | None) -> HttpResponse:
    known = row if door is not Door.UNKNOWN else None
    context = {"door": door.value, "row": known}
    return render(request, "fqis/result_closed.html", context, status=410)


def _open(request: HttpRequest, token: str, door: Door, row: ResultRequest) -> HttpResponse:
    if door is not Door.OPEN:
        told = result_of(row)
        context = {**_about(row), "result": told, "door": door.value}
        return render(request, "fqis/result_sent.html", context)
    told = result_of(row)
    form = LinkForm(
        request.POST if request.POST.get("acte") in ("garder", "transmettre") else None,
        project=row.project,
        year=row.year,
        initial=FiguresForm.initial_of(told),
    )
    form.fill_targets(told)
    photo = PhotoForm(auto_id="id_photo_%s")
    if request.method == "POST":
        act = request.POST.get("acte")
        if act == "photo":
            photo = PhotoForm(request.POST, request.FILES, auto_id="id_photo_%s")
            if photo.is_valid() and _run(photo, lambda: _photo(token, photo)):
                messages.success(request, _("Photo gardée, avec le consentement."))
                return redirect(request.path)
        elif form.is_valid() and _run(
            form, lambda: _write(token, str(act), dict(form.cleaned_data))
        ):
            if act == "garder":
                messages.success(request, _("Enregistré. Rien n’est encore transmis à la Table."))
            return redirect(request.path)
    context = {
        **_about(row),
        "form": form,
        "photo_form": photo,
        "result": told,
        "photos": _photos(told),
    }
    bad = bool(form.errors or photo.errors)
    return render(request, "fqis/result_link.html", context, status=422 if bad else 200)


def _about(row: ResultRequest) -> dict[str, Any]:
    return {"row": row, "project": row.project, "alliance_name": row.project.alliance}


def _photos(told: ProjectResult | None) -> list[Any]:
    return [one for one in told.photos.all() if not one.withdrawn_at] if told else []


def _photo(token: str, form: PhotoForm) -> None:
    services.add_photo_by_link(token, **form.cleaned_data)


def _write(token: str, act: str, typed: dict[str, Any]) -> None:
    name = typed.pop("name", "")
    if act == "transmettre":
        services.submit_by_link(token, name=name, **typed)
    else:
        services.save_by_link(token, **typed)


def _run(form: forms.Form, act: Any) -> bool:
    """Whether the act was done; a refusal is under its field, and what was typed stays."""
    try:
        act()
    except StaleAct as refusal:
        form.add_error(None, str(refusal))
    except Refusal as refusal:
        add_refusal(form, refusal)
    else:
        return True
    return False
