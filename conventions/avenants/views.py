"""Avenants: prepare one, read it, send it, sign it; and the convention in force on a day."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from conventions import watch
from conventions.forms import posted_rows
from conventions.models import Avenant, AvenantSignatory, Convention
from conventions.permissions import may_record, may_scan, signs_here
from conventions.selectors import current_convention
from conventions.views import remind

from . import forms, selectors, services, terms
from .changes import Row


def _page(
    request: HttpRequest, template: str, alliance: Alliance, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = {"alliance": alliance, "tab": "convention", **context}
    return render(request, f"conventions/{template}.html", context, status=status)


def _found(request: HttpRequest, alliance: Alliance, number: int) -> Avenant:
    avenant = selectors.avenant_of(alliance, number)
    if avenant is None or not selectors.is_visible(person_of(request), avenant):
        raise Http404
    return avenant


def _title(avenant: Avenant) -> str:
    return _("Avenant no %(n)s") % {"n": avenant.number}


@require_safe
@alliance_page()
def convention_on(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The convention in force on a day, in whatever cycle, and the periods around it."""
    form = forms.DayForm(request.GET) if "le" in request.GET else forms.DayForm(
        forms.DayForm.today()
    )  # fmt: skip
    day = form.cleaned_data["le"] if form.is_valid() else None
    return _page(
        request,
        "convention_on",
        alliance,
        page_title=_("Convention en vigueur"),
        form=form,
        day=day,
        terms=terms.terms_on(alliance.territory, day) if day else None,
        periods=terms.periods(alliance.territory),
        status=200 if day else 422,
    )


