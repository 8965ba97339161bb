"""The only question asked about rights: ``can(user, right, of)``.

One query per person and request loads every right they hold, on every territory; the rest is set
arithmetic. Outside the territory the answer is 404 (nothing tells it exists); inside, 403.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Value
from django.http import Http404

from . import clock
from .models import (
    Alliance,
    Comment,
    Membership,
    Territory,
    TerritoryGroupPermission,
    User,
    group_name,
)
from .roles import MINISTRY_ROLES, NATIONAL_RIGHTS, ROLES, TERRITORY_RIGHTS, VIEW, Role, Side

_NATIONAL = [codename for codename, _ in NATIONAL_RIGHTS]


@dataclass(frozen=True)
class Rights:
    """What one person may do, loaded once."""

    on: dict[int, frozenset[str]] = field(default_factory=dict)
    national: frozenset[str] = frozenset()

    def allow(self, right: str, territory_id: int | None) -> bool:
        if territory_id is None:
            return right in self.national
        return right in self.on.get(territory_id, frozenset())


def rights_of(user: User) -> Rights:
    """The rights of ``user``; kept on the instance, which lives for one request."""
    cached: Rights | None = getattr(user, "_rights", None)
    if cached is None:
        cached = _load(user) if user.is_authenticated and user.is_active else Rights()
        user._rights = cached  # type: ignore[attr-defined]
    return cached


def _load(user: User) -> Rights:
    on_territories = TerritoryGroupPermission.objects.filter(group__user=user).values_list(
        "content_object_id", "permission__codename"
    )
    national = (
        Permission.objects.filter(group__user=user, codename__in=_NATIONAL)
        .annotate(nowhere=Value(0, output_field=BigIntegerField()))
        .values_list("nowhere", "codename")
    )
    on: dict[int, set[str]] = {}
    for territory_id, codename in on_territories.union(national):
        on.setdefault(territory_id, set()).add(codename)
    everywhere = frozenset(on.pop(0, set()))
    return Rights({key: frozenset(value) for key, value in on.items()}, everywhere)


def forget_rights(user: User) -> None:
    """To call when a person's roles change during a request or a test."""
    if hasattr(user, "_rights"):
        del user._rights


def _territory_id(of: object | None) -> int | None:
    if of is None:
        return None
    if isinstance(of, Territory):
        return of.pk
    return of.territory_id  # type: ignore[attr-defined]


def can(user: User, right: str, of: object | None = None) -> bool:
    """Whether ``user`` holds ``right`` on the territory of ``of``; without ``of``, nationally."""
    return rights_of(user).allow(right, _territory_id(of))


def require(user: User, right: str, of: object | None = None) -> None:
    """Raises Http404 when ``of`` is outside the person's territories, PermissionDenied when the
    right is missing inside them."""
    if of is not None and not can(user, VIEW, of):
        raise Http404
    if not can(user, right, of):
        raise PermissionDenied


def territories_of(user: User) -> list[int]:
    """The ids of the territories ``user`` may view."""
    return [pk for pk, rights in rights_of(user).on.items() if VIEW in rights]


def holds_national(user: User) -> bool:
    return can(user, "view_national")


def install_groups(territories: list[Territory]) -> None:
    """Makes the groups of every role and gives them their rights; safe to run again.

    A right taken out of ``alliances.roles`` is taken out of the database.
    """
    known = dict(
        Permission.objects.filter(
            content_type__app_label="alliances", content_type__model="territory"
        ).values_list("codename", "pk")
    )
    groups = {group.name: group for group in Group.objects.all()}

    def group(name: str) -> Group:
        if name not in groups:
            groups[name] = Group.objects.create(name=name)
        return groups[name]

    wanted: set[tuple[int, int, int]] = set()
    for role in ROLES.values():
        for territory in territories:
            holder = group(role.slug if role.is_national else group_name(role.slug, territory))
            wanted |= {(holder.pk, known[right], territory.pk) for right in role.on_territory}
        if role.is_national:
            group(role.slug).permissions.set([known[right] for right in role.national])
    portal = group("portal")
    portal.permissions.set([known[right] for right in _NATIONAL])
    everything = [codename for codename, _ in TERRITORY_RIGHTS] + [VIEW]
    wanted |= {(portal.pk, known[right], t.pk) for right in everything for t in territories}

    rows = TerritoryGroupPermission.objects
    held = {(row.group_id, row.permission_id, row.content_object_id): row.pk for row in rows.all()}
    rows.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    rows.bulk_create(
        TerritoryGroupPermission(group_id=g, permission_id=p, content_object_id=t)
        for g, p, t in sorted(wanted - held.keys())
    )


def memberships_of(user: User) -> list[Membership]:
    """The roles ``user`` holds today, with their territories; kept on the instance like rights."""
    cached: list[Membership] | None = getattr(user, "_active_memberships", None)
    if cached is None:
        active = Membership.objects.filter(user=user).active_on(clock.today())
        cached = list(active.select_related("territory", "stands_in_for"))
        user._active_memberships = cached  # type: ignore[attr-defined]
    return cached


def role_of(user: User, of: object | None = None) -> Role | None:
    """The role under which ``user`` speaks of ``of``: a regional one there, else national."""
    territory_id = _territory_id(of)
    memberships = memberships_of(user)
    for membership in memberships:
        if membership.territory_id is None or membership.territory_id == territory_id:
            return membership.spec
    return memberships[0].spec if memberships and of is None else None


def side_of(user: User, of: object) -> str:
    """The side under which ``user`` speaks of ``of``; the DGSSAC for the portal itself."""
    role = role_of(user, of)
    return role.side.value if role else Side.DGSSAC.value


def standing_in(user: User, right: str, of: object | None = None) -> User | None:
    """The absent person for whom ``user`` holds ``right`` on the territory of ``of`` today; None
    when they hold it in their own name."""
    territory_id = _territory_id(of)
    absent: User | None = None
    for membership in memberships_of(user):
        spec = membership.spec
        if right not in (spec.on_territory if of is not None else spec.national):
            continue
        if membership.territory_id not in (None, territory_id):
            continue
        if membership.stands_in_for is None:
            return None
        absent = absent or membership.stands_in_for
    return absent


_REPLACED = {*MINISTRY_ROLES, "direction"}


def may_be_replaced(membership: Membership) -> bool:
    """Whether somebody may stand in for this role: one of the ministry, or a Table's direction,
    held by its person in their own name today or later."""
    return (
        membership.role in _REPLACED
        and membership.ended_at is None
        and membership.stands_in_for_id is None
        and (membership.ends_on is None or membership.ends_on >= clock.today())
    )


_closers: dict[str, tuple[str, ...]] = {}


def let_close(label: str, rights: Iterable[str]) -> None:
    """Lets who holds one of ``rights`` close the threads on a kind of object, whoever began them.
    ``label`` is the model's."""
    _closers[label] = tuple(rights)


def may_close(comment: Comment, user: User, alliance: Alliance) -> bool:
    """Whoever is of the author's side, or decides on what the thread is about."""
    if not can(user, "comment", alliance):
        return False
    if side_of(user, alliance) == comment.side:
        return True
    rights = _closers.get(comment.target_label, ())
    return any(can(user, right, alliance) for right in rights)


__all__ = [
    "Rights",
    "can",
    "forget_rights",
    "holds_national",
    "install_groups",
    "let_close",
    "may_be_replaced",
    "may_close",
    "memberships_of",
    "require",
    "rights_of",
    "role_of",
    "side_of",
    "standing_in",
    "territories_of",
]
