"""The acts on a plan: its versions, its texts, the elements of its logic."""

from .actions import IndicatorLine, save_action
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
    answer_endorsement,
    ask_again,
    ask_endorsements,
    attach_evidence,
    cancel_endorsement,
    resend_endorsement,
)
from .fields import FieldConflict, Held, hold_field, hold_text, save_field, save_held_text
from .order import copy_element, move_element, move_element_to
from .presence import note_presence
from .sections import TextConflict, save_section_text
from .versions import (
    approve_version,
    open_version,
    return_version,
    start_plan,
    submit_version,
    validate_version,
)

__all__ = [
    "FieldConflict",
    "Held",
    "IndicatorLine",
    "TextConflict",
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
    "hold_field",
    "hold_text",
    "move_element",
    "move_element_to",
    "note_presence",
    "open_version",
    "remove_element",
    "resend_endorsement",
    "return_version",
    "save_action",
    "save_field",
    "save_held_text",
    "save_section_text",
    "start_plan",
    "submit_version",
    "update_action",
    "update_indicator",
    "update_objective",
    "update_priority",
    "validate_version",
]
