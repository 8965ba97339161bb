"""What a project costs, line by line, and who is asked to pay (guide 2017, « Projets »)."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.models import ScopedModel
from alliances.money import ZERO, MoneyField

from .projects import Project


class FundingSource(ScopedModel):
    """Other money in a project: what the FQIS levers (guide 2017, « Projets »)."""

    scoped_by = "project"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(_("source"), max_length=200)
    amount = MoneyField(_("montant"))
    is_confirmed = models.BooleanField(_("confirmé"), default=False)

    class Meta:
        ordering = ["-amount", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_source_positive"),
            models.UniqueConstraint(fields=["project", "name"], name="funding_source_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BudgetLine(ScopedModel):
    """One cost of a project, in dollars, and the share of it asked of the FQIS.

    A project that has lines balances: their shares make the amount requested, and their amounts
    that plus the other funding. The database checks both at the end of the act.
    """

    scoped_by = "project"

    class Category(models.TextChoices):
        SALARIES = "salaries", _("Salaires et avantages sociaux")
        FEES = "fees", _("Honoraires professionnels")
        ACTIVITIES = "activities", _("Activités et ateliers")
        SUPPLIES = "supplies", _("Matériel et fournitures")
        PREMISES = "premises", _("Locaux et équipement loués")
        TRAVEL = "travel", _("Déplacements et transport")
        PARTICIPATION = "participation", _("Soutien à la participation (garde, repas, transport)")
        COMMUNICATION = "communication", _("Communication et promotion")
        EVALUATION = "evaluation", _("Suivi et évaluation")
        ADMINISTRATION = "administration", _("Frais de gestion du projet")
        OTHER = "other", _("Autre dépense")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budget")
    rank = models.PositiveSmallIntegerField()
    category = models.CharField(_("poste"), max_length=14, choices=Category)
    description = models.CharField(_("description"), max_length=200, blank=True)
    amount = MoneyField(_("coût"))
    asked = MoneyField(_("part demandée au FQIS"), default=ZERO)

    class Meta:
        ordering = ["project", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "rank"],
                name="budget_line_rank_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="budget_line_positive",
                violation_error_message=_("Le coût d’une ligne du budget doit dépasser zéro."),
            ),
            models.CheckConstraint(
                condition=Q(asked__gte=0, asked__lte=F("amount")),
                name="budget_line_asked_within",
                violation_error_message=_("La part demandée dépasse le coût de la ligne."),
            ),
            models.CheckConstraint(
                condition=~Q(category="other") | ~Q(description=""),
                name="budget_line_other_said",
                violation_error_message=_("Décrivez cette autre dépense."),
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.get_category_display())

    @property
    def elsewhere(self) -> Decimal:
        """The share that other funding pays, in dollars."""
        return self.amount - self.asked
