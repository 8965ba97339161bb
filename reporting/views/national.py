from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def national(request: HttpRequest) -> HttpResponse:
    return render(request, "reporting/national.html", {})
