"""Versements: each part of a tranche, from planned to paid, by two different people."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Document, MilestoneKind, ScopedModel, User
from alliances.money import ZERO, MoneyField
from conventions.models import Tranche

from .versement_rules import ISSUED_GIVEN_UP, WITHIN_ENVELOPE, WITHIN_TRANCHE


def held_while(state: str) -> Callable[[models.Model], bool]:
    """A condition of a transition: the versement was held while in ``state``."""

    def holds(versement: models.Model) -> bool:
        return bool(getattr(versement, "held_from", "") == state)

    return holds


class VersementQuerySet(models.QuerySet["Versement"]):
    def committed(self) -> Self:
        """What is taken out of the envelope: authorised, issued or paid."""
        return self.filter(state__in=Versement.COMMITTED)

    def paid(self) -> Self:
        return self.filter(state=Versement.State.PAID)

    def to_authorise(self) -> Self:
        return self.filter(state=Versement.State.RECOMMENDED)

    def total(self) -> Decimal:
        return self.aggregate(total=Sum("amount"))["total"] or ZERO


class Versement(FSMModelMixin, ScopedModel):
    """A payment of the FQIS to a Table, in dollars, out of one tranche.

    Who authorises did not recommend, and who confirms the payment did not authorise: held by the
    database, with the limits of the tranche and of the envelope.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Prévu")
        READY = "ready", _("À recommander")
        RECOMMENDED = "recommended", _("À autoriser")
        AUTHORISED = "authorised", _("Autorisé")
        ISSUED = "issued", _("Avis émis")
        PAID = "paid", _("Payé")
        HELD = "held", _("Retenu")
        CANCELLED = "cancelled", _("Annulé")

    COMMITTED = [State.AUTHORISED, State.ISSUED, State.PAID]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="versements")
    tranche = models.ForeignKey(Tranche, on_delete=models.PROTECT, related_name="versements")
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"))
    amount = MoneyField(_("montant"))
    state = FSMField(default=State.PLANNED, choices=State.choices, protected=True)
    planned_at = models.DateTimeField(default=clock.now, editable=False)
    ready_at = models.DateTimeField(null=True, editable=False)
    recommended_at = models.DateTimeField(null=True, editable=False)
    recommended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recommendation = models.TextField(_("recommandation"), blank=True)
    authorised_at = models.DateTimeField(null=True, editable=False)
    authorised_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    notice = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="versement", editable=False
    )
    issued_at = models.DateTimeField(null=True, editable=False)
    paid_on = models.DateField(_("payé le"), null=True, editable=False)
    payment_reference = models.CharField(_("référence"), max_length=60, blank=True, editable=False)
    payment_confirmed_at = models.DateTimeField(null=True, editable=False)
    payment_confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    held_at = models.DateTimeField(null=True, editable=False)
    held_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    held_reason = models.TextField(_("motif de la retenue"), blank=True, editable=False)
    held_from = models.CharField(max_length=12, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    cancelled_reason = models.TextField(_("motif de l’annulation"), blank=True, editable=False)
    parked_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="parked",
        editable=False,
        help_text=_("Le versement dont cette partie contestée a été détachée."),
    )

    objects = VersementQuerySet.as_manager()

    class Meta:
        ordering = ["alliance", "tranche__rank", "pk"]
        indexes = [
            models.Index(fields=["state", "fiscal_year"], name="versement_by_state"),
            models.Index(fields=["alliance", "state"], name="versement_by_alliance"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="versement_amount_positive",
                violation_error_message=_("Le montant du versement doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(authorised_by=None) | ~Q(authorised_by=F("recommended_by")),
                name="versement_two_persons",
                violation_error_message=_(
                    "Une autre personne que celle qui a recommandé doit autoriser."
                ),
            ),
            models.CheckConstraint(
                condition=Q(payment_confirmed_by=None)
                | ~Q(payment_confirmed_by=F("authorised_by")),
                name="versement_payer_is_another",
                violation_error_message=_(
                    "Une autre personne que celle qui a autorisé doit confirmer le paiement."
                ),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at": None, f"{act}_by": None})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"versement_{act}_at_and_by",
                )
                for act in ("recommended", "authorised", "payment_confirmed", "held", "cancelled")
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "held", "cancelled"]) | Q(ready_at__isnull=False),
                name="versement_ready_has_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "ready", "held", "cancelled"])
                | Q(recommended_at__isnull=False),
                name="versement_recommended_first",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["authorised", "issued", "paid"],
                    authorised_at__isnull=False,
                    notice__isnull=False,
                )
                | Q(state="cancelled", authorised_at__isnull=False, notice__isnull=False)
                | Q(
                    ~Q(state__in=["authorised", "issued", "paid"]), authorised_at=None, notice=None
                ),
                name="versement_authorised_first",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by=None)
                | Q(authorised_by=None)
                | ~Q(cancelled_by=F("authorised_by")),
                name="versement_cancelled_by_another",
                violation_error_message=_(
                    "Une autre personne que celle qui a autorisé doit annuler."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "paid"], issued_at__isnull=False)
                | Q(state="cancelled")
                | Q(~Q(state__in=["issued", "paid", "cancelled"]), issued_at=None),
                name="versement_issued_has_date",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(payment_reference=""),
                    state="paid",
                    paid_on__isnull=False,
                    payment_confirmed_at__isnull=False,
                )
                | Q(~Q(state="paid"), paid_on=None, payment_confirmed_at=None),
                name="versement_paid_has_proof",
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | (Q(held_at__isnull=False) & ~Q(held_reason="")),
                name="versement_hold_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
                name="versement_cancel_has_reason",
            ),
            models.UniqueConstraint(
                fields=["payment_reference"],
                condition=~Q(payment_reference=""),
                name="versement_reference_once",
                violation_error_message=_("Cette référence a déjà servi à un autre paiement."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="never_deleted",
                operation=pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="within_tranche",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state <> 'cancelled'"),
                func=WITHIN_TRANCHE,
            ),
            pgtrigger.Trigger(
                name="within_envelope",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state IN ('authorised', 'issued', 'paid')"),
                func=WITHIN_ENVELOPE,
            ),
            pgtrigger.Trigger(
                name="fixed_once_authorised",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["authorised", "issued", "paid", "cancelled"]),
                func="""
                    IF ROW(OLD.amount, OLD.tranche_id, OLD.alliance_id, OLD.authorised_by_id,
                           OLD.authorised_at, OLD.recommended_by_id, OLD.notice_id)
                       IS DISTINCT FROM
                       ROW(NEW.amount, NEW.tranche_id, NEW.alliance_id, NEW.authorised_by_id,
                           NEW.authorised_at, NEW.recommended_by_id, NEW.notice_id)
                       OR (OLD.state, NEW.state) NOT IN (
                           ('authorised', 'authorised'), ('authorised', 'issued'),
                           ('authorised', 'cancelled'), ('issued', 'issued'), ('issued', 'paid'),
                           ('issued', 'cancelled'),
                           ('paid', 'paid'), ('cancelled', 'cancelled'))
                    THEN
                        RAISE EXCEPTION 'Un versement autorisé ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="issued_given_up_by_avenant",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.state = 'issued' AND NEW.state = 'cancelled'"),
                func=ISSUED_GIVEN_UP,
            ),
            pgtrigger.Trigger(
                name="parked_in_its_tranche",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.parked_from_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM fqis_versement v
                        WHERE v.id = NEW.parked_from_id AND v.tranche_id = NEW.tranche_id
                    ) THEN
                        RAISE EXCEPTION 'Une partie détachée reste dans sa tranche.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_parked_in_tranche';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="keeps_its_deductions",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'cancelled'"),
                func="""
                    IF OLD.state <> 'cancelled' AND EXISTS (
                        SELECT 1 FROM fqis_recovery r
                        WHERE r.deducted_from_id = NEW.id AND r.state = 'deducted'
                    ) THEN
                        RAISE EXCEPTION 'Un recouvrement est déduit de ce versement.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'versement_keeps_deductions';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="sent_again_after_rejection",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'paid' AND OLD.state <> 'paid'"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM fqis_paymentline l WHERE l.versement_id = NEW.id
                    ) AND NOT EXISTS (
                        SELECT 1 FROM fqis_paymentline l
                        WHERE l.versement_id = NEW.id AND l.rejected_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'Ce paiement est rejeté : il repart dans un autre lot.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_rejected';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.year}"

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    @property
    def recommending_right(self) -> str:
        """The DGSQ recommends a versement that waits for a report, the DGSSAC analyst any other."""
        for_report = self.tranche.waits_for == MilestoneKind.REPORT_ACCEPTED
        return "review_report" if for_report else "recommend_versement"

    @transition(field=state, source=State.PLANNED, target=State.READY)
    def make_ready(self) -> None:
        self.ready_at = clock.now()

    @transition(field=state, source=State.READY, target=State.PLANNED)
    def wait_again(self) -> None:
        """An avenant gave the tranche another milestone to wait for."""

    @transition(field=state, source=State.READY, target=State.RECOMMENDED)
    def recommend(self, *, by: User, note: str = "") -> None:
        self.recommended_at, self.recommended_by, self.recommendation = clock.now(), by, note

    @transition(field=state, source=State.RECOMMENDED, target=State.AUTHORISED)
    def authorise(self, *, by: User, notice: Document) -> None:
        self.authorised_at, self.authorised_by, self.notice = clock.now(), by, notice

    @transition(field=state, source=State.AUTHORISED, target=State.ISSUED)
    def issue(self) -> None:
        self.issued_at = clock.now()

    @transition(field=state, source=State.ISSUED, target=State.PAID)
    def pay(self, *, by: User, on: date, reference: str) -> None:
        self.paid_on, self.payment_reference = on, reference
        self.payment_confirmed_at, self.payment_confirmed_by = clock.now(), by

    @transition(
        field=state, source=[State.PLANNED, State.READY, State.RECOMMENDED], target=State.HELD
    )
    def hold(self, *, by: User, reason: str) -> None:
        self.held_at, self.held_by, self.held_reason = clock.now(), by, reason
        self.held_from = self.state

    @transition(
        field=state,
        source=State.HELD,
        target=State.PLANNED,
        conditions=[held_while("planned")],
    )
    def release_to_planned(self) -> None:
        """The hold is lifted; the versement waits for its milestone again."""

    @transition(
        field=state,
        source=State.HELD,
        target=State.READY,
        conditions=[held_while("ready")],
    )
    def release_to_ready(self) -> None:
        """The hold is lifted; the versement can be recommended."""

    @transition(
        field=state,
        source=State.HELD,
        target=State.RECOMMENDED,
        conditions=[held_while("recommended")],
    )
    def release_to_recommended(self) -> None:
        """The hold is lifted; the versement goes back to the queue."""

    @transition(
        field=state,
        source=[
            State.PLANNED,
            State.READY,
            State.RECOMMENDED,
            State.HELD,
            State.AUTHORISED,
            State.ISSUED,
        ],
        target=State.CANCELLED,
    )
    def cancel(self, *, by: User, reason: str) -> None:
        """An issued one only when an avenant changes the payee, before anything is sent."""
        self.cancelled_at, self.cancelled_by, self.cancelled_reason = clock.now(), by, reason
