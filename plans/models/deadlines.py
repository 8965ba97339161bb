"""The day a plan is due: the delays granted, the reminders sent."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances import clock
from alliances.models import ScopedModel, User

from .versions import Plan


class Delay(ScopedModel):
    """What every delay says: from which day to which, why, by whom."""

    was_due_on = models.DateField(_("échéance d’avant"))
    due_on = models.DateField(_("nouvelle échéance"))
    reason = models.TextField(_("motif"), max_length=2000)
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True


class Reminded(ScopedModel):
    """What every reminder says: of which due date, ``offset_days`` from it, when."""

    OFFSETS = [-30, -7, 1, 7, 30]

    due_on = models.DateField()
    offset_days = models.SmallIntegerField(help_text=_("En jours."))
    sent_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True


class DueExtension(Delay):
    """A delay the DGSSAC grants, with its reason. Written once (guide 2024, §4.2)."""

    scoped_by = "plan"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="extensions")

    class Meta:
        ordering = ["plan", "granted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("was_due_on")),
                name="due_extension_is_later",
                violation_error_message=_("La nouvelle échéance suit celle d’avant."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="due_extension_has_reason",
                violation_error_message=_("Dites pourquoi le délai est accordé."),
            ),
            models.UniqueConstraint(
                fields=["plan", "was_due_on"],
                name="due_extension_once",
                violation_error_message=_("Un délai est déjà accordé depuis cette échéance."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.plan} : {self.due_on}"


class DueReminder(Reminded):
    """A reminder sent for one due date, ``offset_days`` from it (−30, −7, 1, 7, 30): once each.

    When the date moves, the reminders of the new date are others.
    """

    scoped_by = "plan"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="reminders")

    class Meta:
        ordering = ["plan", "due_on", "offset_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "due_on", "offset_days"], name="due_reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(offset_days__in=[-30, -7, 1, 7, 30]), name="due_reminder_offset_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.plan} : {self.due_on} {self.offset_days:+d}"
