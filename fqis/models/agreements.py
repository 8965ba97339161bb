"""The agreement of a project (« convention de projet ») and its instalments."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Document, ScopedModel, User
from alliances.money import MoneyField

from .keeping import kept
from .projects import FiveYearsAfter, Project


class ProjectAgreementQuerySet(models.QuerySet["ProjectAgreement"]):
    def standing(self) -> "ProjectAgreementQuerySet":
        """Prepared or signed: a project has one at most."""
        return self.exclude(state=ProjectAgreement.State.WITHDRAWN)


class ProjectAgreement(FSMModelMixin, ScopedModel):
    """What the Table and the carrier sign for one project: its grant in dollars, its dates, five
    years at most (guide 2024, §4.2), its conditions.

    Without ``document``, it was signed on paper, outside the portal. A signed one never changes: a
    modification is a row of its own (``ProjectChange``).
    """

    scoped_by = "project"

    class State(models.TextChoices):
        PREPARED = "prepared", _("À signer")
        SIGNED = "signed", _("Signée")
        WITHDRAWN = "withdrawn", _("Retirée")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="agreements")
    amount = MoneyField(_("montant"))
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    conditions = models.TextField(_("conditions particulières"), blank=True)
    state = FSMField(default=State.PREPARED, choices=State.choices, protected=True)
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    prepared_at = models.DateTimeField(default=clock.now, editable=False)
    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_reason = models.TextField(_("motif du retrait"), blank=True, editable=False)
    carrier_signatory = models.CharField(_("signé pour le porteur par"), max_length=150, blank=True)
    carrier_signed_on = models.DateField(_("signé par le porteur le"), null=True)
    table_signatory = models.CharField(_("signé pour la Table par"), max_length=150, blank=True)
    table_signed_on = models.DateField(_("signé par la Table le"), null=True)
    signed_at = models.DateTimeField(null=True, editable=False)
    signed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    signed_file = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ProjectAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["prepared_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=~Q(state="withdrawn"),
                name="project_agreement_one_standing",
                violation_error_message=_("Ce projet a déjà une convention."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="project_agreement_positive"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"))
                & Q(ends_on__lt=FiveYearsAfter(F("starts_on"))),
                name="project_agreement_five_years",
                violation_error_message=_("Une convention de projet dure cinq ans au plus."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="signed",
                    carrier_signed_on__isnull=False,
                    table_signed_on__isnull=False,
                    signed_at__isnull=False,
                    signed_by__isnull=False,
                )
                | Q(
                    ~Q(state="signed"),
                    carrier_signed_on=None,
                    table_signed_on=None,
                    signed_at=None,
                    signed_by=None,
                    signed_file=None,
                ),
                name="project_agreement_signed_by_both",
                violation_error_message=_("Le porteur et la Table signent tous deux."),
            ),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | Q(document=None)
                | Q(~Q(carrier_signatory=""), ~Q(table_signatory=""), signed_file__isnull=False),
                name="project_agreement_signed_has_file",
                violation_error_message=_("Déposez la convention signée."),
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                & Q(withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason="")
                | Q(~Q(state="withdrawn"), withdrawn_at=None, withdrawn_by=None),
                name="project_agreement_withdrawn_has_reason",
            ),
        ]
        triggers = [
            kept("never_deleted", pgtrigger.Delete),
            pgtrigger.Trigger(
                name="as_granted",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM fqis_project p
                        WHERE p.id = NEW.project_id AND p.amount_granted = NEW.amount
                          AND p.state = 'accepted'
                    ) THEN
                        RAISE EXCEPTION 'La convention a le montant d’un projet accepté.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_agreement_as_granted';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="signed_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.project_id, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.conditions,
                           OLD.document_id, OLD.prepared_at, OLD.prepared_by_id)
                       IS DISTINCT FROM
                       ROW(NEW.project_id, NEW.amount, NEW.starts_on, NEW.ends_on, NEW.conditions,
                           NEW.document_id, NEW.prepared_at, NEW.prepared_by_id)
                    OR (OLD.state <> 'prepared' AND
                        ROW(OLD.state, OLD.carrier_signatory, OLD.carrier_signed_on,
                            OLD.table_signatory, OLD.table_signed_on, OLD.signed_at,
                            OLD.signed_by_id, OLD.withdrawn_at, OLD.withdrawn_by_id,
                            OLD.withdrawn_reason)
                        IS DISTINCT FROM
                        ROW(NEW.state, NEW.carrier_signatory, NEW.carrier_signed_on,
                            NEW.table_signatory, NEW.table_signed_on, NEW.signed_at,
                            NEW.signed_by_id, NEW.withdrawn_at, NEW.withdrawn_by_id,
                            NEW.withdrawn_reason))
                    OR (OLD.signed_file_id IS NOT NULL
                        AND NEW.signed_file_id IS DISTINCT FROM OLD.signed_file_id)
                    THEN
                        RAISE EXCEPTION 'Une convention signée ne change plus : modifiez le projet.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'project_agreement_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.State(self.state).label}"

    @property
    def is_on_paper(self) -> bool:
        """Signed outside the portal: no PDF of ours."""
        return self.document_id is None

    @property
    def signed_on(self) -> date | None:
        """The day of the last signature: the agreement binds from there."""
        days = [day for day in (self.carrier_signed_on, self.table_signed_on) if day]
        return max(days) if len(days) == 2 else None

    @transition(field=state, source=State.PREPARED, target=State.SIGNED)
    def sign(self) -> None:
        """Both parties signed; the service writes who and when."""

    @transition(field=state, source=State.PREPARED, target=State.WITHDRAWN)
    def withdraw(self, *, by: User, reason: str) -> None:
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_reason = clock.now(), by, reason


class ProjectInstalment(ScopedModel):
    """A part of the grant, in dollars, and what it waits for. They always make the grant."""

    scoped_by = "agreement"

    class Condition(models.TextChoices):
        SIGNATURE = "signature", _("À la signature")
        REPORT = "report", _("Au rapport reçu")
        DATE = "date", _("À une date")
        OTHER = "other", _("À une autre condition")

    BY_ITSELF = [Condition.SIGNATURE, Condition.DATE]

    agreement = models.ForeignKey(
        ProjectAgreement, on_delete=models.PROTECT, related_name="instalments"
    )
    rank = models.PositiveSmallIntegerField()
    amount = MoneyField(_("montant"))
    condition = models.CharField(_("condition"), max_length=9, choices=Condition)
    due_on = models.DateField(_("prévu le"), null=True, blank=True)
    words = models.CharField(_("précision"), max_length=200, blank=True)
    met_on = models.DateField(_("condition remplie le"), null=True, editable=False)
    met_note = models.CharField(_("preuve"), max_length=200, blank=True, editable=False)
    met_at = models.DateTimeField(null=True, editable=False)
    met_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["agreement", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "rank"], name="instalment_rank_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="instalment_positive"),
            models.CheckConstraint(
                condition=Q(~Q(condition="date"), ~Q(condition="other"))
                | Q(condition="date", due_on__isnull=False)
                | Q(Q(condition="other"), ~Q(words="")),
                name="instalment_condition_is_said",
                violation_error_message=_("Dites la date ou la condition du versement."),
            ),
            models.CheckConstraint(
                condition=Q(met_on=None, met_at=None, met_by=None)
                | Q(
                    condition__in=["report", "other"],
                    met_on__isnull=False,
                    met_at__isnull=False,
                    met_by__isnull=False,
                ),
                name="instalment_met_is_whole",
            ),
        ]
        triggers = [
            kept("never_deleted", pgtrigger.Delete, "fqis_is_undone_agreement(OLD.agreement_id)"),
            pgtrigger.Trigger(
                name="kept_once_written",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.agreement_id, OLD.rank, OLD.condition, OLD.due_on, OLD.words)
                       IS DISTINCT FROM
                       ROW(NEW.agreement_id, NEW.rank, NEW.condition, NEW.due_on, NEW.words)
                    OR (OLD.met_on IS NOT NULL AND
                        ROW(OLD.met_on, OLD.met_at, OLD.met_by_id, OLD.met_note) IS DISTINCT FROM
                        ROW(NEW.met_on, NEW.met_at, NEW.met_by_id, NEW.met_note))
                    THEN
                        RAISE EXCEPTION 'Un versement convenu ne change que de montant.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'instalment_fixed';
                    END IF;
                    IF NEW.amount <> OLD.amount AND (NEW.amount > OLD.amount OR NEW.amount < (
                        SELECT coalesce(sum(q.amount), 0) FROM fqis_projectpayment q
                        WHERE q.instalment_id = NEW.id
                    )) THEN
                        RAISE EXCEPTION 'Un versement convenu ne passe pas sous ce qui est payé.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'instalment_covers_payments';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="make_the_grant",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="PERFORM fqis_instalments_make_grant(NEW.agreement_id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.amount}"
