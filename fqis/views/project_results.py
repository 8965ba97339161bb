"""The results of every project of a year: who told, who is late, and the reminder in one act."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alliances import clock
from alliances.errors import Refusal
from alliances.exports import export_response
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from alliances.templatetags.portal import date_long
from fqis import services
from fqis.models import ProjectResult, ResultRequest
from fqis.selectors import project_results as selectors
from fqis.views.project_pages import get_project

PAGE = 50


class ResultFilter(forms.Form):
    """Which year, which state."""

    exercice = forms.ChoiceField(label=_("Exercice"), required=False)
    etat = forms.ChoiceField(label=_("État"), required=False)

    def __init__(self, data: object, years: list[FiscalYear]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["exercice"].choices = [(one.start, str(one)) for one in years]  # type: ignore[attr-defined]
        self.fields["etat"].choices = [  # type: ignore[attr-defined]
            ("", _("Tous")),
            ("late", _("En retard")),
            ("missing", _("Manquants")),
            *ProjectResult.State.choices,
        ]


def _years(alliance: Alliance) -> list[FiscalYear]:
    first = FiscalYear.of(alliance.cycle.starts_on).start
    last = min(FiscalYear.of(clock.today()).start, FiscalYear.of(alliance.cycle.closes_on).start)
    return [FiscalYear(one) for one in range(max(first, last), first - 1, -1)]


@require_safe
@alliance_page()
def results(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every project that owes results for the year; ``export`` gives what is filtered."""
    years = _years(alliance)
    filters = ResultFilter(request.GET, years)
    typed = filters.cleaned_data if filters.is_valid() else {}
    year = FiscalYear(int(typed.get("exercice") or _last_due(years).start))
    filters.fields["exercice"].initial = year.start
    lines = selectors.lines_of_year(alliance, year)
    state = typed.get("etat", "")
    late = [one for one in lines if one.is_late]
    shown = late if state == "late" else [one for one in lines if state in ("", one.state)]
    if export := request.GET.get("export"):
        name = f"resultats-{alliance.territory.slug}-{year}"
        return export_response(
            export, name, selectors.result_columns(), selectors.result_cells(shown)
        )
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Résultats des projets"),
        "lede": _("Exercice %(year)s, attendus le %(day)s.")
        % {"year": year, "day": date_long(selectors.due_day(year))},
        "year": year,
        "filters": ResultFilter({"exercice": year.start, "etat": state}, years),
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "late": len(late),
        "to_accept": sum(one.state == "submitted" for one in lines),
        "may_manage": can(person_of(request), "manage_projects", alliance),
    }
    return render(request, "fqis/projects_results.html", context)


def _last_due(years: list[FiscalYear]) -> FiscalYear:
    """The last year that is over, else the first there is."""
    over = [one for one in years if one.last_day < clock.today()]
    return over[0] if over else years[-1]


@require_POST
@alliance_page("manage_projects")
def remind(request: HttpRequest, alliance: Alliance, year: int) -> HttpResponse:
    """Reminds in one act every carrier whose results are late."""
    if FiscalYear(year) not in _years(alliance):
        raise Http404
    try:
        done = services.remind_late(alliance, by=person_of(request), fiscal_year=FiscalYear(year))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = ngettext(
            "%(n)s organisation relancée.", "%(n)s organisations relancées.", len(done.asked)
        ) % {"n": len(done.asked)}
        messages.success(request, said)
        if done.unreachable:
            names = ", ".join(one.number for one in done.unreachable[:20])
            messages.warning(
                request,
                _("Sans courriel connu : %(names)s. Demandez-leur depuis la page du projet.")
                % {"names": names},
            )
    return redirect(f"{alliance.url('project_results')}?exercice={year}&etat=late")


@require_POST
@alliance_page("manage_projects")
def close_link(request: HttpRequest, alliance: Alliance, number: str, year: int) -> HttpResponse:
    """Closes the link a carrier received for a year."""
    project = get_project(alliance, number)
    row = ResultRequest.objects.filter(project=project, fiscal_year=year).first()
    if row is None:
        raise Http404
    try:
        services.revoke_request(row, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Lien fermé. Il n’ouvre plus rien."))
    return redirect(alliance.url("project_follow_results", number))
