"""The years to report on in a cycle, with their dates."""

from copy import copy
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Cycle


class ReportingPeriodQuerySet(models.QuerySet["ReportingPeriod"]):
    def open_on(self, day: date) -> Self:
        return self.filter(opens_on__lte=day)


class ReportingPeriod(models.Model):
    """A fiscal year to report on in a cycle, with its dates."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="periods")
    fiscal_year = models.PositiveSmallIntegerField(_("exercice"))
    opens_on = models.DateField(_("ouverture"))
    due_on = models.DateField(_("à transmettre au plus tard le"))
    analysis_due_on = models.DateField(_("analyse attendue le"))
    variance_threshold = models.PositiveSmallIntegerField(
        _("écart à expliquer"),
        default=25,
        help_text=_("En pourcentage; le guide laisse ce seuil à confirmer."),
    )

    objects = ReportingPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["fiscal_year"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "fiscal_year"], name="period_once"),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("opens_on"), analysis_due_on__gt=F("due_on")),
                name="period_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(variance_threshold__range=(1, 100)), name="period_threshold_in_range"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def year(self) -> FiscalYear:
        return FiscalYear(self.fiscal_year)

    @property
    def is_open(self) -> bool:
        return self.opens_on <= clock.today()

    @property
    def is_past_due(self) -> bool:
        return self.due_on < clock.today()

    def extended_to(self, due_on: date | None) -> "ReportingPeriod":
        """The same period for an Alliance whose due date moved; the analysis has as long after.

        Never saved: the period's own dates are those of all.
        """
        if due_on is None or due_on <= self.due_on:
            return self
        moved = copy(self)
        moved.due_on = due_on
        moved.analysis_due_on = due_on + (self.analysis_due_on - self.due_on)
        return moved

    @property
    def last_day(self) -> date:
        """The last day the period counts: the year's, or today while it runs."""
        return min(self.year.last_day, clock.today())

    @property
    def months(self) -> int:
        """How many months of the fiscal year the cycle covers: 5 for the first, else 12."""
        start = max(self.year.first_day, self.cycle.starts_on)
        end: date = min(self.year.last_day, self.cycle.closes_on)
        return (end.year - start.year) * 12 + end.month - start.month + 1
