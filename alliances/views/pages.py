"""The pages that say the same to everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliances.library import territorial_actions


@login_not_required  # help must open before signing in
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "alliances/pages/aide.html")


@login_not_required  # a public statement
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "alliances/pages/accessibilite.html")


@login_not_required  # a public statement
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "alliances/pages/confidentialite.html")


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """The other territorial actions, for a plan to say how it links with them (annex 1b)."""
    context = {"actions": territorial_actions()}
    return render(request, "alliances/pages/bibliotheque.html", context)
