"""Good practices a Table offers to the others (guide 2024, §4.2: dissemination)."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import Alliance, Cycle, ScopedModel, User

from .versions import PlanVersion


class SharedPractice(ScopedModel):
    """An action of a plan in force, told for people of other territories to read.

    Everybody who signs in reads it until it is withdrawn; only its own territory writes it. It
    carries what a reader elsewhere must know, for the plan it comes from is closed to them:
    its ``cycle`` and the words it speaks with; ``population`` and the codes of the cycle's national
    priorities (``themes``) as the action had them on the day it was shared.
    """

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="practices")
    cycle = models.ForeignKey(
        Cycle, on_delete=models.PROTECT, related_name="practices", editable=False
    )
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    lineage = models.UUIDField(default=uuid.uuid4, editable=False)
    title = models.CharField(_("titre"), max_length=300)
    summary = models.TextField(_("ce qui a été fait"), max_length=5000)
    result = models.TextField(_("ce que cela a donné"), max_length=5000, blank=True)
    population = models.CharField(_("population visée"), max_length=300, blank=True)
    themes = ArrayField(models.SlugField(max_length=40), default=list, blank=True, editable=False)
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
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_an_action_in_force",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM plans_action a
                        JOIN plans_planversion v ON v.id = a.version_id
                        JOIN plans_plan p ON p.id = v.plan_id
                        JOIN alliances_alliance l ON l.id = p.alliance_id
                        WHERE a.lineage = NEW.lineage AND v.id = NEW.version_id
                          AND v.state = 'approved' AND l.id = NEW.alliance_id
                          AND l.cycle_id = NEW.cycle_id
                    ) THEN
                        RAISE EXCEPTION 'Une pratique vient d’une action du plan en vigueur.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'practice_of_an_action_in_force';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="source_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF OLD.withdrawn_at IS NOT NULL
                       OR ROW(OLD.alliance_id, OLD.cycle_id, OLD.version_id, OLD.lineage,
                              OLD.shared_at, OLD.shared_by_id)
                          IS DISTINCT FROM
                          ROW(NEW.alliance_id, NEW.cycle_id, NEW.version_id, NEW.lineage,
                              NEW.shared_at, NEW.shared_by_id)
                    THEN
                        RAISE EXCEPTION 'L’origine d’une pratique ne change pas.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'practice_source_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("practice", args=[self.pk])

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
