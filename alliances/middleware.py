"""What surrounds every request: its number, its language, its session, its identity."""

import logging
import time
import uuid
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from . import clock, logs
from .identity import acting_as
from .models import Membership, User

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("alliances.requests")


class RequestLogMiddleware:
    """Numbers each request, says the number in ``X-Request-Id``, writes one event at the end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        logs.set_context(logs.EventContext(request_id=request_id))
        started = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        logger.info(
            "request",
            extra={
                "method": request.method,
                "route": match.view_name if match else "",
                "status": response.status_code,
                "ms": round((time.monotonic() - started) * 1000),
            },
        )
        response["X-Request-Id"] = request_id
        return response


class LanguageMiddleware:
    """The person's language, else the one chosen on this browser, else French."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = dict(settings.LANGUAGES)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.user.is_authenticated:
            chosen = request.user.language
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class SlidingSessionMiddleware:
    """A session lasts so many minutes after the last visit; the row is written every five."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            moment = int(time.time())
            if moment - request.session.get("seen", 0) >= 300:
                request.session["seen"] = moment
        return self.get_response(request)


class SignInRequiredMiddleware:
    """Every page needs a person, except those marked ``login_not_required`` with a reason.

    A form posted after the session ended is not lost: the answer shows the texts that were typed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.method == "POST":
            return _session_ended(request)
        if request.htmx:  # type: ignore[attr-defined]
            response = HttpResponse(status=401)
            response["HX-Refresh"] = "true"
            return response
        return redirect_to_login(request.get_full_path())


def _session_ended(request: HttpRequest) -> HttpResponse:
    back = urlsplit(request.headers.get("Referer", request.path))
    path = "/" + back.path.lstrip("/") + (f"?{back.query}" if back.query else "")
    sign_in = f"{reverse('account_login')}?{urlencode({'next': path})}"
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"session": "ended", "sign_in": sign_in}, status=401)
    typed = {
        name: value
        for name, value in request.POST.items()
        if name != "csrfmiddlewaretoken" and "password" not in name and str(value).strip()
    }
    context = {"typed": typed, "sign_in": sign_in}
    return render(request, "errors/session_ended.html", context, status=401)


class SecondFactorMiddleware:
    """Where the second factor is required, ministry roles set one before anything else."""

    open_prefixes = ("/compte/", "/sante/", "/langue/", "/static/", "/session/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MFA_REQUIRED and self._must_set_one(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_set_one(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(self.open_prefixes):
            return False
        if request.session.get("second_factor"):
            return False
        person = request.user
        with acting_as(person):
            memberships = Membership.objects.active_on(clock.today()).filter(user=person)
            if not memberships.of_ministry().exists():
                return False
        if not person.authenticator_set.exists():  # type: ignore[attr-defined]
            return True
        request.session["second_factor"] = True
        return False


class IdentityMiddleware:
    """Binds the person to the transaction that holds the whole view and its rendering.

    A failed response gives back everything it wrote. Probes stay outside: they must answer when
    the database does not.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/sante/"):
            return self.get_response(request)
        user: User | AnonymousUser = request.user
        person = user if isinstance(user, User) or user.is_authenticated else None
        if person is not None:
            logs.add_context(person=person.pk)
        with acting_as(person):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
