"""The page behind an invitation's link: a name, a language, a password."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from alliances.errors import Refusal
from alliances.forms import AcceptForm
from alliances.services import invitations

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required  # the link comes before the account
@never_cache
@sensitive_post_parameters("password1", "password2")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "alliances/invitation.html", {"expired": True}, status=410)
    form = AcceptForm(request.POST or None, invitation=invitation)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = invitations.accept(
                    token,
                    full_name=form.cleaned_data["full_name"],
                    password=form.cleaned_data["password1"],
                    language=form.cleaned_data["language"],
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                login(request, user, backend=BACKEND)
                messages.success(request, _("Votre compte est ouvert. Voici ce qui vous attend."))
                return redirect("/")
    context = {"invitation": invitation, "form": form, "expired": False}
    return render(request, "alliances/invitation.html", context, status=status)
