"""The nouns of the plan: its canvas (data of a cycle), its versions, its logic."""

from .agreement import Endorsement, Opinion, ReviewPoint
from .canvas import Canvas, CanvasRequirement, CanvasSection, NationalPriority
from .deadlines import DueExtension, DueReminder
from .logic import Action, ActionPlace, Indicator, Objective, Priority, PriorityTheme
from .practices import SharedPractice
from .versions import OpenedSection, Plan, PlanVersion, SectionText
from .workshop import Presence, WordImport

__all__ = [
    "Action",
    "ActionPlace",
    "Canvas",
    "CanvasRequirement",
    "CanvasSection",
    "DueExtension",
    "DueReminder",
    "Endorsement",
    "Indicator",
    "NationalPriority",
    "Objective",
    "OpenedSection",
    "Opinion",
    "Plan",
    "PlanVersion",
    "Presence",
    "Priority",
    "PriorityTheme",
    "ReviewPoint",
    "SectionText",
    "SharedPractice",
    "WordImport",
]
