"""What the worker does for the projects, their calls and the registers that Tables bring."""

import logging

from celery import shared_task
from django.db import connection, transaction

from alliances import clock
from alliances.identity import acting_as_portal
from fqis.models import Call, RegisterImport, ResultRequest
from fqis.services import (
    applications,
    calls,
    import_applying,
    import_reading,
    publication,
    result_links,
)

logger = logging.getLogger(__name__)


@shared_task
def send_application_links() -> int:
    """Sends the links that wait, each in its own transaction; it is its own sweep."""
    sent = 0
    with acting_as_portal():
        waiting = list(
            applications.to_send()
            .order_by("link_asked_at", "pk")
            .values_list("pk", flat=True)[:200]
        )
    for pk in waiting:
        with acting_as_portal():
            row = (
                applications.to_send()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related(
                    "call__alliance__cycle", "call__alliance__table", "call__alliance__territory"
                )
                .filter(pk=pk)
                .first()
            )
            if row is None:
                continue
            try:
                with transaction.atomic():
                    applications.send_link(row)
                sent += 1
            except Exception:
                logger.exception("link of application %s not sent", pk)
                applications.count_failure(pk)
    return sent


@shared_task
def close_calls() -> int:
    """Closes the calls whose time has come."""
    with acting_as_portal():
        due = list(Call.objects.due_at(clock.now()).values_list("pk", flat=True)[:200])
    closed = 0
    for pk in due:
        with acting_as_portal() as portal:
            closed += calls.close_call(pk, by=portal)
    return closed


@shared_task
def send_result_requests() -> int:
    """Sends the requests that wait, each in its own transaction.

    It is its own sweep: a broker that was down or a worker that died leaves the row to send.
    """
    sent = 0
    with acting_as_portal():
        waiting = list(
            result_links.to_send().order_by("asked_at", "pk").values_list("pk", flat=True)[:200]
        )
    for pk in waiting:
        with acting_as_portal():
            row = (
                result_links.to_send()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related(
                    "asked_by",
                    "project__organisation",
                    "project__alliance__cycle",
                    "project__alliance__table",
                    "project__alliance__territory",
                )
                .filter(pk=pk)
                .first()
            )
            if row is not None:
                sent += _send(row)
    return sent


def _send(row: ResultRequest) -> bool:
    """One letter; a failure is counted on its row and never stops the others."""
    try:
        with transaction.atomic():
            result_links.send(row)
    except Exception:
        logger.exception("request for results %s not sent", row.pk)
        result_links.count_failure(row.pk)
        return False
    return True


@shared_task
def merge_tallies() -> int:
    """Merges the sums that each change of projects left; safe to run again."""
    with acting_as_portal(), connection.cursor() as cursor:
        cursor.execute("SELECT fqis_merge_tallies()")
        return int(cursor.fetchone()[0])


@shared_task
def work_on_import(import_id: int) -> str:
    """Checks, applies or undoes one register; safe to run again. Its turn is committed first."""
    turn = import_reading.begin_work(import_id)
    if turn is None:
        return "nothing to do"
    state, number = turn
    try:
        if state == RegisterImport.State.CHECKING:
            return str(import_reading.check_import(import_id, number).state)
        if state == RegisterImport.State.APPLYING:
            return str(import_applying.apply_lines(import_id).state)
        return str(import_applying.undo_lines(import_id).state)
    except import_reading.Superseded:
        return "superseded"
    except Exception:
        logger.exception("register %s not read", import_id)
        return "failed"


@shared_task
def sweep_imports() -> int:
    """Finds the registers a dead worker or a silent broker left behind, and queues them again."""
    waiting = import_reading.waiting_imports()
    for pk in waiting:
        work_on_import.apply_async([pk], retry=False)
    return len(waiting)


@shared_task
def refresh_publication() -> int:
    """Makes the public pages and the open data anew; the number of initiatives."""
    return publication.refresh_publication().initiatives
