"""Adding, changing, moving and removing the elements of the logic, inside the editor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, User
from alliances.scoping import alliance_page, person_of
from plans import selectors, services
from plans.forms import (
    ActionForm,
    BaseIndicatorLines,
    ElementForm,
    ObjectiveForm,
    PriorityForm,
    indicator_lines,
)
from plans.models import Action, CanvasSection, Objective, PlanVersion, Priority
from plans.views.editor import Opened, section_page


@dataclass(frozen=True)
class Kind:
    """How one kind of element is written: its model, its form, what it hangs from, its act.

    ``save(element, parent, form, lines, by)`` adds when ``element`` is None.
    """

    model: type[Model]
    form: type[ElementForm]
    parent: type[Model]
    save: Callable[[Any, Any, ElementForm, BaseIndicatorLines | None, User], Any]
    done: Callable[[], str]


def _save_priority(
    element: Priority | None, parent: PlanVersion, form: ElementForm, lines: object, by: User
) -> Priority:
    if element is None:
        return services.add_priority(parent, by=by, **form.values)
    return services.update_priority(
        element, by=by, revision=form.cleaned_data["revision"], **form.values
    )


def _save_objective(
    element: Objective | None, parent: Priority, form: ElementForm, lines: object, by: User
) -> Objective:
    if element is None:
        return services.add_objective(parent, by=by, **form.values)
    return services.update_objective(
        element, by=by, revision=form.cleaned_data["revision"], **form.values
    )


def _save_action(
    element: Action | None,
    parent: Objective,
    form: ElementForm,
    lines: BaseIndicatorLines | None,
    by: User,
) -> Action:
    return services.save_action(
        element,
        parent,
        by=by,
        fields=form.values,  # type: ignore[arg-type]
        indicators=lines.lines if lines is not None else [],
        revision=form.cleaned_data["revision"],
    )


KINDS = {
    "priorite": Kind(
        Priority, PriorityForm, PlanVersion, _save_priority, lambda: _("Priorité enregistrée.")
    ),
    "objectif": Kind(
        Objective, ObjectiveForm, Priority, _save_objective, lambda: _("Objectif enregistré.")
    ),
    "action": Kind(Action, ActionForm, Objective, _save_action, lambda: _("Action enregistrée.")),
}


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _one(model: type[Model], version: PlanVersion, pk: int) -> Any:
    """An element of ``version``; raises Http404 for another version's."""
    if model is PlanVersion:
        return version
    found = model._default_manager.filter(version=version, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _back(
    alliance: Alliance, version: PlanVersion, code: str, kind: str, element: Any
) -> HttpResponse:
    """To the section, on the element, its priority shown in full."""
    priority = element
    while not isinstance(priority, Priority):
        priority = priority.objective if isinstance(priority, Action) else priority.priority
    address = alliance.url("plan_section", version.number, code)
    return redirect(f"{address}?priorite={priority.pk}#{kind}-{element.pk}")


def _form_page(
    request: HttpRequest,
    alliance: Alliance,
    version: PlanVersion,
    section: CanvasSection,
    *,
    kind: str,
    element: Any,
    parent: Any,
) -> HttpResponse:
    """Shows the form of an element, or does what it asks."""
    spec = _kind(kind)
    data = request.POST if request.method == "POST" else None
    form = spec.form(data, version=version, element=element)  # type: ignore[call-arg]
    lines = indicator_lines(data, action=element) if kind == "action" else None
    status = 200
    if data is not None:
        status = 422
        if form.is_valid() and (lines is None or lines.is_valid()):
            try:
                saved = spec.save(element, parent, form, lines, person_of(request))
            except Refusal as refusal:
                known = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
                form.add_error(known, str(refusal))
            else:
                messages.success(request, spec.done())
                return _back(alliance, version, section.code, kind, saved)
    opened = Opened(
        kind,
        form,
        parent=parent.pk if element is None else None,
        pk=element.pk if element is not None else None,
        lines=lines,
        action_url=request.get_full_path(),
    )
    return section_page(request, alliance, version, section, opened=opened, status=status)


def _written(alliance: Alliance, number: int, code: str) -> tuple[PlanVersion, CanvasSection]:
    version = selectors.get_version(alliance, number)
    return version, selectors.get_section(version, code)


@alliance_page("edit_plan")
def add(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str
) -> HttpResponse:
    """A new element under ``?sous=``."""
    version, section = _written(alliance, number, code)
    if not version.is_writable and request.method != "POST":
        return redirect(alliance.url("plan_section", number, code))
    under = request.GET.get("sous", "")
    parent = _one(_kind(kind).parent, version, int(under) if under.isdecimal() else 0)
    return _form_page(request, alliance, version, section, kind=kind, element=None, parent=parent)


@alliance_page("edit_plan")
def edit(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    version, section = _written(alliance, number, code)
    if not version.is_writable and request.method != "POST":
        return redirect(alliance.url("plan_section", number, code))
    element = _one(_kind(kind).model, version, pk)
    parent = element.objective if kind == "action" else None
    return _form_page(
        request, alliance, version, section, kind=kind, element=element, parent=parent
    )


@require_POST
@alliance_page("edit_plan")
def remove(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    version, section = _written(alliance, number, code)
    element = _one(_kind(kind).model, version, pk)
    try:
        services.remove_element(element, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("« %(element)s » est retiré du plan.") % {"element": element})
    if kind == "priorite":
        return redirect(alliance.url("plan_section", number, section.code))
    above = element.objective if kind == "action" else element.priority
    above_kind = "objectif" if kind == "action" else "priorite"
    return _back(alliance, version, section.code, above_kind, above)


@require_POST
@alliance_page("edit_plan")
def move(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    """One place up (``sens=haut``) or down among the elements beside it."""
    version, section = _written(alliance, number, code)
    element = _one(_kind(kind).model, version, pk)
    try:
        services.move_element(element, by=person_of(request), up=request.POST.get("sens") == "haut")
    except StaleAct as refusal:
        messages.error(request, str(refusal))
        return redirect(alliance.url("plan_section", number, section.code))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(alliance, version, section.code, kind, element)
