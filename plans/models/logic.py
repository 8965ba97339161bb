"""The plan's logic: priority → objective → action → indicator.

Each element keeps its lineage from one version to the next, so that projects stay linked and two
versions compare. Each carries its version, which the database freezes.
"""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.models import Mrc, ScopedModel
from alliances.money import MoneyField

from .canvas import NationalPriority
from .versions import PlanVersion, Written, frozen_with_version, opened_section


class PlanElement(Written):
    """What priorities, objectives, actions and indicators share."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="+")
    lineage = models.UUIDField(default=uuid.uuid4, editable=False)
    rank = models.PositiveSmallIntegerField(_("rang"))

    class Meta:
        abstract = True


class Priority(PlanElement):
    """A priority of the territory, linked to national, regional and local ones (annex 3)."""

    title = models.CharField(_("priorité"), max_length=300)
    national_priorities = models.ManyToManyField(
        NationalPriority,
        through="PriorityTheme",
        blank=True,
        related_name="+",
        verbose_name=_("priorités nationales"),
    )
    regional_link = models.CharField(_("priorité régionale"), max_length=300, blank=True)
    local_link = models.CharField(_("priorité locale"), max_length=300, blank=True)

    class Meta:
        ordering = ["version", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "lineage"], name="priority_lineage_once"),
            models.CheckConstraint(condition=~Q(title=""), name="priority_has_title"),
        ]
        triggers = [frozen_with_version(), opened_section("priorities")]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        return str(self.rank)


def same_version(parent: str) -> pgtrigger.Trigger:
    """An element belongs to the version its parent belongs to."""
    return pgtrigger.Trigger(
        name="same_version_as_parent",
        operation=pgtrigger.Insert | pgtrigger.Update,
        when=pgtrigger.Before,
        func=f"""
            IF NEW.version_id IS DISTINCT FROM (
                SELECT p.version_id FROM plans_{parent} p WHERE p.id = NEW.{parent}_id
            ) THEN
                RAISE EXCEPTION 'Cet élément et son parent ne sont pas de la même version.'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_element_same_version';
            END IF;
            RETURN NEW;
        """,  # noqa: S608
    )


class PriorityTheme(ScopedModel):
    """A national priority that a priority of the territory answers."""

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="+")
    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="themes")
    national_priority = models.ForeignKey(
        NationalPriority, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["priority", "national_priority"], name="priority_theme_once"
            )
        ]
        triggers = [
            frozen_with_version(),
            same_version("priority"),
            opened_section("priorities"),
        ]

    def __str__(self) -> str:
        return f"{self.priority} · {self.national_priority}"


class Objective(PlanElement):
    """What the territory wants to reach under a priority (annex 4)."""

    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="objectives")
    title = models.CharField(_("objectif"), max_length=300)

    class Meta:
        ordering = ["priority", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "lineage"], name="objective_lineage_once"),
            models.CheckConstraint(condition=~Q(title=""), name="objective_has_title"),
        ]
        triggers = [
            frozen_with_version(),
            same_version("priority"),
            opened_section("objectives"),
        ]

    def __str__(self) -> str:
        return self.title


# Each part of an action is written in its own section of the canvas (annex 5 to 7 and 9).
ACTION_PARTS = {
    "means": ["title", "means", "rank", "objective_id", "starts_on", "ends_on", "budget"],
    "population": ["population", "people_to_reach"],
    "results": ["expected_result"],
    "people": ["lead", "collaborators"],
}


class Action(PlanElement):
    """How an objective is reached: means, people, place, result, who answers (annex 5 to 7, 9)."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(_("action"), max_length=300)
    means = models.TextField(_("moyens"), blank=True)
    population = models.CharField(_("population visée"), max_length=300, blank=True)
    mrcs = models.ManyToManyField(
        Mrc, through="ActionPlace", blank=True, related_name="+", verbose_name=_("territoire")
    )
    people_to_reach = models.PositiveIntegerField(_("personnes à rejoindre"), null=True, blank=True)
    expected_result = models.CharField(_("résultat attendu"), max_length=500, blank=True)
    lead = models.CharField(_("responsable"), max_length=200, blank=True)
    collaborators = models.CharField(_("collaborateurs"), max_length=500, blank=True)
    starts_on = models.DateField(_("début"), null=True, blank=True)
    ends_on = models.DateField(_("fin"), null=True, blank=True)
    budget = MoneyField(_("budget prévu"), null=True, blank=True, help_text=_("En dollars."))

    class Meta:
        ordering = ["objective", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "lineage"], name="action_lineage_once"),
            models.CheckConstraint(condition=~Q(title=""), name="action_has_title"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="action_dates_in_order",
                violation_error_message=_("La fin de l’action doit suivre son début."),
            ),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gte=0),
                name="action_budget_not_negative",
                violation_error_message=_("Le budget ne peut pas être négatif."),
            ),
        ]
        triggers = [
            frozen_with_version(),
            same_version("objective"),
            opened_section("means", parts=ACTION_PARTS),
        ]

    def __str__(self) -> str:
        return self.title


class ActionPlace(ScopedModel):
    """An MRC where an action takes place."""

    scoped_by = "version"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="+")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="places")
    mrc = models.ForeignKey(Mrc, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "mrc"], name="action_place_once")]
        triggers = [
            frozen_with_version(),
            same_version("action"),
            opened_section("population", new_with="action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.mrc}"


class Indicator(PlanElement):
    """What shows that an action gives its result: a baseline, a target, a unit (annex 8)."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicateur"), max_length=300)
    baseline = models.DecimalField(
        _("référence"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(_("cible"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unité"), max_length=60, blank=True)

    class Frequency(models.TextChoices):
        MONTHLY = "monthly", _("chaque mois")
        QUARTERLY = "quarterly", _("chaque trimestre")
        HALF_YEARLY = "half-yearly", _("deux fois par année")
        YEARLY = "yearly", _("chaque année")
        ONCE = "once", _("à la fin")

    frequency = models.CharField(_("fréquence"), max_length=12, choices=Frequency, blank=True)

    class Meta:
        ordering = ["action", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "lineage"], name="indicator_lineage_once"),
            models.CheckConstraint(condition=~Q(name=""), name="indicator_has_name"),
            models.CheckConstraint(
                condition=Q(target=None) | ~Q(unit=""),
                name="indicator_target_has_unit",
                violation_error_message=_("Une cible a une unité, par exemple « tonnes »."),
            ),
        ]
        triggers = [
            frozen_with_version(),
            same_version("action"),
            opened_section("indicators", new_with="action"),
        ]

    def __str__(self) -> str:
        return self.name
