"""Envelopes: the amount of a territory for a cycle (guide 2024, §4.1 step 1)."""

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

    def __str__(self) -> str:
        return str(self.alliance)

    def confirm(self, *, by: User) -> None:
        self.confirmed_at, self.confirmed_by = clock.now(), by
