"""Envelopes: opened empty, confirmed with their source (guide 2024, §4.1 step 1)."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle, User
from alliances.money import ZERO
from alliances.permissions import require
from alliances.services import journal, notifications
from fqis.models import Allocation, Envelope, EnvelopeSplit
from fqis.selectors.commitments import amounts_of, committed_of
from fqis.wording import money

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


@transaction.atomic
def confirm_envelope(
    envelope: Envelope,
    *,
    by: User,
    amount: Decimal,
    source: str,
    quality: str = Envelope.Quality.CONFIRMED,
    was: object = ANY,
) -> Envelope:
    """Says the amount of an envelope in dollars, and where it comes from.

    Refuses an amount of zero, one below what is already committed, one that takes the envelopes
    above the cycle's total, a missing source, another amount than a published one, and any once
    the cycle's split is confirmed; with ``was`` (the amount the person saw), refuses when somebody
    changed it meanwhile.
    """
    require(by, "manage_envelope", envelope)
    lock_cycle(envelope.alliance.cycle_id)
    envelope.refresh_from_db()
    if was is ANY or was == envelope.amount:
        _check_may_change(envelope, amount)
    return give_amount(envelope, by=by, amount=amount, source=source, quality=quality, was=was)


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
    if amount < committed and amount < (envelope.amount or ZERO):
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
def give_amount(
    envelope: Envelope,
    *,
    by: User,
    amount: Decimal,
    source: str,
    quality: str = Envelope.Quality.CONFIRMED,
    was: object = ANY,
) -> Envelope:
    """What confirming an envelope or a national split does to one envelope; same refusals."""
    envelope = (
        Envelope.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "confirmed_by")
        .get(pk=envelope.pk)
    )
    if was is not ANY and was != envelope.amount:
        raise StaleAct(
            _("L’enveloppe a changé pendant que vous écriviez : elle est maintenant de %(amount)s.")
            % {"amount": money(envelope.amount)}
        )
    if amount <= 0:
        raise Refusal(_("Le montant de l’enveloppe doit dépasser zéro."), field="amount")
    if quality not in GIVEN:
        raise Refusal(_("Dites d’où vient ce montant."), field="quality")
    if not source.strip():
        raise Refusal(_("Écrivez la source du montant."), field="source")
    check_room(envelope, amount)
    before = envelope.amount
    envelope.amount, envelope.source, envelope.quality = amount, source.strip(), quality
    envelope.confirm(by=by)
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
