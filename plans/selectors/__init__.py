"""What screens, other applications and exports read of the plans."""

from .states import (
    PlanState,
    open_version_of,
    plan_states,
    priorities_in_force,
    version_in_force,
    versions_of,
)
from .waiting import todo, waiting
from .writing import Sheet, get_section, get_version, sheet_of

__all__ = [
    "PlanState",
    "Sheet",
    "get_section",
    "get_version",
    "open_version_of",
    "plan_states",
    "priorities_in_force",
    "sheet_of",
    "todo",
    "version_in_force",
    "versions_of",
    "waiting",
]
