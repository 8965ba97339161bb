from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alliances.models import Alliance
from alliances.scoping import alliance_page


def alliance_list(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/alliance_list.html", {})


@alliance_page()
def alliance_overview(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return render(request, "reporting/alliance.html", {"alliance": alliance, "tab": "overview"})
