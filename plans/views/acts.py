from django.http import HttpRequest, HttpResponse

from alliances.scoping import alliance_page


@alliance_page()
def new_version(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def check(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def submit(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def return_(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def validate(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)


@alliance_page()
def approve(request: HttpRequest, alliance: object, **kwargs: object) -> HttpResponse:
    return HttpResponse(status=501)
