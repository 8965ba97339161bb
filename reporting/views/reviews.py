"""The reports in the ministry's hands: the queue, the analysis, the acceptance."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alliances import clock
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.models import Alliance, User
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.selectors import remarks_on
from reporting.filters import ReportFilterForm
from reporting.forms import AnalysisForm, ReviewForm
from reporting.models import AnnualReport
from reporting.selectors.queues import queue_columns, queue_rows, queue_values
from reporting.selectors.reports import (
    get_report,
    side_of,
    versement_opened_by,
)
from reporting.selectors.reviews import review_of
from reporting.selectors.roll_up import may_read_indicators
from reporting.services.analysis import save_analysis
from reporting.services.reports import (
    accept_report,
    hand_back_report,
    recommend_report,
    return_report,
)
from reporting.wording import lede_of, state_word

State = AnnualReport.State


@require_safe
def report_queue(request: HttpRequest) -> HttpResponse:
    """Every report of a year on the person's territories, filtered in the address."""
    form = ReportFilterForm(request.GET)
    rows = queue_rows(person_of(request), form.period, form.state)
    if request.GET.get("format") in {"csv", "xlsx"}:
        name = f"redditions-{form.period}"
        return export_response(
            request.GET["format"], name, queue_columns(), map(queue_values, rows)
        )
    context = {
        "form": form,
        "rows": rows,
        "period": form.period,
        "today": clock.today(),
        "may_read_indicators": may_read_indicators(person_of(request)),
    }
    return render(request, "reporting/report_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def report_review(request: HttpRequest, alliance: Alliance, year: str) -> HttpResponse:
    """The analysis of the DGSQ, and the acceptance of the DGSSAC once recommended. What is ticked
    stays, also when the decision is refused."""
    user = person_of(request)
    if not (can(user, "review_report", alliance) or can(user, "accept_report", alliance)):
        raise PermissionDenied
    report = get_report(alliance, year)
    is_acceptance = not can(user, "review_report", alliance)
    review = review_of(report)
    form = ReviewForm(request.POST or None, is_acceptance=is_acceptance)
    analysis = None
    if not is_acceptance and report.state == State.SUBMITTED:
        analysis = AnalysisForm(
            request.POST or None, checks=review.checks, anomalies=review.anomalies
        )
    status = 200
    if request.method == "POST":
        said = _act(request, report, form, analysis)
        if said:
            messages.success(request, said)
            is_saved = request.POST.get("then") == "save"
            return redirect(request.path if is_saved else report.get_absolute_url())
        status = 422
    waited = State.RECOMMENDED if is_acceptance else State.SUBMITTED
    side = side_of(user, alliance)
    context = {
        "alliance": alliance,
        "report": report,
        "period": report.period,
        "state": state_word(report, report.own_period, side, is_owed=True),
        "lede": lede_of(report, report.own_period, side, is_owed=True),
        "review": review,
        "last": review.last,
        "versement": versement_opened_by(alliance, report.period),
        "form": form if report.state == waited else None,
        "analysis": analysis,
        "forms": [form, analysis] if analysis else [form],
        "too_late": form if form.errors and report.state != waited else None,
        "is_acceptance": is_acceptance,
        "texts": report.texts,
        "lines": list(report.lines.all()),
        "remarks": remarks_on("reporting.annualreport", report.pk, alliance=alliance, user=user),
    }
    return render(request, "reporting/report_review.html", context, status=status)


def _act(
    request: HttpRequest, report: AnnualReport, form: ReviewForm, analysis: AnalysisForm | None
) -> str:
    """Keeps the analysis, then decides unless it is only to be kept. Says what was done; nothing
    when a form is wrong or the act refused."""
    user, only_kept = person_of(request), request.POST.get("then") == "save"
    if analysis is not None:
        if not analysis.is_valid():
            return ""
        try:
            save_analysis(report, by=user, checks=analysis.answers(), seen=analysis.seen())
        except Refusal as refusal:
            analysis.add_error(refusal.field, str(refusal))
            return ""
        if only_kept:
            return _("Votre analyse est enregistrée. Rien n’est transmis.")
    if not form.is_valid():
        return ""
    try:
        return _decide(form, report, user)
    except Refusal as refusal:
        form.add_error(refusal.field, str(refusal))
        return ""


def _decide(form: ReviewForm, report: AnnualReport, user: User) -> str:
    """Does what was chosen; says what was done, who is told and what comes next."""
    year = {"year": report.period}
    reason = form.cleaned_data["reason"]
    match form.cleaned_data["decision"]:
        case form.RETURN:
            return_report(report, by=user, reason=reason)
            return _("Reddition %(year)s retournée. La Table reçoit votre motif.") % year
        case form.HAND_BACK:
            hand_back_report(report, by=user, reason=reason)
            return _("Reddition %(year)s rendue à la DGSQ, qui reçoit un avis.") % year
        case form.ACCEPT:
            accept_report(report, by=user)
            return (
                _(
                    "Reddition %(year)s acceptée. La Table et la DGSQ sont averties. Le versement"
                    " attend l’autorisation d’une autre personne."
                )
                % year
            )
    recommend_report(
        report,
        by=user,
        note=reason,
        held_amount=form.held(),
        held_reason=form.cleaned_data["held_reason"],
    )
    return _("Reddition %(year)s recommandée. La DGSSAC est avertie : elle l’accepte.") % year
