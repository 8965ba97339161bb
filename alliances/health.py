"""Whether each part the portal needs is there."""

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from kombu import Connection

from .identity import acting_as_portal
from .models import Document, Heartbeat

logger = logging.getLogger(__name__)
HEARTBEAT_AGE = timedelta(seconds=90)
PENDING_AGE = timedelta(minutes=5)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _broker() -> bool:
    options = {"socket_connect_timeout": 2, "socket_timeout": 2}
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        return True


def _worker() -> bool:
    # The machine's clock: a probe looks at processes, which live in no story.
    since = timezone.now() - HEARTBEAT_AGE
    return Heartbeat.objects.filter(name="worker", at__gte=since).exists()


def _storage() -> bool:
    name = default_storage.save(f"sante/{secrets.token_hex(8)}", ContentFile(b"ok"))
    default_storage.delete(name)
    return True


def _documents() -> bool:
    """No document has waited for its file longer than five minutes."""
    with acting_as_portal():
        late = Document.objects.filter(
            state=Document.State.PENDING, created_at__lt=timezone.now() - PENDING_AGE
        )
        return not late.exists()


CHECKS: dict[str, Callable[[], bool]] = {
    "base": _database,
    "courtier": _broker,
    "ouvrier": _worker,
    "stockage": _storage,
    "documents": _documents,
}


def check() -> dict[str, bool]:
    """Every part by name; the reason of a failure goes to the log, never to the caller."""
    return {name: _holds(name, one) for name, one in CHECKS.items()}


def _holds(name: str, one: Callable[[], bool]) -> bool:
    try:
        return one()
    except Exception:
        logger.exception("health_%s", name)
        return False
