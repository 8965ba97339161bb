from django.http import HttpRequest, HttpResponse

from alliances.scoping import alliance_page


@alliance_page()
def add(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def edit(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def remove(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def move(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
