"""What screens, other applications and exports read of the plans."""

from .presence import Present, people_in
from .states import (
    PlanState,
    is_late,
    open_version_of,
    plan_states,
    priorities_in_force,
    version_in_force,
    versions_of,
)
from .waiting import todo, waiting
from .writing import (
    Sheet,
    first_section,
    get_section,
    get_version,
    priorities_of,
    sheet_of,
)

__all__ = [
    "PlanState",
    "Present",
    "Sheet",
    "first_section",
    "get_section",
    "get_version",
    "is_late",
    "open_version_of",
    "people_in",
    "plan_states",
    "priorities_in_force",
    "priorities_of",
    "sheet_of",
    "todo",
    "version_in_force",
    "versions_of",
    "waiting",
]
