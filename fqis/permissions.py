"""What the payments office may do, wherever it is."""

from alliances.models import User
from alliances.permissions import rights_of

PAY = "confirm_payment"


def may_pay_somewhere(user: User) -> bool:
    """Whether ``user`` confirms payments in at least one territory."""
    return any(PAY in rights for rights in rights_of(user).on.values())
