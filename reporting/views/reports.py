from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from alliances.models import Alliance
from alliances.scoping import alliance_page


def report_queue(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/report_queue.html", {})


@alliance_page()
def report_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return render(request, "reporting/reports.html", {"alliance": alliance, "tab": "reports"})
