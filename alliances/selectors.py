"""What the kernel's screens show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import (
    Alliance,
    Comment,
    Document,
    Invitation,
    JournalEntry,
    Membership,
    Notification,
    Territory,
    User,
)
from alliances.permissions import can, may_be_replaced, may_close, side_of
from alliances.roles import ROLES, Side
from alliances.services.documents import kind_label
from alliances.services.journal import verb_label

RANKS = {slug: rank for rank, slug in enumerate(ROLES)}
Choices = list[tuple[str, str]]


# --- Cycles


def other_cycles(alliance: Alliance) -> list[Alliance]:
    """The Alliances of the same territory in the other cycles, the latest first; one query."""
    found = Alliance.objects.for_pages().filter(territory=alliance.territory_id)
    return list(found.exclude(pk=alliance.pk).order_by("-cycle__starts_on"))


# --- People


@dataclass(frozen=True)
class Party:
    """One side of an Alliance and its people."""

    side: Side
    title: str
    memberships: list[Membership]


def parties_of(alliance: Alliance) -> list[Party]:
    """The Table, its DGSQ and the DGSSAC, each with the people who hold a role today."""
    found = (
        Membership.objects.active_on(clock.today())
        .filter(Q(territory_id=alliance.territory_id) | Q(territory=None))
        .filter(user__is_active=True)
        .exclude(role="admin")
        .select_related("user", "territory")
    )
    ranked = sorted(found, key=lambda one: (RANKS[one.role], one.user.full_name, one.pk))
    titles = {
        Side.TABLE: alliance.table.name,
        Side.DGSQ: _("DGSQ, %(territory)s") % {"territory": alliance.territory},
        Side.DGSSAC: _("DGSSAC"),
    }
    return [
        Party(side, titles[side], [one for one in ranked if one.spec.side is side]) for side in Side
    ]


def pending_invitations(territory: Territory | None = None) -> QuerySet[Invitation]:
    """Those nobody has answered yet; of every territory when none is named."""
    found = Invitation.objects.pending().select_related("territory", "invited_by")
    return found if territory is None else found.filter(territory=territory)


def people() -> QuerySet[User]:
    """Every person with the roles they hold, ready to be filtered."""
    active = Membership.objects.select_related("territory", "stands_in_for").filter(ended_at=None)
    return (
        User.objects.filter(is_portal=False)
        .prefetch_related(Prefetch("memberships", active.order_by("pk"), to_attr="open_roles"))
        .order_by("full_name", "pk")
    )


def stand_ins() -> QuerySet[Membership]:
    """Who stands in for whom, now or later."""
    return (
        Membership.objects.filter(
            stands_in_for__isnull=False, ended_at=None, ends_on__gte=clock.today()
        )
        .select_related("user", "stands_in_for", "territory")
        .order_by("starts_on", "pk")
    )


def roles_of(user: User) -> list[Membership]:
    """Every role ``user`` held; each says whether somebody may stand in for it
    (``replaceable``), and who does or will (``stand_ins``)."""
    found = list(
        user.memberships.select_related("territory", "created_by", "ended_by", "stands_in_for")
    )
    others = list(stand_ins().filter(stands_in_for=user))
    for one in found:
        one.replaceable = may_be_replaced(one)  # type: ignore[attr-defined]
        one.stand_ins = [  # type: ignore[attr-defined]
            other
            for other in others
            if one.ended_at is None
            and (other.role, other.territory_id) == (one.role, one.territory_id)
        ]
    return found


def holding(
    users: QuerySet[User], *, role: str = "", territory: Territory | None = None
) -> QuerySet[User]:
    """The users who hold ``role``, or any role on ``territory``, today."""
    held = Membership.objects.active_on(clock.today()).filter(user=OuterRef("pk"))
    if role:
        held = held.filter(role=role)
    if territory is not None:
        held = held.filter(territory=territory)
    return users.filter(Exists(held))


def people_rows(users: Iterable[User]) -> Iterator[list[Cell]]:
    for user in users:
        yield [
            user.full_name,
            user.email,
            ", ".join(
                f"{one.role_label} ({one.territory})" if one.territory else one.role_label
                for one in user.open_roles  # type: ignore[attr-defined]
            ),
            _("Ouvert") if user.is_active else _("Fermé"),
            user.last_login,
        ]


def people_columns() -> list[str]:
    return [_("Nom"), _("Courriel"), _("Rôles"), _("Compte"), _("Dernière connexion")]


# --- Documents


def documents_of(alliance: Alliance) -> QuerySet[Document]:
    return Document.objects.filter(alliance=alliance).select_related("created_by", "replaced_by")


def kinds_of(alliance: Alliance) -> Choices:
    """The kinds of documents there are, as people call them."""
    kinds = (
        Document.objects.filter(alliance=alliance).order_by("kind").values_list("kind").distinct()
    )
    return sorted(((kind, str(kind_label(kind))) for (kind,) in kinds), key=lambda pair: pair[1])


# --- Journal


def journal_of(alliance: Alliance) -> QuerySet[JournalEntry]:
    """The acts on the Alliance, and those on its territory: who was invited, given a role."""
    of_territory = Q(alliance=None, territory_id=alliance.territory_id)
    return JournalEntry.objects.filter(Q(alliance=alliance) | of_territory).select_related("actor")


def journal_people(alliance: Alliance) -> Choices:
    actors = journal_of(alliance).order_by("actor").values("actor")
    return [(str(user.pk), user.full_name) for user in User.objects.filter(pk__in=actors)]


def journal_verbs(alliance: Alliance) -> Choices:
    verbs = journal_of(alliance).order_by("verb").values_list("verb", flat=True).distinct()
    return sorted(((verb, verb_label(verb)) for verb in verbs), key=lambda pair: pair[1])


def journal_columns() -> list[str]:
    return [_("Date"), _("Personne"), _("Pour"), _("Acte"), _("Résumé"), _("Motif"), _("Requête")]


def journal_rows(entries: Iterable[JournalEntry]) -> Iterator[list[Cell]]:
    for entry in entries:
        yield [
            entry.at,
            entry.actor.full_name,
            entry.acting_for,
            verb_label(entry.verb),
            entry.summary,
            entry.reason,
            entry.request_id,
        ]


# --- Notifications and remarks


def notifications_of(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(recipient=user).select_related("territory")


@dataclass(frozen=True)
class Remarks:
    """The threads on one object or one of its fields, and what its reader may do there."""

    target_label: str
    target_id: int
    field: str
    threads: list[Comment]
    may_comment: bool
    may_reserve: bool

    @property
    def key(self) -> str:
        """Tells these boxes from the others of a page."""
        parts = (str(self.target_id), self.field.replace(":", "-"))
        return "-".join(part for part in parts if part)

    @property
    def open_count(self) -> int:
        return sum(1 for one in self.threads if one.resolved_at is None)


def remarks_on(
    target_label: str, target_id: int, *, alliance: Alliance, user: User, field: str | None = None
) -> Remarks:
    """The remarks of one object, with their answers, in two queries; of one field when named.

    Row-level security hides the ministry's own remarks from the Table.
    """
    found = Comment.objects.filter(target_label=target_label, target_id=target_id, answers=None)
    if field is not None:
        found = found.filter(field=field)
    return Remarks(
        target_label,
        target_id,
        field or "",
        threads_of(found, alliance=alliance, user=user),
        can(user, "comment", alliance),
        can(user, "comment_ministry", alliance),
    )


def threads_of(remarks: QuerySet[Comment], *, alliance: Alliance, user: User) -> list[Comment]:
    """The threads that ``remarks`` begin, with their answers and who wrote; each says whether
    ``user`` may close it (``closable``)."""
    found = remarks.select_related("author", "resolved_by").prefetch_related(
        Prefetch("replies", Comment.objects.select_related("author"))
    )
    threads = list(found)
    # The Table answers a correction before it closes it.
    of_table = side_of(user, alliance) == Side.TABLE.value
    for thread in threads:
        thread.closable = may_close(thread, user, alliance) and not (  # type: ignore[attr-defined]
            thread.awaits_table and of_table
        )
    return threads
