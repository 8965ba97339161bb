"""Who reads the plans of several territories at once."""

from django.core.exceptions import PermissionDenied

from alliances.models import User
from alliances.permissions import holds_national, memberships_of
from alliances.roles import Side


def oversees_plans(user: User) -> bool:
    """The DGSSAC reads every territory's plan; a DGSQ adviser, those of their territories."""
    return holds_national(user) or any(one.spec.side is Side.DGSQ for one in memberships_of(user))


def require_oversight(user: User) -> None:
    """Raises PermissionDenied for who works in a single Table."""
    if not oversees_plans(user):
        raise PermissionDenied
