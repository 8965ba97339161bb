"""Where an Alliance's fiduciary receives its notices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.payments import ContactForm
from fqis.views.finances import finances_context


@require_POST
@alliance_page("prepare_convention")
def fiduciary(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Writes the fiduciary's address, or takes it away."""
    if alliance.fiduciary is None:
        messages.error(request, _("Cette alliance n’a pas de fiduciaire."))
        return redirect(alliance.url("finances"))
    form = ContactForm(request.POST)
    if form.is_valid():
        services.set_contact(
            alliance.fiduciary, form.cleaned_data["email"], by=person_of(request), alliance=alliance
        )
        messages.success(request, _("Courriel du fiduciaire enregistré."))
        return redirect(alliance.url("finances"))
    context = finances_context(request, alliance) | {"contact_form": form}
    return render(request, "fqis/finances.html", context, status=422)
