"""The consensus on a version: the Table's pages, and the public page behind a link."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.cycle_words import words_of
from alliances.errors import Refusal, StaleAct
from alliances.exports import export_response
from alliances.identity import acting_as_portal
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from plans import selectors, services
from plans.agreement_forms import AnswerForm, AskForm, EndorsementFilter, EvidenceForm
from plans.models import Endorsement, PlanVersion
from plans.selectors import endorsements as found
from plans.selectors.content import content_of, fingerprint
from plans.services.answers import Door, TextChanged, find
from plans.wording import title_of

# A signature cannot be guessed: the limit only spares the machine.
MAX_TRIES = 30
FORGET_AFTER = 300  # seconds


def _list_page(
    request: HttpRequest, alliance: Alliance, version: PlanVersion, refusal: Refusal | None = None
) -> HttpResponse:
    person = person_of(request)
    board = found.board_of(version)
    filters = EndorsementFilter(request.GET)
    typed = filters.cleaned_data if filters.is_valid() else {}
    shown = board.filtered(typed.get("etat", ""), typed.get("q", ""))
    may_write = can(person, "edit_plan", alliance)
    if export := request.GET.get("export"):
        rows = found.endorsement_rows(shown.lines, with_email=may_write)
        name = f"appuis-{alliance.territory.slug}-version-{version.number}"
        return export_response(export, name, found.endorsement_columns(), rows)
    context = {
        "alliance": alliance,
        "tab": "plan",
        "version": version,
        "title": title_of(version),
        "page_title": _("Appuis"),
        "board": board,
        "shown": shown,
        "filters": filters,
        "is_filtered": bool(typed.get("etat") or typed.get("q")),
        "may_ask": may_write and board.is_open,
        "may_attach": may_write,
        "refusal": refusal,
    }
    return render(request, "plans/endorsements.html", context, status=422 if refusal else 200)


@require_safe
@alliance_page()
def board(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Who agrees, who does not, who has not answered, on which text."""
    return _list_page(request, alliance, selectors.get_version(alliance, number))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def ask(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One act for many: the worker writes to each."""
    version = selectors.get_version(alliance, number)
    askable = found.askable(alliance, version)
    form = AskForm(request.POST or None, version=version, askable=askable)
    if request.method == "POST" and form.is_valid():
        try:
            rows = services.ask_endorsements(version, by=person_of(request), **form.asked)
        except Refusal as refusal:
            known = refusal.field if refusal.field in form.fields else None
            form.add_error(known, str(refusal))
        else:
            done = ngettext("%(n)s demande part.", "%(n)s demandes partent.", len(rows))
            messages.success(request, done % {"n": len(rows)})
            return redirect(alliance.url("plan_endorsements", number))
    context = {
        "alliance": alliance,
        "tab": "plan",
        "version": version,
        "title": title_of(version),
        "page_title": _("Demander des appuis"),
        "lede": title_of(version),
        "is_open": version.state in PlanVersion.OPEN,
        "askable": askable,
        "days": settings.ENDORSEMENT_DAYS,
        "form": form,
    }
    return render(
        request, "plans/endorsements_ask.html", context, status=422 if form.errors else 200
    )


@require_POST
@alliance_page("edit_plan")
def ask_again(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Asks again those who answered on another text: all, or the one named in the form."""
    version = selectors.get_version(alliance, number)
    rows = None
    if one := request.POST.get("appui"):
        rows = [found.get_endorsement(version, _key(one))]
    try:
        written = services.ask_again(version, by=person_of(request), rows=rows)
    except StaleAct as refusal:
        messages.error(request, str(refusal))
    except Refusal as refusal:
        return _list_page(request, alliance, version, refusal)
    else:
        done = ngettext("%(n)s demande repart.", "%(n)s demandes repartent.", len(written))
        messages.success(request, done % {"n": len(written)})
    return redirect(alliance.url("plan_endorsements", number))


def _key(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _act_on_one(
    request: HttpRequest, alliance: Alliance, number: int, pk: int, *, act: Any, done: str
) -> HttpResponse:
    version = selectors.get_version(alliance, number)
    row = found.get_endorsement(version, pk)
    try:
        act(row, by=person_of(request))
    except StaleAct as refusal:
        messages.error(request, str(refusal))
    except Refusal as refusal:
        return _list_page(request, alliance, version, refusal)
    else:
        messages.success(request, done % {"name": row.name})
    return redirect(alliance.url("plan_endorsements", number))


@require_POST
@alliance_page("edit_plan")
def resend(request: HttpRequest, alliance: Alliance, number: int, pk: int) -> HttpResponse:
    return _act_on_one(
        request,
        alliance,
        number,
        pk,
        act=services.resend_endorsement,
        done=_("Un nouveau lien part : %(name)s. L’ancien ne sert plus."),
    )


@require_POST
@alliance_page("edit_plan")
def cancel(request: HttpRequest, alliance: Alliance, number: int, pk: int) -> HttpResponse:
    return _act_on_one(
        request,
        alliance,
        number,
        pk,
        act=services.cancel_endorsement,
        done=_("Demande annulée : %(name)s. Son lien ne sert plus."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("edit_plan")
def evidence(request: HttpRequest, alliance: Alliance, number: int, pk: int) -> HttpResponse:
    """A file that proves the endorsement, kept with it."""
    version = selectors.get_version(alliance, number)
    row = found.get_endorsement(version, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = EvidenceForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                services.attach_evidence(row, form.cleaned_data["file"], by=person_of(request))
            except Refusal as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("Preuve déposée : %(name)s.") % {"name": row.name})
                return redirect(alliance.url("plan_endorsements", number))
    context = {
        "alliance": alliance,
        "tab": "plan",
        "version": version,
        "title": title_of(version),
        "page_title": _("Preuve de l’appui"),
        "lede": title_of(version),
        "row": row,
        "form": form,
    }
    return render(
        request, "plans/endorsement_evidence.html", context, status=422 if form.errors else 200
    )


# --- The public page


def _tries_key(request: HttpRequest) -> str:
    return f"appui:{get_adapter().get_client_ip(request)}"


def _language(request: HttpRequest, row: Endorsement | None) -> str:
    """The language chosen on this browser, else the one asked in."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return row.language if row else settings.LANGUAGE_CODE


@login_not_required  # a partner needs no account to say whether it agrees
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, by whom, the plan to read, and three answers."""
    key = _tries_key(request)
    tries = cache.get(key, 0)
    with acting_as_portal():
        door, row = find(token)
    language = _language(request, row)
    with words_of(row.version.plan.alliance.cycle, language) if row else override(language):
        if tries >= MAX_TRIES:
            response = render(request, "plans/endorse_closed.html", {"door": "slow"}, status=429)
        elif request.method == "POST":
            response = _answer(request, token, door, row)
        else:
            response = _read(request, door, row)
        if response.status_code >= 400 and tries < MAX_TRIES:
            cache.set(key, tries + 1, FORGET_AFTER)
        response.headers["Content-Language"] = language
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def _read(
    request: HttpRequest,
    door: Door,
    row: Endorsement | None,
    *,
    form: AnswerForm | None = None,
    changed: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page as the link opens it today; ``form`` keeps what was typed."""
    if row is None or door is not Door.OPEN:
        return _closed(request, door, row, form)
    with acting_as_portal():
        content = content_of(row.version)
    context = {
        **_about(row),
        "content": content,
        "sha256": fingerprint(content),
        "form": form or AnswerForm(),
        "changed": changed,
    }
    return render(request, "plans/endorse.html", context, status=status)


def _about(row: Endorsement) -> dict[str, Any]:
    alliance = row.version.plan.alliance
    return {
        "row": row,
        "alliance": alliance,
        "version": row.version,
        "title": title_of(row.version),
    }


def _closed(
    request: HttpRequest, door: Door, row: Endorsement | None, form: AnswerForm | None
) -> HttpResponse:
    """Why the link opens nothing more, or the thanks of who answered; what was typed is shown."""
    if row is not None and door is Door.ANSWERED and form is None:
        return render(request, "plans/endorse_thanks.html", _about(row))
    context = {
        "door": door.value,
        "typed": str(form["text"].value() or "") if form else "",
        **(_about(row) if row and door is not Door.UNKNOWN else {}),
    }
    return render(request, "plans/endorse_closed.html", context, status=410)


def _answer(request: HttpRequest, token: str, door: Door, row: Endorsement | None) -> HttpResponse:
    form = AnswerForm(request.POST)
    if door is not Door.OPEN or not form.is_valid():
        return _read(request, door, row, form=form, status=422)
    try:
        services.answer_endorsement(
            token, sha256=request.POST.get("sha256", ""), **form.cleaned_data
        )
    except TextChanged as refusal:
        return _read(request, door, row, form=form, changed=str(refusal), status=409)
    except StaleAct:
        with acting_as_portal():
            door, row = find(token)
        return _read(request, door, row, form=form)
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _read(request, door, row, form=form, status=422)
    return redirect(request.path)
