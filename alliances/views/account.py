"""The account of the person who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances import clock


@require_safe
def account_home(request: HttpRequest) -> HttpResponse:
    memberships = request.user.memberships.active_on(clock.today())  # type: ignore[union-attr]
    context = {"memberships": memberships.select_related("territory")}
    return render(request, "account/home.html", context)
