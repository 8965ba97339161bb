"""What screens, other applications and exports read of the plans."""

from .logic import Place, places_for, priorities_of
from .presence import Present, people_in
from .registers import register_for, registers_for
from .review import (
    Progress,
    Review,
    opened_sections,
    opinion_on,
    opinions_of,
    points_of,
    requirements_of,
    review_of,
    to_correct,
)
from .states import (
    PlanState,
    is_late,
    open_version_of,
    plan_states,
    priorities_in_force,
    version_in_force,
    versions_of,
)
from .threads import (
    Corrections,
    Thread,
    becomes_correction,
    corrections_of,
    places_of,
    threads,
)
from .waiting import todo, waiting
from .writing import (
    Desk,
    Sheet,
    contents_of,
    desk_of,
    first_section,
    get_section,
    get_version,
    sheet_of,
)

__all__ = [
    "Corrections",
    "Desk",
    "Place",
    "PlanState",
    "Present",
    "Progress",
    "Review",
    "Sheet",
    "Thread",
    "contents_of",
    "becomes_correction",
    "corrections_of",
    "desk_of",
    "first_section",
    "get_section",
    "get_version",
    "is_late",
    "open_version_of",
    "opened_sections",
    "opinion_on",
    "opinions_of",
    "people_in",
    "places_for",
    "places_of",
    "plan_states",
    "points_of",
    "priorities_in_force",
    "priorities_of",
    "register_for",
    "registers_for",
    "requirements_of",
    "review_of",
    "sheet_of",
    "threads",
    "to_correct",
    "todo",
    "version_in_force",
    "versions_of",
    "waiting",
]
