"""Roles: who holds which, on what territory, until when."""

from datetime import date

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Membership, Territory, User
from alliances.permissions import can, forget_rights
from alliances.roles import ROLES, TABLE_ROLES
from alliances.services import journal


def may_give(user: User, role: str, territory: Territory | None) -> bool:
    """Who manages people gives any role; a Table, its DGSQ and the DGSSAC invite into the Table."""
    if can(user, "manage_people"):
        return True
    return role in TABLE_ROLES and territory is not None and can(user, "invite_table", territory)


def check_gift(role: str, territory: Territory | None, by: User) -> None:
    """Refuses a role that does not exist, does not fit the territory, or is another's to give."""
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
    check_gift(role, territory, by)
    today = clock.today()
    close_lapsed(user, role, territory)
    if Membership.objects.filter(user=user, role=role, territory=territory, ended_at=None).exists():
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


def close_lapsed(user: User, role: str, territory: Territory | None) -> None:
    """Ends, in the portal's name, a role whose last day is past: it may be given again."""
    Membership.objects.filter(
        user=user, role=role, territory=territory, ended_at=None, ends_on__lt=clock.today()
    ).update(ended_at=clock.now(), ended_by=User.objects.portal())


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
    absent = membership.stands_in_for
    summary = (
        _("a mis fin au remplacement de %(absent)s par %(person)s, %(role)s")
        if absent
        else _("a retiré le rôle %(role)s à %(person)s")
    )
    journal.record(
        by=by,
        verb="end_stand_in" if absent else "end_role",
        summary=summary
        % {"role": membership.role_label, "person": membership.user, "absent": absent},
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


def set_language(user: User, language: str) -> None:
    """Keeps the language a person reads in."""
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def set_access(user: User, *, active: bool, by: User) -> User:
    """Closes or opens an account. A closed account keeps its roles and its acts.

    Nobody closes their own account: the portal must keep somebody who manages people.
    """
    if not can(by, "manage_people"):
        raise Refusal(_("Vous ne pouvez pas ouvrir ou fermer un compte."))
    if user.pk == by.pk:
        raise Refusal(_("Une autre personne doit fermer votre compte."))
    user = User.objects.select_for_update().get(pk=user.pk, is_portal=False)
    if user.is_active == active:
        return user
    user.is_active = active
    user.save(update_fields=["is_active"])
    summary = (
        _("a ouvert le compte de %(person)s") if active else _("a fermé le compte de %(person)s")
    )
    journal.record(
        by=by,
        verb="open_account" if active else "close_account",
        summary=summary % {"person": user},
        target=user,
    )
    return user
