"""« Remplacer pendant une absence » : the page of who manages people."""

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Membership
from alliances.people_forms import StandInForm
from alliances.permissions import may_be_replaced
from alliances.scoping import person_of
from alliances.services import stand_ins as services
from alliances.templatetags.portal import date_long
from alliances.views.people import managed


@managed
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a role of an absent person to somebody else between two days."""
    absence = get_object_or_404(Membership.objects.select_related("user", "territory"), pk=pk)
    form = StandInForm(request.POST or None, absence=absence)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.stand_in(absence, by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                known = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
                form.add_error(known, str(refusal))
            else:
                done = _("%(person)s remplace %(absent)s du %(start)s au %(end)s.")
                words = {
                    "person": made.user,
                    "absent": absence.user,
                    "start": date_long(made.starts_on),
                    "end": date_long(made.ends_on),
                }
                messages.success(request, done % words)
                return redirect("person", absence.user_id)
    context = {
        "absence": absence,
        "may_be_replaced": may_be_replaced(absence),
        "form": form,
        "crumbs": [
            {"label": _("Personnes"), "url": reverse("people")},
            {"label": absence.user.full_name, "url": reverse("person", args=[absence.user_id])},
            {"label": _("Remplacer"), "url": ""},
        ],
    }
    return render(request, "alliances/stand_in.html", context, status=status)
