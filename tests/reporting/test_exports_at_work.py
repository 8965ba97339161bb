"""The whole file of an Alliance in a real database: asked twice at once, its worker killed."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from alliances import clock
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Notification, User
from alliances.services.documents import deposit_document
from reporting import tasks
from reporting.models import Export
from reporting.services import export_making
from reporting.services.exports import ask_export
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, person

FILES = 60
# Makes the export, and stops for ever in the middle of the documents.
SLOWLY = """
import sys, time, django
django.setup()
from reporting import tasks
from reporting.services import export_making
note = export_making._note
def slow(export, turn, *, done, total):
    note(export, turn, done=done, total=total)
    if done >= 20:
        time.sleep(600)
export_making._note = slow
tasks.make_export(int(sys.argv[1]))
"""


def asked() -> Export:
    """An export of as many documents, that waits for the worker."""
    with acting_as_portal():
        alliance, direction = AllianceFactory("laval"), person("direction", "laval")
        for rank in range(FILES):
            file = SimpleUploadedFile("pv.pdf", b"%PDF-1.7 " + bytes([rank]))
            deposit_document(file, by=direction, alliance=alliance, title=f"Numéro {rank}")
    with acting_as(direction):
        return ask_export(alliance, by=direction)


def state_of(export: Export) -> Export:
    with acting_as_portal():
        return Export.objects.get(pk=export.pk)


def test_asked_twice_at_once_it_is_made_once(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        alliance, direction = AllianceFactory("laval"), person("direction", "laval")
    start = Barrier(2)

    def ask(_rank: int) -> int:
        start.wait()
        try:
            with acting_as(User.objects.get(pk=direction.pk)):
                return ask_export(alliance, by=direction).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(ask, range(2)))

    assert found[0] == found[1]
    with acting_as_portal():
        assert Export.objects.count() == 1


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(committed_db: CommittedDatabase, tmp_path: Path) -> None:
    export = asked()
    env = os.environ | {
        "DATABASE_URL": committed_db.app_url,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
        "DJANGO_SETTINGS_MODULE": "alliances.config.settings.test",
    }
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-c", SLOWLY, str(export.pk)],
            env=env, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while state_of(export).done < 20 and time.monotonic() < deadline:
            time.sleep(0.1)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    found = state_of(export)
    assert (found.state, found.attempts, found.file.name) == ("making", 1, "")
    assert found.done >= 20
    # The killed process told the real time.
    with clock.at(timezone.now()):
        assert export_making.waiting_exports() == []
    with clock.at(timezone.now() + timedelta(minutes=3)):
        assert export_making.waiting_exports() == [export.pk]
        assert tasks.make_export(export.pk) == "made"
    found = state_of(export)
    assert (found.state, found.attempts, found.done) == ("ready", 2, found.total)
    with found.file.open("rb") as file, ZipFile(file) as archive:
        assert archive.testzip() is None
        assert sum(name.startswith("documents/") for name in archive.namelist()) == FILES
    kept = (Path(settings.MEDIA_ROOT) / "exports").iterdir()
    assert [path.name for path in kept] == [f"{export.pk}.zip"]
    with acting_as_portal():
        assert Notification.objects.filter(recipient=export.asked_by_id).count() == 1
