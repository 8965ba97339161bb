"""Files, for who may see their territory; each reading of an official one is written down."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alliances.models import Document
from alliances.permissions import holds_national, require
from alliances.roles import VIEW
from alliances.scoping import person_of
from alliances.services import documents, journal

# A deposited file must not run nor load anything, whatever it holds. Our own PDFs keep the portal's
# policy: browsers refuse to show a sandboxed PDF.
SANDBOX = "sandbox; default-src 'none'"


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, or a page that says it is being prepared; for an annulled one, the record of its
    annulment. 404 outside the territory."""
    person = person_of(request)
    found = Document.objects.select_related("territory", "alliance__territory", "alliance__cycle")
    document = get_object_or_404(found, pk=pk)
    if document.territory is not None:
        require(person, VIEW, document.territory)
    elif not holds_national(person):
        raise Http404
    if document.state == Document.State.ANNULLED:
        return redirect("download_document", document.replaced_by.pk)
    if not document.is_ready:
        status = 202 if document.state == Document.State.PENDING else 503
        context = {"document": document}
        return render(request, "alliances/document_pending.html", context, status=status)
    if documents.is_generated(document) and request.method == "GET":
        journal.record(
            by=person,
            verb="download",
            summary=_("a ouvert le document %(number)s")
            % {"number": document.number or document.title},
            alliance=document.alliance,
            territory=document.territory,
            target=document,
        )
    return _file(document)


def _file(document: Document) -> FileResponse:
    path = str(document.file.name)
    if not default_storage.exists(path):
        raise Http404
    extension = path.rsplit(".", 1)[-1]
    name = f"{document.number or document.title}.{extension}"
    inline = documents.is_generated(document) and document.mime == "application/pdf"
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=not inline,
        filename=name,
        content_type=document.mime,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if not inline:
        response["Content-Security-Policy"] = SANDBOX
    return response
