"""The Projets tab: the register, a new request, one project and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.errors import Refusal
from alliances.models import Alliance, Document, JournalEntry
from alliances.money import ZERO
from alliances.permissions import can, require
from alliances.scoping import alliance_page, person_of
from alliances.selectors import remarks_on
from fqis import services
from fqis.forms.budgets import BudgetFormSet, budget_initial, lines_of
from fqis.forms.committees import ConflictForm
from fqis.forms.projects import ProjectForm, SourceFormSet, sources_of
from fqis.forms.register import ProjectFilter
from fqis.models import Project
from fqis.selectors import project_follow_up as follow_up
from fqis.selectors import projects as selectors
from fqis.selectors.committees import conflicts_of, people_of_table
from fqis.selectors.pages import project_pages
from fqis.services.decision_letters import LETTER_KIND, letters_of
from fqis.views.acts import Offered, add_refusal, perform
from fqis.views.project_acts import ACTS, offered_acts
from fqis.views.project_pages import PAGES, get_project, pages_of
from fqis.views.register import context_of, export_of

State = Project.State


@require_safe
@alliance_page()
def projects(request: HttpRequest, alliance: Alliance) -> HttpResponseBase:
    """The register; ``export=csv`` or ``xlsx`` gives exactly what is filtered."""
    found = ProjectFilter(request.GET, queryset=selectors.register_of(alliance), alliance=alliance)
    if request.GET.get("export"):
        return export_of(request, found, f"projets-{alliance.territory.slug}-{alliance.cycle.slug}")
    context = {
        **context_of(request, found),
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Projets"),
        "pages": project_pages(alliance, "projects"),
    }
    return render(request, "fqis/projects.html", context)


def _values(form: ProjectForm, sources: BaseFormSet, budget: BaseFormSet) -> dict[str, Any]:
    """The keywords of the services, without what describes a new organisation."""
    typed = dict(form.cleaned_data)
    for name in ProjectForm.ORGANISATION:
        typed.pop(name)
    typed["mrcs"] = list(typed.get("mrcs") or [])
    typed["sources"] = sources_of(sources)
    typed["budget"] = lines_of(budget)
    return typed


def _all_valid(*forms: ProjectForm | BaseFormSet) -> bool:
    """Whether all are right; each says what is wrong in it, even when another is."""
    answers = [form.is_valid() for form in forms]
    return all(answers)


def _organisation(request: HttpRequest, alliance: Alliance, form: ProjectForm) -> Any:
    """The organisation that was chosen, else the one that was described."""
    typed = form.cleaned_data
    return typed["organisation"] or services.register_organisation(
        alliance,
        by=person_of(request),
        name=typed["organisation_name"],
        neq=typed["organisation_neq"],
        legal_class=typed["organisation_class"],
        city=typed["organisation_city"],
    )


def _form_page(
    request: HttpRequest,
    alliance: Alliance,
    form: ProjectForm,
    sources: BaseFormSet,
    budget: BaseFormSet,
    project: Project | None = None,
) -> HttpResponse:
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": _("Modifier la demande") if project else _("Inscrire un projet"),
        "form": form,
        "sources": sources,
        "budget": budget,
        "project": project,
        "no_plan": not form.fields["priority"].queryset.exists(),  # type: ignore[attr-defined]
    }
    status = 422 if form.is_bound else 200
    return render(request, "fqis/project_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def project_new(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Registers a request."""
    form = ProjectForm(request.POST or None, alliance=alliance)
    sources = SourceFormSet(request.POST or None, prefix="sources")
    budget = BudgetFormSet(request.POST or None, prefix="budget")
    if request.method == "POST" and _all_valid(form, sources, budget):
        try:
            with transaction.atomic():
                values = _values(form, sources, budget)
                values["organisation"] = _organisation(request, alliance, form)
                project = services.register_project(alliance, by=person_of(request), **values)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            done = _("Projet %(number)s inscrit. Il attend la décision de la Table.")
            if project.state == State.INADMISSIBLE:
                done = _("Demande %(number)s gardée comme non admissible, avec son motif.")
            messages.success(request, done % {"number": project.number})
            return redirect(project.get_absolute_url())
    return _form_page(request, alliance, form, sources, budget)


