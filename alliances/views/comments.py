"""Remarks, on any object whose application registered it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.errors import Refusal
from alliances.forms import CommentForm
from alliances.models import Comment
from alliances.permissions import require
from alliances.scoping import person_of
from alliances.services import comments
from alliances.views.session import local_address


@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Publishes a remark or an answer, then goes back to where it was written."""
    form = CommentForm(request.POST)
    back = local_address(request, request.POST.get("next", ""))
    if not form.is_valid():
        said = [str(one) for found in form.errors.values() for one in found]
        messages.error(request, " ".join(said))
        return redirect(back)
    typed = form.cleaned_data
    found = comments.find_target(typed["target_label"], typed["target_id"])
    if found is None:
        raise Http404
    target, alliance = found
    person = person_of(request)
    require(person, "comment", alliance)
    answers = (
        get_object_or_404(Comment, pk=typed["answers"], alliance=alliance)
        if typed["answers"]
        else None
    )
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
        messages.error(request, str(refusal))
        return redirect(back)
    done = _("Remarque publiée. Visible par : %(who)s.")
    messages.success(request, done % {"who": comment.get_audience_display()})
    return redirect(back)


@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a thread."""
    comment = get_object_or_404(Comment.objects.select_related("alliance"), pk=pk)
    person = person_of(request)
    require(person, "comment", comment.alliance)
    back = local_address(request, request.POST.get("next", ""))
    try:
        comments.resolve_comment(comment, by=person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Remarque réglée. Elle reste lisible."))
    return redirect(back)
