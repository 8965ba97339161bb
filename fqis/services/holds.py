"""Holding a versement back, whole or in part, letting it go, giving it up: with a reason."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances.errors import Refusal
from alliances.models import Document, User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.notifications import notify, people_with
from fqis.models import Versement
from fqis.services.payees import annul_notice
from fqis.services.versements import changed, lock_versement, make_reached_ready
from fqis.wording import money, versement_name

State = Versement.State


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")
    return text.strip()


def _record(
    versement: Versement, *, by: User, verb: str, summary: str, reason: str = "", **data: str
) -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"versement": versement_name(versement)},
        alliance=versement.alliance,
        target=versement,
        reason=reason,
        right="hold_versement",
        url=versement.alliance.url("versement", versement.pk),
        **data,
    )


@transaction.atomic
def hold_versement(versement: Versement, *, by: User, reason: str) -> Versement:
    """Holds back a versement that is not authorised yet. Refuses without a reason."""
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    text = _reason(reason)
    try:
        versement.hold(by=by, reason=text)
    except TransitionNotAllowed:
        raise changed(versement) from None
    versement.save()
    _record(
        versement,
        by=by,
        verb="hold_versement",
        summary=_("a retenu %(versement)s"),
        reason=text,
    )
    alliance = versement.alliance
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : versement retenu") % {"alliance": alliance},
        body=_("%(who)s retient %(versement)s. Motif : %(reason)s")
        % {"who": by, "versement": versement_name(versement), "reason": text},
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


@transaction.atomic
def release_versement(versement: Versement, *, by: User, note: str = "") -> Versement:
    """Lifts a hold: the versement goes back to where it was, or further when its milestone came
    meanwhile. Refuses one that is not held."""
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    if versement.state != State.HELD:
        raise Refusal(_("Ce versement n’est plus retenu."))
    release = {
        "planned": versement.release_to_planned,
        "ready": versement.release_to_ready,
        "recommended": versement.release_to_recommended,
    }[versement.held_from]
    release()
    versement.save()
    _record(
        versement,
        by=by,
        verb="release_versement",
        summary=_("a levé la retenue sur %(versement)s"),
        reason=note.strip(),
    )
    make_reached_ready(versement.alliance, by=by)
    versement = lock_versement(versement.pk)
    alliance = versement.alliance
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : retenue levée") % {"alliance": alliance},
        body=_("%(who)s a levé la retenue sur %(versement)s.")
        % {"who": by, "versement": versement_name(versement)},
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


@transaction.atomic
def park_versement(versement: Versement, *, by: User, amount: Decimal, reason: str) -> Versement:
    """Detaches ``amount`` dollars, disputed, from a versement that is not authorised yet: the rest
    goes on, the part is held with its reason and must be recommended again once released.

    Refuses without a reason, a part of nothing or of everything, and once it is authorised.
    Returns the part.
    """
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    text = _reason(reason)
    if versement.state not in (State.PLANNED, State.READY, State.RECOMMENDED):
        raise changed(versement)
    if not 0 < amount < versement.amount:
        raise Refusal(
            _("Écrivez un montant au-dessus de zéro et au-dessous de %(amount)s.")
            % {"amount": money(versement.amount)},
            field="amount",
        )
    versement.amount -= amount
    versement.save()
    part = Versement(
        alliance=versement.alliance,
        tranche=versement.tranche,
        fiscal_year=versement.fiscal_year,
        amount=amount,
        parked_from=versement,
    )
    if versement.state != State.PLANNED:
        part.make_ready()
        part.ready_at = versement.ready_at
    part.hold(by=by, reason=text)
    part.save()
    _record(
        part,
        by=by,
        verb="park_versement",
        summary=_("a mis de côté une partie contestée : %(versement)s"),
        reason=text,
        rest=str(versement.amount),
    )
    alliance = part.alliance
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : une partie d’un versement est retenue") % {"alliance": alliance},
        body=_(
            "%(who)s retient %(part)s, contestés. Le reste, %(rest)s, suit son cours."
            " Motif : %(reason)s"
        )
        % {
            "who": by,
            "part": money(part.amount),
            "rest": money(versement.amount),
            "reason": text,
        },
        url=alliance.url("versement", part.pk),
        but=by,
    )
    return part


@transaction.atomic
def cancel_versement(versement: Versement, *, by: User, reason: str) -> Versement:
    """Gives up a versement for good. Refuses without a reason, once its notice is issued, and when
    a recovery is deducted from it.

    An authorised one is cancelled by another person than who authorised; its notice is annulled,
    its number stays taken, and a record of the annulment takes the place of the notice.
    """
    require(by, "hold_versement", versement)
    if versement.notice is not None:
        # The worker locks the notice first too.
        Document.objects.select_for_update(of=("self",)).get(pk=versement.notice.pk)
    seen = versement.notice
    versement = lock_versement(versement.pk)
    text = _reason(reason)
    if versement.notice != seen:
        raise changed(versement)
    _check_cancel(versement, by=by)
    try:
        versement.cancel(by=by, reason=text)
    except TransitionNotAllowed:
        raise changed(versement) from None
    versement.save()
    if versement.notice is not None:
        _annul(versement, versement.notice, by=by)
    _record(
        versement,
        by=by,
        verb="cancel_versement",
        summary=_("a annulé %(versement)s"),
        reason=text,
    )
    return versement


def _check_cancel(versement: Versement, *, by: User) -> None:
    if versement.state == State.AUTHORISED and versement.authorised_by_id == by.pk:
        raise Refusal(_("Vous avez autorisé ce versement : une autre personne doit l’annuler."))
    if versement.state in (State.ISSUED, State.PAID):
        raise Refusal(_("L’avis est émis : ce versement ne s’annule plus. Il peut se recouvrer."))
    if versement.deductions.exists():
        raise Refusal(_("Un recouvrement est déduit de ce versement : il ne peut pas être annulé."))


def _annul(versement: Versement, notice: Document, *, by: User) -> None:
    """The notice will never be drawn: the DGSQ is told."""
    notice = annul_notice(versement, notice, by=by)
    alliance = versement.alliance
    notify(
        people_with("review_report", alliance),
        alliance=alliance,
        subject=_("%(alliance)s : avis %(notice)s annulé")
        % {"alliance": alliance, "notice": notice.number},
        body=_("%(who)s a annulé %(versement)s avant l’émission de l’avis. Motif : %(reason)s")
        % {
            "who": by,
            "versement": versement_name(versement),
            "reason": versement.cancelled_reason,
        },
        url=alliance.url("versement", versement.pk),
        but=by,
    )
