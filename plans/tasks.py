"""What the worker does for the plans: letters that ask for an endorsement, reminders of a day."""

import logging

from celery import shared_task
from django.db import transaction

from alliances.identity import acting_as_portal

from .models import Endorsement
from .services import deadlines, endorsements

logger = logging.getLogger(__name__)


@shared_task
def send_endorsements() -> int:
    """Sends the requests that wait, each in its own transaction.

    It is its own sweep: a broker that was down or a worker that died leaves the row to send.
    """
    sent = 0
    with acting_as_portal():
        waiting = list(
            endorsements.to_send().order_by("asked_at", "pk").values_list("pk", flat=True)[:200]
        )
    for pk in waiting:
        with acting_as_portal():
            row = (
                endorsements.to_send()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related(
                    "asked_by", "version__plan__alliance__cycle", "version__plan__alliance__table",
                    "version__plan__alliance__territory",
                )
                .filter(pk=pk)
                .first()
            )  # fmt: skip
            if row is None:
                continue
            sent += _send(row)
    return sent


def _send(row: Endorsement) -> bool:
    """One letter; a failure is counted on its row and never stops the others."""
    try:
        with transaction.atomic():
            endorsements.send(row)
    except Exception:
        logger.exception("request for endorsement %s not sent", row.pk)
        endorsements.count_failure(row.pk)
        return False
    return True


@shared_task
def send_due_reminders() -> int:
    """Reminds the Tables whose plan is due, each in its own transaction; safe to run again."""
    with acting_as_portal():
        waiting = deadlines.plans_to_remind()
    reminded = 0
    for pk in waiting:
        try:
            with acting_as_portal():
                reminded += deadlines.remind(pk)
        except Exception:
            logger.exception("reminder of plan %s not sent", pk)
    return reminded
