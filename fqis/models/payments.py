"""Payments: batches sent to the ministry's finance system, and the answers that come back.

A notice is in one open line at most, and a rejected one goes back only once corrected: held by
the database. What a line became is read from its versement and from itself, never stored twice.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Document, ScopedModel, User
from alliances.money import MoneyField

from .versements import Versement


class PaymentBatch(models.Model):
    """A numbered file of notices to pay, frozen as it is made. Amounts in dollars."""

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="payment_batch", editable=False
    )
    count = models.PositiveIntegerField(editable=False)
    total = MoneyField(editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gt=0, total__gt=0), name="payment_batch_not_empty"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="sums_its_lines",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    IF ROW(NEW.count::bigint, NEW.total) IS DISTINCT FROM (
                        SELECT ROW(count(*), sum(l.amount))
                        FROM fqis_paymentline l WHERE l.batch_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'Les lignes ne font pas le total du lot.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_batch_exact';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.document.number


class PaymentLineQuerySet(models.QuerySet["PaymentLine"]):
    def open(self) -> "PaymentLineQuerySet":
        """Sent, and not rejected: waits for its answer, or paid."""
        return self.filter(rejected_at=None)

    def to_correct(self) -> "PaymentLineQuerySet":
        return self.filter(rejected_at__isnull=False, corrected_at=None)


class PaymentLine(ScopedModel):
    """One notice in a batch. Rejected, it is corrected, then the notice goes in a later batch."""

    scoped_by = "versement"

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="lines")
    rank = models.PositiveSmallIntegerField(editable=False)
    versement = models.ForeignKey(
        Versement, on_delete=models.PROTECT, related_name="payment_lines", editable=False
    )
    amount = MoneyField(editable=False)
    sent_at = models.DateTimeField(default=clock.now, editable=False)
    rejected_on = models.DateField(_("rejeté le"), null=True, editable=False)
    rejected_reason = models.CharField(_("motif du rejet"), max_length=300, blank=True)
    rejected_at = models.DateTimeField(null=True, editable=False)
    rejected_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    correction = models.CharField(_("ce qui est corrigé"), max_length=300, blank=True)
    corrected_at = models.DateTimeField(null=True, editable=False)
    corrected_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = PaymentLineQuerySet.as_manager()

    class Meta:
        # Not through the batch: a Table reads its line, and no batch.
        ordering = ["batch_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "rank"], name="payment_line_rank_once"),
            models.UniqueConstraint(
                fields=["versement"],
                condition=Q(rejected_at=None),
                name="payment_line_open_once",
                violation_error_message=_("Cet avis est déjà dans un lot."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_line_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    rejected_at=None, rejected_by=None, rejected_on=None, rejected_reason=""
                )
                | (
                    Q(
                        rejected_at__isnull=False,
                        rejected_by__isnull=False,
                        rejected_on__isnull=False,
                    )
                    & ~Q(rejected_reason="")
                ),
                name="payment_line_rejected_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(corrected_at=None, corrected_by=None, correction="")
                | (
                    Q(
                        corrected_at__isnull=False,
                        corrected_by__isnull=False,
                        rejected_at__isnull=False,
                        corrected_at__gte=F("rejected_at"),
                    )
                    & ~Q(correction="")
                ),
                name="payment_line_corrected_at_and_by",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="sendable",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE its_state text; its_amount numeric; authorised_by bigint;
                        its_broken text;
                    BEGIN
                    SELECT v.state, v.amount, v.authorised_by_id
                    INTO its_state, its_amount, authorised_by
                    FROM fqis_versement v WHERE v.id = NEW.versement_id FOR UPDATE;
                    IF its_state IS DISTINCT FROM 'issued' THEN
                        its_broken := 'payment_line_issued';
                    ELSIF its_amount <> NEW.amount THEN
                        its_broken := 'payment_line_own_amount';
                    ELSIF authorised_by = (
                        SELECT b.created_by_id FROM fqis_paymentbatch b WHERE b.id = NEW.batch_id
                    ) THEN
                        its_broken := 'payment_line_other_person';
                    ELSIF NEW.rejected_at IS NOT NULL OR EXISTS (
                        SELECT 1 FROM fqis_paymentline l
                        WHERE l.versement_id = NEW.versement_id
                          AND l.rejected_at IS NOT NULL AND l.corrected_at IS NULL
                    ) THEN
                        its_broken := 'payment_line_corrected_first';
                    END IF;
                    IF its_broken IS NOT NULL THEN
                        RAISE EXCEPTION 'Cet avis ne peut aller dans ce lot.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = its_broken;
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="settled_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.batch_id, OLD.rank, OLD.versement_id, OLD.amount, OLD.sent_at)
                       IS DISTINCT FROM
                       ROW(NEW.batch_id, NEW.rank, NEW.versement_id, NEW.amount, NEW.sent_at)
                       OR (OLD.rejected_at IS NOT NULL AND
                           ROW(OLD.rejected_at, OLD.rejected_by_id, OLD.rejected_on,
                               OLD.rejected_reason)
                           IS DISTINCT FROM
                           ROW(NEW.rejected_at, NEW.rejected_by_id, NEW.rejected_on,
                               NEW.rejected_reason))
                       OR (OLD.corrected_at IS NOT NULL AND
                           ROW(OLD.corrected_at, OLD.corrected_by_id, OLD.correction)
                           IS DISTINCT FROM
                           ROW(NEW.corrected_at, NEW.corrected_by_id, NEW.correction))
                    THEN
                        RAISE EXCEPTION 'Une ligne de lot ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_line_fixed';
                    END IF;
                    IF OLD.rejected_at IS NULL AND NEW.rejected_at IS NOT NULL AND EXISTS (
                        SELECT 1 FROM fqis_versement v WHERE v.id = NEW.versement_id
                          AND (v.state = 'paid' OR v.authorised_by_id = NEW.rejected_by_id)
                    ) THEN
                        RAISE EXCEPTION 'Ce paiement ne peut être rejeté.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'payment_line_rejectable';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}, {self.rank}"

    @property
    def situation(self) -> str:
        """paid · rejected · corrected · sent (needs ``versement``)."""
        if self.rejected_at is not None:
            return "corrected" if self.corrected_at else "rejected"
        return "paid" if self.versement.state == Versement.State.PAID else "sent"


class PaymentAnswer(models.Model):
    """A file the finance system answered with: read first, then applied, once.

    ``fingerprint`` is of what the file says: sent again, even saved otherwise, it is recognised.
    """

    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="payment_answer", editable=False
    )
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    read_at = models.DateTimeField(default=clock.now, editable=False)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    applied_at = models.DateTimeField(null=True, editable=False)
    applied_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-read_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="payment_answer_applied_at_and_by",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="applied_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.applied_at IS NOT NULL
                       OR ROW(OLD.document_id, OLD.fingerprint, OLD.read_at, OLD.read_by_id)
                       IS DISTINCT FROM
                       ROW(NEW.document_id, NEW.fingerprint, NEW.read_at, NEW.read_by_id)
                       OR EXISTS (
                           SELECT 1 FROM fqis_paymentanswerline l
                           WHERE l.answer_id = NEW.id AND l.outcome = ''
                       )
                    THEN
                        RAISE EXCEPTION 'Une réponse s’applique une seule fois, toute.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_once';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.document.number


class PaymentAnswerLine(models.Model):
    """One line of an answer: what it says, and what came of it once the answer was applied."""

    class Status(models.TextChoices):
        PAID = "paid", _("payé")
        REJECTED = "rejected", _("rejeté")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Paiement confirmé")
        REJECTED = "rejected", _("Rejet consigné")
        REFUSED = "refused", _("Non appliquée")

    answer = models.ForeignKey(PaymentAnswer, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    batch_number = models.CharField(max_length=40, blank=True)
    notice_number = models.CharField(max_length=40, blank=True)
    amount = MoneyField(null=True)
    status = models.CharField(max_length=8, choices=Status, blank=True)
    dated_on = models.DateField(null=True)
    reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    unreadable = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True, editable=False)
    message = models.CharField(max_length=300, blank=True, editable=False)
    line = models.ForeignKey(
        PaymentLine,
        on_delete=models.PROTECT,
        null=True,
        related_name="answers",
        editable=False,
    )

    class Meta:
        ordering = ["answer_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="payment_answer_line_once"),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(line__isnull=False),
                name="payment_answer_settles_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["confirmed", "rejected"], line__isnull=False)
                | Q(~Q(outcome__in=["confirmed", "rejected"]), line=None),
                name="payment_answer_settles_a_line",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(message=""),
                name="payment_answer_refused_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="fixed_once_applied",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM fqis_paymentanswer a
                        WHERE a.id = NEW.answer_id AND a.applied_at IS NOT NULL
                    ) OR (TG_OP = 'UPDATE' AND
                        ROW(OLD.answer_id, OLD.number, OLD.batch_number, OLD.notice_number,
                            OLD.amount, OLD.status, OLD.dated_on, OLD.reference, OLD.reason,
                            OLD.unreadable)
                        IS DISTINCT FROM
                        ROW(NEW.answer_id, NEW.number, NEW.batch_number, NEW.notice_number,
                            NEW.amount, NEW.status, NEW.dated_on, NEW.reference, NEW.reason,
                            NEW.unreadable))
                    THEN
                        RAISE EXCEPTION 'Une ligne de réponse ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id}, {self.number}"
