"""The session and the language: what a page asks for without leaving it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from alliances.scoping import person_of
from alliances.services import people

YEAR = 365 * 24 * 60 * 60


@require_POST
def ping(request: HttpRequest) -> HttpResponse:
    """Keeps the session: the answer says how many seconds it still lasts."""
    request.session.modified = True
    return JsonResponse({"seconds": settings.SESSION_COOKIE_AGE})


@login_not_required  # the sign-in page also exists in English
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the language on the person, and on the browser for the pages before signing in."""
    language = request.POST.get("language", "")
    response = redirect(local_address(request, request.POST.get("next", "")))
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            people.set_language(person_of(request), language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def local_address(request: HttpRequest, address: str, otherwise: str = "/") -> str:
    """``address`` when it stays in the portal; what a form says never leads elsewhere."""
    if address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts=None, require_https=request.is_secure()
    ):
        return address
    return otherwise
