"""Envelopes: the amount of a territory for a cycle, and each amount given to one of them.

Guide 2024, §4.1 step 1. An envelope changes by a decision, and by nothing else: the split of its
cycle, a move between two territories, or an amount proposed then confirmed by another person. The
database compares each change with its decision (``fqis/migrations/0008_envelope_rules.py``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from alliances import clock
from alliances.models import Alliance, ScopedModel, User
from alliances.money import MoneyField


class Envelope(ScopedModel):
    """The regional amount of an Alliance, in dollars; empty while the minister has not said it.

    ``decided_on`` and ``reference`` are those of the decision that gave it: empty for an amount
    that the reference data found published.
    """

    class Quality(models.TextChoices):
        PUBLISHED = "published", _("montant publié")
        CONFLICTING = "conflicting", _("montant publié, sources contradictoires")
        ROUNDED = "rounded", _("montant publié, arrondi")
        CONFIRMED = "confirmed", _("montant confirmé")
        FICTIONAL = "fictional", _("montant fictif")
        UNKNOWN = "unknown", _("à confirmer")

    alliance = models.OneToOneField(Alliance, on_delete=models.PROTECT, related_name="envelope")
    amount = MoneyField(_("montant"), null=True, blank=True)
    quality = models.CharField(max_length=12, choices=Quality, default=Quality.UNKNOWN)
    source = models.CharField(_("source"), max_length=300, blank=True)
    decided_on = models.DateField(_("décision du"), null=True, editable=False)
    reference = models.CharField(_("référence"), max_length=100, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["alliance"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None, quality="unknown")
                | (Q(amount__isnull=False, amount__gt=0) & ~Q(quality="unknown")),
                name="envelope_amount_and_quality",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="envelope_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(quality="confirmed")
                | (Q(decided_on__isnull=False, confirmed_at__isnull=False) & ~Q(reference="")),
                name="envelope_confirmed_has_decision",
                violation_error_message=_("Une enveloppe confirmée a une date et une référence."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="covers_committed",
                operation=pgtrigger.UpdateOf("amount"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("coalesce(NEW.amount, 0) < coalesce(OLD.amount, 0)"),
                func="""
                    IF coalesce(NEW.amount, 0) < fqis_committed(NEW.alliance_id) THEN
                        RAISE EXCEPTION 'L’enveloppe passe sous ce qui est engagé.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'envelope_covers_committed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="opened_empty",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.amount IS NOT NULL"),
                func="""
                    -- The reference data, which the portal writes, hold the published amounts.
                    IF app_user_id() IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM alliances_user u WHERE u.id = app_user_id() AND u.is_portal
                    ) THEN
                        RAISE EXCEPTION 'Une enveloppe s’ouvre sans montant.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'envelope_opened_empty';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="within_cycle",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("amount"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    DECLARE the_cycle bigint; the_total numeric; given numeric;
                    BEGIN
                    SELECT a.cycle_id INTO the_cycle FROM alliances_alliance a
                    WHERE a.id = NEW.alliance_id;
                    SELECT c.envelope_total INTO the_total FROM alliances_cycle c
                    WHERE c.id = the_cycle FOR NO KEY UPDATE;
                    IF fqis_envelopes_of(the_cycle) > the_total THEN
                        RAISE EXCEPTION 'Les enveloppes dépassent le total du cycle.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'envelopes_within_cycle';
                    END IF;
                    SELECT e.amount INTO given FROM fqis_envelope e WHERE e.id = NEW.id;
                    IF given < fqis_sub_envelopes_of(NEW.id) THEN
                        RAISE EXCEPTION 'Les sous-enveloppes dépassent l’enveloppe.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'sub_envelopes_within_envelope';
                    END IF;
                    RETURN NULL;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.alliance)

    def give(self, amount: Decimal, *, by: User, decision: "Decided") -> None:
        """Takes the amount in dollars that a decision gives."""
        self.amount, self.quality, self.source = amount, decision.quality, decision.source
        self.decided_on, self.reference = decision.on, decision.reference
        self.confirmed_at, self.confirmed_by = decision.at, by


@dataclass(frozen=True)
class Decided:
    """What gives an envelope its amount: the day and the reference of the decision, its source in
    words, and the moment somebody recorded it."""

    on: date
    reference: str
    source: str
    at: datetime
    quality: str = Envelope.Quality.CONFIRMED


class EnvelopeAmount(FSMModelMixin, models.Model):
    """An amount in dollars for one envelope, as the minister decided it or as it was published:
    proposed by one person, confirmed by another. The ministry's own work until then.

    Once the split of the cycle is confirmed, only a move changes an envelope.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposé")
        CONFIRMED = "confirmed", _("Confirmé")
        WITHDRAWN = "withdrawn", _("Retiré")

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="amounts")
    amount = MoneyField(_("montant"))
    quality = models.CharField(_("valeur du montant"), max_length=12, choices=Envelope.Quality)
    source = models.CharField(_("source"), max_length=300)
    decided_on = models.DateField(_("décision ou publication du"))
    reference = models.CharField(_("référence"), max_length=100)
    before = MoneyField(null=True, editable=False)
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_at = models.DateTimeField(default=clock.now, editable=False)
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="envelopeamount_positive"),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(reference="") & ~Q(quality="unknown"),
                name="envelopeamount_sourced",
                violation_error_message=_("Un montant a une source, une date et une référence."),
            ),
            models.UniqueConstraint(
                fields=["envelope"],
                condition=Q(state="proposed"),
                name="envelopeamount_one_open",
                violation_error_message=_("Un montant attend déjà d’être confirmé."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(
                        **{"state": act, f"{act}_at__isnull": False, f"{act}_by__isnull": False}
                    )
                    | Q(~Q(state=act), **{f"{act}_at": None, f"{act}_by": None}),
                    name=f"envelopeamount_{act}_at_and_by",
                )
                for act in ("confirmed", "withdrawn")
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="envelopeamount_two_people",
                violation_error_message=_("Une autre personne que celle qui propose confirme."),
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
                name="proposed_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF ROW(OLD.envelope_id, OLD.amount, OLD.quality, OLD.source, OLD.decided_on,
                           OLD.reference, OLD.proposed_by_id, OLD.proposed_at)
                        IS DISTINCT FROM
                       ROW(NEW.envelope_id, NEW.amount, NEW.quality, NEW.source, NEW.decided_on,
                           NEW.reference, NEW.proposed_by_id, NEW.proposed_at) THEN
                        RAISE EXCEPTION 'Une proposition ne change pas : retirez-la.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'envelopeamount_fixed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="before_the_split",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state = 'confirmed'"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM fqis_envelope e
                        JOIN alliances_alliance a ON a.id = e.alliance_id
                        JOIN fqis_allocation s
                          ON s.cycle_id = a.cycle_id AND s.state = 'confirmed'
                        WHERE e.id = NEW.envelope_id
                    ) THEN
                        RAISE EXCEPTION 'La répartition du cycle est confirmée.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'envelopeamount_before_split';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.envelope_id} : {self.amount}"

    @transition(field=state, source=State.PROPOSED, target=State.CONFIRMED)
    def confirm(self, *, by: User, before: Decimal | None) -> None:
        self.confirmed_at, self.confirmed_by, self.before = clock.now(), by, before

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self, *, by: User) -> None:
        self.withdrawn_at, self.withdrawn_by = clock.now(), by
