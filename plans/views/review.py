"""The page « Analyse » : the analyst's checklist, with the plan's section beside each point."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance
from alliances.permissions import can, role_of
from alliances.scoping import alliance_page, person_of
from plans import selectors, services
from plans.decision_forms import ReviewForm
from plans.models import PlanVersion
from plans.services import PointConflict
from plans.wording import state_words, title_of


def _page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    form: ReviewForm,
    review: selectors.Review,
    status: int,
) -> HttpResponse:
    reader = person_of(request)
    context = {
        "alliance": alliance,
        "tab": "plan",
        "version": version,
        "title": title_of(version),
        "state": state_words(version, reader),
        "review": review,
        "form": form,
        "opinion": selectors.opinion_on(version),
        "may_review": _may_review(request, version),
    }
    return render(request, "plans/review.html", context, status=status)


def _may_review(request: HttpRequest, version: PlanVersion) -> bool:
    submitted = version.state == PlanVersion.State.SUBMITTED
    return submitted and can(person_of(request), "validate_plan", version)


@alliance_page()
def review(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The ministry reads the checklist; the analyst decides on one point or on several."""
    reader = person_of(request)
    role = role_of(reader, alliance)
    right = "validate_plan" if request.method == "POST" else None
    if role is None or not role.is_ministry or (right and not can(reader, right, alliance)):
        raise PermissionDenied
    version = selectors.get_version(alliance, number)
    if version.submitted_at is None:
        return redirect(alliance.url("plan_version", number))
    found = selectors.review_of(version, reader)
    if request.method != "POST":
        form = ReviewForm(version=version, lines=found.lines)
        return _page(request, alliance, version, form, found, 200)
    form = ReviewForm(request.POST, version=version, lines=found.lines)
    form.is_valid()
    try:
        changed = services.save_points(
            version,
            form.entries(),
            by=reader,
            submitted_at=form.cleaned_data.get("submitted_at"),
        )
    except PointConflict as conflict:
        form.show_others(conflict.rows)
        form.add_error(None, str(conflict))
        return _page(request, alliance, version, form, found, 409)
    except StaleAct as refusal:
        form.add_error(None, str(refusal))
        return _page(request, alliance, version, form, found, 409)
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, alliance, version, form, found, 422)
    if form.errors:
        found = selectors.review_of(version, reader)
        return _page(request, alliance, version, form, found, 422)
    done = ngettext("%(n)s point enregistré.", "%(n)s points enregistrés.", changed)
    messages.success(request, done % {"n": changed} if changed else _("Rien n’a changé."))
    only = request.POST.get("point", "")
    anchor = f"#point-{only}" if only.isdecimal() else ""
    return redirect(alliance.url("plan_review", number) + anchor)
