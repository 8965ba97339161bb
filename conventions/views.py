"""The Convention tab: read it, prepare it, send it, sign it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Missing, Refusal
from alliances.models import Alliance, User
from alliances.scoping import alliance_page, person_of

from . import forms, selectors, services, watch
from .avenants import selectors as avenant_selectors
from .empowerment.services import missing_to_send
from .models import AvenantSignatory, Convention, Signatory
from .permissions import may_record, may_scan, signs_here
from .reminders import remind_party
from .scans.selectors import recent_scans
from .schedules import preparation_of, sources_of
from .texts.selectors import convention_preview


def _page(
    request: HttpRequest, template: str, alliance: Alliance, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = {"alliance": alliance, "tab": "convention", **context}
    return render(request, f"conventions/{template}.html", context, status=status)


def _visible(request: HttpRequest, alliance: Alliance) -> Convention | None:
    convention = selectors.current_convention(alliance)
    if convention is None or convention.state != Convention.State.DRAFT:
        return convention
    return convention if selectors.is_draft_visible(person_of(request), convention) else None


@require_safe
@alliance_page()
def convention(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What was agreed, who signed, who is missing."""
    found = _visible(request, alliance)
    context: dict[str, Any] = {
        "convention": found,
        "page_title": alliance.cycle.agreement_word.capitalize(),
        "lede": selectors.summary(found),
        "new_url": alliance.url("convention_new"),
        "edit_url": alliance.url("convention_edit"),
        "send_url": alliance.url("convention_send"),
        "empowerment_url": alliance.url("empowerment"),
    }
    if found is not None:
        person = person_of(request)
        context |= selectors.signature_context(found, person)
        context |= avenant_selectors.chain_context(found, person)
        context |= _papers(found, person)
    return _page(request, "convention", alliance, **context)


def _papers(convention: Convention, person: User) -> dict[str, Any]:
    """The text, what a draft waits for, the papers that came back."""
    alliance = convention.alliance
    is_draft = convention.state == Convention.State.DRAFT
    return {
        "text": convention_preview(convention),
        "text_url": alliance.url("convention_text"),
        "docx_url": alliance.url("convention_docx"),
        "missing": _missing(alliance) if is_draft else [],
        "scans": [] if is_draft else recent_scans(alliance),
        "scans_url": alliance.url("scans"),
        "may_scan": not is_draft and may_scan(person, alliance),
    }


def _missing(alliance: Alliance) -> list[Missing]:
    return [*missing_to_send(alliance), *watch.missing_to_send(alliance)]


def _form_page(
    request: HttpRequest, alliance: Alliance, *, status: int = 200, **context: Any
) -> HttpResponse:
    context["all_forms"] = [context["form"], *context["tranches"].forms]
    return _page(request, "convention_form", alliance, status=status, **context)


def _draft_form(
    request: HttpRequest, alliance: Alliance, convention: Convention | None
) -> HttpResponse:
    """One form to create a draft and to change it."""
    title = _("Modifier le brouillon") if convention else _("Préparer la convention")
    context: dict[str, Any] = {
        "page_title": title,
        "convention": convention,
        "back_url": alliance.url("convention"),
        "preparation": preparation_of(alliance.cycle),
        "schedule_sources": sources_of(alliance.cycle),
    }
    if request.method != "POST":
        first = forms.ConventionForm
        initial = first.written(convention) if convention else first.first(alliance)
        rows = forms.written_rows(convention) if convention else forms.proposed_rows(alliance)
        context |= {
            "form": forms.ConventionForm(alliance=alliance, initial=initial),
            "tranches": forms.tranche_rows(alliance, rows=rows),
        }
        return _form_page(request, alliance, **context)
    if "add_tranche" in request.POST:
        context |= {
            "form": forms.ConventionForm(alliance=alliance, initial=request.POST.dict()),
            "tranches": forms.tranche_rows(alliance, rows=[*forms.posted_rows(request.POST), {}]),
        }
        return _form_page(request, alliance, **context)
    if "split" in request.POST:
        return _split_page(request, alliance, context)
    form = forms.ConventionForm(request.POST, alliance=alliance)
    tranches = forms.tranche_rows(alliance, data=request.POST)
    context |= {"form": form, "tranches": tranches}
    if form.is_valid() & tranches.is_valid():
        try:
            return _save_draft(request, alliance, convention, form, tranches)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
    return _form_page(request, alliance, status=422, **context)


