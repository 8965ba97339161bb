"""The page behind the link of an application: written, saved, joined, sent, without an account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliances import clock
from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.limits import too_many
from alliances.models import Document, User
from fqis.acknowledgements import KIND
from fqis.forms.applications import Sheets, content_of, kept_names
from fqis.models import Application
from fqis.services import applications
from fqis.services.applications import Door, Opened
from fqis.services.submissions import missing_papers, submit_application
from fqis.views.public_calls import as_portal
from fqis.wording import time_fr

MOST_TRIES = 30
MOST_LINKS = 10


def _cookie(token: str) -> str:
    """One cookie for each application, whatever the round of its link."""
    return f"demande-{token.split('.')[0]}"


def _opened(request: HttpRequest, token: str) -> Opened:
    return applications.find(token, request.COOKIES.get(_cookie(token), ""))


@login_not_required  # the link stands for an account
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@as_portal
def application(request: HttpRequest, token: str) -> HttpResponse:
    """The application as its link opens it; posted, one of its acts."""
    opened = _opened(request, token)
    row = opened.application
    if row is None:
        if too_many(request, "application-token", MOST_TRIES):
            return _closed(request, opened, status=429)
        return _closed(request, opened, status=404)
    with words_of(row.call.alliance.cycle, row.language), override(row.language):
        act = request.POST.get("act", "") if request.method == "POST" else "read"
        if act == "renew":
            response = _renew(request, token)
        elif act == "open":
            response = _open(request, token)
        elif opened.door is not Door.OPEN:
            response = _closed(request, opened)
        elif row.state == Application.State.SUBMITTED:
            response = _sent(request, token, row, stale=request.method == "POST")
        elif request.method == "POST":
            response = _act(request, token, row, act)
        else:
            response = _page(request, row, Sheets.of_draft(row))
        response.headers["Content-Language"] = row.language
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def _closed(request: HttpRequest, opened: Opened, *, status: int | None = None) -> HttpResponse:
    """What a link that does not open says, and the way to another."""
    new = opened.door is Door.NEW
    if request.headers.get("Accept", "").startswith("application/json"):
        said = _("Ce lien ne sert plus ici. Copiez votre texte, puis demandez un autre lien.")
        return JsonResponse({"message": said}, status=410)
    context = {"door": str(opened.door), "row": opened.application}
    status = status or (200 if new else 410)
    return render(request, "fqis/application_closed.html", context, status=status)


def _renew(request: HttpRequest, token: str) -> HttpResponse:
    if too_many(request, "application-link", MOST_LINKS):
        return _closed(request, Opened(Door.UNKNOWN), status=429)
    applications.renew_link(token)
    return render(request, "fqis/application_closed.html", {"door": "sent"})


def _open(request: HttpRequest, token: str) -> HttpResponse:
    try:
        row, secret = applications.open_link(token)
    except Refusal:
        return _closed(request, _opened(request, token))
    response = redirect("application", token)
    response.set_cookie(
        _cookie(token),
        secret,
        expires=row.link_expires_at,
        path="/demandes/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _act(request: HttpRequest, token: str, row: Application, act: str) -> HttpResponse:
    """Saves what is typed, then does what was asked."""
    if request.headers.get("X-Autosave"):
        return _autosave(request, row)
    try:
        row = applications.save_draft(
            row, content_of(request.POST, more=act == "more"), revision=_revision(request)
        )
        if request.POST.get("remove", "").isdecimal():
            applications.remove_file(row, int(request.POST["remove"][:18]))
        elif act == "attach":
            _attach(request, row)
    except Refusal as refusal:
        sheets = Sheets(row.call, request.POST.copy())
        sheets.form.full_clean()
        sheets.form.errors.clear()
        return _page(request, row, sheets, refusal=refusal)
    row = applications.find(token, request.COOKIES.get(_cookie(token), "")).application or row
    if act == "submit":
        return _submit(request, token, row)
    messages.success(
        request, _("Demande enregistrée à %(time)s.") % {"time": time_fr(row.saved_at)}
    )
    return redirect("application", token)


def _autosave(request: HttpRequest, row: Application) -> HttpResponse:
    names = [*request.POST.get("autosave_fields", "").split(), *_counts(request)]
    try:
        row = applications.save_draft(
            row, content_of(request.POST), revision=_revision(request), names=kept_names(names)
        )
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    return JsonResponse({"fields": {"revision": row.revision}, "at": time_fr(row.saved_at)})


def _counts(request: HttpRequest) -> list[str]:
    return [name for name in request.POST if name.endswith("_FORMS")]


def _attach(request: HttpRequest, row: Application) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(_("Choisissez un fichier."), field="file")
    chosen = request.POST.get("paper", "")
    paper = next((one for one in row.call.papers.all() if str(one.pk) == chosen), None)
    applications.attach_file(row, file, paper=paper)


def _submit(request: HttpRequest, token: str, row: Application) -> HttpResponse:
    sheets = Sheets(row.call, request.POST)
    if not sheets.is_valid():
        return _page(request, row, sheets, refused=True)
    try:
        submit_application(row, sheets.request(), by=User.objects.portal(), revision=row.revision)
    except Refusal as refusal:
        sheets.refuse(refusal)
        return _page(request, row, sheets, refused=True)
    return redirect("application", token)


def _page(
    request: HttpRequest,
    row: Application,
    sheets: Sheets,
    *,
    refusal: Refusal | None = None,
    refused: bool = False,
) -> HttpResponse:
    call = row.call
    given = {file.paper_id for file in row.files.all()}
    context: dict[str, Any] = {
        "row": row,
        "call": call,
        "alliance": call.alliance,
        "form": sheets.form,
        "budget": sheets.budget,
        "sources": sheets.sources,
        "forms": sheets.all() if refused else [],
        "refusal": refusal,
        "files": row.files.select_related("paper"),
        "papers": [(paper, paper.pk in given) for paper in call.papers.all()],
        "missing": missing_papers(row),
        "saved_at": time_fr(row.saved_at) if row.saved_at else "",
        "is_open": call.is_open_at(clock.now()),
    }
    status = 422 if refused or refusal else 200
    return render(request, "fqis/application.html", context, status=status)


def _receipt(row: Application) -> Document | None:
    return Document.objects.filter(
        kind=KIND, subject_label="fqis.project", subject_id=row.project_id
    ).first()


def _sent(request: HttpRequest, token: str, row: Application, *, stale: bool) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        return JsonResponse({"message": _("Cette demande est déjà transmise.")}, status=409)
    receipt = _receipt(row)
    context = {
        "row": row,
        "call": row.call,
        "alliance": row.call.alliance,
        "token": token,
        "receipt": receipt,
        "is_ready": receipt is not None and receipt.state == Document.State.READY,
        "stale": stale,
    }
    return render(request, "fqis/application_sent.html", context, status=409 if stale else 200)


@login_not_required  # the link stands for an account
@never_cache
@require_safe
@as_portal
def application_receipt(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """The acknowledgement, for who sent the application."""
    opened = _opened(request, token)
    row = opened.application
    if opened.door is not Door.OPEN or row is None or row.project_id is None:
        raise Http404
    receipt = _receipt(row)
    if receipt is None or receipt.state != Document.State.READY:
        raise Http404
    return FileResponse(
        receipt.file.open("rb"), filename=f"{receipt.number}.pdf", content_type=receipt.mime
    )
