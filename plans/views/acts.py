"""The decisions on a version: open, transmit, return, validate, approve."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from plans import selectors, services
from plans.completeness import check as check_version
from plans.forms import ApproveForm, DecisionForm, NewVersionForm, ReturnForm
from plans.models import Plan, PlanVersion
from plans.views.plan import plan_context, version_context
from plans.wording import title_of


@require_POST
@alliance_page("edit_plan")
def new_version(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Opens a version that starts from the one in force."""
    plan = Plan.objects.filter(alliance=alliance).first()
    form = NewVersionForm(request.POST)
    if plan is not None and form.is_valid():
        try:
            version = services.open_version(
                plan, by=person_of(request), reason=form.cleaned_data["reason"]
            )
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("plan"))
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("La version %(number)s est ouverte. Elle reprend le plan en vigueur.")
            messages.success(request, done % {"number": version.number})
            return redirect(alliance.url("plan_write", version.number))
    context = plan_context(request, alliance, new_version_form=form)
    return render(request, "plans/plan.html", context, status=422)


def _check_page(
    request: HttpRequest, alliance: Alliance, version: PlanVersion, refusal: Refusal | None = None
) -> HttpResponse:
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Vérifier et transmettre"),
        "version": version,
        "title": title_of(version),
        "completeness": check_version(version),
        "may_submit": can(person_of(request), "submit_plan", alliance),
        "refusal": refusal,
    }
    return render(request, "plans/check.html", context, status=422 if refusal else 200)


@require_safe
@alliance_page("edit_plan")
def check(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """What the guide requires, point by point, before the plan leaves."""
    version = selectors.get_version(alliance, number)
    if not version.is_writable:
        return redirect(alliance.url("plan_version", number))
    return _check_page(request, alliance, version)


@require_POST
@alliance_page("submit_plan")
def submit(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    version = selectors.get_version(alliance, number)
    try:
        services.submit_version(version, by=person_of(request))
    except StaleAct as refusal:
        messages.error(request, str(refusal))
    except Refusal as refusal:
        return _check_page(request, alliance, version, refusal)
    else:
        done = _("%(plan)s : transmis. La DGSSAC et la DGSQ reçoivent un avis.")
        messages.success(request, done % {"plan": title_of(version)})
    return redirect(alliance.url("plan_version", number))


def _decide(
    request: HttpRequest,
    alliance: Alliance,
    number: int,
    *,
    form_class: type[DecisionForm],
    name: str,
    act: Callable[[PlanVersion, DecisionForm], object],
    done: str,
) -> HttpResponse:
    """One decision on a version: its form, its service, its message."""
    version = selectors.get_version(alliance, number)
    form = form_class(request.POST, version=version)
    if form.is_valid():
        try:
            act(version, form)
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("plan_version", number))
        except Refusal as refusal:
            form.add_error(refusal.field or NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, done % {"plan": title_of(version)})
            return redirect(alliance.url("plan_version", number))
    context = version_context(request, alliance, version, **{name: form})
    return render(request, "plans/version.html", context, status=422)


@require_POST
@alliance_page("validate_plan")
def return_(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _decide(
        request,
        alliance,
        number,
        form_class=ReturnForm,
        name="return_form",
        act=lambda version, form: services.return_version(
            version, by=person_of(request), **form.cleaned_data
        ),
        done=_("%(plan)s : retourné. La Table reçoit votre motif et reprend le plan."),
    )


@require_POST
@alliance_page("validate_plan")
def validate(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _decide(
        request,
        alliance,
        number,
        form_class=DecisionForm,
        name="validate_form",
        act=lambda version, form: services.validate_version(
            version, by=person_of(request), **form.cleaned_data
        ),
        done=_("%(plan)s : validé. La délégation de la ministre reçoit un avis."),
    )


@require_POST
@alliance_page("approve_plan")
def approve(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _decide(
        request,
        alliance,
        number,
        form_class=ApproveForm,
        name="approve_form",
        act=lambda version, form: services.approve_version(
            version, by=person_of(request), **form.cleaned_data
        ),
        done=_("%(plan)s : approuvé. La lettre d’approbation part à la Table."),
    )
