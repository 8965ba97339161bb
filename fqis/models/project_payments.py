"""What the Table paid to a project, and what the project spent."""

from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Document, ScopedModel, User
from alliances.money import MoneyField

from .agreements import ProjectInstalment
from .budgets import BudgetLine
from .keeping import kept
from .projects import Project


class ProjectPayment(ScopedModel):
    """What the Table paid to a project against an instalment, in dollars.

    It never changes. A mistake is undone by a row that ``reverses`` it, of the same day and the
    opposite amount, so that every sum of a period stays right; the right payment is another row.
    """

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payments")
    instalment = models.ForeignKey(
        ProjectInstalment, on_delete=models.PROTECT, related_name="payments"
    )
    on = models.DateField(_("payé le"))
    amount = MoneyField(_("montant"))
    reference = models.CharField(_("référence"), max_length=60, blank=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by", editable=False
    )
    reason = models.TextField(_("motif"), blank=True)
    # One for each form shown: the same form sent twice pays once.
    key = models.UUIDField(default=uuid4, editable=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["territory", "on"], name="project_payment_by_date")]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="project_payment_once"),
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0)
                | Q(Q(reverses__isnull=False, amount__lt=0), ~Q(reason="")),
                name="project_payment_positive",
            ),
        ]
        triggers = [
            kept("append_only", pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="within_grant",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE granted numeric; decided date; already numeric;
                    BEGIN
                    SELECT p.amount_granted, p.decided_on INTO granted, decided
                    FROM fqis_project p WHERE p.id = NEW.project_id FOR UPDATE;
                    SELECT coalesce(sum(q.amount), 0) INTO already
                    FROM fqis_projectpayment q WHERE q.project_id = NEW.project_id;
                    IF granted IS NULL OR NEW.on < decided OR already + NEW.amount > granted THEN
                        RAISE EXCEPTION 'Ce paiement précède l’acceptation ou la dépasse.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_payment_within_grant';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="within_instalment",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    DECLARE already numeric; part numeric; met boolean;
                    BEGIN
                    SELECT i.amount, CASE i.condition
                        WHEN 'signature' THEN true
                        WHEN 'date' THEN i.due_on <= NEW.on
                        ELSE i.met_on IS NOT NULL AND i.met_on <= NEW.on END
                    INTO part, met
                    FROM fqis_projectinstalment i
                    JOIN fqis_projectagreement a ON a.id = i.agreement_id
                    WHERE i.id = NEW.instalment_id AND a.project_id = NEW.project_id
                      AND a.state = 'signed'
                      AND NEW.on >= greatest(a.carrier_signed_on, a.table_signed_on)
                    FOR UPDATE OF i;
                    IF part IS NULL OR (NEW.reverses_id IS NULL AND NOT met) THEN
                        RAISE EXCEPTION 'Ce paiement précède la signature ou sa condition.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_payment_due';
                    END IF;
                    SELECT coalesce(sum(q.amount), 0) INTO already
                    FROM fqis_projectpayment q WHERE q.instalment_id = NEW.instalment_id;
                    IF already + NEW.amount > part THEN
                        RAISE EXCEPTION 'Ce paiement dépasse son versement convenu.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_payment_within_instalment';
                    END IF;
                    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM fqis_projectpayment q
                        WHERE q.id = NEW.reverses_id AND q.reverses_id IS NULL
                          AND ROW(q.project_id, q.instalment_id, q.on, q.amount)
                              = ROW(NEW.project_id, NEW.instalment_id, NEW.on, -NEW.amount)
                    ) THEN
                        RAISE EXCEPTION 'Une correction annule un paiement en entier.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_payment_reversal';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.amount}"


class ProjectExpense(ScopedModel):
    """What a project spent, in dollars: never before its acceptance (guide 2017, « Projets »:
    nothing is funded that was spent before), never after its end.

    A mistake is cancelled with its reason, and stays readable.
    """

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="expenses")
    line = models.ForeignKey(
        BudgetLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name=_("poste du budget"),
    )
    on = models.DateField(_("date de la dépense"))
    what = models.CharField(_("objet"), max_length=200)
    amount = MoneyField(_("montant"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    key = models.UUIDField(default=uuid4, editable=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    cancelled_reason = models.TextField(_("motif"), blank=True, editable=False)

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="project_expense_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="project_expense_positive",
                violation_error_message=_("Le montant doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_reason="")
                | Q(
                    Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                    ~Q(cancelled_reason=""),
                ),
                name="project_expense_cancelled_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="within_project",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM (
                            SELECT * FROM fqis_project WHERE id = NEW.project_id FOR UPDATE
                        ) p
                        WHERE p.amount_granted IS NOT NULL
                          AND NEW.on BETWEEN p.decided_on AND p.ends_on
                    ) THEN
                        RAISE EXCEPTION 'Cette dépense précède l’acceptation ou suit la fin.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_expense_within_project';
                    END IF;
                    IF NEW.line_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM fqis_budgetline l
                        WHERE l.id = NEW.line_id AND l.project_id = NEW.project_id
                    ) THEN
                        RAISE EXCEPTION 'Ce poste est du budget d’un autre projet.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_expense_line';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="kept_once_written",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.cancelled_at IS NOT NULL OR
                       ROW(OLD.project_id, OLD.line_id, OLD.on, OLD.what, OLD.amount,
                           OLD.document_id, OLD.key, OLD.recorded_at, OLD.recorded_by_id)
                       IS DISTINCT FROM
                       ROW(NEW.project_id, NEW.line_id, NEW.on, NEW.what, NEW.amount,
                           NEW.document_id, NEW.key, NEW.recorded_at, NEW.recorded_by_id)
                    THEN
                        RAISE EXCEPTION 'Une dépense consignée s’annule et ne change pas.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_expense_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} · {self.amount}"
