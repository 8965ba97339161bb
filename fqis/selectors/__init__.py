"""What the screens, the reports and the exports read of money and projects."""

from .projects import ProjectFigures, priorities_in_force, project_figures
from .versements import (
    Money,
    StateTotal,
    envelope_amounts,
    envelope_of,
    money_of,
    next_of,
    next_versement,
    versement_states,
    versement_totals,
    versements_of,
)

__all__ = [
    "Money",
    "ProjectFigures",
    "StateTotal",
    "envelope_amounts",
    "envelope_of",
    "money_of",
    "next_of",
    "next_versement",
    "priorities_in_force",
    "project_figures",
    "versement_states",
    "versement_totals",
    "versements_of",
]
