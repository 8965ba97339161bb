"""The admissibility of a request, on one page; and who withdrew from a project."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alliances.errors import Refusal
from alliances.models import Alliance, Cycle, User
from alliances.permissions import can, require
from alliances.scoping import alliance_page, person_of
from fqis import services
from fqis.forms.checks import ChecksForm
from fqis.forms.committees import ConflictForm, WhyForm
from fqis.forms.envelopes import CeilingForm
from fqis.models import ConflictOfInterest, Project
from fqis.selectors import projects as selectors
from fqis.selectors.checks import check_lines
from fqis.selectors.committees import people_of_table
from fqis.selectors.pages import project_pages


def find_project(alliance: Alliance, number: str) -> Project:
    project = selectors.project_page(alliance, number)
    if project is None:
        raise Http404
    return project


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def checks(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Answers each norm; then the request is analysed or turned down."""
    project = find_project(alliance, number)
    lines = check_lines(project)
    form = ChecksForm(request.POST or None, checks=lines)
    if request.method == "POST" and form.is_valid() and _answer(request, project, form):
        messages.success(request, _("Contrôles enregistrés."))
        return redirect(alliance.url("project_checks", number))
    answered = [line.check for line in lines if line.check]
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Admissibilité de %(number)s") % {"number": number},
        "pages": project_pages(alliance, ""),
        "project": project,
        "form": form,
        "is_open": project.state == Project.State.RECEIVED,
        "answered": len(answered),
        "failed": [check for check in answered if not check.is_met],
        "is_whole": len(answered) == len(lines) and all(check.is_met for check in answered),
    }
    return render(request, "fqis/checks.html", context, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, project: Project, form: ChecksForm) -> bool:
    """Keeps every answer or none."""
    kind = ""
    try:
        with transaction.atomic():
            for answer in form.answers():
                kind = answer["kind"]
                services.answer_check(project, by=person_of(request), **answer)
    except Refusal as refusal:
        name = f"reason_{kind}" if refusal.field == "reason" else None
        form.add_error(name, str(refusal))
        return False
    return True


@require_POST
@alliance_page("decide_projects")
def reject(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Turns the request down, with the reasons of the norms that are not met."""
    project = find_project(alliance, number)
    try:
        services.reject_project(
            project, by=person_of(request), reason=request.POST.get("reason", "")
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("project_checks", number))
    messages.success(request, _("Demande non admissible, avec ses motifs."))
    return redirect(project.get_absolute_url())


@require_POST
@alliance_page()
def conflict(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Withdraws the reader, or another person, from a project."""
    project, user = find_project(alliance, number), person_of(request)
    people = people_of_table(alliance) if can(user, "decide_projects", alliance) else None
    form = ConflictForm(request.POST, people=people)
    if not form.is_valid():
        messages.error(request, _("Écrivez le motif du retrait."))
        return redirect(project.get_absolute_url())
    try:
        made = services.declare_conflict(project, by=user, **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project.get_absolute_url())
    return _withdrawn(request, alliance, user, made)


def _withdrawn(
    request: HttpRequest, alliance: Alliance, user: User, made: ConflictOfInterest
) -> HttpResponse:
    if made.person_id == user.pk:
        messages.success(request, _("Vous êtes retiré de ce projet : vous ne le voyez plus."))
        return redirect(alliance.url("projects"))
    messages.success(
        request,
        _("%(who)s est retiré de ce projet et ne le voit plus.") % {"who": made.person},
    )
    return redirect(made.project.get_absolute_url())


@require_POST
@alliance_page("decide_projects")
def conflict_end(request: HttpRequest, alliance: Alliance, number: str, pk: int) -> HttpResponse:
    """Ends a conflict; its own person does not even find it."""
    project = find_project(alliance, number)
    found = project.conflicts.filter(pk=pk).first()
    if found is None:
        raise Http404
    form = WhyForm(request.POST)
    try:
        services.withdraw_conflict(found, by=person_of(request), reason=form.data.get("reason", ""))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Conflit levé, avec son motif."))
    return redirect(project.get_absolute_url())


@require_POST
def public_limit(request: HttpRequest, cycle: str) -> HttpResponse:
    """Sets how much of a project's cost public money may pay in this cycle."""
    require(person_of(request), "allocate")
    found = get_object_or_404(Cycle, slug=cycle)
    form = CeilingForm(request.POST)
    try:
        if not form.is_valid():
            raise Refusal(" ".join(map(str, form.errors["percent"])))
        services.set_public_funding_limit(
            found, by=person_of(request), percent=form.cleaned_data["percent"]
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Limite enregistrée."))
    return redirect("envelopes")
