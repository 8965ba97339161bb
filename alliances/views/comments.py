"""Remarks, on any object whose application registered it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.errors import Refusal
from alliances.forms import CommentForm
from alliances.models import Alliance, Comment, User
from alliances.permissions import require
from alliances.scoping import person_of
from alliances.services import comments
from alliances.views.session import local_address


def _answered(request: HttpRequest, alliance: Alliance, pk: int | None) -> Comment | None:
    """The remark that is answered; 404 when the person does not read it."""
    return get_object_or_404(Comment, pk=pk, alliance=alliance) if pk else None


def _refused(request: HttpRequest, form: CommentForm, back: str, *, ministry: bool) -> HttpResponse:
    """The remark as it was typed, with what to mend; what was reserved stays reserved."""
    context = {"form": form, "back": back, "ministry": ministry}
    return render(request, "alliances/remark.html", context, status=422)


@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Publishes a remark or an answer, then goes back to where it was written."""
    form = CommentForm(request.POST)
    back = local_address(request, request.POST.get("next", ""))
    person = person_of(request)
    form.is_valid()
    typed = form.cleaned_data
    found = comments.find_target(typed.get("target_label", ""), typed.get("target_id") or 0)
    if found is None:
        raise Http404
    target, alliance = found
    require(person, "comment", alliance)
    answers = _answered(request, alliance, typed.get("answers"))
    asked = typed.get("audience") == Comment.Audience.MINISTRY
    ministry = answers.is_ministry_only if answers else asked
    if form.errors:
        return _refused(request, form, back, ministry=ministry)
    try:
        comment = comments.post_comment(
            target,
            by=person,
            alliance=alliance,
            body=typed["body"],
            field=typed["field"],
            quote=typed["quote"],
            audience=typed["audience"] or Comment.Audience.ALL,
            answers=answers,
        )
    except Refusal as refusal:
        known = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
        form.add_error(known, str(refusal))
        return _refused(request, form, back, ministry=ministry)
    done = _("Remarque publiée. Visible par : %(who)s.")
    messages.success(request, done % {"who": comment.get_audience_display()})
    return redirect(back)


def _change(
    request: HttpRequest, pk: int, act: Callable[[Comment, User], object], done: str
) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.select_related("alliance"), pk=pk)
    person = person_of(request)
    require(person, "comment", comment.alliance)
    try:
        act(comment, person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(local_address(request, request.POST.get("next", "")))


@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a thread."""
    return _change(
        request,
        pk,
        lambda comment, person: comments.resolve_comment(comment, by=person),
        _("Remarque réglée. Elle reste lisible."),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a closed thread again."""
    return _change(
        request,
        pk,
        lambda comment, person: comments.reopen_comment(comment, by=person),
        _("Remarque rouverte."),
    )
