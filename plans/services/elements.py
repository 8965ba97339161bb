"""The elements of the logic: priority → objective → action → indicator (annex, sections 3 to 9)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, TypeVar, Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Mrc, User
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
from plans.opening import Element, Kind, kinds_below, refuse_closed, section_of
from plans.wording import moment_words

from .locking import writable
from .traces import record, record_added

# What each writing leaves on an element, beside the columns it writes.
SIGNED = ("revision", "updated_at", "updated_by")
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
    starts_on: date | None
    ends_on: date | None
    budget: Decimal | None


class IndicatorFields(TypedDict, total=False):
    name: str
    baseline: Decimal | None
    target: Decimal | None
    unit: str
    frequency: str


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


def _name_of(element: Element) -> tuple[str, str]:
    """The column that names the element, and what is asked when it is empty."""
    if isinstance(element, Priority):
        return "title", _("Nommez la priorité.")
    if isinstance(element, Objective):
        return "title", _("Nommez l’objectif.")
    if isinstance(element, Action):
        return "title", _("Nommez l’action.")
    return "name", _("Nommez l’indicateur.")


def check_values(element: Element, values: dict[str, Any]) -> None:
    """Tidies ``values``, then refuses those that ``element`` may not hold beside its own: no name,
    an end before the start, a negative amount, a target without its unit."""
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = value.replace("\r\n", "\n").strip()
    named, sentence = _name_of(element)
    if named in values and not values[named]:
        raise Refusal(sentence, field=named)

    def after(name: str) -> Any:
        return values.get(name, getattr(element, name))

    if isinstance(element, Action):
        starts, ends = after("starts_on"), after("ends_on")
        if starts and ends and ends < starts:
            raise Refusal(
                _("La fin de l’action doit suivre son début."),
                field="ends_on" if "ends_on" in values else "starts_on",
            )
        if after("budget") is not None and after("budget") < 0:
            raise Refusal(_("Le budget ne peut pas être négatif."), field="budget")
    if isinstance(element, Indicator) and after("target") is not None and not after("unit"):
        raise Refusal(_("Dites l’unité de la cible, par exemple « tonnes »."), field="unit")


def action_of(element: Element) -> Action | None:
    """The action that is written, or written under."""
    if isinstance(element, Indicator):
        return element.action
    return element if isinstance(element, Action) else None


def _append(element: AnyElement, values: dict[str, Any], *, by: User) -> AnyElement:
    check_values(element, values)
    for name, value in values.items():
        setattr(element, name, value)
    element.rank = siblings(element).count() + 1
    element.updated_by = by
    element.updated_at = clock.now()
    element.save()
    return element


def _write(
    element: AnyElement,
    values: dict[str, Any],
    version: PlanVersion,
    *,
    by: User,
    revision: int | None,
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
    check_values(current, values)
    changed: dict[str, Any] = {
        name: value for name, value in values.items() if getattr(current, name) != value
    }
    if not changed:
        return current
    refuse_closed(
        version, [section_of(current, name) for name in changed], action=action_of(current)
    )
    for name, value in changed.items():
        setattr(current, name, value)
    current.revision += 1
    current.updated_at, current.updated_by = clock.now(), by
    current.save(update_fields=[*changed, *SIGNED])
    return current


def renumber(elements: Sequence[Element]) -> None:
    """Gives the elements the ranks 1 to n, in the order they come."""
    moved = []
    for rank, element in enumerate(elements, start=1):
        if element.rank != rank:
            element.rank = rank
            moved.append(element)
    if moved:
        type(moved[0])._default_manager.bulk_update(moved, ["rank"])  # type: ignore[arg-type]


# --- Priorities


def _set_themes(priority: Priority, themes: Sequence[NationalPriority]) -> None:
    cycle_id = priority.version.plan.alliance.cycle_id
    if any(theme.cycle_id != cycle_id for theme in themes):
        raise Refusal(
            _("Cette priorité nationale est d’un autre cycle."), field="national_priorities"
        )
    wanted = {theme.pk: theme for theme in themes}
    held = set(priority.themes.values_list("national_priority_id", flat=True))
    if held == set(wanted):
        return
    refuse_closed(priority.version, [Kind.PRIORITIES])
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
    return {k: v for k, v in fields.items() if k != "national_priorities"}


@transaction.atomic
def add_priority(version: PlanVersion, *, by: User, **fields: Unpack[PriorityFields]) -> Priority:
    """Adds a priority at the end (annex, section 3). Refuses one without a title, and a national
    priority of another cycle."""
    version = writable(version.pk)
    refuse_closed(version, [Kind.PRIORITIES])
    priority = _append(Priority(version=version), _priority_values(fields), by=by)
    _set_themes(priority, fields.get("national_priorities", ()))
    record_added(priority, version, by=by)
    return priority


@transaction.atomic
def update_priority(
    priority: Priority, *, by: User, revision: int | None = None, **fields: Unpack[PriorityFields]
) -> Priority:
    """Changes a priority. ``revision`` is that of the priority the person opened."""
    version = writable(priority.version_id)
    priority = _write(priority, _priority_values(fields), version, by=by, revision=revision)
    if "national_priorities" in fields:
        _set_themes(priority, fields["national_priorities"])
    return priority


# --- Objectives


@transaction.atomic
def add_objective(priority: Priority | None, *, by: User, title: str) -> Objective:
    """Adds an objective under a priority (annex, section 4). Refuses one without a title, and one
    without a priority."""
    if priority is None:
        raise Refusal(_("Choisissez la priorité que cet objectif sert."))
    version = writable(priority.version_id)
    refuse_closed(version, [Kind.OBJECTIVES])
    objective = _append(Objective(version=version, priority=priority), {"title": title}, by=by)
    record_added(objective, version, by=by)
    return objective


@transaction.atomic
def update_objective(
    objective: Objective, *, by: User, title: str, revision: int | None = None
) -> Objective:
    """Changes the words of an objective."""
    version = writable(objective.version_id)
    return _write(objective, {"title": title}, version, by=by, revision=revision)


# --- Actions


def _set_places(action: Action, version: PlanVersion, mrcs: Sequence[Mrc]) -> None:
    if any(mrc.territory_id != action.territory_id for mrc in mrcs):
        raise Refusal(_("Cette MRC est d’un autre territoire."), field="mrcs")
    wanted = {mrc.pk: mrc for mrc in mrcs}
    held = set(action.places.values_list("mrc_id", flat=True))
    if held == set(wanted):
        return
    refuse_closed(version, [Kind.POPULATION], action=action)
    action.places.exclude(mrc__in=wanted).delete()
    ActionPlace.objects.bulk_create(
        ActionPlace(
            version_id=action.version_id, territory_id=action.territory_id, action=action, mrc=mrc
        )
        for pk, mrc in wanted.items()
        if pk not in held
    )


def _action_values(fields: ActionFields) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if k != "mrcs"}


@transaction.atomic
def add_action(objective: Objective, *, by: User, **fields: Unpack[ActionFields]) -> Action:
    """Adds an action under an objective (annex, sections 5 to 7 and 9); ``budget`` in dollars.

    Refuses one without a title, an end before the start, a negative budget, and an MRC of another
    territory.
    """
    version = writable(objective.version_id)
    refuse_closed(version, [Kind.MEANS])
    action = _append(Action(version=version, objective=objective), _action_values(fields), by=by)
    _set_places(action, version, fields.get("mrcs", ()))
    record_added(action, version, by=by)
    return action


@transaction.atomic
def update_action(
    action: Action, *, by: User, revision: int | None = None, **fields: Unpack[ActionFields]
) -> Action:
    """Changes an action. ``revision`` is that of the action the person opened. Same refusals as
    ``add_action``, and what a modification leaves closed."""
    version = writable(action.version_id)
    action = _write(action, _action_values(fields), version, by=by, revision=revision)
    if "mrcs" in fields:
        _set_places(action, version, fields["mrcs"])
    return action


# --- Indicators


@transaction.atomic
def add_indicator(action: Action, *, by: User, **fields: Unpack[IndicatorFields]) -> Indicator:
    """Adds an indicator to an action (annex, section 8): baseline and target in ``unit``. Refuses
    one without a name, and a target without its unit."""
    version = writable(action.version_id)
    refuse_closed(version, [Kind.INDICATORS], action=action)
    indicator = append_indicator(action, by=by, **fields)
    record_added(indicator, version, by=by)
    return indicator


def append_indicator(action: Action, *, by: User, **fields: Unpack[IndicatorFields]) -> Indicator:
    """Writes an indicator that comes with its new action, whose line in the journal is enough.
    The caller holds the version."""
    return _append(Indicator(version_id=action.version_id, action=action), dict(fields), by=by)


@transaction.atomic
def update_indicator(
    indicator: Indicator,
    *,
    by: User,
    revision: int | None = None,
    **fields: Unpack[IndicatorFields],
) -> Indicator:
    """Changes an indicator. Same refusals as ``add_indicator``."""
    version = writable(indicator.version_id)
    return _write(indicator, dict(fields), version, by=by, revision=revision)


# --- Any element


@transaction.atomic
def remove_element(element: Element, *, by: User) -> None:
    """Takes an element out of the version, with all that is under it."""
    version = writable(element.version_id)
    current = siblings(element).filter(pk=element.pk).first()
    if current is None:
        return
    if version.is_modification:
        kinds = kinds_below(current, kept_from=version.base_id)
        refuse_closed(
            version, kinds, action=current.action if isinstance(current, Indicator) else None
        )
    record(
        current, version, by=by, verb="remove_element",
        summary=_("a retiré du plan « %(element)s »"),
    )  # fmt: skip
    others = [one for one in siblings(current) if one.pk != current.pk]
    current.delete()
    renumber(others)
