"""What the payments office and the committees may do."""

from alliances.models import User
from alliances.permissions import can, rights_of
from alliances.roles import VIEW
from fqis.models import Committee, CommitteeMember

PAY = "confirm_payment"


def may_pay_somewhere(user: User) -> bool:
    """Whether ``user`` confirms payments in at least one territory."""
    return any(PAY in rights for rights in rights_of(user).on.values())


def sits_on(user: User, committee: Committee) -> bool:
    """Whether ``user`` is a member of the committee today, in a territory they may view."""
    return (
        can(user, VIEW, committee)
        and CommitteeMember.objects.filter(committee=committee, person=user, left_at=None).exists()
    )
