"""The whole file of an Alliance: asked for, being made, taken."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alliances import clock
from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from reporting.models import Export
from reporting.selectors.exports import exports_of
from reporting.services.exports import RIGHT, ask_export, record_download


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(RIGHT)
def alliance_export(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Where the person's own export stands; POST asks for one. A page that asks again whether it
    changed gets an answer only when it did."""
    person = person_of(request)
    if request.method == "POST":
        ask_export(alliance, by=person)
        return redirect(alliance.url("alliance_export"))
    export = exports_of(alliance, person).first()
    seen = f"{export.state}-{export.done}" if export else ""
    if request.htmx and request.GET.get("vu") == seen:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    context = {
        "alliance": alliance,
        "tab": "documents",
        "page_title": _("Dossier complet"),
        "lede": _("Tout ce que vous pouvez lire de l’Alliance, en un seul fichier ZIP."),
        "export": export,
        "seen": seen,
        "is_at_work": export is not None and export.state in Export.AT_WORK,
        "progress": 100 * export.done // export.total if export and export.total else 0,
        "why": _why(export),
    }
    return render(request, "reporting/export.html", context)


def _why(export: Export | None) -> str:
    """Why it was not made."""
    if export is None or export.state != Export.State.FAILED:
        return ""
    known = {"right": _("Vous ne lisez plus tout le dossier de cette Alliance.")}
    return known.get(
        export.failure, _("Le portail n’a pas pu le préparer. Demandez-le de nouveau.")
    )


@require_safe
@alliance_page(RIGHT)
def alliance_export_file(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponseBase:
    """The ZIP, for who asked for it, until its link ends; each download is written down."""
    person = person_of(request)
    export = exports_of(alliance, person).filter(pk=pk).first()
    if export is None:
        raise Http404
    if not export.is_open:
        return redirect(alliance.url("alliance_export"))
    if request.method == "GET":
        record_download(export, by=person)
    day = clock.day_of(export.made_at).isoformat() if export.made_at else ""
    response = FileResponse(
        export.file.open("rb"),
        as_attachment=True,
        filename=f"dossier-{alliance.territory.slug}-{alliance.cycle.slug}-{day}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
