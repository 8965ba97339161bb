"""Adding, changing, moving and removing the elements of the logic, inside the editor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

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
    in_words,
    indicator_lines,
)
from plans.models import Action, CanvasSection, Indicator, Objective, PlanVersion, Priority
from plans.opening import PART_OF, SECTION_OF, Opening, closed_words, is_new, opening_of
from plans.views.editor import Difference, Opened, asked_key, section_page


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


def kind_of(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


ABOVE: dict[type[Any], tuple[str, ...]] = {
    Objective: ("priority",),
    Action: ("objective__priority",),
}


def one_of(model: type[Model], version: PlanVersion, pk: int) -> Any:
    """An element of ``version`` with what it hangs from; raises Http404 for another version's."""
    if model is PlanVersion:
        return version
    above = ABOVE.get(model, ())
    found = model._default_manager.select_related(*above).filter(version=version, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _priority_of(element: Any) -> Priority | None:
    """The priority that ``element`` is, or hangs from."""
    while element is not None and not isinstance(element, Priority):
        if isinstance(element, PlanVersion):
            return None
        element = element.objective if isinstance(element, Action) else element.priority
    return element


def back_to(
    alliance: Alliance, version: PlanVersion, code: str, kind: str, element: Any
) -> HttpResponse:
    """To the section, on the element, its priority shown in full."""
    priority = _priority_of(element)
    address = alliance.url("plan_section", version.number, code)
    return redirect(f"{address}?priorite={priority.pk if priority else 0}#{kind}-{element.pk}")


@dataclass
class _Writing:
    """A form being shown or sent: the element, or where a new one goes, and what may change."""

    version: PlanVersion
    section: CanvasSection
    kind: str
    element: Any
    parent: Any
    opening: Opening

    @property
    def spec(self) -> Kind:
        return kind_of(self.kind)

    @cached_property
    def limits(self) -> Opening | None:
        """The opened sections, for an action that the version in force has too."""
        if not self.version.is_modification or self.element is None:
            return None
        if self.kind == "action" and is_new(self.element, self.version):
            return None
        return self.opening

    @property
    def is_closed(self) -> bool:
        """Whether the modification leaves nothing of it to write."""
        if self.limits is None:
            return not self.opening.allows(SECTION_OF[self.spec.model])
        if self.kind == "action":
            kinds = {*PART_OF.values(), SECTION_OF[Indicator]}
            return not any(self.limits.allows(kind) for kind in kinds)
        return not self.limits.allows(SECTION_OF[self.spec.model])

    def form(self, data: Any) -> ElementForm:
        options: dict[str, Any] = {"version": self.version, "element": self.element}
        if self.kind == "action":
            options["opening"] = self.limits
        return self.spec.form(data, **options)

    def lines(self, data: Any) -> BaseIndicatorLines | None:
        if self.kind != "action":
            return None
        if self.limits is not None and not self.limits.allows(SECTION_OF[Indicator]):
            return None
        return indicator_lines(data, action=self.element)


def _again(data: Any, element: Any) -> tuple[Any, Any]:
    """The element as it is now, and what was sent over it: sending it again covers it knowingly."""
    current = type(element)._default_manager.filter(pk=element.pk).first()
    data = data.copy()
    if current is not None:
        data["revision"] = str(current.revision)
        revisions = {}
        if isinstance(current, Action):
            revisions = dict(current.indicators.values_list("pk", "revision"))
        for number in range(len(revisions) + 1):
            pk = data.get(f"ind-{number}-pk", "")
            if pk.isdecimal() and int(pk) in revisions:
                data[f"ind-{number}-revision"] = str(revisions[int(pk)])
    return current, data


def _differences(
    form: ElementForm, lines: BaseIndicatorLines | None, element: Any
) -> list[Difference]:
    """Each field whose saved value is not the one that was sent."""
    found = []
    pairs: list[tuple[Any, Any]] = [(form, element)]
    if lines is not None and isinstance(element, Action):
        known = {one.pk: one for one in element.indicators.all()}
        pairs += [
            (line, known[line.cleaned_data["pk"]])
            for line in lines.forms
            if line.cleaned_data.get("pk") in known
        ]
    for one, row in pairs:
        for name, value in one.cleaned_data.items():
            saved = getattr(row, name, None)
            if name in ("pk", "revision", "remove"):
                continue
            if isinstance(value, QuerySet):
                value, saved = list(value), list(saved.all())  # type: ignore[union-attr]
                names = {item.pk: str(item) for item in [*value, *saved]}
                value, saved = [x.pk for x in value], [x.pk for x in saved]
            else:
                names = {}
            if value != saved:
                field = one.fields[name]
                found.append(
                    Difference(
                        str(field.label),
                        in_words(field, value, names),
                        in_words(field, saved, names),
                    )
                )
    return found


def _form_page(request: HttpRequest, alliance: Alliance, writing: _Writing) -> HttpResponse:
    """Shows the form of an element, or does what it asks."""
    element, kind = writing.element, writing.kind
    data = request.POST if request.method == "POST" else None
    form, lines = writing.form(data), writing.lines(data)
    status, differences = 200, []
    if data is not None:
        status = 422
        if form.is_valid() and (lines is None or lines.is_valid()):
            try:
                saved = writing.spec.save(element, writing.parent, form, lines, person_of(request))
            except StaleAct as refusal:
                status = 409
                current, data = _again(data, element) if element is not None else (None, data)
                if current is not None:
                    differences = _differences(form, lines, current)
                    form, lines = writing.form(data), writing.lines(data)
                form.add_error(NON_FIELD_ERRORS, str(refusal))
            except Refusal as refusal:
                known = refusal.field if refusal.field in form.fields else NON_FIELD_ERRORS
                form.add_error(known, str(refusal))
            else:
                messages.success(request, writing.spec.done())
                return back_to(alliance, writing.version, writing.section.code, kind, saved)
    opened = Opened(
        kind,
        form,
        parent=writing.parent.pk if element is None else None,
        pk=element.pk if element is not None else None,
        priority=getattr(_priority_of(element or writing.parent), "pk", None),
        lines=lines,
        action_url=request.get_full_path(),
        moving=asked_key(request, "deplacer") if lines is not None and data is None else None,
        differences=differences,
    )
    return section_page(
        request, alliance, writing.version, writing.section.code, opened=opened, status=status
    )


def _writing(
    alliance: Alliance, number: int, code: str, kind: str, *, pk: int = 0, under: int = 0
) -> _Writing:
    """What ``pk``, or a new element under ``under``, is written with; raises Http404."""
    version = selectors.get_version(alliance, number)
    opening = opening_of(version)
    section = next((one for one in opening.sections if one.code == code), None)
    if section is None:
        raise Http404
    spec = kind_of(kind)
    if not pk:
        parent = one_of(spec.parent, version, under)
        return _Writing(version, section, kind, None, parent, opening)
    element = one_of(spec.model, version, pk)
    parent = element.objective if kind == "action" else None
    return _Writing(version, section, kind, element, parent, opening)


def _open_page(request: HttpRequest, alliance: Alliance, writing: _Writing) -> HttpResponse:
    """The form; what cannot be written is read, with the reason."""
    version, section = writing.version, writing.section
    if request.method != "POST" and (not version.is_writable or writing.is_closed):
        if version.is_writable:
            kind = SECTION_OF[writing.spec.model]
            messages.error(request, closed_words(writing.opening.section_for(kind)))
        return redirect(alliance.url("plan_section", version.number, section.code))
    return _form_page(request, alliance, writing)


@alliance_page("edit_plan")
def add(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str
) -> HttpResponse:
    """A new element under ``?sous=``. An objective without its priority is refused."""
    if kind == "objectif" and not request.GET.get("sous"):
        version = selectors.get_version(alliance, number)
        messages.error(request, _("Choisissez la priorité que cet objectif sert."))
        return section_page(request, alliance, version, code, status=422)
    writing = _writing(alliance, number, code, kind, under=asked_key(request, "sous") or 0)
    return _open_page(request, alliance, writing)


@alliance_page("edit_plan")
def edit(
    request: HttpRequest, alliance: Alliance, number: int, code: str, kind: str, pk: int
) -> HttpResponse:
    return _open_page(request, alliance, _writing(alliance, number, code, kind, pk=pk))
