from django.http import HttpRequest, HttpResponse

from alliances.scoping import alliance_page


@alliance_page()
def write(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def section(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def text(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
