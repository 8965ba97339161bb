"""The elements of the logic: priority → objective → action → indicator (annex, sections 3 to 9)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict, TypeVar, Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Mrc, User
from alliances.services import journal
from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    NationalPriority,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
)
from plans.wording import moment_words

from .locking import writable

Element = Priority | Objective | Action | Indicator
AnyElement = TypeVar("AnyElement", Priority, Objective, Action, Indicator)


class PriorityFields(TypedDict, total=False):
    title: str
    national_priorities: Sequence[NationalPriority]
    regional_link: str
    local_link: str


class ActionFields(TypedDict, total=False):
    title: str
    means: str
    population: str
    mrcs: Sequence[Mrc]
    people_to_reach: int | None
    expected_result: str
    lead: str
    collaborators: str


class IndicatorFields(TypedDict, total=False):
    name: str
    baseline: Decimal | None
    target: Decimal | None
    unit: str


def removed() -> str:
    """What is said of an element that somebody took out while another was writing in it."""
    return _("Cet élément a été retiré du plan entre-temps.")


def siblings(element: Element) -> QuerySet[Any]:
    """The elements beside ``element``, itself included, in their order."""
    if isinstance(element, Priority):
        return Priority.objects.filter(version=element.version_id)
    if isinstance(element, Objective):
        return Objective.objects.filter(priority=element.priority_id)
    if isinstance(element, Action):
        return Action.objects.filter(objective=element.objective_id)
    return Indicator.objects.filter(action=element.action_id)


def _title_given(values: dict[str, Any], field: str, sentence: str) -> None:
    if field in values:
        values[field] = values[field].strip()
        if not values[field]:
            raise Refusal(sentence, field=field)


def _append(element: AnyElement, values: dict[str, Any], *, by: User) -> AnyElement:
    for name, value in values.items():
        setattr(element, name, value)
    element.rank = siblings(element).count() + 1
    element.updated_by = by
    element.updated_at = clock.now()
    element.save()
    return element


def _write(
    element: AnyElement, values: dict[str, Any], *, by: User, revision: int | None
) -> AnyElement:
    """Writes ``values`` on the element as it is now, when nobody wrote on it since ``revision``."""
    current = type(element).objects.select_related("updated_by").filter(pk=element.pk).first()
    if current is None:
        raise StaleAct(removed())
    if revision is not None and current.revision != revision:
        raise StaleAct(
            _("%(person)s a modifié cet élément le %(moment)s. Relisez-le avant d’enregistrer.")
            % {"person": current.updated_by, "moment": moment_words(current.updated_at)}
        )
    if all(getattr(current, name) == value for name, value in values.items()):
        return current
    for name, value in values.items():
        setattr(current, name, value)
    current.revision += 1
    current.updated_at, current.updated_by = clock.now(), by
    current.save()
    return current


def _record(element: Element, version: PlanVersion, *, by: User, verb: str, summary: str) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=(summary % {"element": element})[:300],
        alliance=version.plan.alliance,
        target=element,
        lineage=str(element.lineage),
        version=version.number,
    )


# --- Priorities


def _set_themes(priority: Priority, themes: Sequence[NationalPriority]) -> None:
    cycle_id = priority.version.plan.alliance.cycle_id
    if any(theme.cycle_id != cycle_id for theme in themes):
        raise Refusal(
            _("Cette priorité nationale est d’un autre cycle."), field="national_priorities"
        )
    wanted = {theme.pk: theme for theme in themes}
    held = set(priority.themes.values_list("national_priority_id", flat=True))
    priority.themes.exclude(national_priority__in=wanted).delete()
    PriorityTheme.objects.bulk_create(
        PriorityTheme(
            version_id=priority.version_id,
            territory_id=priority.territory_id,
            priority=priority,
            national_priority=theme,
        )
        for pk, theme in wanted.items()
        if pk not in held
    )


def _priority_values(fields: PriorityFields) -> dict[str, Any]:
    values: dict[str, Any] = {k: v for k, v in fields.items() if k != "national_priorities"}
    _title_given(values, "title", _("Nommez la priorité."))
    return values


@transaction.atomic
def add_priority(version: PlanVersion, *, by: User, **fields: Unpack[PriorityFields]) -> Priority:
    """Adds a priority at the end (annex, section 3). Refuses one without a title, and a national
    priority of another cycle."""
    version = writable(version.pk)
    priority = _append(Priority(version=version), _priority_values(fields), by=by)
    _set_themes(priority, fields.get("national_priorities", ()))
    _record(
        priority, version, by=by, verb="add_priority",
        summary=_("a ajouté la priorité « %(element)s »"),
    )  # fmt: skip
    return priority


@transaction.atomic
def update_priority(
    priority: Priority, *, by: User, revision: int | None = None, **fields: Unpack[PriorityFields]
) -> Priority:
    """Changes a priority. ``revision`` is that of the priority the person opened."""
    writable(priority.version_id)
    priority = _write(priority, _priority_values(fields), by=by, revision=revision)
    if "national_priorities" in fields:
        _set_themes(priority, fields["national_priorities"])
    return priority


# --- Objectives


@transaction.atomic
def add_objective(priority: Priority, *, by: User, title: str) -> Objective:
    """Adds an objective under a priority (annex, section 4). Refuses one without a title."""
    version = writable(priority.version_id)
    values: dict[str, Any] = {"title": title}
    _title_given(values, "title", _("Nommez l’objectif."))
    return _append(Objective(version=version, priority=priority), values, by=by)


@transaction.atomic
def update_objective(
    objective: Objective, *, by: User, title: str, revision: int | None = None
) -> Objective:
    """Changes the words of an objective."""
    writable(objective.version_id)
    values: dict[str, Any] = {"title": title}
    _title_given(values, "title", _("Nommez l’objectif."))
    return _write(objective, values, by=by, revision=revision)


# --- Actions


def _set_places(action: Action, mrcs: Sequence[Mrc]) -> None:
    if any(mrc.territory_id != action.territory_id for mrc in mrcs):
        raise Refusal(_("Cette MRC est d’un autre territoire."), field="mrcs")
    wanted = {mrc.pk: mrc for mrc in mrcs}
    held = set(action.places.values_list("mrc_id", flat=True))
    action.places.exclude(mrc__in=wanted).delete()
    ActionPlace.objects.bulk_create(
        ActionPlace(
            version_id=action.version_id, territory_id=action.territory_id, action=action, mrc=mrc
        )
        for pk, mrc in wanted.items()
        if pk not in held
    )


def _action_values(fields: ActionFields) -> dict[str, Any]:
    values: dict[str, Any] = {k: v for k, v in fields.items() if k != "mrcs"}
    _title_given(values, "title", _("Nommez l’action."))
    return values


@transaction.atomic
def add_action(objective: Objective, *, by: User, **fields: Unpack[ActionFields]) -> Action:
    """Adds an action under an objective (annex, sections 5 to 7 and 9). Refuses one without a
    title, and an MRC of another territory."""
    version = writable(objective.version_id)
    action = _append(Action(version=version, objective=objective), _action_values(fields), by=by)
    _set_places(action, fields.get("mrcs", ()))
    return action


@transaction.atomic
def update_action(
    action: Action, *, by: User, revision: int | None = None, **fields: Unpack[ActionFields]
) -> Action:
    """Changes an action. ``revision`` is that of the action the person opened."""
    writable(action.version_id)
    action = _write(action, _action_values(fields), by=by, revision=revision)
    if "mrcs" in fields:
        _set_places(action, fields["mrcs"])
    return action


# --- Indicators


def _indicator_values(fields: IndicatorFields, current: Indicator | None) -> dict[str, Any]:
    values: dict[str, Any] = dict(fields)
    _title_given(values, "name", _("Nommez l’indicateur."))
    target = values.get("target", current.target if current else None)
    unit = values.get("unit", current.unit if current else "").strip()
    if target is not None and not unit:
        raise Refusal(_("Dites l’unité de la cible, par exemple « tonnes »."), field="unit")
    return values


@transaction.atomic
def add_indicator(action: Action, *, by: User, **fields: Unpack[IndicatorFields]) -> Indicator:
    """Adds an indicator to an action (annex, section 8): baseline and target in ``unit``. Refuses
    one without a name, and a target without its unit."""
    version = writable(action.version_id)
    return _append(
        Indicator(version=version, action=action), _indicator_values(fields, None), by=by
    )


@transaction.atomic
def update_indicator(
    indicator: Indicator,
    *,
    by: User,
    revision: int | None = None,
    **fields: Unpack[IndicatorFields],
) -> Indicator:
    """Changes an indicator. Same refusals as ``add_indicator``."""
    writable(indicator.version_id)
    values = _indicator_values(fields, indicator)
    return _write(indicator, values, by=by, revision=revision)


# --- Any element


def _renumber(elements: Sequence[Element]) -> None:
    for rank, element in enumerate(elements, start=1):
        if element.rank != rank:
            type(element)._default_manager.filter(pk=element.pk).update(rank=rank)


@transaction.atomic
def remove_element(element: Element, *, by: User) -> None:
    """Takes an element out of the version, with all that is under it."""
    version = writable(element.version_id)
    current = siblings(element).filter(pk=element.pk).first()
    if current is None:
        return
    _record(
        current, version, by=by, verb="remove_element",
        summary=_("a retiré du plan « %(element)s »"),
    )  # fmt: skip
    others = [one for one in siblings(current) if one.pk != current.pk]
    current.delete()
    _renumber(others)


@transaction.atomic
def move_element(element: Element, *, by: User, up: bool) -> None:
    """Moves an element one place up or down among those beside it; at the end it stays."""
    writable(element.version_id)
    order = list(siblings(element))
    place = next((i for i, one in enumerate(order) if one.pk == element.pk), None)
    if place is None:
        raise StaleAct(removed())
    other = place - 1 if up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        _renumber(order)
