"""A worker killed again and again loses no notice, doubles none, and leaves no hole."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from alliances import clock
from alliances.config import celery_app
from alliances.identity import acting_as_portal
from alliances.models import Document, JournalEntry, Notification
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Versement
from script.valkey import embedded_valkey
from tests.factories import person

from .factories import funded_alliance

pytestmark = pytest.mark.slow

PLACES = ["laval", "jamesie", "kativik", "gnc", "montreal"]
EACH = 40
NOTICES = len(PLACES) * EACH
KILLS = 6


def authorise_all() -> None:
    """Two hundred notices that wait since ten minutes: long enough for the sweep to see them."""
    with clock.at(timezone.now() - timedelta(minutes=10)):
        _authorise_all()


def _authorise_all() -> None:
    parts = [TrancheSpec(2024, Decimal("100.00"), "convention_signed")] * EACH
    with acting_as_portal():
        analyst, budget = person("analyst"), person("budget")
        person("payments")
        for place in PLACES:
            alliance = funded_alliance(place, envelope=Decimal("4000.00"), tranches=parts)
            waiting = Versement.objects.filter(alliance=alliance)
            for versement in waiting:
                services.recommend_versement(versement, by=analyst)
            services.authorise_versements(waiting.values_list("pk", flat=True), by=budget)


@contextmanager
def running_worker(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "celery", "-A", "alliances.config.celery", "worker"]
    command += ["-P", "threads", "-c", "2", "--without-gossip", "--without-mingle", "-l", "WARNING"]
    with log.open("ab") as output:
        worker = subprocess.Popen(
            command, env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield worker
        finally:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def sweep(broker: str) -> None:
    """What beat does every twenty seconds: the pending notices go back to the queue."""
    with celery_app.connection_for_write(broker) as link:
        celery_app.send_task("alliances.tasks.sweep_documents", connection=link)


def rendered() -> int:
    with acting_as_portal():
        return Document.objects.filter(kind="avis_versement", state="ready").count()


def wait_for(wanted: int, *, seconds: float, broker: str) -> int:
    """Waits until ``wanted`` notices are rendered, sweeping now and then."""
    deadline, swept = time.monotonic() + seconds, time.monotonic()
    while (found := rendered()) < wanted and time.monotonic() < deadline:
        if time.monotonic() - swept > 10:
            sweep(broker)
            swept = time.monotonic()
        time.sleep(0.2)
    return found


def test_two_hundred_notices_survive_a_worker_killed_at_any_moment(
    committed_db: Any, tmp_path: Path
) -> None:
    media = Path(settings.MEDIA_ROOT)
    authorise_all()
    moments = random.Random(20261203)
    with embedded_valkey(log=tmp_path / "valkey.log") as broker:
        env = os.environ | {
            "DATABASE_URL": committed_db.app_url,
            "REDIS_URL": broker.url,
            "MEDIA_ROOT": str(media),
            "DJANGO_SETTINGS_MODULE": "alliances.config.settings.test",
        }
        log = tmp_path / "worker.log"
        killed = 0
        while killed < KILLS and rendered() < NOTICES:
            before = rendered()
            sweep(broker.url)
            with running_worker(env, log):
                # Killed at work: somewhere after its first notice.
                assert wait_for(before + 1, seconds=60, broker=broker.url) > before
                time.sleep(moments.uniform(0.0, 1.5))
            killed += 1
        with running_worker(env, log):
            assert wait_for(NOTICES, seconds=180, broker=broker.url) == NOTICES, log.read_text()
    assert killed >= 3
    check_notices(media)


def check_notices(media: Path) -> None:
    with acting_as_portal():
        notices = list(Document.objects.filter(kind="avis_versement").order_by("sequence"))
        assert [notice.sequence for notice in notices] == [*range(1, NOTICES + 1)]
        assert len({notice.number for notice in notices}) == NOTICES
        for notice in notices:
            content = (media / notice.file.name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == notice.sha256
        assert Versement.objects.filter(state="issued").count() == NOTICES
        issued = JournalEntry.objects.filter(verb="issue_versement")
        assert issued.count() == issued.values("target_id").distinct().count() == NOTICES
        letters = Notification.objects.filter(subject__contains="à payer")
        assert letters.count() == NOTICES
        assert not letters.values("subject").annotate(n=Count("pk")).filter(n__gt=1).exists()
