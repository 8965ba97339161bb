"""What waits about envelopes: sharings that a direction decides, moves and amounts that the
minister does."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alliances import clock
from alliances.models import User
from alliances.permissions import can, rights_of
from alliances.todo import Todo
from conventions.models import Convention
from fqis.models import EnvelopeAmount, EnvelopeMove, EnvelopeSplit
from fqis.wording import money


def pending(user: User) -> list[QuerySet[Any]]:
    return [_splits(user), _moves(user), _amounts(user), _drafts(user)]


def todo(user: User) -> list[Todo]:
    """One thing for each sharing, each move and each amount, to confirm or to propose; four
    queries."""
    return [
        *(_split_todo(one) for one in _splits(user)),
        *(_move_todo(one) for one in _moves(user)),
        *(_amount_todo(one) for one in _amounts(user)),
        *(_draft_todo(one) for one in _drafts(user)),
    ]


def _splits(user: User) -> QuerySet[EnvelopeSplit]:
    """Those of a Table's direction: the budget office decides its own without being asked."""
    territories = [pk for pk, held in rights_of(user).on.items() if "sign_for_table" in held]
    return EnvelopeSplit.objects.filter(
        state=EnvelopeSplit.State.DRAFT, territory__in=territories
    ).select_related("envelope__alliance__territory", "envelope__alliance__cycle", "changed_by")


def _moves(user: User) -> QuerySet[EnvelopeMove]:
    found = EnvelopeMove.objects.filter(state=EnvelopeMove.State.PROPOSED)
    if not can(user, "confirm_allocation"):
        found = found.none()
    return found.exclude(proposed_by=user).select_related(
        "source__alliance__territory", "target__alliance__territory"
    )


def _amounts(user: User) -> QuerySet[EnvelopeAmount]:
    found = EnvelopeAmount.objects.filter(state=EnvelopeAmount.State.PROPOSED)
    if not can(user, "confirm_allocation"):
        found = found.none()
    return found.exclude(proposed_by=user).select_related(
        "envelope__alliance__territory", "envelope__alliance__cycle", "proposed_by"
    )


def _drafts(user: User) -> QuerySet[Convention]:
    """The conventions whose envelope nobody has said or proposed: they cannot be sent."""
    territories = [pk for pk, held in rights_of(user).on.items() if "manage_envelope" in held]
    proposed = EnvelopeAmount.objects.filter(state=EnvelopeAmount.State.PROPOSED)
    return (
        Convention.objects.filter(state=Convention.State.DRAFT, territory__in=territories)
        .filter(alliance__envelope__amount=None)
        .exclude(alliance__envelope__in=proposed.values("envelope"))
        .select_related("alliance__territory", "alliance__cycle")
        .order_by("territory__rank")
    )


def _split_todo(split: EnvelopeSplit) -> Todo:
    alliance = split.envelope.alliance
    return Todo(
        title=_("Décider le partage de l’enveloppe"),
        url=alliance.url("envelope"),
        button=_("Voir le partage"),
        alliance=alliance,
        since=clock.day_of(split.changed_at),
        detail=_("Préparé par %(who)s") % {"who": split.changed_by},
    )


def _move_todo(move: EnvelopeMove) -> Todo:
    return Todo(
        title=_("Consigner la décision sur un déplacement de %(amount)s")
        % {"amount": money(move.amount)},
        url=reverse("envelope_move", args=[move.pk]),
        button=_("Voir la proposition"),
        since=clock.day_of(move.proposed_at),
        detail=_("De %(source)s à %(target)s")
        % {"source": move.source.alliance.territory, "target": move.target.alliance.territory},
    )


def _amount_todo(amount: EnvelopeAmount) -> Todo:
    alliance = amount.envelope.alliance
    return Todo(
        title=_("Confirmer l’enveloppe de %(amount)s") % {"amount": money(amount.amount)},
        url=f"{alliance.url('envelope')}#h-waiting",
        button=_("Voir le montant"),
        alliance=alliance,
        since=clock.day_of(amount.proposed_at),
        detail=_("Proposé par %(who)s") % {"who": amount.proposed_by},
    )


def _draft_todo(convention: Convention) -> Todo:
    alliance = convention.alliance
    return Todo(
        title=_("Proposer le montant de l’enveloppe"),
        url=alliance.url("envelope"),
        button=_("Proposer un montant"),
        alliance=alliance,
        since=clock.day_of(convention.created_at),
        detail=_("La convention %(number)s l’attend.") % {"number": convention.number},
    )