@require_http_methods(["GET", "HEAD", "POST"])
@alliance_page("manage_projects")
def project_edit(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    """Mends a request that nobody decided yet."""
    project = get_project(alliance, number)
    if request.method != "POST" and project.state != State.RECEIVED:
        messages.error(request, _("Une décision est déjà prise : la demande ne change plus."))
        return redirect(project.get_absolute_url())
    initial = ProjectForm.initial_of(project)
    form = ProjectForm(request.POST or None, alliance=alliance, editing=True, initial=initial)
    rows = [
        {"name": one.name, "amount": one.amount, "is_confirmed": one.is_confirmed}
        for one in project.sources.all()
    ]
    sources = SourceFormSet(request.POST or None, prefix="sources", initial=rows)
    lines = budget_initial(project)
    budget = BudgetFormSet(request.POST or None, prefix="budget", initial=lines)
    if request.method == "POST" and _all_valid(form, sources, budget):
        try:
            with transaction.atomic():
                values = _values(form, sources, budget)
                values["organisation"] = _organisation(request, alliance, form)
                services.update_project(project, by=person_of(request), **values)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Demande %(number)s modifiée.") % {"number": number})
            return redirect(project.get_absolute_url())
    return _form_page(request, alliance, form, sources, budget, project)


def _page(
    request: HttpRequest, alliance: Alliance, project: Project, bound: Offered | None = None
) -> HttpResponse:
    user = person_of(request)
    acts = offered_acts(user, project, bound)
    other_money = sum((source.amount for source in project.sources.all()), start=ZERO)
    paid = sum((payment.amount for payment in project.payments.all()), start=0)
    context = {
        "alliance": alliance,
        "tab": "projects",
        "page_title": project.title,
        "project": project,
        "project_pages": pages_of(project, "project"),
        "next_act": next((one for one in acts if one.act.kind == ""), None),
        "acts": [one for one in acts if one.act.kind == "second"],
        "dangers": [one for one in acts if one.act.kind == "danger"],
        "may_edit": project.state == State.RECEIVED and can(user, "manage_projects", project),
        "paid": paid,
        "left": project.amount_granted - paid if project.amount_granted is not None else None,
        "other_money": other_money,
        "whole_cost": project.amount_requested + other_money,
        "files": Document.objects.filter(
            subject_label="fqis.project", subject_id=project.pk, state=Document.State.READY
        )
        .exclude(kind=LETTER_KIND)
        .order_by("pk"),
        "timeline": selectors.timeline_of(project),
        "may_check": project.state == State.RECEIVED and can(user, "manage_projects", project),
        "may_decide": can(user, "decide_projects", project),
        "letters": letters_of(project),
        "conflicts": conflicts_of(project),
        "conflict_form": ConflictForm(
            people=people_of_table(alliance) if can(user, "decide_projects", project) else None
        ),
        "before": follow_up.what_it_continues(project),
        "after": follow_up.what_continues_it(project),
        "remarks": remarks_on("fqis.project", project.pk, alliance=alliance, user=user),
        "history": JournalEntry.objects.filter(
            target_label="fqis.project", target_id=project.pk
        ).select_related("actor")[:30],
    }
    return render(request, "fqis/project.html", context, status=422 if bound else 200)


@require_safe
@alliance_page()
def project(request: HttpRequest, alliance: Alliance, number: str) -> HttpResponse:
    return _page(request, alliance, get_project(alliance, number))


@require_POST
@alliance_page()
def project_act(request: HttpRequest, alliance: Alliance, number: str, act: str) -> HttpResponse:
    """Decides a project or follows it one step further."""
    found = get_project(alliance, number)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    require(person_of(request), chosen.right or "manage_projects", alliance)
    form = chosen.form(  # type: ignore[call-arg]
        request.POST, request.FILES, project=found, auto_id=f"id_{act}_%s"
    )
    if perform(request, chosen, found, form):
        return redirect(alliance.url(chosen.page, number))
    again, bound = get_project(alliance, number), Offered(chosen, form, request.path)
    if chosen.page in PAGES:
        return PAGES[chosen.page](request, again, bound)
    return _page(request, alliance, again, bound)
