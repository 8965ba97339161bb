"""Moving money between the envelopes of a cycle: proposed, then decided by another person."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.permissions import require
from alliances.services import journal
from fqis.models import Envelope, EnvelopeMove
from fqis.models.envelopes import Decided
from fqis.services.envelopes import check_room, give_amount, lock_cycle
from fqis.wording import date_long, in_future, money, time_fr

PROPOSE, DECIDE = "allocate", "confirm_allocation"
State = EnvelopeMove.State


def _summary(move: EnvelopeMove, template: str) -> str:
    return template % {
        "amount": money(move.amount),
        "source": move.source.alliance.territory,
        "target": move.target.alliance.territory,
    }


@transaction.atomic
def propose_move(
    source: Envelope, target: Envelope, *, by: User, amount: Decimal, reason: str
) -> EnvelopeMove:
    """Proposes to move ``amount`` dollars from one envelope to another; nothing moves yet.

    Refuses a single envelope, two cycles, an envelope to confirm, more than the source has, a
    proposal without a reason, and one that already waits.
    """
    require(by, PROPOSE)
    if source.pk == target.pk:
        raise Refusal(_("Choisissez deux territoires différents."), field="target")
    if source.alliance.cycle_id != target.alliance.cycle_id:
        raise Refusal(_("Ces enveloppes sont de deux cycles."), field="target")
    if source.amount is None or target.amount is None:
        raise Refusal(_("Ces deux enveloppes doivent d’abord être confirmées."))
    if amount <= 0:
        raise Refusal(_("Le montant à déplacer doit dépasser zéro."), field="amount")
    if amount >= source.amount:
        raise Refusal(
            _("L’enveloppe de départ est de %(amount)s.") % {"amount": money(source.amount)},
            field="amount",
        )
    if not reason.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")
    lock_cycle(source.alliance.cycle_id)
    if EnvelopeMove.objects.filter(
        source=source, target=target, amount=amount, state=State.PROPOSED
    ).exists():
        raise Refusal(_("Ce déplacement est déjà proposé."), field="amount")
    move = EnvelopeMove.objects.create(
        source=source, target=target, amount=amount, reason=reason.strip(), proposed_by=by
    )
    journal.record(
        by=by,
        verb="propose_envelope_move",
        summary=_summary(move, _("a proposé de déplacer %(amount)s de %(source)s à %(target)s")),
        target=move,
        reason=move.reason,
    )
    return move


def _locked(pk: int) -> EnvelopeMove:
    """The move still proposed, its envelopes locked: cycle, envelopes by id, move."""
    found = EnvelopeMove.objects.select_related("source__alliance").get(pk=pk)
    lock_cycle(found.source.alliance.cycle_id)
    list(
        Envelope.objects.filter(pk__in=[found.source_id, found.target_id])
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    move = (
        EnvelopeMove.objects.select_for_update(of=("self",))
        .select_related(
            "source__alliance__territory", "target__alliance__territory",
            "source__alliance__cycle", "target__alliance__cycle",
            "decided_by", "withdrawn_by",
        )
        .get(pk=pk)
    )  # fmt: skip
    if move.state == State.PROPOSED:
        return move
    who, moment = move.decided_by or move.withdrawn_by, move.decided_at or move.withdrawn_at
    raise StaleAct(
        (
            _("%(who)s a décidé ce déplacement le %(day)s à %(time)s.")
            if move.state == State.DECIDED
            else _("%(who)s a retiré cette proposition le %(day)s à %(time)s.")
        )
        % {"who": who, "day": date_long(moment), "time": time_fr(moment)}
    )


@transaction.atomic
def decide_move(move: EnvelopeMove, *, by: User, on: date, reference: str) -> EnvelopeMove:
    """The minister decided: both envelopes change at once, their sum stays.

    Refuses the person who proposed, a day to come, a missing reference, and a source that would
    fall under what it committed or under its sub-envelopes.
    """
    require(by, DECIDE)
    move = _locked(move.pk)
    if move.proposed_by_id == by.pk:
        raise Refusal(_("Vous avez proposé ce déplacement : une autre personne le décide."))
    if in_future(on):
        raise Refusal(_("La date de la décision est dans le futur."), field="decided_on")
    if on < clock.day_of(move.proposed_at):
        raise Refusal(_("La décision ne peut pas précéder la proposition."), field="decided_on")
    if not reference.strip():
        raise Refusal(_("Écrivez la référence de la décision."), field="reference")
    source, target = move.source, move.target
    assert source.amount is not None
    assert target.amount is not None
    try:
        check_room(source, source.amount - move.amount)
    except Refusal as refusal:
        raise Refusal(f"{source.alliance.territory} : {refusal}") from None
    before = (source.amount, target.amount)
    move.decide(by=by, on=on, reference=reference.strip(), before=before)
    move.save()
    for envelope, amount in ((source, before[0] - move.amount), (target, before[1] + move.amount)):
        _give(envelope, amount, move, by=by)
    journal.record(
        by=by,
        verb="decide_envelope_move",
        summary=_summary(move, _("a décidé de déplacer %(amount)s de %(source)s à %(target)s")),
        target=move,
        reason=move.reference,
        decided_on=on.isoformat(),
    )
    return move


def _give(envelope: Envelope, amount: Decimal, move: EnvelopeMove, *, by: User) -> None:
    fictional = Envelope.Quality.FICTIONAL
    assert move.decided_on is not None
    assert move.decided_at is not None
    source = _("Déplacement décidé le %(day)s, %(reference)s; montant précédent : %(before)s") % {
        "day": date_long(move.decided_on),
        "reference": move.reference,
        "before": money(envelope.amount),
    }
    decision = Decided(
        move.decided_on,
        move.reference,
        source,
        move.decided_at,
        fictional if envelope.quality == fictional else Envelope.Quality.CONFIRMED,
    )
    give_amount(envelope, by=by, amount=amount, decision=decision)


@transaction.atomic
def withdraw_move(move: EnvelopeMove, *, by: User) -> EnvelopeMove:
    """Gives up a proposal. Refuses one already decided or withdrawn."""
    require(by, PROPOSE)
    move = _locked(move.pk)
    move.withdraw(by=by)
    move.save()
    journal.record(
        by=by,
        verb="withdraw_envelope_move",
        summary=_summary(
            move, _("a retiré la proposition de déplacer %(amount)s de %(source)s à %(target)s")
        ),
        target=move,
    )
    return move
