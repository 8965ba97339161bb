"""Envelopes: opened empty; an amount is proposed, then confirmed by another person.

Guide 2024, §4.1 step 1.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, User
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services import journal, notifications
from fqis.models import Allocation, Envelope, EnvelopeAmount, EnvelopeSplit
from fqis.models.envelopes import Decided
from fqis.selectors.commitments import amounts_of, committed_of
from fqis.wording import date_long, in_future, money, time_fr

PROPOSE, CONFIRM = "manage_envelope", "confirm_allocation"
State = EnvelopeAmount.State
GIVEN = [
    Envelope.Quality.CONFIRMED,
    Envelope.Quality.PUBLISHED,
    Envelope.Quality.CONFLICTING,
    Envelope.Quality.ROUNDED,
    Envelope.Quality.FICTIONAL,
]
ANY = object()


def lock_cycle(cycle_id: int) -> Cycle:
    """The lock of a cycle's money: who takes it and an envelope takes the cycle first."""
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)


@transaction.atomic
def open_envelope(alliance: Alliance) -> Envelope:
    """The envelope of an Alliance, without amount when nobody said one yet; its row is locked."""
    lock_cycle(alliance.cycle_id)
    Envelope.objects.get_or_create(alliance=alliance)
    return Envelope.objects.select_for_update(of=("self",)).get(alliance=alliance)


def _locked(pk: int) -> Envelope:
    return (
        Envelope.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "confirmed_by")
        .get(pk=pk)
    )


@transaction.atomic
def propose_amount(
    envelope: Envelope,
    *,
    by: User,
    amount: Decimal,
    quality: str,
    source: str,
    on: date,
    reference: str,
    was: object = ANY,
) -> EnvelopeAmount:
    """Proposes the amount of an envelope in dollars, without effect until another person confirms
    it. ``on`` and ``reference`` are those of the minister's decision, or of what was published.

    Refuses an amount of zero, one below what is already committed, one that takes the envelopes
    above the cycle's total, a missing source or reference, a day to come, another amount than a
    published one, any once the cycle's split is confirmed, and a second proposal; with ``was``
    (the amount the person saw), refuses when somebody changed it meanwhile.
    """
    require(by, PROPOSE, envelope)
    lock_cycle(envelope.alliance.cycle_id)
    envelope = _locked(envelope.pk)
    if was is not ANY and was != envelope.amount:
        raise StaleAct(
            _("L’enveloppe a changé pendant que vous écriviez : elle est maintenant de %(amount)s.")
            % {"amount": money(envelope.amount)}
        )
    _check_alone(envelope)
    _check_said(amount, quality=quality, source=source, on=on, reference=reference)
    _check_may_change(envelope, amount)
    check_room(envelope, amount)
    proposal = EnvelopeAmount.objects.create(
        envelope=envelope,
        amount=amount,
        quality=quality,
        source=source.strip(),
        decided_on=on,
        reference=reference.strip(),
        proposed_by=by,
    )
    journal.record(
        by=by,
        verb="propose_envelope_amount",
        summary=_("a proposé l’enveloppe de %(territory)s : %(amount)s")
        % {"territory": envelope.alliance.territory, "amount": money(amount)},
        target=proposal,
        reason=f"{proposal.source}, {proposal.reference}",
    )
    return proposal


def _check_alone(envelope: Envelope) -> None:
    waiting = envelope.amounts.filter(state=State.PROPOSED).select_related("proposed_by").first()
    if waiting is not None:
        raise StaleAct(
            _("%(who)s a proposé %(amount)s le %(day)s à %(time)s : ce montant attend déjà.")
            % {
                "who": waiting.proposed_by,
                "amount": money(waiting.amount),
                "day": date_long(waiting.proposed_at),
                "time": time_fr(waiting.proposed_at),
            }
        )


def _check_said(amount: Decimal, *, quality: str, source: str, on: date, reference: str) -> None:
    if amount <= 0:
        raise Refusal(_("Le montant de l’enveloppe doit dépasser zéro."), field="amount")
    if quality not in GIVEN:
        raise Refusal(_("Dites d’où vient ce montant."), field="quality")
    if not source.strip():
        raise Refusal(_("Écrivez la source du montant."), field="source")
    if in_future(on):
        raise Refusal(_("Cette date est dans le futur."), field="decided_on")
    if not reference.strip():
        raise Refusal(
            _("Écrivez la référence : le numéro de la lettre, ou le titre du communiqué."),
            field="reference",
        )


def _open_proposal(pk: int) -> EnvelopeAmount:
    """The proposal still open, locked after its cycle and its envelope."""
    found = EnvelopeAmount.objects.select_related("envelope__alliance").get(pk=pk)
    lock_cycle(found.envelope.alliance.cycle_id)
    envelope = _locked(found.envelope_id)
    proposal = (
        EnvelopeAmount.objects.select_for_update(of=("self",))
        .select_related("proposed_by", "confirmed_by", "withdrawn_by")
        .get(pk=pk)
    )
    proposal.envelope = envelope
    if proposal.state == State.PROPOSED:
        return proposal
    moment = proposal.confirmed_at or proposal.withdrawn_at
    raise StaleAct(
        (
            _("%(who)s a confirmé ce montant le %(day)s à %(time)s.")
            if proposal.state == State.CONFIRMED
            else _("%(who)s a retiré ce montant le %(day)s à %(time)s.")
        )
        % {
            "who": proposal.confirmed_by or proposal.withdrawn_by,
            "day": date_long(moment),
            "time": time_fr(moment),
        }
    )


