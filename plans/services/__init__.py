"""The acts on a plan: its versions, its texts, the elements of its logic."""

from .actions import IndicatorLine, save_action
from .answers import answer_endorsement
from .deadlines import extend_due_date
from .elements import (
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    remove_element,
    update_action,
    update_indicator,
    update_objective,
    update_priority,
)
from .endorsements import (
    ask_again,
    ask_endorsements,
    attach_evidence,
    cancel_endorsement,
    resend_endorsement,
)
from .fields import FieldConflict, Held, hold_field, hold_text, save_field, save_held_text
from .modifications import abandon_version, open_section, open_version, start_plan
from .opinions import give_opinion
from .order import copy_element, move_element, move_element_to
from .presence import note_presence
from .review import PointConflict, PointEntry, save_points
from .sections import TextConflict, save_section_text
from .versions import approve_version, return_version, submit_version, validate_version

__all__ = [
    "FieldConflict",
    "Held",
    "IndicatorLine",
    "PointConflict",
    "PointEntry",
    "TextConflict",
    "abandon_version",
    "add_action",
    "add_indicator",
    "add_objective",
    "add_priority",
    "answer_endorsement",
    "approve_version",
    "ask_again",
    "ask_endorsements",
    "attach_evidence",
    "cancel_endorsement",
    "copy_element",
    "extend_due_date",
    "give_opinion",
    "hold_field",
    "hold_text",
    "move_element",
    "move_element_to",
    "note_presence",
    "open_section",
    "open_version",
    "remove_element",
    "resend_endorsement",
    "return_version",
    "save_action",
    "save_field",
    "save_held_text",
    "save_points",
    "save_section_text",
    "start_plan",
    "submit_version",
    "update_action",
    "update_indicator",
    "update_objective",
    "update_priority",
    "validate_version",
]
