"""The acts of the money and of the projects, one module for each noun."""

from .agreements import (
    Part,
    deposit_signed_agreement,
    meet_condition,
    prepare_agreement,
    sign_agreement,
    withdraw_agreement,
)
from .allocations import change_scenario, confirm_allocation, create_scenario, write_figures
from .authorisations import (
    Authorisation,
    Refused,
    authorise_versement,
    authorise_versements,
    issue_versement,
)
from .budgets import Line
from .calls import CallTerms, Paper, drop_call, extend_call, publish_call, write_call
from .changes import (
    agree_change,
    continue_project,
    decline_change,
    no_open_change,
    propose_change,
)
from .checks import (
    analyse_project,
    answer_check,
    reject_project,
    set_public_funding_limit,
)
from .committees import (
    add_member,
    create_committee,
    refer_projects,
    remove_member,
    take_back_project,
    write_grid,
)
from .conflicts import declare_conflict, withdraw_conflict
from .decision_letters import write_letter
from .envelopes import confirm_amount, open_envelope, propose_amount, withdraw_amount
from .expenses import cancel_expense, record_expense
from .follow_up import abandon_project, complete_project, start_project
from .good_practices import publish_practice, shown_practice, withdraw_practice
from .holds import cancel_versement, hold_versement, park_versement, release_versement
from .moves import decide_move, propose_move, withdraw_move
from .organisations import register_organisation, set_contact
from .payment_answers import apply_answer, check_answer, read_answer
from .payment_batches import correct_payment, create_batch, reject_payment
from .project_payments import correct_project_payment, paid_to, record_payment
from .projects import (
    Source,
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
from .result_links import ask_result, remind_late, revoke_request, save_by_link, submit_by_link
from .result_photos import add_photo, add_photo_by_link, withdraw_photo
from .results import TargetAnswer, accept_result, record_result, return_result
from .saved_views import remove_view, save_view
from .scores import write_score
from .sittings import (
    close_sitting,
    list_projects,
    plan_sitting,
    prepare_item,
    unlist_project,
    write_presences,
)
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
    "CallTerms",
    "Line",
    "Paper",
    "Part",
    "Refused",
    "Source",
    "TargetAnswer",
    "abandon_project",
    "accept_result",
    "add_member",
    "add_photo",
    "add_photo_by_link",
    "agree_change",
    "analyse_project",
    "answer_check",
    "apply_answer",
    "ask_result",
    "authorise_versement",
    "authorise_versements",
    "cancel_expense",
    "cancel_versement",
    "change_scenario",
    "check_answer",
    "close_sitting",
    "complete_project",
    "confirm_allocation",
    "confirm_amount",
    "confirm_payment",
    "continue_project",
    "correct_payment",
    "correct_project_payment",
    "create_batch",
    "create_committee",
    "create_scenario",
    "decide_move",
    "decide_project",
    "decide_recovery",
    "decide_split",
    "declare_conflict",
    "decline_change",
    "deduct_recovery",
    "deposit_signed_agreement",
    "drop_call",
    "drop_recovery",
    "extend_call",
    "hold_versement",
    "issue_versement",
    "list_projects",
    "make_ready",
    "meet_condition",
    "no_open_change",
    "on_milestone",
    "open_envelope",
    "paid_to",
    "park_versement",
    "plan_sitting",
    "plan_versements",
    "prepare_agreement",
    "prepare_item",
    "propose_amount",
    "propose_change",
    "propose_move",
    "propose_recovery",
    "publish_call",
    "publish_practice",
    "read_answer",
    "receive_recovery",
    "recommend_versement",
    "record_expense",
    "record_payment",
    "record_result",
    "refer_projects",
    "register_organisation",
    "register_project",
    "reject_payment",
    "reject_project",
    "release_versement",
    "remind_late",
    "remove_member",
    "remove_view",
    "return_result",
    "revoke_request",
    "save_by_link",
    "save_view",
    "set_contact",
    "set_own_share_ceiling",
    "set_public_funding_limit",
    "shown_practice",
    "sign_agreement",
    "start_project",
    "submit_by_link",
    "take_back_project",
    "unlist_project",
    "update_project",
    "withdraw_agreement",
    "withdraw_amount",
    "withdraw_conflict",
    "withdraw_move",
    "withdraw_photo",
    "withdraw_practice",
    "write_call",
    "write_figures",
    "write_grid",
    "write_letter",
    "write_presences",
    "write_score",
    "write_split",
]