@transaction.atomic
def confirm_amount(proposal: EnvelopeAmount, *, by: User) -> Envelope:
    """Gives the envelope the proposed amount: from now on the convention can be signed.

    Refuses the person who proposed it, and what ``propose_amount`` refuses, asked again.
    """
    require(by, CONFIRM)
    proposal = _open_proposal(proposal.pk)
    envelope = proposal.envelope
    if proposal.proposed_by_id == by.pk:
        raise Refusal(_("Vous avez proposé ce montant : une autre personne le confirme."))
    _check_may_change(envelope, proposal.amount)
    check_room(envelope, proposal.amount)
    proposal.confirm(by=by, before=envelope.amount)
    proposal.save()
    assert proposal.confirmed_at is not None
    decision = Decided(
        proposal.decided_on,
        proposal.reference,
        proposal.source,
        proposal.confirmed_at,
        proposal.quality,
    )
    return give_amount(envelope, by=by, amount=proposal.amount, decision=decision)


@transaction.atomic
def withdraw_amount(proposal: EnvelopeAmount, *, by: User) -> EnvelopeAmount:
    """Gives up a proposed amount. Refuses one already confirmed or withdrawn."""
    require(by, PROPOSE, proposal.envelope)
    proposal = _open_proposal(proposal.pk)
    proposal.withdraw(by=by)
    proposal.save()
    journal.record(
        by=by,
        verb="withdraw_envelope_amount",
        summary=_("a retiré le montant proposé pour %(territory)s : %(amount)s")
        % {
            "territory": proposal.envelope.alliance.territory,
            "amount": money(proposal.amount),
        },
        target=proposal,
    )
    return proposal


def _check_may_change(envelope: Envelope, amount: Decimal) -> None:
    confirmed = Allocation.objects.filter(
        cycle=envelope.alliance.cycle_id, state=Allocation.State.CONFIRMED
    )
    if confirmed.exists():
        raise Refusal(
            _("La répartition du cycle est confirmée : proposez un déplacement entre territoires.")
        )
    if envelope.quality == Envelope.Quality.PUBLISHED and amount != envelope.amount:
        raise Refusal(
            _("Ce montant est publié (%(amount)s) : il reste comme publié.")
            % {"amount": money(envelope.amount)},
            field="amount",
        )
    total = envelope.alliance.cycle.envelope_total
    if total is None:
        return
    others = Envelope.objects.filter(alliance__cycle=envelope.alliance.cycle_id)
    given = others.exclude(pk=envelope.pk).aggregate(sum=Sum("amount"))["sum"] or ZERO
    if given + amount > total:
        raise Refusal(
            _("Le total du cycle est de %(total)s : il en reste %(left)s pour cette enveloppe.")
            % {"total": money(total), "left": money(max(total - given, ZERO))},
            field="amount",
        )


def check_room(envelope: Envelope, amount: Decimal) -> None:
    """Refuses an amount in dollars under what the envelope already committed."""
    authorised, committed = committed_of(envelope.alliance_id)
    if amount < authorised:
        raise Refusal(
            _("Écrivez au moins %(amount)s : ces versements sont déjà autorisés.")
            % {"amount": money(authorised)},
            field="amount",
        )
    if amount < committed:
        raise Refusal(
            _("Écrivez au moins %(amount)s : la convention signée les engage.")
            % {"amount": money(committed)},
            field="amount",
        )
    if envelope.amount is not None and amount < envelope.amount:
        _check_sub_envelopes(envelope, amount)


def _check_sub_envelopes(envelope: Envelope, amount: Decimal) -> None:
    split = envelope.splits.filter(state=EnvelopeSplit.State.DECIDED).first()
    if split is None:
        return
    taken = sum(amounts_of(amount, list(split.parts.all())), ZERO)
    if taken > amount:
        raise Refusal(
            _("Les sous-enveloppes décidées en prennent %(taken)s : changez d’abord le partage.")
            % {"taken": money(taken)},
            field="amount",
        )


@transaction.atomic
def give_amount(envelope: Envelope, *, by: User, amount: Decimal, decision: Decided) -> Envelope:
    """What a decision does to one envelope: its amount in dollars, its author, who is told.

    Refuses an amount under what the envelope already committed.
    """
    envelope = _locked(envelope.pk)
    check_room(envelope, amount)
    before = envelope.amount
    envelope.give(amount, by=by, decision=decision)
    envelope.save()
    alliance = envelope.alliance
    journal.record(
        by=by,
        verb="confirm_envelope",
        summary=_("a confirmé l’enveloppe : %(amount)s") % {"amount": money(amount)},
        alliance=alliance,
        target=envelope,
        reason=envelope.source,
        url=alliance.url("finances"),
        before=str(before) if before is not None else None,
        after=str(amount),
        decided_on=decision.on.isoformat(),
        reference=decision.reference,
    )
    notifications.notify(
        notifications.people_with("edit_report", alliance),
        alliance=alliance,
        subject=_("%(alliance)s : enveloppe confirmée") % {"alliance": alliance},
        body=_("L’enveloppe de votre alliance est de %(amount)s. Source : %(source)s.")
        % {"amount": money(amount), "source": envelope.source},
        url=alliance.url("finances"),
        but=by,
    )
    return envelope
