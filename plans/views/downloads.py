"""A version to take away: the PDF that the worker prepares, the Word document, the JSON."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.models import Alliance
from alliances.scoping import alliance_page, person_of
from alliances.word import MIME
from plans import selectors
from plans.changes import modified_by
from plans.documents import document_of, plan_document
from plans.models import PlanVersion
from plans.publication import is_final, publication_data
from plans.selectors.states import versions_of
from plans.word_document import word_document


def downloads_context(version: PlanVersion) -> dict[str, Any]:
    """What the page of a version offers to take away, and what it can be compared with."""
    versions = versions_of(version.plan)
    return {
        "document": document_of(version),
        "is_final": is_final(version),
        "compared": modified_by(version, versions),
    }


@require_POST
@alliance_page()
def prepare(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Opens the PDF of the version when it is ready, else has the worker make it."""
    version = selectors.get_version(alliance, number)
    document = plan_document(version, by=person_of(request))
    if document.is_ready:
        return redirect("download_document", document.pk)
    messages.info(
        request, _("Le PDF se prépare. Il s’ouvre ici, et dans Documents, dans moins d’une minute.")
    )
    return redirect(alliance.url("plan_version", number) + "#telecharger")


def _attached(response: HttpResponse, version: PlanVersion, extension: str) -> HttpResponse:
    alliance = version.plan.alliance
    name = f"plan-{alliance.territory.slug}-{alliance.cycle.slug}-v{version.number}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@alliance_page()
def docx(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The version as a Word document, in the reader's language for what the portal says."""
    version = selectors.get_version(alliance, number)
    content = word_document(publication_data(version))
    return _attached(HttpResponse(content, content_type=MIME), version, "docx")


@require_safe
@alliance_page()
def json(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The version as JSON; see ``docs/export-plan.md``."""
    version = selectors.get_version(alliance, number)
    data = publication_data(version)
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _attached(response, version, "json")