def _split_page(request: HttpRequest, alliance: Alliance, context: dict[str, Any]) -> HttpResponse:
    """The same form, its amount shared among its tranches; nothing is written."""
    form = forms.ConventionForm(request.POST, alliance=alliance)
    form.is_valid()
    rows = forms.posted_rows(request.POST)
    amount = form.cleaned_data.get("amount")
    found = forms.split_rows(alliance, rows, amount) if amount else None
    if found is None:
        if amount:
            form.add_error("amount", _("Ce montant ne suffit pas pour toutes les tranches."))
        tranches = forms.tranche_rows(alliance, rows=rows)
        return _form_page(request, alliance, status=422, form=form, tranches=tranches, **context)
    unbound = forms.ConventionForm(alliance=alliance, initial=request.POST.dict())
    tranches = forms.tranche_rows(alliance, rows=found)
    return _form_page(request, alliance, form=unbound, tranches=tranches, **context)


def _save_draft(
    request: HttpRequest,
    alliance: Alliance,
    convention: Convention | None,
    form: forms.ConventionForm,
    tranches: forms.BaseTrancheFormSet,
) -> HttpResponse:
    typed = dict(form.cleaned_data)
    revision = typed.pop("revision")
    by = person_of(request)
    if convention is None:
        saved = services.create_convention(alliance, by=by, tranches=tranches.specs(), **typed)
        done = _("Le brouillon de la convention %(number)s est créé. Relisez-le, puis envoyez-le.")
    else:
        saved = services.update_convention(
            convention, by=by, revision=revision, tranches=tranches.specs(), **typed
        )
        done = _(
            "Le brouillon de la convention %(number)s est modifié. Relisez-le, puis envoyez-le."
        )
    messages.success(request, done % {"number": saved.number})
    return redirect(alliance.url("convention"))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("prepare_convention")
def convention_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    existing = alliance.conventions.current().exists()
    if existing and request.method != "POST":
        return redirect(alliance.url("convention"))
    return _draft_form(request, alliance, None)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("prepare_convention")
def convention_edit(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    found = selectors.current_convention(alliance)
    if found is None:
        raise Http404
    if found.state != Convention.State.DRAFT and request.method != "POST":
        return redirect(alliance.url("convention"))
    return _draft_form(request, alliance, found)


@require_POST
@alliance_page("prepare_convention")
def convention_send(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    found = selectors.current_convention(alliance)
    if found is None:
        raise Http404
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        sent = services.send_convention(found, by=person_of(request), revision=revision)
    except Refusal as refusal:
        # What is missing is listed on the page, each with the place where it is mended.
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _(
                "La convention %(number)s est envoyée. La Table et la personne déléguée sont"
                " averties ; chaque partie peut signer."
            )
            % {"number": sent.number},
        )
    return redirect(alliance.url("convention"))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def convention_sign(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """One party's signature: the delegate's and the Table's own, or the one on a paper received."""
    signatory = selectors.party(alliance, pk)
    if signatory is None:
        raise Http404
    person = person_of(request)
    if not may_record(person, signatory):
        raise PermissionDenied
    is_own = signs_here(person, signatory)
    context: dict[str, Any] = {
        "signatory": signatory,
        "convention": signatory.convention,
        "is_own": is_own,
        "back_url": alliance.url("convention"),
        "page_title": _("Signer la convention") if is_own else _("Consigner une signature"),
    }
    if request.method != "POST":
        if signatory.signed_on or signatory.convention.state != Convention.State.SENT:
            return redirect(alliance.url("convention"))
        initial = forms.SignatureForm.first(person.full_name if is_own else "")
        return _page(
            request, "sign", alliance, form=forms.SignatureForm(initial=initial), **context
        )
    form = forms.SignatureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            signed = services.record_signature(signatory, by=person, **form.cleaned_data)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
        else:
            messages.success(request, _signed_message(signed))
            return redirect(alliance.url("convention"))
    return _page(request, "sign", alliance, status=422, form=form, **context)


@require_POST
@alliance_page()
def convention_remind(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Writes to those who sign for a party that is awaited."""
    return remind(request, selectors.party(alliance, pk), back_url=alliance.url("convention"))


def remind(
    request: HttpRequest, party: Signatory | AvenantSignatory | None, *, back_url: str
) -> HttpResponse:
    """Reminds a party of a convention or of an avenant; says who was told, or why nobody was."""
    if party is None:
        raise Http404
    try:
        reminder = remind_party(party, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%(party)s est relancée : %(told)s.")
        messages.success(request, done % {"party": party.name, "told": reminder.told})
    return redirect(back_url)


def _signed_message(signatory: Signatory) -> str:
    convention = signatory.convention
    if convention.state == Convention.State.SIGNED:
        return _(
            "La convention %(number)s est signée par toutes les parties, qui sont averties. Le"
            " premier versement peut être préparé et la Table peut écrire son plan."
        ) % {"number": convention.number}
    return _("La signature est consignée pour la convention %(number)s : %(party)s.") % {
        "number": convention.number,
        "party": signatory.name,
    }
