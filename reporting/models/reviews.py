"""The analysis of a report: the anomalies that rules find, what the ministry says of them."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User

from .reports import FROZEN_WITH_REPORT, AnnualReport


class Anomaly(ScopedModel):
    """Something a rule found in a report when it was submitted; ``found`` is what its sentence
    says, dollars as text. It stays with the figures it comes from."""

    scoped_by = "report"

    class Rule(models.TextChoices):
        UNBALANCED = "unbalanced", _("L’état financier ne balance pas")
        NO_PROJECT = "no-project", _("Des dépenses et aucun projet soutenu")
        PEOPLE_HALVED = "people-halved", _("Deux fois moins de personnes rejointes")
        ORPHANS = "orphans", _("Des projets sans priorité en vigueur")
        LATE_RESULTS = "late-results", _("Des résultats en retard")

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="anomalies")
    rule = models.CharField(max_length=16, choices=Rule)
    found = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["report", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "rule"], name="anomaly_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_report",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN_WITH_REPORT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.rule}"


class ReviewEntry(ScopedModel):
    """What the ministry says while it analyses: a tick of the checklist, an answer to an anomaly,
    why a recommendation goes back to the DGSQ. Written once, the last word counts; the Table never
    reads it."""

    scoped_by = "report"

    class Kind(models.TextChoices):
        CHECK = "check", _("Vérification")
        ANOMALY = "anomaly", _("Anomalie")
        BACK = "back", _("Retour à la DGSQ")

    class Answer(models.TextChoices):
        YES = "yes", _("Oui")
        NO = "no", _("Non")
        NOT_APPLICABLE = "na", _("Sans objet")
        SEEN = "seen", _("Vu")

    report = models.ForeignKey(AnnualReport, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    point = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=4, choices=Answer, blank=True)
    word = models.TextField(_("mot"), max_length=5000, blank=True)
    said_at = models.DateTimeField(default=clock.now, editable=False)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["report", "said_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(~Q(point=""), kind="check", answer__in=["yes", "no", "na"])
                | Q(~Q(point=""), ~Q(word=""), kind="anomaly", answer="seen")
                | Q(~Q(word=""), kind="back", point="", answer=""),
                name="review_entry_is_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="in_its_hands",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM reporting_annualreport r WHERE r.id = NEW.report_id
                        AND r.state = CASE NEW.kind WHEN 'back' THEN 'recommended'
                                      ELSE 'submitted' END
                    ) THEN
                        RAISE EXCEPTION 'Cette reddition n’est pas en analyse.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_entry_in_turn';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.kind} {self.point}".strip()
