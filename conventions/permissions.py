"""Who may record which party's signature."""

from alliances.models import User
from alliances.permissions import can

from .models import Party


def may_record(user: User, signatory: Party) -> bool:
    """The delegate signs for the minister; the Table's direction for the Table, or the analyst
    who received its paper; the analyst records the fiduciary and the MRCs."""
    if signatory.kind == Party.Kind.MINISTRY:
        return can(user, "sign_convention", signatory)
    if signatory.kind == Party.Kind.TABLE and can(user, "sign_for_table", signatory):
        return True
    return can(user, "record_signature", signatory)


def signs_here(user: User, signatory: Party) -> bool:
    """Whether the signature would be the person's own, not one received on paper."""
    rights = {Party.Kind.MINISTRY: "sign_convention", Party.Kind.TABLE: "sign_for_table"}
    right = rights.get(Party.Kind(signatory.kind))
    return right is not None and can(user, right, signatory)
