"""What anybody reads of the funded initiatives, without an account, and the open data."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from alliances.models import Cycle, Territory
from fqis.models import Publication
from fqis.open_data import LICENCE
from fqis.selectors import public_initiatives as selectors

PAGE = 50
FILES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def _chosen(request: HttpRequest, cycles: list[Cycle]) -> Cycle:
    """The cycle of the address, else the newest; one without any initiative does not exist."""
    asked = request.GET.get("cycle")
    found = [one for one in cycles if one.slug == asked] if asked else cycles
    if not found:
        raise Http404
    return found[0]


@login_not_required  # what public money funds is for everybody
@require_safe
def initiatives(request: HttpRequest) -> HttpResponse:
    """Québec: the sums of a cycle, by territory and by national priority, and good practices."""
    publication = selectors.latest()
    cycles = selectors.cycles_of(publication)
    if publication is None or not cycles:
        return render(request, "fqis/public_initiatives.html", {"publication": publication})
    cycle = _chosen(request, cycles)
    context = {
        "publication": publication,
        "cycles": cycles,
        "cycle": cycle,
        "overview": selectors.overview_of(publication, cycle),
        "practices": selectors.practices_of(cycle),
    }
    return render(request, "fqis/public_initiatives.html", context)


@login_not_required  # what public money funds is for everybody
@require_safe
def initiatives_of(request: HttpRequest, place: str) -> HttpResponse:
    """A territory: its sums, its good practices, each initiative."""
    territory = get_object_or_404(Territory, slug=place)
    publication = selectors.latest()
    cycles = selectors.cycles_of(publication)
    context: dict[str, Any] = {
        "publication": publication,
        "territory": territory,
        "cycles": cycles,
    }
    if publication is not None and cycles:
        cycle = _chosen(request, cycles)
        rows = selectors.initiatives_of(cycle, territory)
        context |= {
            "cycle": cycle,
            "sums": selectors.sums_of(publication, cycle, territory),
            "practices": selectors.practices_of(cycle, territory),
            "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        }
    return render(request, "fqis/public_initiatives_of.html", context)


@login_not_required  # open data
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """The files, their licence, when they were made, how to check them."""
    context = {"publication": selectors.latest(), "licence": LICENCE}
    return render(request, "fqis/open_data.html", context)


@login_not_required  # open data
@require_safe
def open_data_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The file of the latest refresh, at an address that never changes."""
    publication: Publication | None = selectors.latest()
    if publication is None or extension not in FILES:
        raise Http404
    name = getattr(publication, f"{extension}_file")
    if not default_storage.exists(name):
        raise Http404
    return FileResponse(
        default_storage.open(name),
        as_attachment=True,
        filename=f"initiatives-fqis.{extension}",
        content_type=FILES[extension],
    )
