"""The decisions on a version: open, transmit, give an opinion, return, validate, approve."""

from collections.abc import Callable
from typing import Any

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
from plans.advice import advice_on
from plans.completeness import check as check_version
from plans.decision_forms import (
    ApproveForm,
    DecisionForm,
    NewVersionForm,
    OpinionForm,
    ReturnForm,
    ValidateForm,
)
from plans.models import Plan, PlanVersion
from plans.views.plan import plan_context, version_context
from plans.wording import title_of


@require_POST
@alliance_page("edit_plan")
def new_version(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Opens a modification of the version in force, on the sections chosen."""
    plan = Plan.objects.filter(alliance=alliance).first()
    form = NewVersionForm(request.POST, canvas_id=plan.canvas_id if plan else None)
    if plan is not None and form.is_valid():
        try:
            version = services.open_version(plan, by=person_of(request), **form.cleaned_data)
        except StaleAct as refusal:
            messages.error(request, str(refusal))
            return redirect(alliance.url("plan"))
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("La version %(number)s est ouverte. Elle reprend le plan en vigueur.")
            messages.success(request, done % {"number": version.number})
            first = form.cleaned_data["sections"][0]
            return redirect(alliance.url("plan_section", version.number, first.code))
    context = plan_context(request, alliance, new_version_form=form)
    return render(request, "plans/plan.html", context, status=422)


@require_POST
@alliance_page("edit_plan")
def open_section(request: HttpRequest, alliance: Alliance, number: int, code: str) -> HttpResponse:
    """Opens one more section of a modification."""
    version = selectors.get_version(alliance, number)
    section = selectors.get_section(version, code)
    try:
        services.open_section(version, section, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("La section %(code)s, %(title)s est ouverte : vous pouvez l’écrire.")
        messages.success(request, done % {"code": section.code, "title": section.title})
    return redirect(alliance.url("plan_section", number, code))


@require_POST
@alliance_page("edit_plan")
def abandon(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Gives up a modification that nobody transmitted."""
    version = selectors.get_version(alliance, number)
    try:
        services.abandon_version(version, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_version", number))
    done = _("%(plan)s : abandonné. La version en vigueur ne change pas.")
    messages.success(request, done % {"plan": title_of(version)})
    return redirect(alliance.url("plan"))


def _check_page(
    request: HttpRequest, alliance: Alliance, version: PlanVersion, refusal: Refusal | None = None
) -> HttpResponse:
    reader = person_of(request)
    completeness = check_version(version)
    context = {
        "alliance": alliance,
        "tab": "plan",
        "page_title": _("Vérifier et transmettre"),
        "version": version,
        "title": title_of(version),
        "completeness": completeness,
        "advice": advice_on(version, completeness),
        "corrections": selectors.corrections_of(version, reader),
        "may_submit": can(reader, "submit_plan", alliance),
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
        done = _("%(plan)s : transmis. La DGSSAC et la DGSQ reçoivent un avis.")
        messages.success(request, done % {"plan": title_of(version)})
    return redirect(alliance.url("plan_version", number))


def _decide(
    request: HttpRequest,
    alliance: Alliance,
    number: int,
    *,
    form_class: type[DecisionForm],
    name: str,
    act: Callable[[PlanVersion, Any], object],
    done: str,
    **known: Callable[[PlanVersion], object],
) -> HttpResponse:
    """One decision on a version: its form, its service, its message. ``known`` gives the form
    what it needs to know of the version."""
    version = selectors.get_version(alliance, number)
    facts: dict[str, Any] = {key: find(version) for key, find in known.items()}
    form = form_class(request.POST, version=version, **facts)
    refused: Refusal | None = None
    if form.is_valid():
        try:
            act(version, form)
        except StaleAct as refusal:
            # The text typed is shown again beside who decided first.
            refused = refusal
            form.add_error(NON_FIELD_ERRORS, str(refusal))
            version = selectors.get_version(alliance, number)
        except Refusal as refusal:
            refused = refusal
            field = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
            form.add_error(field, str(refusal))
        else:
            messages.success(request, done % {"plan": title_of(version)})
            return redirect(alliance.url("plan_version", number))
    stale = isinstance(refused, StaleAct)
    shown = {name: form, "refusal": refused, "stale": form if stale else None}
    context = version_context(request, alliance, version, **shown)
    return render(request, "plans/version.html", context, status=409 if stale else 422)


@require_POST
@alliance_page("give_opinion")
def give_opinion(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The DGSQ's opinion on what the Table transmitted."""
    return _decide(
        request,
        alliance,
        number,
        form_class=OpinionForm,
        name="opinion_form",
        act=lambda version, form: services.give_opinion(
            version, by=person_of(request), **form.cleaned_data
        ),
        done=_("%(plan)s : votre avis est donné. La DGSSAC et la Table le lisent."),
    )


@require_POST
@alliance_page("validate_plan")
def return_(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _decide(
        request,
        alliance,
        number,
        form_class=ReturnForm,
        name="return_form",
        points=selectors.to_correct,
        act=lambda version, form: services.return_version(
            version,
            by=person_of(request),
            reason=form.cleaned_data["reason"],
            submitted_at=form.cleaned_data["submitted_at"],
            remarks=form.remarks,
        ),
        done=_("%(plan)s : retourné. La Table reçoit votre motif et reprend le plan."),
    )


@require_POST
@alliance_page("validate_plan")
def validate(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    return _decide(
        request,
        alliance,
        number,
        form_class=ValidateForm,
        name="validate_form",
        opinion=selectors.opinion_on,
        act=lambda version, form: services.validate_version(
            version, by=person_of(request), **form.cleaned_data
        ),
        done=_("%(plan)s : validé. La délégation de la ministre reçoit un avis."),
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
        done=_("%(plan)s : approuvé. La lettre d’approbation part à la Table."),
    )
