"""Batches of notices sent to payment; a rejected payment, its correction."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.exports import CSV
from alliances.models import User
from alliances.permissions import require
from alliances.services import documents, journal
from alliances.services.notifications import notify, people_with
from fqis.models import PaymentBatch, PaymentLine, Versement
from fqis.payment_files import BATCH_KIND, BATCH_SERIES, batch_file, frozen_line
from fqis.permissions import PAY
from fqis.services.versements import changed, lock_versement
from fqis.sheets import MOST_LINES
from fqis.wording import date_long, in_future, local_day, money, time_fr, versement_name

State = Versement.State


@transaction.atomic
def create_batch(ids: Iterable[int], *, by: User) -> PaymentBatch:
    """Sends the notices of a selection to payment: numbers a batch and freezes its file, whole or
    not at all. Amounts in dollars.

    Refuses an empty selection, a notice that is not issued, already in a batch, rejected and not
    corrected, or that ``by`` authorised.
    """
    found = Versement.objects.filter(pk__in=set(ids))
    for versement in found.only("territory_id").order_by("pk"):
        require(by, PAY, versement)
    versements = list(
        found.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "notice", "authorised_by")
        .order_by("pk")
    )
    _check_sendable(versements, by=by)
    versements.sort(key=lambda one: one.notice.number if one.notice else "")
    lines = [frozen_line(versement) for versement in versements]
    total = sum((versement.amount for versement in versements), Decimal(0))
    document = documents.create_document(
        BATCH_KIND,
        by=by,
        title=_("Lot de paiement"),
        data={"lines": lines, "total": str(total)},
        series=BATCH_SERIES,
        by_worker=False,
    )
    documents.store_file(document, batch_file(document, lines), "csv", mime=CSV)
    batch = PaymentBatch.objects.create(
        document=document, count=len(lines), total=total, created_by=by
    )
    PaymentLine.objects.bulk_create(
        PaymentLine(
            batch=batch,
            rank=rank,
            versement=versement,
            territory_id=versement.territory_id,
            amount=versement.amount,
        )
        for rank, versement in enumerate(versements, start=1)
    )
    _record_sent(batch, versements, by=by)
    return batch


def _check_sendable(versements: list[Versement], *, by: User) -> None:
    if not versements:
        raise Refusal(_("Choisissez au moins un avis à envoyer."))
    if len(versements) > MOST_LINES:
        raise Refusal(_("Un lot compte 2 000 avis au plus."))
    last: dict[int, PaymentLine] = {}
    for line in PaymentLine.objects.filter(versement__in=versements).order_by("pk"):
        last[line.versement_id] = line
    problems = []
    for versement in versements:
        why = _why_not(versement, last.get(versement.pk), by=by)
        if why:
            number = versement.notice.number if versement.notice else versement_name(versement)
            problems.append(Missing(_("%(notice)s : %(why)s") % {"notice": number, "why": why}))
    if problems:
        raise Refusal(
            _("Rien n’est envoyé. %(problems)s")
            % {"problems": " ".join(str(one.label) for one in problems[:5])},
            missing=problems,
        )


def _why_not(versement: Versement, line: PaymentLine | None, *, by: User) -> str:
    """Why the versement cannot go in a batch made by ``by``; empty when it can."""
    if versement.state != State.ISSUED:
        return _("ce versement est « %(state)s ».") % {"state": State(versement.state).label}
    if versement.authorised_by_id == by.pk:
        return _("vous l’avez autorisé, une autre personne l’envoie.")
    if line is None or line.corrected_at is not None:
        return ""
    if line.rejected_at is not None:
        return _("son rejet n’est pas corrigé.")
    return _("il est déjà dans un lot, depuis le %(day)s.") % {"day": date_long(line.sent_at)}


def _record_sent(batch: PaymentBatch, versements: list[Versement], *, by: User) -> None:
    number = batch.document.number
    journal.record(
        by=by,
        verb="create_payment_batch",
        summary=ngettext(
            "a envoyé au paiement le lot %(number)s, %(n)s avis, %(total)s",
            "a envoyé au paiement le lot %(number)s, %(n)s avis, %(total)s",
            batch.count,
        )
        % {"number": number, "n": batch.count, "total": money(batch.total)},
        target=batch,
    )
    for versement in versements:
        journal.record(
            by=by,
            verb="send_payment",
            summary=_("a envoyé au paiement %(versement)s, lot %(number)s")
            % {"versement": versement_name(versement), "number": number},
            alliance=versement.alliance,
            target=versement,
            url=versement.alliance.url("versement", versement.pk),
        )


def lock_line(pk: int) -> PaymentLine:
    """The line, its versement locked first: the order of every act on payments."""
    versement = lock_versement(PaymentLine.objects.values_list("versement", flat=True).get(pk=pk))
    line = PaymentLine.objects.select_for_update(of=("self",)).get(pk=pk)
    line.versement = versement
    return line


def check_rejectable(line: PaymentLine, *, by: User, on: date, reason: str) -> None:
    """Refuses a rejection that cannot be; ``line`` comes with its versement. No query."""
    versement = line.versement
    if line.rejected_on is not None:
        raise StaleAct(
            _("Ce paiement est déjà rejeté depuis le %(day)s.")
            % {"day": date_long(line.rejected_on)}
        )
    if versement.state != State.ISSUED:
        raise changed(versement)
    if versement.authorised_by_id == by.pk:
        raise Refusal(_("Vous avez autorisé ce versement : une autre personne consigne son rejet."))
    if in_future(on):
        raise Refusal(_("La date du rejet est dans le futur."), field="on")
    if on < local_day(line.sent_at):
        raise Refusal(
            _("Le rejet ne peut précéder l’envoi du lot, le %(day)s.")
            % {"day": date_long(line.sent_at)},
            field="on",
        )
    if not reason.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")


@transaction.atomic
def reject_payment(line: PaymentLine, *, by: User, on: date, reason: str) -> PaymentLine:
    """The finance system refused this payment; the Table and the DGSQ are told why.

    Refuses a payment already confirmed or rejected, a date before the batch or in the future, the
    person who authorised, and a rejection without its reason.
    """
    line = lock_line(line.pk)
    versement, alliance = line.versement, line.versement.alliance
    require(by, PAY, versement)
    check_rejectable(line, by=by, on=on, reason=reason)
    line.rejected_on, line.rejected_reason = on, reason.strip()[:300]
    line.rejected_at, line.rejected_by = clock.now(), by
    line.save()
    journal.record(
        by=by,
        verb="reject_payment",
        summary=_("a consigné le rejet du paiement : %(versement)s")
        % {"versement": versement_name(versement)},
        alliance=alliance,
        target=versement,
        reason=line.rejected_reason,
        url=alliance.url("versement", versement.pk),
    )
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : paiement rejeté") % {"alliance": alliance},
        body=_(
            "Le système financier a rejeté %(versement)s le %(day)s. Motif : %(reason)s. La"
            " DGSSAC, paiements, corrige, puis l’envoie de nouveau."
        )
        % {
            "versement": versement_name(versement),
            "day": date_long(on),
            "reason": line.rejected_reason.rstrip("."),
        },
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return line


@transaction.atomic
def correct_payment(line: PaymentLine, *, by: User, correction: str) -> PaymentLine:
    """Says what was corrected after a rejection: the notice may go in a next batch.

    Refuses a payment that is not rejected, already corrected, and an empty sentence.
    """
    line = lock_line(line.pk)
    versement, alliance = line.versement, line.versement.alliance
    require(by, PAY, versement)
    if line.rejected_at is None:
        raise Refusal(_("Ce paiement n’est pas rejeté."))
    if line.corrected_at is not None:
        raise StaleAct(
            _("%(who)s l’a déjà corrigé le %(day)s à %(time)s.")
            % {
                "who": line.corrected_by,
                "day": date_long(line.corrected_at),
                "time": time_fr(line.corrected_at),
            }
        )
    if not correction.strip():
        raise Refusal(_("Écrivez ce qui est corrigé."), field="correction")
    line.correction = correction.strip()[:300]
    line.corrected_at, line.corrected_by = clock.now(), by
    line.save()
    journal.record(
        by=by,
        verb="correct_payment",
        summary=_("a corrigé le paiement rejeté : %(versement)s")
        % {"versement": versement_name(versement)},
        alliance=alliance,
        target=versement,
        reason=line.correction,
        url=alliance.url("versement", versement.pk),
    )
    return line
