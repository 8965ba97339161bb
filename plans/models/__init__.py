"""The nouns of the plan: its canvas (data of a cycle), its versions, its logic."""

from .canvas import Canvas, CanvasRequirement, CanvasSection, NationalPriority
from .logic import Action, ActionPlace, Indicator, Objective, Priority, PriorityTheme
from .versions import Plan, PlanVersion, SectionText

__all__ = [
    "Action",
    "ActionPlace",
    "Canvas",
    "CanvasRequirement",
    "CanvasSection",
    "Indicator",
    "NationalPriority",
    "Objective",
    "Plan",
    "PlanVersion",
    "Priority",
    "PriorityTheme",
    "SectionText",
]
