"""The account of the person who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances import clock
from alliances.models import Membership
from alliances.scoping import person_of


@require_safe
def account_home(request: HttpRequest) -> HttpResponse:
    memberships = Membership.objects.active_on(clock.today()).filter(user=person_of(request))
    context = {"memberships": memberships.select_related("territory")}
    return render(request, "account/home.html", context)
