"""The delay the DGSSAC grants for a plan."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from alliances.templatetags.portal import date_long
from plans import services
from plans.agreement_forms import ExtendForm
from plans.models import Plan
from plans.views.plan import plan_context


@require_POST
@alliance_page("extend_plan")
def extend(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Grants a delay, with its reason."""
    plan = Plan.objects.filter(alliance=alliance).first()
    if plan is None:
        raise Http404
    form = ExtendForm(request.POST, now_due_on=plan.due_on)
    if form.is_valid():
        try:
            granted = services.extend_due_date(plan, by=person_of(request), **form.cleaned_data)
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("plan"))
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("Délai accordé jusqu’au %(day)s. La Table reçoit un avis.")
            messages.success(request, done % {"day": date_long(granted.due_on)})
            return redirect(alliance.url("plan"))
    context = plan_context(request, alliance, extend_form=form, extending=True)
    return render(request, "plans/plan.html", context, status=422)
