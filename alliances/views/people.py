"""Administration: people, their roles, their invitations."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances import selectors
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.forms import GrantForm, InviteForm, PeopleFilter
from alliances.models import Invitation, Membership, User
from alliances.permissions import require
from alliances.scoping import person_of
from alliances.services import invitations
from alliances.services import people as services
from alliances.views.session import local_address

PAGE = 50
View = Callable[..., HttpResponse]


def managed(view: View) -> View:
    """Only for who manages people (403)."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        require(person_of(request), "manage_people")
        return view(request, *args, **kwargs)

    return wrapped


def _people_page(request: HttpRequest, form: InviteForm) -> dict[str, object]:
    found = PeopleFilter(request.GET, queryset=selectors.people())
    return {
        "filters": found.form,
        "page": Paginator(found.qs, PAGE).get_page(request.GET.get("page")),
        "invitations": selectors.pending_invitations(),
        "stand_ins": selectors.stand_ins(),
        "form": form,
    }


@require_safe
@managed
def people(request: HttpRequest) -> HttpResponse:
    if export := request.GET.get("export"):
        found = PeopleFilter(request.GET, queryset=selectors.people())
        rows = selectors.people_rows(found.qs)
        return export_response(export, "personnes", selectors.people_columns(), rows)
    return render(request, "alliances/people.html", _people_page(request, InviteForm()))


@require_POST
@managed
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if bring_in(request, form, by=person_of(request)):
        return redirect("people")
    return render(request, "alliances/people.html", _people_page(request, form), status=422)


def bring_in(request: HttpRequest, form: InviteForm, *, by: User, **fixed: object) -> bool:
    """Invites or gives the role, and says which on the next page; False leaves errors to show."""
    if not form.is_valid():
        return False
    try:
        outcome = invitations.bring_in(by=by, **{**form.cleaned_data, **fixed})
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    if isinstance(outcome, Membership):
        done = _("%(person)s a maintenant le rôle %(role)s.")
        messages.success(request, done % {"person": outcome.user, "role": outcome.role_label})
    else:
        say_invited(request, outcome)
    return True


def say_invited(request: HttpRequest, invitation: Invitation) -> None:
    """Tells that the letter leaves, and shows the link this once."""
    done = _("L’invitation part à %(email)s. Voici son lien, montré cette seule fois :")
    text = format_html(
        '{} <span class="secret">{}</span>',
        done % {"email": invitation.email},
        invitations.link_of(invitation),
    )
    messages.success(request, text)


def _person_page(request: HttpRequest, user: User, form: GrantForm) -> dict[str, object]:
    held = selectors.roles_of(user)
    return {
        "person": user,
        "crumbs": [
            {"label": _("Personnes"), "url": reverse("people")},
            {"label": user.full_name, "url": ""},
        ],
        "form": form,
        "open_roles": [one for one in held if one.ended_at is None],
        "ended_roles": [one for one in held if one.ended_at is not None],
        "is_me": user.pk == request.user.pk,
    }


def _person(pk: int) -> User:
    return get_object_or_404(User, pk=pk, is_portal=False)


@require_safe
@managed
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "alliances/person.html", _person_page(request, _person(pk), GrantForm()))


@require_POST
@managed
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    user, form = _person(pk), GrantForm(request.POST)
    if form.is_valid():
        try:
            membership = services.grant_role(user, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            done = _("%(person)s a maintenant le rôle %(role)s.")
            messages.success(request, done % {"person": user, "role": membership.role_label})
            return redirect("person", user.pk)
    return render(request, "alliances/person.html", _person_page(request, user, form), status=422)


@require_POST
@managed
def set_access(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens or closes an account."""
    user, active = _person(pk), request.POST.get("access") == "open"
    try:
        services.set_access(user, active=active, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        opened, closed = (
            _("Le compte de %(person)s est ouvert."),
            _("Le compte de %(person)s est fermé. Ses actes et ses rôles restent au journal."),
        )
        messages.success(request, (opened if active else closed) % {"person": user})
    return redirect("person", user.pk)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a role back: who manages people, or who may give that role on that territory."""
    by = person_of(request)
    membership = get_object_or_404(
        Membership.objects.select_related("user", "territory"), pk=pk, ended_at=None
    )
    require_gift(by, membership)
    try:
        services.end_role(membership, by=by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%(person)s n’a plus le rôle %(role)s.")
        said = {"person": membership.user, "role": membership.role_label}
        messages.success(request, done % said)
    return redirect(local_address(request, request.POST.get("next", "")))


def require_gift(by: User, of: Membership | Invitation) -> None:
    """404 outside the person's territories, 403 inside without the right to give this role."""
    if services.may_give(by, of.role, of.territory):
        return
    require(by, "manage_people" if of.territory is None else "invite_table", of.territory)
    require(by, "manage_people")


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    invitation = get_object_or_404(Invitation.objects.select_related("territory"), pk=pk)
    require_gift(person_of(request), invitation)
    return invitation


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        invitation = invitations.resend(_invitation(request, pk), by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        say_invited(request, invitation)
    return redirect(local_address(request, request.POST.get("next", "")))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = _invitation(request, pk)
    try:
        invitations.cancel(invitation, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("L’invitation de %(email)s est annulée. Son lien ne s’ouvre plus.")
        messages.success(request, done % {"email": invitation.email})
    return redirect(local_address(request, request.POST.get("next", "")))
