"""The acts of the money and of the projects, one module for each noun."""

from .allocations import change_scenario, confirm_allocation, create_scenario, write_figures
from .authorisations import (
    Authorisation,
    Refused,
    authorise_versement,
    authorise_versements,
    issue_versement,
)
from .budgets import Line
from .envelopes import confirm_envelope, open_envelope
from .follow_up import (
    abandon_project,
    complete_project,
    record_payment,
    record_result,
    sign_agreement,
    start_project,
)
from .holds import cancel_versement, hold_versement, park_versement, release_versement
from .moves import decide_move, propose_move, withdraw_move
from .organisations import register_organisation, set_contact
from .payment_answers import apply_answer, check_answer, read_answer
from .payment_batches import correct_payment, create_batch, reject_payment
from .projects import (
    Source,
    analyse_project,
    decide_project,
    register_project,
    update_project,
)
from .recoveries import (
    decide_recovery,
    deduct_recovery,
    drop_recovery,
    propose_recovery,
    receive_recovery,
)
from .saved_views import remove_view, save_view
from .splits import decide_split, set_own_share_ceiling, write_split
from .versements import (
    confirm_payment,
    make_ready,
    on_milestone,
    plan_versements,
    recommend_versement,
)

__all__ = [
    "Authorisation",
    "Line",
    "Refused",
    "Source",
    "abandon_project",
    "analyse_project",
    "apply_answer",
    "authorise_versement",
    "authorise_versements",
    "cancel_versement",
    "change_scenario",
    "check_answer",
    "complete_project",
    "confirm_allocation",
    "confirm_envelope",
    "confirm_payment",
    "correct_payment",
    "create_batch",
    "create_scenario",
    "decide_move",
    "decide_project",
    "decide_recovery",
    "decide_split",
    "deduct_recovery",
    "drop_recovery",
    "hold_versement",
    "issue_versement",
    "make_ready",
    "on_milestone",
    "open_envelope",
    "park_versement",
    "plan_versements",
    "propose_move",
    "propose_recovery",
    "read_answer",
    "receive_recovery",
    "recommend_versement",
    "record_payment",
    "record_result",
    "register_organisation",
    "register_project",
    "reject_payment",
    "release_versement",
    "remove_view",
    "save_view",
    "set_contact",
    "set_own_share_ceiling",
    "sign_agreement",
    "start_project",
    "update_project",
    "withdraw_move",
    "write_figures",
    "write_split",
]
