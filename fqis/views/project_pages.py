"""The pages under a project: its money, its results, its documents, its agreement to prepare."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.permissions import can, require
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.follow_up import AgreementForm, ChangeForm, InstalmentFormSet, parts_of
from fqis.forms.results import FiguresForm, PhotoForm
from fqis.models import Project, ResultPhoto
from fqis.selectors import project_follow_up as follow_up
from fqis.selectors import project_results as results
from fqis.selectors import projects as selectors
from fqis.views.acts import Offered, add_refusal
from fqis.views.project_acts import offered_acts

State = Project.State


def get_project(alliance: Alliance, number: str) -> Project:
    project = selectors.project_page(alliance, number)
    if project is None:
        raise Http404
    return project


def pages_of(project: Project, current: str) -> list[dict[str, Any]]:
    """The pages of a project, for its sub-navigation."""
    named = [
        ("project", _("Le projet")),
        ("project_money", _("Argent")),
        ("project_follow_results", _("Résultats")),
        ("project_documents", _("Documents")),
    ]
    return [
        {
            "label": label,
            "url": project.alliance.url(route, project.number),
            "current": route == current,
        }
        for route, label in named
    ]


def _base(project: Project, current: str) -> dict[str, Any]:
    return {
        "alliance": project.alliance,
        "tab": "projects",
        "page_title": project.title,
        "project": project,
        "project_pages": pages_of(project, current),
    }


def _with_acts(
    request: HttpRequest, project: Project, page: str, bound: Offered | None
) -> dict[str, Any]:
    acts = offered_acts(person_of(request), project, bound, page)
    return {
        "next_act": next((one for one in acts if one.act.kind == ""), None),
        "acts": [one for one in acts if one.act.kind == "second"],
        "dangers": [one for one in acts if one.act.kind == "danger"],
    }


def money_page(
    request: HttpRequest, project: Project, bound: Offered | None = None
) -> HttpResponse:
    may_manage = can(person_of(request), "manage_projects", project)
    money = follow_up.money_of_project(project)
    context = {
        **_base(project, "project_money"),
        **_with_acts(request, project, "project_money", bound),
        "money": money,
        "may_prepare": may_manage and project.state == State.ACCEPTED and money.agreement is None,
        "may_change": may_manage
        and project.state in (State.AGREED, State.UNDER_WAY)
        and money.open_change is None,
    }
    return render(request, "fqis/project_money.html", context, status=422 if bound else 200)


def results_page(
    request: HttpRequest, project: Project, bound: Offered | None = None
) -> HttpResponse:
    years = results.years_of(project)
    context = {
        **_base(project, "project_follow_results"),
        **_with_acts(request, project, "project_follow_results", bound),
        "practice": services.shown_practice(project),
        "years": years,
        "may_write": can(person_of(request), "manage_projects", project),
    }
    return render(request, "fqis/project_results.html", context, status=422 if bound else 200)


PAGES = {"project_money": money_page, "project_follow_results": results_page}


@require_safe
@alliance_page()
def project_money(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Grant, instalments, payments, expenses, what is left, and the acts on them."""
    return money_page(request, get_project(alliance, number))


@require_safe
@alliance_page()
def project_results(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """The results year by year: what is known, what is missing, what came by the link."""
    return results_page(request, get_project(alliance, number))


@require_safe
@alliance_page()
def project_documents(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Every paper of the project, each to open."""
    project = get_project(alliance, number)
    papers = Paginator(follow_up.papers_of(project), 50).get_page(request.GET.get("page"))
    context = {**_base(project, "project_documents"), "page": papers}
    return render(request, "fqis/project_documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def project_agreement(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Prepares the agreement to sign, with its instalments."""
    project = get_project(alliance, number)
    if project.state != State.ACCEPTED and request.method != "POST":
        messages.error(request, _("Une convention se prépare pour un projet accepté."))
        return redirect(alliance.url("project_money", number))
    dates = {"starts_on": project.starts_on, "ends_on": project.ends_on}
    form = AgreementForm(request.POST or None, initial=dates)
    first = [{"amount": project.amount_granted, "condition": "signature"}]
    parts = InstalmentFormSet(request.POST or None, prefix="parts", initial=first)
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        try:
            services.prepare_agreement(
                project, by=person_of(request), parts=parts_of(parts), **form.cleaned_data
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("Convention préparée. Son PDF se fait; faites-la signer aux deux parties."),
            )
            return redirect(alliance.url("project_money", number))
    context = {
        **_base(project, "project_money"),
        "page_title": _("Préparer la convention du projet"),
        "lede": project.title,
        "form": form,
        "parts": parts,
    }
    status = 422 if form.errors or parts.total_error_count() else 200
    return render(request, "fqis/project_agreement.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def project_change(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Proposes a change of dates, grant, budget or activities."""
    project = get_project(alliance, number)
    form = ChangeForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_change(project, by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _("Modification proposée. Consignez l’accord quand les deux parties l’ont."),
            )
            return redirect(alliance.url("project_money", number))
    context = {
        **_base(project, "project_money"),
        "page_title": _("Proposer une modification"),
        "lede": project.title,
        "form": form,
    }
    return render(request, "fqis/project_change.html", context, status=422 if form.errors else 200)


def _year(project: Project, text: int) -> FiscalYear:
    year = FiscalYear(text)
    if year not in [one.year for one in results.years_of(project)]:
        raise Http404
    return year


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def project_result(
    request: HttpRequest, alliance: Alliance, number: str, year: int
) -> HttpResponse:
    """The Table writes the results of a year: accepted at once."""
    project = get_project(alliance, number)
    chosen = _year(project, year)
    told = results.result_of(project, chosen)
    form = FiguresForm(
        request.POST or None,
        project=project,
        year=chosen,
        initial=FiguresForm.initial_of(told),
    )
    form.fill_targets(told)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_result(
                project, by=person_of(request), fiscal_year=chosen, **form.cleaned_data
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Résultats consignés. Ils iront à la reddition."))
            return redirect(alliance.url("project_follow_results", number))
    context = {
        **_base(project, "project_follow_results"),
        "page_title": _("Résultats %(year)s") % {"year": chosen},
        "lede": project.title,
        "form": form,
        "photo_form": PhotoForm(auto_id="id_photo_%s") if told else None,
        "photo_url": alliance.url("project_photo", number, year),
    }
    return render(request, "fqis/project_result.html", context, status=422 if form.errors else 200)


@require_POST
@alliance_page("manage_projects")
def project_photo(request: HttpRequest, alliance: Alliance, number: str, year: int) -> HttpResponse:
    """Adds a photo to the results of a year, or takes one out."""
    project = get_project(alliance, number)
    told = results.result_of(project, _year(project, year))
    if told is None:
        raise Http404
    by = person_of(request)
    if taken := request.POST.get("retirer", ""):
        photo = ResultPhoto.objects.filter(
            result=told, pk=int(taken) if taken.isdecimal() and len(taken) < 18 else 0
        ).first()
        if photo is None:
            raise Http404
        require(by, "manage_projects", project)
        try:
            services.withdraw_photo(photo, by=by)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Photo retirée. Elle n’est plus montrée."))
        return redirect(alliance.url("project_follow_results", number))
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.add_photo(told, by=by, **form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Photo gardée, avec le consentement."))
    else:
        messages.error(request, " ".join(str(one) for errs in form.errors.values() for one in errs))
    return redirect(alliance.url("project_follow_results", number))
