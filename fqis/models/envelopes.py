"""Envelopes: the amount of a territory for a cycle (guide 2024, §4.1 step 1)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, ScopedModel, User
from alliances.money import MoneyField


class Envelope(ScopedModel):
    """The regional amount of an Alliance, in dollars; empty while the minister has not said it."""

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
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="covers_committed",
                operation=pgtrigger.UpdateOf("amount"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "coalesce(NEW.amount, 0) < coalesce(OLD.amount, 0)"
                    " AND (NEW.amount > 0 OR NEW.quality = 'unknown')"
                ),
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
                name="within_cycle",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("amount"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                func="""
                    DECLARE the_cycle bigint; the_total numeric; given numeric; decided numeric;
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
                    decided := fqis_confirmed_amount(NEW.id);
                    IF decided IS NOT NULL AND decided IS DISTINCT FROM given THEN
                        RAISE EXCEPTION 'La répartition confirmée donne un autre montant.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'envelope_as_confirmed';
                    END IF;
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

    def confirm(self, *, by: User) -> None:
        self.confirmed_at, self.confirmed_by = clock.now(), by
