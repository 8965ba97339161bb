"""A Table's own register: brought, matched, checked without effect, applied or undone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.exports import streamed_response
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from fqis.forms.imports import ColumnsForm, RegisterFileForm
from fqis.models import RegisterImport
from fqis.selectors import imports as selectors
from fqis.services import imports as services
from fqis.views.acts import add_refusal

PAGE = 50
State = RegisterImport.State
RIGHT = services.RIGHT


def _frame(alliance: Alliance, title: str, **more: Any) -> dict[str, Any]:
    return {"alliance": alliance, "tab": "projects", "page_title": title, **more}


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page(RIGHT)
def project_imports(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The files that were brought; POST brings one more."""
    form = RegisterFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = services.bring_register(
                alliance, form.cleaned_data["file"], by=person_of(request)
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(source.get_absolute_url())
    context = _frame(
        alliance,
        _("Importer un registre"),
        form=form,
        imports=selectors.imports_of(alliance)[:50],
        opened=selectors.open_import_of(alliance),
    )
    status = 422 if form.is_bound else 200
    return render(request, "fqis/imports.html", context, status=status)


def _source(alliance: Alliance, pk: int) -> RegisterImport:
    source = selectors.imports_of(alliance).filter(pk=pk).first()
    if source is None:
        raise Http404
    return source


def _why(source: RegisterImport) -> str:
    """Why the worker gave the file back, in the reader's language."""
    known = {
        "envelope": _("Depuis la vérification, l’enveloppe ne suffit plus. Vérifiez à nouveau."),
        "double": _("Depuis la vérification, un de ces projets a été inscrit. Vérifiez à nouveau."),
        "changed": _("Le registre a changé depuis la vérification. Vérifiez à nouveau."),
        "followed": _(
            "Quelque chose a suivi un de ces projets : l’import ne s’annule plus en entier."
        ),
        "worker": _("Ce fichier arrête le portail : il n’est plus lu."),
    }
    return known.get(source.refusal, source.refusal)


def _page(
    request: HttpRequest,
    alliance: Alliance,
    source: RegisterImport,
    form: ColumnsForm | None = None,
) -> HttpResponse:
    person = person_of(request)
    may_import = can(person, RIGHT, alliance)
    faults = Paginator(selectors.faults_of(source), PAGE).get_page(request.GET.get("page"))
    columns = form or ColumnsForm(source=source)
    context = _frame(
        alliance,
        source.file_name,
        source=source,
        why=_why(source),
        may_import=may_import,
        is_open=may_import and source.state in (State.RECEIVED, State.CHECKED),
        is_at_work=source.state in RegisterImport.AT_WORK,
        form=columns,
        summary=source.summary,
        summary_lines=selectors.summary_lines(source),
        kinds=selectors.fault_kinds(source) if source.faults_count else [],
        page=faults,
        faults=selectors.fault_rows(faults.object_list),
        may_decide=may_import and can(person, "decide_projects", alliance),
        progress=_progress(source),
    )
    return render(request, "fqis/import.html", context, status=422 if form else 200)


def _progress(source: RegisterImport) -> int:
    """Lines read, in percents."""
    return 100 * source.lines_read // source.lines_total if source.lines_total else 0


@require_safe
@alliance_page("view_journal")
def project_import(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Where a file stands, for whoever reads the journal that names it; acts are those of who
    imports. A page that asks again whether it changed gets an answer only when it
    did."""
    source = _source(alliance, pk)
    if request.htmx and request.GET.get("vu") == f"{source.state}-{source.lines_read}":  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    return _page(request, alliance, source)


ACTS = {
    "appliquer": services.apply_import,
    "annuler": services.undo_import,
    "abandonner": services.drop_import,
}


@require_POST
@alliance_page(RIGHT)
def project_import_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    source = _source(alliance, pk)
    if act == "colonnes":
        form = ColumnsForm(request.POST, source=source)
        if not form.is_valid():
            return _page(request, alliance, source, form)
        try:
            services.match_columns(source, form.mapping, by=person_of(request))
        except Refusal as refusal:
            add_refusal(form, refusal)
            return _page(request, alliance, source, form)
        return redirect(source.get_absolute_url())
    if act not in ACTS:
        raise Http404
    try:
        ACTS[act](source, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(source.get_absolute_url())


@require_safe
@alliance_page(RIGHT)
def project_import_faults(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponseBase:
    """Every fault of the file, as CSV or XLSX."""
    source = _source(alliance, pk)
    return streamed_response(
        request.GET.get("format", "csv"),
        f"erreurs-import-{source.pk}",
        selectors.fault_columns(),
        lambda: selectors.fault_cells(source),
        reader=person_of(request),
    )
