"""What the worker does for the projects."""

from celery import shared_task
from django.db import connection

from alliances.identity import acting_as_portal


@shared_task
def merge_tallies() -> int:
    """Merges the sums that each change of projects left; safe to run again."""
    with acting_as_portal(), connection.cursor() as cursor:
        cursor.execute("SELECT fqis_merge_tallies()")
        return int(cursor.fetchone()[0])
