"""What the worker does for the conventions: it splits the papers that were scanned."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import models

from alliances import clock
from alliances.identity import acting_as_portal

from .models import Scan
from .scans import services as scans
from .scans.reading import Reading, read_pages

logger = logging.getLogger(__name__)
SWEEP_AFTER = timedelta(seconds=15)
MAX_ATTEMPTS = 3


@shared_task
def split_scan(scan_id: int) -> str:
    """Reads and files the pages of one scan. The row stays locked to the end: killed at any
    moment, the worker leaves the scan to split; run twice, the second finds it split.

    A scan that fails too often has all its pages listed for a person: nothing is lost.
    """
    try:
        with acting_as_portal() as portal:
            scan = (
                Scan.objects.to_split()
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("alliance__territory", "alliance__cycle", "document", "received_by")
                .filter(pk=scan_id)
                .first()
            )
            if scan is None:
                return "nothing to do"
            scans.place_pages(scan, _readings(scan), by=portal)
    except Exception:
        logger.exception("scan %s not split", scan_id)
        with acting_as_portal():
            Scan.objects.to_split().filter(pk=scan_id).update(attempts=models.F("attempts") + 1)
        return "failed"
    return "split"


def _readings(scan: Scan) -> list[Reading]:
    if scan.attempts >= MAX_ATTEMPTS:
        return [Reading(position) for position in range(1, scan.page_count + 1)]
    with scan.document.file.open("rb") as file:
        return read_pages(file.read(), scan.page_count)


@shared_task
def sweep_scans() -> int:
    """Finds the scans a dead worker or a silent broker left behind, and queues them again."""
    with acting_as_portal():
        waiting = list(
            Scan.objects.to_split()
            .filter(received_at__lt=clock.now() - SWEEP_AFTER)
            .order_by("received_at", "pk")
            .values_list("pk", flat=True)[:50]
        )
    for scan_id in waiting:
        split_scan.apply_async([scan_id], retry=False)
    return len(waiting)
