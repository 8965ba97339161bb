"""Roles and invitations: who joins, with which role, until when."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import Invitation, Membership, Territory, User
from alliances.permissions import can, forget_rights
from alliances.roles import ROLES, TABLE_ROLES
from alliances.services import journal


def may_give(user: User, role: str, territory: Territory | None) -> bool:
    """Who manages people gives any role; a Table, its DGSQ and the DGSSAC invite into the Table."""
    if can(user, "manage_people"):
        return True
    return role in TABLE_ROLES and territory is not None and can(user, "invite_table", territory)


def _check(role: str, territory: Territory | None, by: User) -> None:
    spec = ROLES.get(role)
    if spec is None:
        raise Refusal(_("Choisissez un rôle."), field="role")
    if spec.is_national and territory is not None:
        raise Refusal(_("Un rôle national ne se donne pas sur un territoire."), field="territory")
    if not spec.is_national and territory is None:
        raise Refusal(_("Choisissez un territoire pour un rôle régional."), field="territory")
    if not may_give(by, role, territory):
        raise Refusal(_("Vous ne pouvez pas donner ce rôle."), field="role")


@transaction.atomic
def grant_role(
    user: User,
    role: str,
    *,
    by: User,
    territory: Territory | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Gives a role. Refuses a role the giver may not give, and one the person already has."""
    _check(role, territory, by)
    today = clock.today()
    if Membership.objects.active_on(today).filter(
        user=user, role=role, territory=territory
    ).exists():
        raise Refusal(_("Cette personne a déjà ce rôle."), field="role")
    membership = Membership.objects.create(
        user=user,
        role=role,
        territory=territory,
        starts_on=starts_on or today,
        ends_on=ends_on,
        created_by=by,
    )
    if membership.starts_on <= today:
        user.groups.add(Group.objects.get(name=membership.group_name))
    forget_rights(user)
    journal.record(
        by=by,
        verb="grant_role",
        summary=_("a donné le rôle %(role)s à %(person)s")
        % {"role": membership.role_label, "person": user},
        territory=territory,
        target=membership,
    )
    return membership


@transaction.atomic
def end_role(membership: Membership, *, by: User) -> Membership:
    """Takes a role back at once. Nobody takes back their own last right to manage people."""
    if not may_give(by, membership.role, membership.territory):
        raise Refusal(_("Vous ne pouvez pas retirer ce rôle."))
    if membership.user_id == by.pk and membership.role == "admin":
        raise Refusal(_("Une autre personne doit retirer votre rôle d’administration."))
    membership.ended_at, membership.ended_by = clock.now(), by
    membership.save(update_fields=["ended_at", "ended_by"])
    membership.user.groups.remove(*Group.objects.filter(name=membership.group_name))
    forget_rights(membership.user)
    journal.record(
        by=by,
        verb="end_role",
        summary=_("a retiré le rôle %(role)s à %(person)s")
        % {"role": membership.role_label, "person": membership.user},
        territory=membership.territory,
        target=membership,
    )
    return membership


def apply_memberships() -> int:
    """Puts every person in exactly the groups of their active roles; returns how many changed."""
    today = clock.today()
    wanted: dict[int, set[str]] = {}
    for membership in Membership.objects.active_on(today).select_related("territory"):
        wanted.setdefault(membership.user_id, set()).add(membership.group_name)
    groups = {group.name: group for group in Group.objects.exclude(name="portal")}
    changed = 0
    for user in User.objects.filter(is_portal=False).prefetch_related("groups"):
        held = {group.name for group in user.groups.all()}
        due = wanted.get(user.pk, set())
        if held != due:
            user.groups.set([groups[name] for name in due])
            changed += 1
    return changed


@transaction.atomic
def invite(
    email: str, role: str, *, by: User, territory: Territory | None = None
) -> tuple[Invitation, str]:
    """Invites an address to take a role; returns the invitation and the secret of its link.

    Only the secret's fingerprint is kept. Refuses a role the person may not give and an address
    that already has an account (its role is given directly).
    """
    _check(role, territory, by)
    address = email.strip().lower()
    if User.objects.filter(email=address).exists():
        raise Refusal(
            _("Cette personne a déjà un compte. Donnez-lui le rôle directement."), field="email"
        )
    token = Invitation.new_token()
    invitation = Invitation.objects.create(
        email=address,
        role=role,
        territory=territory,
        token_sha256=Invitation.hash_token(token),
        invited_by=by,
        expires_at=clock.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    journal.record(
        by=by,
        verb="invite",
        summary=_("a invité une personne : %(role)s") % {"role": ROLES[role].label},
        territory=territory,
        target=invitation,
    )
    return invitation, token


def find_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, open or not; a visitor has no identity yet."""
    with acting_as_portal():
        return (
            Invitation.objects.select_related("territory")
            .filter(token_sha256=Invitation.hash_token(token))
            .first()
        )


def accept_invitation(token: str, *, full_name: str, password: str, language: str) -> User:
    """Makes the account and gives the role. Refuses a link that expired or was used."""
    with acting_as_portal() as portal:
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("territory")
            .filter(token_sha256=Invitation.hash_token(token))
            .first()
        )
        if invitation is None or not invitation.is_open_at(clock.now()):
            raise Refusal(_("Ce lien n’est plus valable. Demandez une nouvelle invitation."))
        user = User.objects.create_user(
            invitation.email, password, full_name=full_name, language=language
        )
        grant_role(user, invitation.role, by=portal, territory=invitation.territory)
        invitation.accepted_at, invitation.accepted_by = clock.now(), user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        return user
