"""Recoveries: what a Table gives back of a paid versement, by two different people.

An overpayment or a balance left, in dollars: received back, or deducted from a later versement.
"""

from datetime import date
from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, Document, ScopedModel, User
from alliances.money import ZERO, MoneyField

from .versements import Versement


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def open(self) -> Self:
        """Proposed or decided: somebody must still act."""
        return self.filter(state__in=Recovery.OPEN)

    def kept(self) -> Self:
        """Every one but those given up: what a versement may still be asked for is without it."""
        return self.exclude(state=Recovery.State.DROPPED)

    def deducted(self) -> Self:
        return self.filter(state=Recovery.State.DEDUCTED)

    def total(self) -> Decimal:
        return self.aggregate(total=Sum("amount"))["total"] or ZERO

    def for_pages(self) -> Self:
        return self.select_related(
            "alliance__territory",
            "alliance__cycle",
            "versement__tranche",
            "letter",
            "proposed_by",
            "decided_by",
            "settled_by",
            "dropped_by",
            "deducted_from__tranche",
        )


class Recovery(FSMModelMixin, ScopedModel):
    """What the Table gives back, in dollars, of one paid versement."""

    class Kind(models.TextChoices):
        OVERPAYMENT = "overpayment", _("Trop-perçu")
        BALANCE = "balance", _("Solde non utilisé")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("À décider")
        DECIDED = "decided", _("À rembourser")
        RECEIVED = "received", _("Remboursé")
        DEDUCTED = "deducted", _("Déduit")
        DROPPED = "dropped", _("Abandonné")

    OPEN = [State.PROPOSED, State.DECIDED]
    SETTLED = [State.RECEIVED, State.DEDUCTED]

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="recoveries")
    versement = models.ForeignKey(Versement, on_delete=models.PROTECT, related_name="recoveries")
    kind = models.CharField(_("nature"), max_length=12, choices=Kind)
    amount = MoneyField(_("montant"))
    reason = models.TextField(_("motif"))
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    letter = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="recovery", editable=False
    )
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    received_on = models.DateField(_("reçu le"), null=True, editable=False)
    reference = models.CharField(_("référence"), max_length=60, blank=True, editable=False)
    deducted_from = models.ForeignKey(
        Versement, on_delete=models.PROTECT, null=True, related_name="deductions", editable=False
    )
    dropped_at = models.DateTimeField(null=True, editable=False)
    dropped_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    dropped_reason = models.TextField(_("motif de l’abandon"), blank=True, editable=False)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        indexes = [models.Index(fields=["alliance", "state"], name="recovery_by_alliance")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="recovery_amount_positive",
                violation_error_message=_("Le montant à recouvrer doit dépasser zéro."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="recovery_has_reason"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{act}_at": None, f"{act}_by": None})
                    | Q(**{f"{act}_at__isnull": False, f"{act}_by__isnull": False}),
                    name=f"recovery_{act}_at_and_by",
                )
                for act in ("decided", "settled", "dropped")
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="recovery_two_persons",
                violation_error_message=_(
                    "Une autre personne que celle qui a proposé doit décider."
                ),
            ),
            models.CheckConstraint(
                condition=Q(settled_by=None) | ~Q(settled_by=F("decided_by")),
                name="recovery_settled_by_another",
                violation_error_message=_(
                    "Une autre personne que celle qui a décidé doit consigner la suite."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["decided", "received", "deducted"],
                    decided_at__isnull=False,
                    letter__isnull=False,
                )
                | Q(state__in=["proposed", "dropped"], decided_at=None, letter=None),
                name="recovery_decided_has_letter",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(reference=""),
                    state="received",
                    settled_at__isnull=False,
                    received_on__isnull=False,
                    deducted_from=None,
                )
                | Q(
                    state="deducted",
                    settled_at__isnull=False,
                    deducted_from__isnull=False,
                    received_on=None,
                    reference="",
                )
                | Q(
                    ~Q(state__in=["received", "deducted"]),
                    settled_at=None,
                    received_on=None,
                    reference="",
                    deducted_from=None,
                ),
                name="recovery_settled_has_proof",
            ),
            models.CheckConstraint(
                condition=Q(Q(state="dropped", dropped_at__isnull=False) & ~Q(dropped_reason=""))
                | Q(~Q(state="dropped"), dropped_at=None, dropped_reason=""),
                name="recovery_dropped_has_reason",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(reference=""),
                name="recovery_reference_once",
                violation_error_message=_("Cette référence a déjà servi à un autre remboursement."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="within_its_versement",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state <> 'dropped'"),
                func="""
                    DECLARE paid numeric; others numeric;
                    BEGIN
                    IF TG_OP = 'UPDATE' AND ROW(OLD.amount, OLD.versement_id, OLD.alliance_id)
                        = ROW(NEW.amount, NEW.versement_id, NEW.alliance_id) THEN
                        RETURN NEW;
                    END IF;
                    SELECT v.amount INTO paid FROM fqis_versement v
                    WHERE v.id = NEW.versement_id AND v.state = 'paid'
                      AND v.alliance_id = NEW.alliance_id FOR UPDATE;
                    SELECT coalesce(sum(r.amount), 0) INTO others FROM fqis_recovery r
                    WHERE r.versement_id = NEW.versement_id AND r.id IS DISTINCT FROM NEW.id
                      AND r.state <> 'dropped';
                    IF paid IS NULL OR others + NEW.amount > paid THEN
                        RAISE EXCEPTION 'Le recouvrement dépasse le versement payé.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'recovery_within_versement';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="fits_what_it_is_deducted_from",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'deducted'"),
                func="""
                    DECLARE its_tranche bigint; limit_amount numeric; taken numeric;
                    BEGIN
                    IF TG_OP = 'UPDATE' AND OLD.state = 'deducted' THEN
                        RETURN NEW;
                    END IF;
                    SELECT v.tranche_id INTO its_tranche FROM fqis_versement v
                    WHERE v.id = NEW.deducted_from_id AND v.alliance_id = NEW.alliance_id
                      AND v.id <> NEW.versement_id
                      AND v.state NOT IN ('authorised', 'issued', 'paid', 'cancelled') FOR UPDATE;
                    SELECT t.amount INTO limit_amount FROM conventions_tranche t
                    WHERE t.id = its_tranche FOR UPDATE;
                    SELECT coalesce(sum(v.amount), 0) INTO taken FROM fqis_versement v
                    WHERE v.tranche_id = its_tranche AND v.state <> 'cancelled';
                    SELECT taken + coalesce(sum(r.amount), 0) INTO taken FROM fqis_recovery r
                    JOIN fqis_versement v ON v.id = r.deducted_from_id
                    WHERE v.tranche_id = its_tranche AND r.state = 'deducted';
                    IF limit_amount IS NULL OR taken + NEW.amount > limit_amount THEN
                        RAISE EXCEPTION 'La déduction ne tient pas dans la tranche.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'recovery_deduction_fits';
                    END IF;
                    RETURN NEW;
                    END;
                """,
            ),
            pgtrigger.Trigger(
                name="fixed_once_decided",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.amount, OLD.versement_id, OLD.alliance_id, OLD.kind, OLD.reason,
                           OLD.proposed_by_id, OLD.proposed_at)
                       IS DISTINCT FROM
                       ROW(NEW.amount, NEW.versement_id, NEW.alliance_id, NEW.kind, NEW.reason,
                           NEW.proposed_by_id, NEW.proposed_at)
                       OR (OLD.decided_at IS NOT NULL
                           AND ROW(OLD.decided_at, OLD.decided_by_id, OLD.letter_id)
                               IS DISTINCT FROM
                               ROW(NEW.decided_at, NEW.decided_by_id, NEW.letter_id))
                       OR (OLD.state, NEW.state) NOT IN (
                           ('proposed', 'proposed'), ('proposed', 'decided'),
                           ('proposed', 'dropped'), ('decided', 'decided'),
                           ('decided', 'received'), ('decided', 'deducted'))
                    THEN
                        RAISE EXCEPTION 'Un recouvrement proposé ne change plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'recovery_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.get_kind_display()}"

    @transition(field=state, source=State.PROPOSED, target=State.DECIDED)
    def decide(self, *, by: User, letter: Document) -> None:
        self.decided_at, self.decided_by, self.letter = clock.now(), by, letter

    @transition(field=state, source=State.PROPOSED, target=State.DROPPED)
    def drop(self, *, by: User, reason: str) -> None:
        self.dropped_at, self.dropped_by, self.dropped_reason = clock.now(), by, reason

    @transition(field=state, source=State.DECIDED, target=State.RECEIVED)
    def receive(self, *, by: User, on: date, reference: str) -> None:
        self.settled_at, self.settled_by = clock.now(), by
        self.received_on, self.reference = on, reference

    @transition(field=state, source=State.DECIDED, target=State.DEDUCTED)
    def deduct(self, *, by: User, versement: Versement) -> None:
        self.settled_at, self.settled_by, self.deducted_from = clock.now(), by, versement
