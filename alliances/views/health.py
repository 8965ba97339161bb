"""Signs of life for probes: words only, never a detail."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from alliances import health


@login_not_required  # a probe has no account
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"etat": "ok"})


@login_not_required  # a probe has no account
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 as soon as one part does not answer."""
    parts = health.check()
    good = all(parts.values())
    words = {name: "ok" if state else "ko" for name, state in parts.items()}
    return JsonResponse({"etat": "ok" if good else "ko", **words}, status=200 if good else 503)
