"""The team of an Alliance: its people, and the seats of its governance."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances import clock, selectors
from alliances.errors import Refusal
from alliances.forms import BodyForm, InviteForm, SeatForm
from alliances.models import Alliance, GovernanceBody
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.services import governance
from alliances.views.people import bring_in


def _page(request: HttpRequest, alliance: Alliance, **forms: object) -> dict[str, object]:
    person = person_of(request)
    may_invite = can(person, "invite_table", alliance)
    return {
        "alliance": alliance,
        "tab": "team",
        "page_title": _("Équipe"),
        "lede": _("Qui travaille à cette Alliance, à la Table, à la DGSQ et à la DGSSAC."),
        "parties": selectors.parties_of(alliance),
        "bodies": selectors.governance_of(alliance),
        "may_invite": may_invite,
        "may_govern": can(person, "edit_governance", alliance),
        "invitations": selectors.pending_invitations(alliance.territory) if may_invite else [],
        "invite_form": InviteForm(territory=alliance.territory),
        "body_form": BodyForm(),
        **forms,
    }


@require_safe
@alliance_page()
def team(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return render(request, "alliances/team.html", _page(request, alliance))


@require_POST
@alliance_page("invite_table")
def invite(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = InviteForm(request.POST, territory=alliance.territory)
    if bring_in(request, form, by=person_of(request), territory=alliance.territory):
        return redirect(alliance.url("team"))
    context = _page(request, alliance, invite_form=form)
    return render(request, "alliances/team.html", context, status=422)


@require_POST
@alliance_page("edit_governance")
def add_body(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = BodyForm(request.POST)
    if form.is_valid():
        try:
            body = governance.add_body(alliance, form.cleaned_data["name"], by=person_of(request))
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("« %(name)s » est ajoutée. Comptez maintenant ses sièges.")
            messages.success(request, done % {"name": body.name})
            return redirect(alliance.url("governance_count", body.pk))
    context = _page(request, alliance, body_form=form)
    return render(request, "alliances/team.html", context, status=422)


@alliance_page("edit_governance")
def count_seats(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Counts the seats of a body on a day."""
    body = get_object_or_404(GovernanceBody, pk=pk, alliance=alliance)
    form = SeatForm(request.POST or None, initial=_last_count(body, clock.today()))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                governance.count_seats(body, by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("Sièges comptés : %(name)s.") % {"name": body.name})
                return redirect(alliance.url("team"))
    context = {
        "alliance": alliance,
        "tab": "team",
        "page_title": body.name,
        "lede": _(
            "Combien de sièges, et combien sont tenus par des personnes en situation de pauvreté."
        ),
        "body": body,
        "form": form,
    }
    return render(request, "alliances/governance.html", context, status=status)


def _last_count(body: GovernanceBody, day: date) -> dict[str, object]:
    last = body.counts.first()
    if last is None:
        return {"on": day}
    return {"on": day, "seats": last.seats, "lived_experience": last.lived_experience}
