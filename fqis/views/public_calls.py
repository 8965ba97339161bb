"""What anybody reads of the calls for projects, without an account (guide 2024, §4.2)."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.limits import too_many
from fqis.forms.calls import LinkForm
from fqis.selectors import calls as selectors
from fqis.services import applications
from fqis.views.acts import add_refusal

MOST_LINKS = 10
View = Callable[..., HttpResponseBase]


def as_portal(view: View) -> View:
    """The portal reads for whoever asks, what it shows to everybody and nothing else."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        with acting_as_portal():
            return view(request, *args, **kwargs)

    return wrapped


@login_not_required  # a call for projects is for everybody
@require_safe
@as_portal
def public_calls(request: HttpRequest) -> HttpResponse:
    """The territories, with the number of their open calls."""
    context = {"territories": selectors.public_territories()}
    return render(request, "fqis/public_calls.html", context)


@login_not_required  # a territory says to everybody how it chooses
@require_safe
@as_portal
def public_territory(request: HttpRequest, place: str) -> HttpResponse:
    """The calls of a territory, how it receives requests, how and how often it chooses."""
    page = selectors.public_page_of(place)
    if page is None:
        raise Http404
    with words_of(page.alliance.cycle):
        return render(
            request, "fqis/public_territory.html", {"calls": page, "alliance": page.alliance}
        )


@login_not_required  # an organisation applies without an account
@require_http_methods(["GET", "HEAD", "POST"])
@as_portal
def public_call(request: HttpRequest, place: str, cycle: str, number: str) -> HttpResponse:
    """One call; posted, an address that asks for the link of its application."""
    call = selectors.public_call(place, cycle, number)
    if call is None:
        raise Http404
    language = (get_language() or "fr")[:2]
    form = LinkForm(request.POST or None, initial={"language": language})
    status = 200
    with words_of(call.alliance.cycle):
        if request.method == "POST":
            status = 422
            if too_many(request, "application-link", MOST_LINKS):
                form.add_error(None, _("Trop de demandes. Attendez cinq minutes."))
                status = 429
            elif form.is_valid():
                try:
                    applications.ask_link(call, **form.cleaned_data)
                except Refusal as refusal:
                    add_refusal(form, refusal)
                else:
                    messages.success(
                        request,
                        _("Un lien part à %(email)s. Ouvrez-le pour écrire votre demande.")
                        % {"email": form.cleaned_data["email"]},
                    )
                    return redirect(call.public_url)
        context = {
            "call": call,
            "alliance": call.alliance,
            "form": form,
            "is_open": call.is_open_at(clock.now()),
        }
        return render(request, "fqis/public_call.html", context, status=status)
