"""The people of an Alliance: those who hold a role, and those invited."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances import selectors
from alliances.forms import InviteForm
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.tabs import team_pages
from alliances.views.people import bring_in


def _page(request: HttpRequest, alliance: Alliance, **forms: object) -> dict[str, object]:
    person = person_of(request)
    may_invite = can(person, "invite_table", alliance)
    return {
        "alliance": alliance,
        "tab": "team",
        "pages": team_pages(alliance, "team"),
        "page_title": _("Équipe"),
        "lede": _("Qui travaille à cette Alliance, à la Table, à la DGSQ et à la DGSSAC."),
        "parties": selectors.parties_of(alliance),
        "may_invite": may_invite,
        "invitations": selectors.pending_invitations(alliance.territory) if may_invite else [],
        "invite_form": InviteForm(territory=alliance.territory),
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
