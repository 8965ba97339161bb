"""Recovering money of a paid versement: proposed by one person, decided by another, then received
back or deducted from a later versement.

Order of locks: the recovery, then versements by id, then the series of numbers.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.errors import Refusal
from alliances.models import User
from alliances.permissions import can, require
from alliances.roles import VIEW
from alliances.services import documents, journal
from alliances.services.notifications import notify, people_with
from fqis.documents import RECOVERY_KIND, RECOVERY_SERIES, recovery_data
from fqis.models import Recovery, Versement
from fqis.services.versements import changed, lock_versement
from fqis.wording import already, in_future, money, versement_name

State = Recovery.State


def lock_recovery(pk: int) -> Recovery:
    return (
        Recovery.objects.for_pages()
        .select_for_update(of=("self",))
        .select_related(
            "alliance__table",
            "alliance__fiduciary",
            "versement__tranche__convention",
            "versement__notice",
        )
        .get(pk=pk)
    )


def may_propose(user: User, versement: Versement) -> bool:
    """Who recommends versements or analyses reports, on a paid one."""
    return versement.state == Versement.State.PAID and (
        can(user, "recommend_versement", versement) or can(user, "review_report", versement)
    )


@transaction.atomic
def propose_recovery(
    versement: Versement, *, by: User, kind: str, amount: Decimal, reason: str
) -> Recovery:
    """Proposes to recover ``amount`` dollars of a paid versement.

    Refuses without a reason, and above what was paid less what is already being recovered.
    """
    require(by, VIEW, versement)
    versement = lock_versement(versement.pk)
    if versement.state != Versement.State.PAID:
        raise Refusal(_("Seul un versement payé se recouvre."))
    if not may_propose(by, versement):
        raise PermissionDenied
    left = versement.amount - versement.recoveries.kept().total()
    if amount <= 0:
        raise Refusal(_("Le montant à recouvrer doit dépasser zéro."), field="amount")
    if amount > left:
        raise Refusal(
            _("Le montant dépasse ce qui peut être recouvré de ce versement : %(left)s.")
            % {"left": money(left)},
            field="amount",
        )
    recovery = Recovery.objects.create(
        alliance=versement.alliance,
        versement=versement,
        kind=Recovery.Kind(kind),
        amount=amount,
        reason=_reason(reason),
        proposed_by=by,
    )
    _record(
        recovery, by=by, verb="propose_recovery", summary=_("a proposé de recouvrer %(amount)s")
    )
    _notify(
        recovery,
        people_with("authorise_versement", versement.alliance),
        subject=_("%(alliance)s : recouvrement à décider"),
        body=_("%(who)s propose de recouvrer %(amount)s. Motif : %(reason)s"),
        by=by,
    )
    return recovery


@transaction.atomic
def decide_recovery(recovery: Recovery, *, by: User) -> Recovery:
    """Decides to recover: the letter to the Table is numbered and drawn.

    Refuses the person who proposed, and one that is no longer waiting (who and when).
    """
    require(by, "authorise_versement", recovery)
    recovery = lock_recovery(recovery.pk)
    _must_wait(recovery)
    if recovery.proposed_by_id == by.pk:
        raise Refusal(_("Vous avez proposé ce recouvrement : une autre personne doit le décider."))
    alliance = recovery.alliance
    language = alliance.territory.default_language
    with words_of(alliance.cycle, language):
        letter = documents.create_document(
            RECOVERY_KIND,
            by=by,
            title=_("Avis de recouvrement"),
            data=recovery_data(recovery, by=by),
            alliance=alliance,
            subject=recovery,
            series=RECOVERY_SERIES,
            language=language,
        )
    recovery.decide(by=by, letter=letter)
    recovery.save()
    _record(
        recovery,
        by=by,
        verb="decide_recovery",
        summary=_("a décidé de recouvrer %(amount)s, avis %(letter)s"),
    )
    _notify(
        recovery,
        {
            *people_with("edit_report", alliance),
            *people_with("review_report", alliance),
            *people_with("confirm_payment", alliance),
        },
        subject=_("%(alliance)s : avis de recouvrement %(letter)s"),
        body=_("%(amount)s sont à rembourser. Motif : %(reason)s"),
        by=by,
    )
    return recovery


@transaction.atomic
def drop_recovery(recovery: Recovery, *, by: User, reason: str) -> Recovery:
    """Gives up a recovery that is not decided: by who proposed it, or by who would decide."""
    require(by, VIEW, recovery)
    if not may_drop(by, recovery):
        raise PermissionDenied
    recovery = lock_recovery(recovery.pk)
    _must_wait(recovery)
    recovery.drop(by=by, reason=_reason(reason))
    recovery.save()
    _record(
        recovery,
        by=by,
        verb="drop_recovery",
        summary=_("a abandonné le recouvrement de %(amount)s"),
        reason=recovery.dropped_reason,
    )
    _notify(
        recovery,
        [recovery.proposed_by],
        subject=_("%(alliance)s : recouvrement abandonné"),
        body=_("%(who)s abandonne le recouvrement de %(amount)s que vous avez proposé."),
        by=by,
    )
    return recovery


def may_drop(user: User, recovery: Recovery) -> bool:
    return recovery.proposed_by_id == user.pk or can(user, "authorise_versement", recovery)


@transaction.atomic
def receive_recovery(
    recovery: Recovery, *, by: User, received_on: date, reference: str
) -> Recovery:
    """Records that the Table gave the money back.

    Refuses the person who decided, a date in the future, a missing or already used reference, and
    a recovery that is not decided or already settled.
    """
    require(by, "confirm_payment", recovery)
    recovery = lock_recovery(recovery.pk)
    _must_be_decided(recovery, by=by)
    if in_future(received_on):
        raise Refusal(_("La date du remboursement est dans le futur."), field="received_on")
    cleaned = reference.strip()
    if not cleaned:
        raise Refusal(_("Écrivez la référence du remboursement."), field="reference")
    if Recovery.objects.filter(reference=cleaned).exists():
        raise _used_reference()
    recovery.receive(by=by, on=received_on, reference=cleaned)
    try:
        with transaction.atomic():
            recovery.save()
    except IntegrityError as error:
        raise _used_reference() from error
    _record(
        recovery,
        by=by,
        verb="receive_recovery",
        summary=_("a consigné le remboursement de %(amount)s, référence %(reference)s"),
    )
    _tell_table(recovery, _("%(amount)s ont été remboursés. Référence %(reference)s."), by=by)
    return recovery


@transaction.atomic
def deduct_recovery(recovery: Recovery, *, by: User, versement: Versement) -> Recovery:
    """Deducts the recovery from a later versement, whose amount becomes that much lower.

    Refuses the person who decided, a versement of another Alliance or already authorised, and one
    that is not higher than the recovery.
    """
    require(by, "recommend_versement", recovery)
    recovery = lock_recovery(recovery.pk)
    _must_be_decided(recovery, by=by)
    versement = lock_versement(versement.pk)
    if versement.alliance_id != recovery.alliance_id or versement.pk == recovery.versement_id:
        raise Refusal(_("Choisissez un versement à venir de cette alliance."), field="versement")
    if versement.state in (*Versement.COMMITTED, Versement.State.CANCELLED):
        raise changed(versement)
    if versement.amount <= recovery.amount:
        raise Refusal(
            _("Ce versement de %(amount)s ne couvre pas le recouvrement : choisissez-en un autre.")
            % {"amount": money(versement.amount)},
            field="versement",
        )
    versement.amount -= recovery.amount
    versement.save()
    recovery.deduct(by=by, versement=versement)
    recovery.save()
    _record(
        recovery,
        by=by,
        verb="deduct_recovery",
        summary=_("a déduit %(amount)s d’un versement à venir"),
        from_versement=str(versement.pk),
    )
    _tell_table(
        recovery,
        _("%(amount)s sont déduits d’un versement à venir : %(versement)s."),
        by=by,
    )
    return recovery


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")
    return text.strip()


def _must_wait(recovery: Recovery) -> None:
    match recovery.state:
        case State.DROPPED:
            raise already(recovery.dropped_by, recovery.dropped_at, _("abandonné"))
        case State.DECIDED | State.RECEIVED | State.DEDUCTED:
            raise already(recovery.decided_by, recovery.decided_at, _("décidé"))


def _must_be_decided(recovery: Recovery, *, by: User) -> None:
    match recovery.state:
        case State.PROPOSED:
            raise Refusal(_("Ce recouvrement n’est pas décidé."))
        case State.DROPPED:
            raise already(recovery.dropped_by, recovery.dropped_at, _("abandonné"))
        case State.RECEIVED | State.DEDUCTED:
            raise already(recovery.settled_by, recovery.settled_at, _("réglé"))
    if recovery.decided_by_id == by.pk:
        raise Refusal(
            _("Vous avez décidé ce recouvrement : une autre personne doit consigner la suite.")
        )


def _used_reference() -> Refusal:
    return Refusal(_("Cette référence a déjà servi à un autre remboursement."), field="reference")


def _words(recovery: Recovery) -> dict[str, object]:
    source = recovery.deducted_from or recovery.versement
    return {
        "alliance": recovery.alliance,
        "amount": money(recovery.amount),
        "reason": recovery.reason,
        "letter": recovery.letter.number if recovery.letter else "",
        "reference": recovery.reference,
        "versement": versement_name(source),
    }


_RIGHTS = {
    "propose_recovery": "recommend_versement",
    "decide_recovery": "authorise_versement",
    "drop_recovery": "authorise_versement",
    "receive_recovery": "confirm_payment",
    "deduct_recovery": "recommend_versement",
}


def _record(
    recovery: Recovery, *, by: User, verb: str, summary: str, reason: str = "", **data: str
) -> None:
    journal.record(
        by=by,
        verb=verb,
        right=_RIGHTS[verb],
        summary=summary % _words(recovery),
        alliance=recovery.alliance,
        target=recovery,
        reason=reason or recovery.reason,
        url=recovery.alliance.url("recovery", recovery.pk),
        amount=str(recovery.amount),
        versement=recovery.versement_id,
        **data,
    )


def _notify(
    recovery: Recovery, people: Iterable[User], *, subject: str, body: str, by: User
) -> None:
    words = _words(recovery) | {"who": by}
    notify(
        people,
        alliance=recovery.alliance,
        subject=subject % words,
        body=body % words,
        url=recovery.alliance.url("recovery", recovery.pk),
        but=by,
    )


def _tell_table(recovery: Recovery, body: str, *, by: User) -> None:
    alliance = recovery.alliance
    _notify(
        recovery,
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        subject=_("%(alliance)s : recouvrement %(letter)s réglé"),
        body=body,
        by=by,
    )
