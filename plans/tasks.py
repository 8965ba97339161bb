"""What the worker does for the plans: Word files, requests for endorsement, reminders."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import transaction

from alliances import clock
from alliances.identity import acting_as_portal

from .models import Endorsement, WordImport
from .services import deadlines, endorsements, word_reading

logger = logging.getLogger(__name__)
SWEEP_AFTER = timedelta(seconds=15)


@shared_task
def read_word(word_id: int) -> str:
    """Reads one Word file; safe to run again. The attempt is committed before the reading begins,
    so that a file that kills the worker is not read for ever."""
    with acting_as_portal():
        if not word_reading.begin_reading(word_id):
            return "nothing to do"
    try:
        with acting_as_portal():
            word = word_reading.read_import(word_id)
    except Exception:
        logger.exception("word file %s not read", word_id)
        return "failed"
    if word is None:
        return "nothing to do"
    return "refused" if word.refusal else "read"


@shared_task
def sweep_words() -> int:
    """Finds the Word files a dead worker or a silent broker left behind, and queues them again."""
    with acting_as_portal():
        waiting = list(
            WordImport.objects.filter(read_at=None, created_at__lt=clock.now() - SWEEP_AFTER)
            .order_by("created_at")
            .values_list("pk", flat=True)[:100]
        )
    for pk in waiting:
        read_word.apply_async([pk], retry=False)
    return len(waiting)


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
