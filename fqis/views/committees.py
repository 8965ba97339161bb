"""Committees: their list, one with its projects, and the reader's own grid."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance
from alliances.permissions import can
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.committees import (
    CommitteeForm,
    GridForm,
    MemberForm,
    ReferForm,
    ScoreForm,
    SittingForm,
)
from fqis.models import Committee, Project
from fqis.permissions import sits_on
from fqis.selectors import committees as selectors
from fqis.selectors.pages import project_pages
from fqis.selectors.project_money import hidden_count, purse_of, purses_of
from fqis.views.acts import add_refusal, ids_in
from fqis.views.checks import find_project
from fqis.wording import time_fr


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def committees(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The committees of a territory, and the money they may still give."""
    user = person_of(request)
    may_form = can(user, "decide_projects", alliance)
    form = CommitteeForm(request.POST or None, alliance=alliance)
    if request.method == "POST":
        if not may_form:
            return HttpResponse(status=403)
        if form.is_valid():
            try:
                made = services.create_committee(alliance, by=user, **form.values())
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("Comité formé. Dites maintenant qui y siège."))
                return redirect(made.get_absolute_url())
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Comités"),
        "pages": project_pages(alliance, "committees"),
        "committees": selectors.committees_of(alliance),
        "purse": purses_of(alliance.pk).get(""),
        "hidden": hidden_count(),
        "form": form if may_form else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "fqis/committees.html", context, status=status)


def find_committee(alliance: Alliance, pk: int) -> Committee:
    return get_object_or_404(
        Committee.objects.select_related("alliance__territory", "alliance__cycle", "mrc"),
        alliance=alliance,
        pk=pk,
    )


def _page(
    request: HttpRequest, alliance: Alliance, committee: Committee, grid: GridForm | None = None
) -> HttpResponse:
    user = person_of(request)
    may_decide = can(user, "decide_projects", alliance)
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": committee.name,
        "lede": committee.mandate,
        "pages": project_pages(alliance, "committees"),
        "committee": committee,
        "purse": purse_of(committee),
        "criteria": committee.criteria.all(),
        "dossiers": selectors.dossiers_of(committee, user, sees_all=may_decide),
        "members": committee.members.filter(left_at=None).select_related("person"),
        "sittings": committee.sittings.all(),
        "is_member": sits_on(user, committee),
        "hidden": hidden_count(),
        "may_decide": may_decide,
        "member_form": MemberForm(committee=committee),
        "refer_form": ReferForm(alliance=alliance),
        "sitting_form": SittingForm(),
        "grid_form": grid or GridForm(committee=committee),
    }
    return render(request, "fqis/committee.html", context, status=422 if grid else 200)


@require_safe
@alliance_page()
def committee(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    return _page(request, alliance, find_committee(alliance, pk))


def _add_member(request: HttpRequest, committee: Committee) -> str:
    form = MemberForm(request.POST, committee=committee)
    if not form.is_valid():
        raise Refusal(_("Choisissez une personne."))
    services.add_member(committee, by=person_of(request), person=form.cleaned_data["person"])
    return _("Personne ajoutée au comité.")


def _remove_member(request: HttpRequest, committee: Committee) -> str:
    seat = get_object_or_404(committee.members, pk__in=ids_in([request.POST.get("seat", "")]))
    services.remove_member(seat, by=person_of(request))
    return _("Personne retirée du comité. Ses notes restent.")


def _refer(request: HttpRequest, committee: Committee) -> str:
    form = ReferForm(request.POST, alliance=committee.alliance)
    if not form.is_valid():
        raise Refusal(_("Choisissez au moins un projet."))
    services.refer_projects(committee, list(form.cleaned_data["projects"]), by=person_of(request))
    return _("Projets confiés au comité.")


def _take_back(request: HttpRequest, committee: Committee) -> str:
    referral = get_object_or_404(
        committee.referrals, pk__in=ids_in([request.POST.get("referral", "")])
    )
    services.take_back_project(referral, by=person_of(request))
    return _("Projet repris : il n’a plus de comité.")


def _sitting(request: HttpRequest, committee: Committee) -> str:
    form = SittingForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Écrivez la date de la séance."))
    services.plan_sitting(committee, by=person_of(request), **form.cleaned_data)
    return _("Séance prévue. Préparez sa liste.")


COMMITTEE_ACTS: dict[str, Callable[[HttpRequest, Committee], str]] = {
    "ajouter": _add_member,
    "retirer": _remove_member,
    "confier": _refer,
    "reprendre": _take_back,
    "seance": _sitting,
}


@require_POST
@alliance_page("decide_projects")
def committee_act(request: HttpRequest, alliance: Alliance, pk: int, act: str) -> HttpResponse:
    """One act of the coordination on a committee."""
    found = find_committee(alliance, pk)
    if act == "grille":
        return _write_grid(request, alliance, found)
    if act not in COMMITTEE_ACTS:
        raise Http404
    try:
        messages.success(request, COMMITTEE_ACTS[act](request, found))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(found.get_absolute_url())


def _write_grid(request: HttpRequest, alliance: Alliance, found: Committee) -> HttpResponse:
    form = GridForm(request.POST, committee=found)
    if form.is_valid():
        try:
            services.write_grid(found, by=person_of(request), lines=form.grid())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Grille enregistrée."))
            return redirect(found.get_absolute_url())
    return _page(request, alliance, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page()
def score(request: HttpRequest, alliance: Alliance, pk: int, number: str) -> HttpResponse:
    """The reader's own grid for one project, saved as they fill it."""
    found, user = find_committee(alliance, pk), person_of(request)
    project = find_project(alliance, number)
    if not found.referrals.filter(project=project).exists():
        raise Http404
    if not sits_on(user, found):
        return HttpResponse(status=403)
    rows = selectors.grid_rows(found, project, user)
    form = ScoreForm(request.POST or None, rows=rows)
    if request.method == "POST":
        quiet = request.headers.get("X-Autosave") == "1"
        if form.is_valid() and _keep(request, project, form):
            if quiet:
                return JsonResponse({"at": time_fr(selectors.clock.now())})
            messages.success(request, _("Notes enregistrées."))
            return redirect(found.get_absolute_url())
        if quiet:
            said = " ".join(str(one) for errors in form.errors.values() for one in errors)
            return JsonResponse({"message": said}, status=422)
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Noter %(number)s") % {"number": number},
        "lede": project.title,
        "pages": project_pages(alliance, "committees"),
        "committee": found,
        "project": project,
        "form": form,
        "is_open": project.state in Project.DECIDABLE,
    }
    return render(request, "fqis/score.html", context, status=422 if form.is_bound else 200)


def _keep(request: HttpRequest, project: Project, form: ScoreForm) -> bool:
    """Keeps what was sent: one field when the page saves by itself, else the whole grid."""
    sent = set(request.POST.get("autosave_fields", "").split()) or set(form.fields)
    try:
        for row in form.grid:
            criterion = row.criterion
            note, word = f"note_{criterion.pk}", f"mot_{criterion.pk}"
            changes: dict[str, object] = {}
            if note in sent:
                value = form.cleaned_data[note]
                changes["value"] = int(value) if value else None
            if word in sent:
                changes["comment"] = form.cleaned_data[word]
            if changes:
                services.write_score(project, criterion, by=person_of(request), **changes)  # type: ignore[arg-type]
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
