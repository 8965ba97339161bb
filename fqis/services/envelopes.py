"""Envelopes: opened empty, confirmed with their source (guide 2024, §4.1 step 1)."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, User
from alliances.permissions import require
from alliances.services import journal, notifications
from fqis.models import Envelope, Versement
from fqis.wording import money

GIVEN = [
    Envelope.Quality.CONFIRMED,
    Envelope.Quality.PUBLISHED,
    Envelope.Quality.CONFLICTING,
    Envelope.Quality.ROUNDED,
    Envelope.Quality.FICTIONAL,
]
ANY = object()


@transaction.atomic
def open_envelope(alliance: Alliance) -> Envelope:
    """The envelope of an Alliance, without amount when nobody said one yet; its row is locked."""
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

    Refuses an amount of zero, one below what is already authorised, a missing source; with
    ``was`` (the amount the person saw), refuses when somebody changed it meanwhile.
    """
    require(by, "manage_envelope", envelope)
    return give_amount(envelope, by=by, amount=amount, source=source, quality=quality, was=was)


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
    committed = Versement.objects.filter(alliance=envelope.alliance).committed().total()
    if amount < committed:
        raise Refusal(
            _("Écrivez au moins %(amount)s : ces versements sont déjà autorisés.")
            % {"amount": money(committed)},
            field="amount",
        )
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
