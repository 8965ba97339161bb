"""Who may record which party's signature, empower a Table, write the templates."""

from alliances.models import Alliance, User
from alliances.permissions import can, holds_national, rights_of

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


def may_empower(user: User, alliance: Alliance) -> bool:
    """The Table tells who is empowered; the analyst who prepares its convention may too."""
    return can(user, "edit_governance", alliance) or can(user, "prepare_convention", alliance)


def may_write_templates(user: User) -> bool:
    """The texts of a cycle are the national office's: of those who prepare its conventions."""
    prepares = any("prepare_convention" in held for held in rights_of(user).on.values())
    return holds_national(user) and prepares


def may_scan(user: User, of: object) -> bool:
    """Either side deposits signed papers and files their pages: the Table, the ministry."""
    return can(user, "add_document", of)
