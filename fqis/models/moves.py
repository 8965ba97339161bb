"""Money moved from one envelope to another: tried, proposed, then decided or withdrawn.

The ministry's own work, as the split of the cycle is: a Table reads its envelope once decided.
"""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import User
from alliances.money import MoneyField

from .envelopes import Envelope


class EnvelopeMove(FSMModelMixin, models.Model):
    """An amount in dollars from the envelope ``source`` to ``target``, of the same cycle.

    Without effect until decided; then both envelopes change at once and their sum does not.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposé")
        DECIDED = "decided", _("Décidé")
        WITHDRAWN = "withdrawn", _("Retiré")

    source = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="moves_out")
    target = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="moves_in")
    amount = MoneyField(_("montant"))
    reason = models.TextField(_("motif"), max_length=2000)
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_on = models.DateField(_("décision de la ministre du"), null=True, editable=False)
    reference = models.CharField(_("référence"), max_length=100, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    source_before = MoneyField(null=True, editable=False)
    target_before = MoneyField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="move_amount_positive",
                violation_error_message=_("Le montant à déplacer doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="move_between_two",
                violation_error_message=_("Choisissez deux territoires différents."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="move_has_reason"),
            models.UniqueConstraint(
                fields=["source", "target", "amount"],
                condition=Q(state="proposed"),
                name="move_proposed_once",
                violation_error_message=_("Ce déplacement est déjà proposé."),
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(reference=""),
                    state="decided",
                    decided_on__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    source_before__isnull=False,
                    target_before__isnull=False,
                )
                | Q(
                    ~Q(state="decided"),
                    decided_on=None,
                    decided_at=None,
                    decided_by=None,
                    reference="",
                    source_before=None,
                    target_before=None,
                ),
                name="move_decided_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                & Q(withdrawn_by__isnull=False)
                | Q(~Q(state="withdrawn"), withdrawn_at=None, withdrawn_by=None),
                name="move_withdrawn_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="move_two_people",
                violation_error_message=_("Une autre personne que celle qui propose décide."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="proposed"),
            ),
            pgtrigger.Trigger(
                name="within_one_cycle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (
                        SELECT count(DISTINCT a.cycle_id) FROM fqis_envelope e
                        JOIN alliances_alliance a ON a.id = e.alliance_id
                        WHERE e.id IN (NEW.source_id, NEW.target_id)
                    ) > 1 THEN
                        RAISE EXCEPTION 'Ces enveloppes sont de deux cycles.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_one_cycle';
                    END IF;
                    IF TG_OP = 'UPDATE' AND ROW(OLD.source_id, OLD.target_id, OLD.amount)
                        IS DISTINCT FROM ROW(NEW.source_id, NEW.target_id, NEW.amount) THEN
                        RAISE EXCEPTION 'Une proposition ne change pas : retirez-la.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="decided_is_done",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__state="decided"),
                func="""
                    IF NEW.source_before - NEW.amount IS DISTINCT FROM (
                        SELECT e.amount FROM fqis_envelope e WHERE e.id = NEW.source_id
                    ) OR NEW.target_before + NEW.amount IS DISTINCT FROM (
                        SELECT e.amount FROM fqis_envelope e WHERE e.id = NEW.target_id
                    ) THEN
                        RAISE EXCEPTION 'Les deux enveloppes ne portent pas ce déplacement.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_done';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"

    @transition(field=state, source=State.PROPOSED, target=State.DECIDED)
    def decide(
        self, *, by: User, on: date, reference: str, before: tuple[Decimal, Decimal]
    ) -> None:
        self.decided_on, self.reference = on, reference
        self.decided_at, self.decided_by = clock.now(), by
        self.source_before, self.target_before = before

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self, *, by: User) -> None:
        self.withdrawn_at, self.withdrawn_by = clock.now(), by
