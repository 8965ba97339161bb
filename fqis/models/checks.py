"""The checks of a request against the norms of the fund, before anybody analyses it."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User

from .projects import Project


class EligibilityCheck(ScopedModel):
    """One norm of the guide (2017, « Projets »; 2024, §4.2), answered by a person with a reason.

    ``computed`` is what the portal found in the request that day, null when nobody but a person
    can say. Who answers otherwise writes why.
    """

    class Kind(models.TextChoices):
        BODY = "body", _("Organisme admissible")
        NATURE = "nature", _("Nature de l’initiative")
        EXCLUDED = "excluded", _("Aucune dépense exclue")
        DURATION = "duration", _("Durée de cinq ans au plus")
        PRIORITY = "priority", _("Priorité du plan en vigueur")
        CUMULATION = "cumulation", _("Cumul de l’aide publique")

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checks")
    kind = models.CharField(max_length=10, choices=Kind)
    is_met = models.BooleanField(_("réponse"))
    computed = models.BooleanField(null=True, editable=False)
    reason = models.TextField(_("motif"), max_length=2000)
    checked_at = models.DateTimeField(default=clock.now, editable=False)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["project", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], name="eligibility_check_once"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="eligibility_check_has_reason",
                violation_error_message=_("Écrivez le motif de votre réponse."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="before_the_analysis",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM (
                            SELECT p.state FROM fqis_project p
                            WHERE p.id IN (NEW.project_id, OLD.project_id) FOR SHARE
                        ) request WHERE request.state <> 'received'
                    ) THEN
                        RAISE EXCEPTION 'Les contrôles d’une demande analysée ne changent plus.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'eligibility_check_frozen';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def differs(self) -> bool:
        """Whether the person answered otherwise than the portal."""
        return self.computed is not None and self.computed != self.is_met
