"""The reports of an Alliance: their list, and the page where the Table writes one."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.money import format_plain
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.selectors import remarks_on
from alliances.templatetags.portal import date_long, time_fr
from plans.agreement_forms import ExtendForm
from reporting.completeness import points_of
from reporting.forms import ReportForm
from reporting.models import AnnualReport
from reporting.selectors.deadlines import deadline_of
from reporting.selectors.figures import compute_figures, figure_rows
from reporting.selectors.reports import (
    documents_of,
    get_period,
    get_report,
    has_signed_convention,
    report_of,
    side_of,
    versement_opened_by,
    year_rows,
)
from reporting.selectors.reviews import figures_of
from reporting.selectors.statement import statement_of, statement_rows
from reporting.services.deadlines import extend_report
from reporting.services.reports import (
    StaleText,
    open_report,
    save_report,
    submit_report,
)
from reporting.wording import lede_of, state_word


@require_safe
@alliance_page()
def report_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    user = person_of(request)
    has_convention = has_signed_convention(alliance)
    context = {
        "alliance": alliance,
        "tab": "reports",
        "page_title": _("Redditions"),
        "lede": _("Une reddition par exercice. Chacune ouvre le versement de l’année qui suit."),
        "rows": year_rows(alliance, side_of(user, alliance), is_owed=has_convention),
        "may_write": can(user, "edit_report", alliance) and has_convention,
        "has_convention": has_convention,
    }
    return render(request, "reporting/reports.html", context)


@require_safe
@alliance_page()
def report_page(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    return render(request, "reporting/report.html", _context(request, alliance, year))


def _context(
    request: HttpRequest,
    alliance: Alliance,
    year: str,
    *,
    form: ReportForm | None = None,
    refusal: Refusal | None = None,
    extend_form: ExtendForm | None = None,
) -> dict[str, Any]:
    """What the page of one year shows; ``refusal`` is what a failed submission answers, and
    ``extend_form`` a delay that was refused."""
    user = person_of(request)
    period = get_period(alliance, year)
    report = report_of(alliance, period)
    side = side_of(user, alliance)
    has_convention = report is not None or has_signed_convention(alliance)
    context: dict[str, Any] = {
        "alliance": alliance,
        "tab": "reports",
        "period": period,
        "report": report,
        "state": state_word(report, period, side, is_owed=has_convention),
        "page_title": _("Reddition %(year)s") % {"year": period},
        "lede": lede_of(report, period, side, is_owed=has_convention),
        "versement": versement_opened_by(alliance, period),
        "may_write": can(user, "edit_report", alliance),
        "has_convention": has_convention,
        "refusal": refusal,
        "deadline": deadline_of(alliance, period, report) if has_convention else None,
        "extending": extend_form is not None,
    }
    if can(user, "accept_report", alliance) and not (report and report.submitted_at):
        context["extend_form"] = extend_form or ExtendForm(now_due_on=period.due_on)
    if report is None:
        figures = compute_figures(alliance, period) if period.is_open else None
        return context | {"figures": figure_rows(alliance, figures, year) if figures else []}
    may_write = context["may_write"] and report.is_writable
    figures = figures_of(report)
    statement = statement_of(report, figures)
    points = points_of(report, figures)
    return context | {
        "figures": figure_rows(alliance, figures, year),
        "statement": statement,
        "statement_rows": statement_rows(alliance, statement, figures, year),
        "form": form or (ReportForm.for_report(report) if may_write else None),
        "may_write": may_write,
        "may_submit": can(user, "submit_report", alliance) and report.is_writable,
        "may_review": _may_review(request, report),
        "points": points,
        "points_met": sum(point.is_met for point in points),
        "points_total": len(points),
        "texts": report.texts,
        "lines": list(report.lines.all()),
        "documents": documents_of(report),
        "remarks": remarks_on("reporting.annualreport", report.pk, alliance=alliance, user=user),
    }


def _may_review(request: HttpRequest, report: AnnualReport) -> bool:
    right = {
        AnnualReport.State.SUBMITTED: "review_report",
        AnnualReport.State.RECOMMENDED: "accept_report",
    }.get(report.state)
    return right is not None and can(person_of(request), right, report)


@require_POST
@alliance_page("accept_report")
def report_extend(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """Grants this Alliance a delay, with its reason."""
    period = get_period(alliance, year)
    form = ExtendForm(request.POST, now_due_on=period.due_on)
    if form.is_valid():
        try:
            granted = extend_report(alliance, period, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            said = _("Délai accordé jusqu’au %(day)s. La Table et la DGSQ reçoivent un avis.")
            messages.success(request, said % {"day": date_long(granted.due_on)})
            return redirect(alliance.url("report", year))
    context = _context(request, alliance, year, extend_form=form)
    return render(request, "reporting/report.html", context, status=422)


@require_POST
@alliance_page("edit_report")
def report_open(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    period = get_period(alliance, year)
    try:
        open_report(alliance, period, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("La reddition %(year)s est ouverte. Ce que vous écrivez s’enregistre tout seul.")
            % {"year": period},
        )
    return redirect("report", alliance.territory.slug, alliance.cycle.slug, year)


@require_POST
@alliance_page("edit_report")
def report_save(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """Saves the whole form, or only the fields that an automatic saving names."""
    report = get_report(alliance, year)
    automatic = request.headers.get("X-Autosave") == "1"
    names = request.POST.get("autosave_fields", "").split() if automatic else None
    form = ReportForm(request.POST, only=names)
    if not form.is_valid():
        return _unsaved(request, alliance, year, form, automatic=automatic)
    try:
        saved = save_report(
            report,
            by=person_of(request),
            texts=form.texts(),
            lines=form.lines(report),
            revision=form.cleaned_data["revision"],
        )
    except Refusal as refusal:
        if automatic:
            return _refused(refusal)
        if isinstance(refusal, StaleText):
            return _conflict(request, alliance, year, form, refusal)
        messages.error(request, str(refusal))
        return redirect(report.get_absolute_url())
    if automatic:
        return JsonResponse(
            {"fields": {"revision": saved.revision}, "at": time_fr(saved.updated_at)}
        )
    if request.POST.get("then") == "submit":
        return _submit(request, alliance, year, saved)
    messages.success(request, _("La reddition %(year)s est enregistrée.") % {"year": year})
    return redirect(saved.get_absolute_url())


def _refused(refusal: Refusal) -> JsonResponse:
    """What an automatic saving shows beside the form."""
    message = str(refusal)
    if isinstance(refusal, StaleText):
        message += " " + _("Enregistrez pour comparer les deux textes.")
    return JsonResponse({"message": message}, status=409)


def _unsaved(
    request: HttpRequest, alliance: Alliance, year: str, form: ReportForm, *, automatic: bool
) -> HttpResponse:
    if automatic:
        message = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"message": message}, status=422)
    context = _context(request, alliance, year, form=form)
    return render(request, "reporting/report.html", context, status=422)


def _conflict(
    request: HttpRequest, alliance: Alliance, year: str, form: ReportForm, stale: StaleText
) -> HttpResponse:
    """Both texts of each field the person wrote; elsewhere what is saved stays."""
    saved = ReportForm.for_report(stale.report).initial
    touched = form.touched()
    data = {name: saved.get(name) for name in form.fields} | {
        name: request.POST.get(name, "") for name in touched
    }
    mine = ReportForm({k: "" if v is None else v for k, v in data.items()})
    pairs = [
        (mine[name], _as_written(saved.get(name)))
        for name in form.fields
        if name in touched and (form.cleaned_data.get(name) or "") != (saved.get(name) or "")
    ]
    shown = {field.name for field, _saved in pairs}
    same = [mine[name] for name in form.fields if name not in shown]
    context = {
        "alliance": alliance,
        "tab": "reports",
        "page_title": _("Deux personnes écrivent la reddition %(year)s") % {"year": year},
        "lede": str(stale),
        "pairs": pairs,
        "same": same,
        "year": year,
        "saved_by": stale.report.updated_by,
    }
    return render(request, "reporting/report_conflict.html", context, status=409)


def _as_written(value: object) -> str:
    return format_plain(value) if isinstance(value, Decimal) else str(value or "")


def _submit(
    request: HttpRequest, alliance: Alliance, year: str, report: AnnualReport
) -> HttpResponse:
    try:
        submit_report(report, by=person_of(request))
    except Refusal as refusal:
        context = _context(request, alliance, year, refusal=refusal)
        return render(request, "reporting/report.html", context, status=422)
    messages.success(
        request,
        _(
            "Reddition %(year)s transmise. La DGSQ est avertie : elle l’analyse et recommande le"
            " versement."
        )
        % {"year": year},
    )
    return redirect(report.get_absolute_url())


@require_POST
@alliance_page("submit_report")
def report_submit(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    return _submit(request, alliance, year, get_report(alliance, year))
