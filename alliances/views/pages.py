"""The pages that anybody may read."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


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
