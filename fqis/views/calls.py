"""The calls of a Table: the list, one, prepared, published, put off, given up."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import Alliance, JournalEntry
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.calls import CallFilter, CallForm, ExtendForm
from fqis.models import Call
from fqis.selectors import calls as selectors
from fqis.selectors.pages import project_pages
from fqis.services.calls import RIGHT
from fqis.views.acts import add_refusal

PAGE = 50


def _call(alliance: Alliance, number: str) -> Call:
    call = selectors.call_page(alliance, number)
    if call is None:
        raise Http404
    return call


def _context(alliance: Alliance, title: str, **more: Any) -> dict[str, Any]:
    return {
        "alliance": alliance,
        "tab": "projects",
        "page_title": title,
        "pages": project_pages(alliance, "calls"),
        **more,
    }


@require_safe
@alliance_page()
def calls(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The calls, filtered; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = CallFilter(request.GET, queryset=selectors.calls_of(alliance))
    if export := request.GET.get("export"):
        name = f"appels-{alliance.territory.slug}-{alliance.cycle.slug}"
        return export_response(
            export, name, selectors.call_columns(), selectors.call_cells(found.qs)
        )
    context = _context(
        alliance,
        _("Appels de projets"),
        filters=found.form,
        sort=request.GET.get("tri", ""),
        page=Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        room=selectors.room_for(alliance),
        may_manage=can(person_of(request), RIGHT, alliance),
    )
    return render(request, "fqis/calls.html", context)


def _form_page(
    request: HttpRequest, alliance: Alliance, form: CallForm, call: Call | None = None
) -> HttpResponse:
    context = _context(
        alliance,
        _("Modifier l’appel") if call else _("Préparer un appel"),
        form=form,
        call=call,
        room=selectors.room_for(alliance, but=call),
        no_plan=not form.fields["priorities"].queryset.exists(),  # type: ignore[attr-defined]
    )
    return render(request, "fqis/call_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(RIGHT)
def call_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Prepares a call."""
    form = CallForm(request.POST or None, alliance=alliance)
    if request.method == "POST" and form.is_valid():
        try:
            call = services.write_call(alliance, form.terms(), by=person_of(request))
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Appel %(n)s préparé. Relisez-le, puis publiez-le.") % {
                "n": call.number})  # fmt: skip
            return redirect(call.get_absolute_url())
    return _form_page(request, alliance, form)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(RIGHT)
def call_edit(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Writes a prepared call again."""
    call = _call(alliance, number)
    if request.method != "POST" and call.state != Call.State.DRAFT:
        messages.error(request, _("Les règles d’un appel publié ne changent plus."))
        return redirect(call.get_absolute_url())
    form = CallForm(request.POST or None, alliance=alliance, initial=CallForm.initial_of(call))
    if request.method == "POST" and form.is_valid():
        try:
            services.write_call(
                alliance,
                form.terms(),
                by=person_of(request),
                call=call,
                revision=form.cleaned_data["revision"],
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Appel %(n)s enregistré.") % {"n": number})
            return redirect(call.get_absolute_url())
    return _form_page(request, alliance, form, call)


def _page(
    request: HttpRequest,
    alliance: Alliance,
    call: Call,
    *,
    extend: ExtendForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    may_manage = can(person_of(request), RIGHT, alliance)
    received = call.projects.select_related("organisation").order_by("-received_on", "-pk")
    context = _context(
        alliance,
        call.title,
        call=call,
        refusal=refusal,
        may_manage=may_manage,
        may_extend=may_manage and call.phase in ("coming", "open"),
        extend=extend or ExtendForm(call=call),
        room=selectors.room_for(alliance, mrc=call.mrc, sub_region=call.sub_region, but=call),
        received=Paginator(received, PAGE).get_page(request.GET.get("page")),
        lede=_lede(call, received.count()),
        history=JournalEntry.objects.filter(
            target_label="fqis.call", target_id=call.pk
        ).select_related("actor")[:30],
    )
    refused = refusal is not None or extend is not None
    return render(request, "fqis/call.html", context, status=422 if refused else 200)


def _lede(call: Call, received: int) -> str:
    if call.phase == "draft":
        return _("Personne d’autre que l’Alliance ne voit cet appel avant sa publication.")
    return ngettext("%(n)s demande reçue.", "%(n)s demandes reçues.", received) % {"n": received}


@require_safe
@alliance_page()
def call(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """One call with the requests received for it."""
    return _page(request, alliance, _call(alliance, number))


@require_POST
@alliance_page(RIGHT)
def call_publish(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Shows a call to everybody."""
    found = _call(alliance, number)
    revision = request.POST.get("revision", "")
    seen = int(revision) if revision.isascii() and revision.isdecimal() else None
    try:
        services.publish_call(found, by=person_of(request), revision=seen)
    except Refusal as refusal:
        return _page(request, alliance, _call(alliance, number), refusal=refusal)
    messages.success(request, _("Appel publié. Sa page est ouverte à tout le monde."))
    return redirect(found.get_absolute_url())


@require_POST
@alliance_page(RIGHT)
def call_extend(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Puts off the end of a call."""
    found = _call(alliance, number)
    form = ExtendForm(request.POST, call=found)
    if form.is_valid():
        try:
            services.extend_call(found, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Appel prolongé. Sa page le dit."))
            return redirect(found.get_absolute_url())
    return _page(request, alliance, found, extend=form)


@require_POST
@alliance_page(RIGHT)
def call_drop(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Gives up a call that was never published."""
    try:
        services.drop_call(_call(alliance, number), by=person_of(request))
    except Refusal as refusal:
        return _page(request, alliance, _call(alliance, number), refusal=refusal)
    messages.success(request, _("Appel %(n)s abandonné.") % {"n": number})
    return redirect(alliance.url("calls"))
