"""The bodies that decide on an Alliance: their mandate, their seats, their end."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances import clock, registers
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import Alliance, GovernanceBody
from alliances.permissions import can
from alliances.register_forms import BodyForm, DayForm, SeatForm
from alliances.scoping import alliance_page, person_of
from alliances.services import governance
from alliances.views.registers import (
    EDIT,
    act_on_a_day,
    file_name,
    form_page,
    register_page,
    save_form,
)


@require_safe
@alliance_page()
def bodies(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    found = registers.bodies_of(alliance)
    if export := request.GET.get("export"):
        columns, rows = registers.body_columns(), registers.body_rows(found)
        return export_response(export, file_name(alliance, "instances"), columns, rows)
    history = registers.seat_history(found)
    context = register_page(
        request,
        alliance,
        "bodies",
        _("Instances"),
        lede=_("Qui décide de l’Alliance. Les sièges se comptent, personne n’est nommé."),
        bodies=found,
        totals=registers.seat_totals(found),
        history=history,
        trend=registers.trend_words(history),
    )
    return render(request, "alliances/registers_bodies.html", context)


def _body(alliance: Alliance, pk: int) -> GovernanceBody:
    body = get_object_or_404(GovernanceBody, pk=pk, alliance=alliance)
    body.alliance = alliance
    return body


def _body_page(
    request: HttpRequest,
    alliance: Alliance,
    pk: int,
    *,
    form: SeatForm | None = None,
    day_form: DayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _body(alliance, pk)
    seats = registers.BodySeats(found, list(found.counts.all()))
    last = seats.latest
    day = {"on": clock.today()}
    known = {"seats": last.seats, "lived_experience": last.lived_experience} if last else {}
    may_read = can(person_of(request), "view_journal", alliance)
    context = register_page(
        request,
        alliance,
        "bodies",
        found.name,
        body=found,
        seats=seats,
        form=form or SeatForm(initial={**day, **known}),
        day_form=day_form or DayForm(initial={**day, "revision": found.revision}),
        history=registers.history_of(found) if may_read else [],
    )
    return render(request, "alliances/registers_body.html", context, status=status)


@require_safe
@alliance_page()
def body(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return _body_page(request, alliance, pk)


@require_POST
@alliance_page(EDIT)
def body_count(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Counts the seats of a body on a day."""
    found = _body(alliance, pk)
    form = SeatForm(request.POST)
    if form.is_valid():
        try:
            governance.count_seats(found, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Sièges comptés : %(name)s.") % {"name": found.name})
            return redirect(alliance.url("body", pk))
    return _body_page(request, alliance, pk, form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def body_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = BodyForm(request.POST or None)
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        added, status, more = save_form(
            form,
            lambda: governance.add_body(alliance, by=person_of(request), **form.values),
            dict,
        )
        if added:
            done = _("« %(name)s » est ajoutée. Comptez maintenant ses sièges.")
            messages.success(request, done % {"name": added.name})
            return redirect(alliance.url("body", added.pk))
    return form_page(
        request,
        alliance,
        form,
        here="bodies",
        title=_("Ajouter une instance"),
        verb=_("Ajouter l’instance"),
        back=alliance.url("bodies"),
        status=status,
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(EDIT)
def body_edit(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    found = _body(alliance, pk)
    form = BodyForm(request.POST or None, initial=BodyForm.initial_of(found))
    status = 200
    more: dict[str, Any] = {}
    if request.method == "POST":
        saved, status, more = save_form(
            form,
            lambda: governance.change_body(
                found, by=person_of(request), revision=form.cleaned_data["revision"], **form.values
            ),
            lambda: BodyForm.initial_of(_body(alliance, pk)),
        )
        if saved:
            messages.success(request, _("« %(name)s » est à jour.") % {"name": saved})
            return redirect(alliance.url("body", pk))
    return form_page(
        request,
        alliance,
        form,
        here="bodies",
        title=_("Modifier l’instance"),
        lede=found.name,
        verb=_("Enregistrer l’instance"),
        back=alliance.url("body", pk),
        status=status,
        **more,
    )


@require_POST
@alliance_page(EDIT)
def body_close(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    found, form = _body(alliance, pk), DayForm(request.POST)
    act = partial(governance.close_body, found, by=person_of(request))
    done, status = act_on_a_day(form, act)
    if not done:
        return _body_page(request, alliance, pk, day_form=form, status=status)
    messages.success(request, _("La dissolution de « %(name)s » est consignée.") % {"name": found})
    return redirect(alliance.url("body", pk))


@require_POST
@alliance_page(EDIT)
def body_reopen(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    found = _body(alliance, pk)
    try:
        governance.reopen_body(found, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("« %(name)s » siège de nouveau.") % {"name": found})
    return redirect(alliance.url("body", pk))
