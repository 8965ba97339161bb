"""The elements of the logic in words: the name of each of their fields, its value as it reads."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from alliances.templatetags.portal import count, date_long, decimal_text, money0

from .comparison import ACTION, INDICATOR, OBJECTIVE, PRIORITY
from .models import Action, Indicator, Priority
from .selectors.content import IndicatorContent, PriorityContent

KIND_NAMES = {
    PRIORITY: _lazy("Priorité"),
    OBJECTIVE: _lazy("Objectif"),
    ACTION: _lazy("Action"),
    INDICATOR: _lazy("Indicateur"),
}
_MODELS = {PRIORITY: Priority, ACTION: Action, INDICATOR: Indicator}
_OWN_LABELS = {"title": _lazy("intitulé"), "national": _lazy("priorités nationales")}
_FREQUENCIES = dict(Indicator.Frequency.choices)


def field_label(kind: str, name: str) -> str:
    """« Responsable », as the form says it."""
    if name in _OWN_LABELS:
        label = str(_OWN_LABELS[name])
    else:
        found = _MODELS[kind]._meta.get_field(name)
        label = str(getattr(found, "verbose_name", name))
    return str(capfirst(label))


_WRITERS: dict[str, Callable[[Any], str]] = {
    "budget": money0,
    "people_to_reach": count,
    "baseline": decimal_text,
    "target": decimal_text,
    "frequency": lambda value: str(_FREQUENCIES.get(value, value)),
}


def value_text(name: str, value: Any) -> str:
    """A field's value as a person reads it; « » when there is none."""
    if value is None or value == "":
        return ""
    if name in _WRITERS:
        return str(_WRITERS[name](value))
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, date):
        return date_long(value)
    return str(value)


def indicator_line(indicator: IndicatorContent) -> str:
    """« Tonnes livrées : de 38 à 60 tonnes, chaque année »."""
    return _("%(name)s : %(target)s") % {
        "name": indicator.name,
        "target": target_words(
            indicator.baseline, indicator.target, indicator.unit, indicator.frequency
        ),
    }


def target_words(
    baseline: Decimal | None, target: Decimal | None, unit: str, frequency: str = ""
) -> str:
    """« de 38 à 60 tonnes, chaque année », « cible à fixer »."""
    if target is None:
        words = _("cible à fixer")
    else:
        values = {"from": decimal_text(baseline), "to": decimal_text(target), "unit": unit}
        asked = _("%(to)s %(unit)s") if baseline is None else _("de %(from)s à %(to)s %(unit)s")
        words = asked % values
    return f"{words}, {value_text('frequency', frequency)}" if frequency else words


def facts_of(kind: str, element: Any) -> list[tuple[str, str]]:
    """What an element says besides its title: the fields that are written, each with its label."""
    names = {
        PRIORITY: ("national", "regional_link", "local_link"),
        OBJECTIVE: (),
        ACTION: (
            "means",
            "population",
            "mrcs",
            "people_to_reach",
            "expected_result",
            "lead",
            "collaborators",
            "starts_on",
            "ends_on",
            "budget",
        ),
    }[kind]
    texts = [(field_label(kind, name), value_text(name, getattr(element, name))) for name in names]
    found = [(label, text) for label, text in texts if text]
    if kind == ACTION:
        found += [(str(KIND_NAMES[INDICATOR]), indicator_line(one)) for one in element.indicators]
    return found


def codes_of(priorities: list[PriorityContent]) -> dict[tuple[str, str], str]:
    """The number of each element as the plan shows it: « 1 », « 1.1 », « 1.1.2 »."""
    found: dict[tuple[str, str], str] = {}
    for p, priority in enumerate(priorities, 1):
        found[PRIORITY, priority.lineage] = str(p)
        for o, objective in enumerate(priority.objectives, 1):
            found[OBJECTIVE, objective.lineage] = f"{p}.{o}"
            for a, action in enumerate(objective.actions, 1):
                found[ACTION, action.lineage] = f"{p}.{o}.{a}"
    return found
