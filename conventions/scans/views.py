"""Signed papers: deposit a scan, see where each page went, file what no code could."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from conventions import forms
from conventions.models import Scan, ScanPage

from . import selectors, services
from .papers import papers_of
from .reading import UnreadablePage, page_image

PER_PAGE = 30


def _page(
    request: HttpRequest, template: str, alliance: Alliance, *, status: int = 200, **context: Any
) -> HttpResponse:
    context = {"alliance": alliance, "tab": "convention", **context}
    return render(request, f"conventions/{template}.html", context, status=status)


def _scan(alliance: Alliance, pk: int) -> Scan:
    found = selectors.get_scan(alliance, pk)
    if found is None:
        raise Http404
    return found


def _scan_page(alliance: Alliance, pk: int, position: int) -> ScanPage:
    found = selectors.get_page(alliance, pk, position)
    if found is None:
        raise Http404
    return found


@require_safe
@alliance_page()
def scan_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    return _list(request, alliance, forms.ScanForm())


def _list(
    request: HttpRequest, alliance: Alliance, form: forms.ScanForm, *, status: int = 200
) -> HttpResponse:
    found = selectors.scans_of(alliance)
    return _page(
        request,
        "scans",
        alliance,
        status=status,
        page_title=_("Papiers signés"),
        lede=_("Chaque fichier est gardé entier, puis chaque page est classée par son code."),
        page=Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        form=form,
        may_deposit=can(person_of(request), "add_document", alliance) and bool(papers_of(alliance)),
    )


@require_POST
@alliance_page("add_document")
def scan_deposit(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form = forms.ScanForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            scan = services.receive_scan(
                alliance, by=person_of(request), file=form.cleaned_data["file"]
            )
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request,
                ngettext(
                    "Le fichier est gardé : %(n)s page. Le portail la classe.",
                    "Le fichier est gardé : %(n)s pages. Le portail les classe.",
                    scan.page_count,
                )
                % {"n": scan.page_count},
            )
            return redirect(alliance.url("scan", scan.pk))
    return _list(request, alliance, form, status=422)


@require_safe
@alliance_page()
def scan(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Where each page of a scan went; while the worker reads it, how far it is."""
    found = _scan(alliance, pk)
    rows = selectors.page_rows(found)
    return _page(
        request,
        "scan",
        alliance,
        page_title=found.file_name,
        scan=found,
        rows=rows,
        waiting=[row for row in rows if row.page.is_waiting],
        blanks=sum(row.page.is_waiting and row.page.problem == "blank" for row in rows),
        missing=selectors.text_pages_missing(papers_of(alliance)) if found.is_split else [],
        may_file=can(person_of(request), "add_document", alliance),
        list_url=alliance.url("scans"),
        blanks_url=alliance.url("scan_blanks", pk),
    )


@require_POST
@alliance_page("add_document")
def scan_blanks(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    done = services.set_aside_blanks(_scan(alliance, pk), by=person_of(request))
    messages.success(
        request,
        ngettext(
            "%(n)s page blanche est mise de côté.", "%(n)s pages blanches sont mises de côté.", done
        )
        % {"n": done},
    )
    return redirect(alliance.url("scan", pk))


@require_safe
@alliance_page()
def scan_image(request: HttpRequest, alliance: Alliance, pk: int, position: int) -> HttpResponse:
    """One page as a picture, drawn apart from the portal."""
    page = _scan_page(alliance, pk, position)
    try:
        content = page_image(page.scan.document, page.position, page.turned)
    except UnreadablePage:
        raise Http404 from None
    response = HttpResponse(content, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=600"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("add_document")
def scan_page(request: HttpRequest, alliance: Alliance, pk: int, position: int) -> HttpResponse:
    """One page to look at, and to file or set aside when no code filed it."""
    page = _scan_page(alliance, pk, position)
    papers = papers_of(alliance)
    act = request.POST.get("act")
    place = forms.PlaceForm(request.POST if act == "file" else None, papers=papers)
    aside = forms.SetAsideForm(request.POST if act == "set_aside" else None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if _placed(request, page, place, aside):
                return redirect(alliance.url("scan", pk))
        except Refusal as refusal:
            form = place if act == "file" else aside
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return _page(
        request,
        "scan_page",
        alliance,
        status=status,
        page_title=_("Page %(n)s") % {"n": position},
        lede=page.scan.file_name,
        one=page,
        where=selectors.where_it_is(page),
        place=place,
        aside=aside,
        may_place=page.is_waiting and page.problem != ScanPage.Problem.FOREIGN and bool(papers),
        back_url=alliance.url("scan", pk),
        image_url=alliance.url("scan_image", pk, position),
    )


def _placed(
    request: HttpRequest, page: ScanPage, place: forms.PlaceForm, aside: forms.SetAsideForm
) -> bool:
    """Files or sets aside the page as the person said; False when the form is not filled."""
    by = person_of(request)
    if place.is_bound and place.is_valid():
        text, party = place.where
        turned = place.cleaned_data["turned"]
        services.file_page(page, by=by, text=text, party=party, turned=turned)
        messages.success(request, _("La page %(n)s est classée.") % {"n": page.position})
        return True
    if aside.is_bound and aside.is_valid():
        services.set_aside_page(page, by=by, reason=aside.cleaned_data["reason"])
        messages.success(request, _("La page %(n)s est mise de côté.") % {"n": page.position})
        return True
    return False
