"""Good practices a Table offers to the others (guide 2024, §4.2: dissemination)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, ScopedModel, User

from .versions import PlanVersion


class SharedPractice(ScopedModel):
    """An action of a plan in force, told for people of other territories to read.

    Everybody who signs in reads it until it is withdrawn; only its own territory writes it.
    """

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="practices")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    lineage = models.UUIDField(default=uuid.uuid4, editable=False)
    title = models.CharField(_("titre"), max_length=300)
    summary = models.TextField(_("ce qui a été fait"), max_length=5000)
    result = models.TextField(_("ce que cela a donné"), max_length=5000, blank=True)
    contact = models.CharField(_("à qui écrire"), max_length=200, blank=True)
    shared_at = models.DateTimeField(default=clock.now, editable=False)
    shared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-shared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "lineage"],
                condition=Q(withdrawn_at=None),
                name="practice_once_per_action",
                violation_error_message=_("Cette action est déjà partagée."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="practice_withdrawn_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(summary=""), name="practice_is_told"
            ),
        ]

    def __str__(self) -> str:
        return self.title