@require_safe
@alliance_page()
def avenant(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """What changes, before and after; who signed, who is missing."""
    found = _found(request, alliance, number)
    signatures: dict[str, Any] = selectors.signature_context(found, person_of(request))
    return _page(
        request,
        "avenant",
        alliance,
        page_title=_title(found),
        lede=selectors.summary(found),
        avenant=found,
        convention=found.convention,
        differences=selectors.differences(found),
        lines=selectors.schedule_lines(found),
        back_url=alliance.url("convention"),
        edit_url=alliance.url("avenant_edit", number),
        send_url=alliance.url("avenant_send", number),
        withdraw_url=alliance.url("avenant_withdraw", number),
        scans_url=alliance.url("scans"),
        may_scan=found.state == Avenant.State.SENT and may_scan(person_of(request), alliance),
        **signatures,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("prepare_convention")
def avenant_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The parts to open, then the form that opens only those."""
    convention = current_convention(alliance)
    if convention is None or convention.state != Convention.State.SIGNED:
        return redirect(alliance.url("convention"))
    opened = convention.avenants.open().first()
    if opened is not None and request.method != "POST":
        return redirect(alliance.url("avenant", opened.number))
    return _editor(request, alliance, convention, None)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("prepare_convention")
def avenant_edit(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _found(request, alliance, number)
    if found.state != Avenant.State.DRAFT and request.method != "POST":
        return redirect(alliance.url("avenant", number))
    return _editor(request, alliance, found.convention, found)


def _editor(
    request: HttpRequest, alliance: Alliance, convention: Convention, avenant: Avenant | None
) -> HttpResponse:
    """One form to write a draft and to change it, with the chosen parts only."""
    parts = forms.chosen_parts(request.GET.getlist("change"))
    if not request.GET and avenant is not None:
        parts = forms.parts_of(avenant)
    if not parts or "choisir" in request.GET:
        return _choose(request, alliance, avenant)
    fixed = watch.fixed_tranches(convention) if "schedule" in parts else {}
    tranches = list(convention.tranches.all())
    context: dict[str, Any] = {
        "page_title": _("Modifier l’avenant no %(n)s") % {"n": avenant.number}
        if avenant
        else _("Préparer un avenant"),
        "convention": convention,
        "parts": parts,
        "fixed": [(one, fixed[one.pk]) for one in tranches if one.pk in fixed],
        "back_url": alliance.url("avenant", avenant.number)
        if avenant
        else alliance.url("convention"),
    }
    if request.method == "POST" and "add_tranche" not in request.POST:
        return _posted(request, alliance, convention, avenant, context, fixed)
    if request.method == "POST":
        initial: dict[str, Any] = request.POST.dict()
        rows = [*posted_rows(request.POST), {}]
    else:
        initial, rows = forms.proposed(convention, avenant, fixed)
    context["form"] = forms.AvenantForm(initial=initial, convention=convention, parts=parts)
    context["tranches"] = forms.schedule_rows(alliance, rows=rows)
    return _form_page(request, alliance, context)


def _posted(
    request: HttpRequest,
    alliance: Alliance,
    convention: Convention,
    avenant: Avenant | None,
    context: dict[str, Any],
    fixed: dict[int, str],
) -> HttpResponse:
    parts = context["parts"]
    form = forms.AvenantForm(request.POST, convention=convention, parts=parts)
    is_scheduled = "schedule" in parts
    tranches = forms.schedule_rows(
        alliance, data=request.POST if is_scheduled else None, rows=None if is_scheduled else []
    )
    if form.is_valid() & (not is_scheduled or tranches.is_valid()):
        kept = convention.tranches.all()
        rows = (
            forms.whole_schedule(kept, fixed, forms.typed_rows(tranches)) if is_scheduled else None
        )
        try:
            return _save(request, alliance, convention, avenant, form, rows)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _form_page(request, alliance, context | {"form": form, "tranches": tranches}, status=422)


def _choose(request: HttpRequest, alliance: Alliance, avenant: Avenant | None) -> HttpResponse:
    """The parts the avenant opens; « ouvrir » comes with the form, were nothing ticked."""
    form = forms.PartsForm(
        request.GET if "ouvrir" in request.GET else None,
        initial={"change": forms.parts_of(avenant) if avenant else []},
    )
    return _page(
        request,
        "avenant_parts",
        alliance,
        page_title=_title(avenant) if avenant else _("Préparer un avenant"),
        form=form,
        back_url=alliance.url("convention"),
    )


def _form_page(
    request: HttpRequest, alliance: Alliance, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context["all_forms"] = [context["form"], *context["tranches"].forms]
    return _page(request, "avenant_form", alliance, status=status, **context)


def _save(
    request: HttpRequest,
    alliance: Alliance,
    convention: Convention,
    avenant: Avenant | None,
    form: forms.AvenantForm,
    rows: list[Row] | None,
) -> HttpResponse:
    by, reason = person_of(request), form.cleaned_data["reason"]
    changes = form.changes(rows)
    if avenant is None:
        saved = services.create_avenant(convention, by=by, reason=reason, changes=changes)
    else:
        saved = services.update_avenant(
            avenant,
            by=by,
            reason=reason,
            changes=changes,
            revision=form.cleaned_data["revision"],
        )
    messages.success(
        request,
        _("Le brouillon de l’avenant no %(n)s est enregistré. Relisez-le, puis envoyez-le.")
        % {"n": saved.number},
    )
    return redirect(alliance.url("avenant", saved.number))


@require_POST
@alliance_page("prepare_convention")
def avenant_send(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _found(request, alliance, number)
    text = request.POST.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        services.send_avenant(found, by=person_of(request), revision=revision)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _(
                "L’avenant no %(n)s est envoyé. La Table et la personne déléguée sont averties ;"
                " chaque partie peut signer."
            )
            % {"n": number},
        )
    return redirect(alliance.url("avenant", number))


@require_POST
@alliance_page("prepare_convention")
def avenant_withdraw(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _found(request, alliance, number)
    try:
        services.withdraw_avenant(
            found, by=person_of(request), reason=request.POST.get("reason", "")[:2000]
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("L’avenant no %(n)s est retiré. La convention reste comme elle est.") % {"n": number},
        )
    return redirect(alliance.url("avenant", number))


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def avenant_sign(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """One party's signature: one's own, or the one on a paper received."""
    signatory = selectors.party_of(alliance, pk)
    if signatory is None:
        raise Http404
    person = person_of(request)
    if not may_record(person, signatory):
        raise PermissionDenied
    is_own, found = signs_here(person, signatory), signatory.avenant
    back_url = alliance.url("avenant", found.number)
    context: dict[str, Any] = {
        "signatory": signatory,
        "avenant": found,
        "differences": selectors.differences(found),
        "has_schedule": found.lines.exists(),
        "is_own": is_own,
        "back_url": back_url,
        "page_title": _("Signer l’avenant") if is_own else _("Consigner une signature"),
    }
    if request.method != "POST":
        if signatory.signed_on or found.state != Avenant.State.SENT:
            return redirect(back_url)
        initial = forms.AvenantSignatureForm.first(person.full_name if is_own else "")
        context["form"] = forms.AvenantSignatureForm(initial=initial)
        return _page(request, "avenant_sign", alliance, **context)
    form = forms.AvenantSignatureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            signed = services.record_avenant_signature(signatory, by=person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _signed_message(signed))
            return redirect(back_url)
    return _page(request, "avenant_sign", alliance, status=422, form=form, **context)


@require_POST
@alliance_page()
def avenant_remind(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Writes to those who sign for a party that is awaited."""
    party = selectors.party_of(alliance, pk)
    if party is None:
        raise Http404
    return remind(request, party, back_url=alliance.url("avenant", party.avenant.number))


def _signed_message(signatory: AvenantSignatory) -> str:
    avenant = signatory.avenant
    if avenant.state == Avenant.State.SIGNED:
        return _(
            "L’avenant no %(n)s est signé par toutes les parties, qui sont averties. Il est"
            " appliqué à la convention et aux versements à venir."
        ) % {"n": avenant.number}
    return _("La signature de l’avenant no %(n)s est consignée : %(party)s.") % {
        "n": avenant.number,
        "party": signatory.name,
    }
