"""Where the editor is, and what it sends for one field."""

from typing import Any

from plans.models import Action, Indicator, Objective, Priority

PLAN = "/alliances/mauricie/2024-2029/plan/"
START = f"{PLAN}1/commencer/"
QUIET = {"X-Autosave": "1"}


def sent(element: Any, field: str, value: Any, base: Any, **more: Any) -> dict[str, Any]:
    kinds = {
        Priority: "priorite", Objective: "objectif", Action: "action", Indicator: "indicateur",
    }  # fmt: skip
    return {
        "kind": kinds[type(element)],
        "pk": element.pk,
        "field": field,
        "value": value,
        "base": base,
        "code": "3",
        **more,
    }
