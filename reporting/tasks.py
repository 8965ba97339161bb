"""What the worker does for the reports: the reminders of a campaign, the exports."""

import logging

from celery import shared_task

from alliances.identity import acting_as_portal

from .services import deadlines, export_making, exports

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


@shared_task
def make_export(export_id: int) -> str:
    """Makes one whole file; safe to run again. Its turn is committed first."""
    turn = export_making.begin_work(export_id)
    if turn is None:
        return "nothing to do"
    try:
        export_making.make_export(export_id, turn)
    except export_making.Superseded:
        return "superseded"
    except Exception:
        logger.exception("export %s not made", export_id)
        return "failed"
    return "made"


@shared_task
def sweep_exports() -> int:
    """Finds the exports a dead worker or a silent broker left behind, and queues them again."""
    waiting = export_making.waiting_exports()
    for pk in waiting:
        make_export.apply_async([pk], retry=False)
    return len(waiting)


@shared_task
def remove_past_exports() -> int:
    """Removes the files whose link ended."""
    return sum(exports.remove_past_export(pk) for pk in exports.past_exports())
