"""The tranches a convention is paid in, and the schedule its cycle proposes (guide 2017, « Mise en
œuvre », 4 and 5; guide 2024, §4.1)."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliances.fiscal import FiscalYear
from alliances.models import Cycle, Milestone, MilestoneKind, ScopedModel
from alliances.money import MoneyField
from conventions.avenants.rules import TRANCHE_MOVED_BY_AVENANT

from .avenants import Avenant
from .conventions import Convention, tranches_sum


class TrancheManager(models.Manager["Tranche"]):
    """The tranches of the schedule in force: those an avenant took out are reached only from the
    versement that was planned under them."""

    def get_queryset(self) -> models.QuerySet["Tranche"]:
        return super().get_queryset().filter(removed_with=None)


class Tranche(ScopedModel):
    """A part of a convention's amount, paid in a fiscal year once its milestone is reached."""

    scoped_by = "convention"

    convention = models.ForeignKey(Convention, on_delete=models.CASCADE, related_name="tranches")
    rank = models.PositiveSmallIntegerField(_("rang"))
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"))
    amount = MoneyField(_("montant"))
    waits_for = models.CharField(
        _("attend"),
        max_length=24,
        choices=[(kind.value, kind.label) for kind in MilestoneKind.awaited()],
    )
    waits_for_year = models.PositiveSmallIntegerField(
        default=0, help_text=_("L’exercice de la reddition attendue, 0 sans exercice.")
    )
    removed_with = models.ForeignKey(
        Avenant, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = TrancheManager()

    class Meta:
        ordering = ["convention", "rank"]
        constraints = [
            # An avenant may put tranches in another order: looked at once it is whole.
            ExclusionConstraint(
                name="tranche_rank_once",
                expressions=[
                    ("convention", RangeOperators.EQUAL),
                    ("rank", RangeOperators.EQUAL),
                ],
                condition=Q(removed_with=None),
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(waits_for__in=[kind.value for kind in MilestoneKind.awaited()]),
                name="tranche_waits_for_a_step",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="tranche_amount_positive",
                violation_error_message=_("Le montant d’une tranche doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(waits_for="report_accepted", waits_for_year__gt=2000)
                | Q(~Q(waits_for="report_accepted"), waits_for_year=0),
                name="tranche_year_when_report",
                violation_error_message=_("Dites l’exercice de la reddition attendue."),
            ),
        ]
        triggers = [
            tranches_sum(
                "NEW.convention_id, OLD.convention_id",
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="fixed_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF EXISTS (
                        SELECT 1 FROM conventions_convention c
                        WHERE c.id IN (NEW.convention_id, OLD.convention_id)
                          AND c.state <> 'draft'
                    ) AND NOT {TRANCHE_MOVED_BY_AVENANT} THEN
                        RAISE EXCEPTION 'Les tranches d’une convention envoyée ne changent plus.'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_fixed';
                    END IF;
                    RETURN coalesce(NEW, OLD);
                """,  # noqa: S608
            ),
            pgtrigger.Trigger(
                name="first_prepares_the_plan",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__rank=1),
                func="""
                    IF NEW.amount < (
                        SELECT y.plan_preparation_amount FROM conventions_convention c
                        JOIN alliances_alliance a ON a.id = c.alliance_id
                        JOIN alliances_cycle y ON y.id = a.cycle_id
                        WHERE c.id = NEW.convention_id
                    ) THEN
                        RAISE EXCEPTION 'La première tranche ne couvre pas la préparation du plan.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'tranche_prepares_the_plan';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.convention} · {self.rank}"

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    def is_reached_by(self, milestone: Milestone) -> bool:
        return (milestone.kind, milestone.fiscal_year) == (self.waits_for, self.waits_for_year)

    @property
    def condition_label(self) -> str:
        """« Reddition 2025-2026 acceptée »."""
        if self.waits_for == MilestoneKind.REPORT_ACCEPTED:
            year = FiscalYear(self.waits_for_year)
            return str(_("Reddition %(year)s acceptée")) % {"year": year}
        return str(MilestoneKind(self.waits_for).label)


class ScheduleStep(models.Model):
    """What a tranche of a cycle's schedule waits for (guide 2017, « Mise en œuvre », 4 and 5; guide
    2024, §4.1). The step that waits for a report stands for each of the cycle's reports."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="schedule")
    rank = models.PositiveSmallIntegerField(_("rang"))
    waits_for = models.CharField(_("attend"), max_length=24, choices=MilestoneKind)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        ordering = ["cycle", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "rank"], name="schedule_rank_once"),
            models.UniqueConstraint(fields=["cycle", "waits_for"], name="schedule_milestone_once"),
            models.CheckConstraint(
                condition=Q(waits_for__in=MilestoneKind.values), name="schedule_milestone_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} · {self.rank}"
