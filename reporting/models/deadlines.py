"""The day a report is due for one Alliance: the delays granted, the reminders sent."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.models import Alliance
from plans.models.deadlines import Delay, Reminded

from .periods import ReportingPeriod


class ReportExtension(Delay):
    """A delay the DGSSAC grants to one Alliance for a year, with its reason. Written once."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="extensions")

    class Meta:
        ordering = ["alliance", "period", "granted_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("was_due_on")),
                name="report_extension_is_later",
                violation_error_message=_("La nouvelle échéance suit celle d’avant."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="report_extension_has_reason",
                violation_error_message=_("Dites pourquoi le délai est accordé."),
            ),
            models.UniqueConstraint(
                fields=["alliance", "period", "was_due_on"],
                name="report_extension_once",
                violation_error_message=_("Un délai est déjà accordé depuis cette échéance."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="from_the_present_day",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.was_due_on IS DISTINCT FROM coalesce(
                        (SELECT max(x.due_on) FROM reporting_reportextension x
                         WHERE x.alliance_id = NEW.alliance_id AND x.period_id = NEW.period_id),
                        (SELECT p.due_on FROM reporting_reportingperiod p
                         WHERE p.id = NEW.period_id))
                    THEN
                        RAISE EXCEPTION 'Un délai part de l’échéance actuelle.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'report_extension_from_present';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM reporting_annualreport r
                        WHERE r.alliance_id = NEW.alliance_id AND r.period_id = NEW.period_id
                          AND r.submitted_at IS NOT NULL)
                    THEN
                        RAISE EXCEPTION 'Cette reddition est déjà transmise.'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'report_extension_before_submission';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.period} : {self.due_on}"


class ReportReminder(Reminded):
    """A reminder sent to one Alliance for one due date, ``offset_days`` from it (−30, −7, 1, 7,
    30): once each. When the date moves, the reminders of the new date are others."""

    alliance = models.ForeignKey(Alliance, on_delete=models.PROTECT, related_name="+")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="reminders")

    class Meta:
        ordering = ["alliance", "period", "due_on", "offset_days"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "period", "due_on", "offset_days"], name="report_reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(offset_days__in=[-30, -7, 1, 7, 30]),
                name="report_reminder_offset_known",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.alliance} · {self.period} : {self.due_on} {self.offset_days:+d}"
