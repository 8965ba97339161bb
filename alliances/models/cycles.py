"""Funding cycles: 2010-2015 (history), 2017-2024, 2024-2029. Each has its own words and rules."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.fiscal import FiscalYear
from alliances.money import MoneyField


class CycleQuerySet(models.QuerySet["Cycle"]):
    def in_force_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, closes_on__gte=day)


class Cycle(models.Model):
    """One government plan's round of Alliances, with the figures and rules of its guide."""

    slug = models.SlugField(_("adresse"), unique=True)
    name = models.CharField(_("nom"), max_length=60)
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin prévue"))
    extended_to = models.DateField(_("prolongé jusqu’au"), null=True, blank=True)
    closes_on = models.GeneratedField(
        expression=models.functions.Coalesce(F("extended_to"), F("ends_on")),
        output_field=models.DateField(),
        db_persist=True,
    )
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("prend la suite du"),
        help_text=_("Ses conventions commencent au lendemain de celles de ce cycle."),
    )
    envelope_total = MoneyField(
        _("enveloppe nationale"), null=True, blank=True, help_text=_("Montant publié, en dollars.")
    )
    measure = models.CharField(_("mesure"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    agreement_word = models.CharField(max_length=30, default="convention")
    plan_word = models.CharField(max_length=60, default="plan d’action régional concerté")
    plan_short = models.CharField(max_length=30, default="PARC")
    plan_due_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Mois après la signature.")
    )
    plan_due_latest = models.DateField(null=True, blank=True)
    plan_preparation_amount = MoneyField(
        null=True,
        blank=True,
        help_text=_("Compris dans le premier versement pour faire le plan, en dollars."),
    )
    own_share_ceiling = models.DecimalField(
        _("part la plus grande de l’administration et de la mobilisation, en %"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Vide : aucun plafond fixe (guide de 2024, §2.2)."),
    )
    public_funding_limit = models.DecimalField(
        _("cumul le plus grand de l’aide publique, en pourcentage du coût d’un projet"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Vide : à confirmer."),
    )
    initiatives_supported = models.PositiveIntegerField(null=True, blank=True)
    invested = MoneyField(null=True, blank=True)
    invested_by_partners = MoneyField(null=True, blank=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="cycle_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(extended_to=None) | Q(extended_to__gt=F("ends_on")),
                name="cycle_extension_after_end",
            ),
            models.CheckConstraint(
                condition=Q(follows=None) | ~Q(follows=F("pk")), name="cycle_follows_another"
            ),
            models.CheckConstraint(
                condition=Q(own_share_ceiling=None)
                | Q(own_share_ceiling__gte=0, own_share_ceiling__lte=100),
                name="cycle_own_share_percent",
            ),
            models.CheckConstraint(
                condition=Q(public_funding_limit=None)
                | Q(public_funding_limit__gt=0, public_funding_limit__lte=100),
                name="cycle_public_funding_percent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fiscal_years(self) -> list[FiscalYear]:
        first, last = FiscalYear.of(self.starts_on), FiscalYear.of(self.closes_on)
        return [FiscalYear(year) for year in range(first.start, last.start + 1)]

    def plan_due_on(self, signed_on: date) -> date | None:
        """The earlier of so many months after signature and the latest day (guide 2024, §4.2)."""
        if self.plan_due_months is None:
            return self.plan_due_latest
        due = add_months(signed_on, self.plan_due_months)
        return min(due, self.plan_due_latest) if self.plan_due_latest else due


def add_months(day: date, months: int) -> date:
    """Same day of a later month, or that month's last day: 30 November + 3 → 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return date(year, month + 1, min(day.day, last))
