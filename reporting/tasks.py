"""What the worker does for the reports: the reminders of a campaign."""

import logging

from celery import shared_task

from alliances.identity import acting_as_portal

from .services import deadlines

logger = logging.getLogger(__name__)


@shared_task
def send_report_reminders() -> int:
    """Reminds the Tables whose report is due, each in its own transaction; safe to run again."""
    with acting_as_portal():
        waiting = deadlines.reports_to_remind()
    reminded = 0
    for alliance, period in waiting:
        try:
            with acting_as_portal():
                reminded += deadlines.remind(alliance, period)
        except Exception:
            logger.exception("reminder of report %s of alliance %s not sent", period, alliance)
    return reminded
