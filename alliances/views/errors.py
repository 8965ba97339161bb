"""What a person reads when something stops them. Each page says what to do next."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string


def _refusal(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    """Nothing is counted for its navigation: a page that says no must cost little."""
    request.counts_todos = False  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refusal(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The reason is shown when the one who refused wrote it for people."""
    return _refusal(request, "errors/403.html", 403, reason=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refusal(request, "errors/404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: what broke may be what the page needs."""
    return HttpResponseServerError(render_to_string("errors/500.html"))


@login_not_required  # the refusal of a form, whoever sent it
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Shows the texts that were typed, so that they can be copied back."""
    typed = {
        name: value
        for name, value in request.POST.items()
        if name != "csrfmiddlewaretoken" and "password" not in name and str(value).strip()
    }
    return render(request, "errors/csrf.html", {"typed": typed}, status=403)
