"""The broker killed, or the worker's connections to the database: notices are issued all the same,
none lost, none doubled, no hole in their numbers."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import Error, connection

from alliances.identity import acting_as, acting_as_portal
from alliances.models import Document, JournalEntry, NumberSeries, User
from fqis import services
from fqis.models import Versement
from script.postgres import server_user, socket_folder
from script.valkey import embedded_valkey, valkey_in
from tests.factories import person

from .factories import many_recommended
from .test_killed_worker import (
    NOTICES,
    authorise_all,
    check_notices,
    rendered,
    running_worker,
    sweep,
    wait_for,
)

pytestmark = pytest.mark.slow

KILLS = 4


def environment(committed_db: Any, broker: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": committed_db.app_url,
        "REDIS_URL": broker,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "DJANGO_SETTINGS_MODULE": "alliances.config.settings.test",
    }


def cut_connections(committed_db: Any) -> int:
    """Ends every connection of the application but this one; returns how many."""
    mine = connection.connection.info.backend_pid if connection.connection else 0
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        return owner.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = %s AND pid <> %s",
            (committed_db.name, settings.APP_DB_ROLE, mine),
        ).fetchone()[0]


def test_two_hundred_notices_survive_a_broker_killed_at_work(
    committed_db: Any, tmp_path: Path
) -> None:
    media = Path(settings.MEDIA_ROOT)
    authorise_all()
    moments, log = random.Random(20261204), tmp_path / "worker.log"
    with socket_folder(server_user()) as folder:
        for _kill in range(KILLS):
            before = rendered()
            if before == NOTICES:
                break
            with valkey_in(folder, log=tmp_path / "valkey.log") as broker:
                sweep(broker.url)
                with running_worker(environment(committed_db, broker.url), log):
                    assert wait_for(before + 1, seconds=60, broker=broker.url) > before
                    time.sleep(moments.uniform(0.0, 1.0))
                    os.kill(broker.child.process.pid, signal.SIGKILL)
                    broker.child.process.wait()
                    time.sleep(0.5)
        # The worker itself stays: it finds the broker again at the same address.
        with (
            valkey_in(folder, log=tmp_path / "valkey.log") as broker,
            running_worker(environment(committed_db, broker.url), log),
        ):
            os.kill(broker.child.process.pid, signal.SIGKILL)
            broker.child.process.wait()
            with valkey_in(folder, log=tmp_path / "valkey.log") as again:
                sweep(again.url)
                found = wait_for(NOTICES, seconds=180, broker=again.url)
        assert found == NOTICES, log.read_text()
    check_notices(media)


def test_two_hundred_notices_survive_their_connections_cut_at_work(
    committed_db: Any, tmp_path: Path
) -> None:
    authorise_all()
    moments, cut, log = random.Random(20261205), 0, tmp_path / "worker.log"
    with embedded_valkey(log=tmp_path / "valkey.log") as broker:
        sweep(broker.url)
        with running_worker(environment(committed_db, broker.url), log):
            for _kill in range(KILLS):
                before = rendered()
                if before == NOTICES:
                    break
                sweep(broker.url)
                assert wait_for(before + 1, seconds=60, broker=broker.url) > before
                time.sleep(moments.uniform(0.0, 1.0))
                cut += cut_connections(committed_db)
            assert wait_for(NOTICES, seconds=180, broker=broker.url) == NOTICES, log.read_text()
    assert cut >= KILLS
    check_notices(Path(settings.MEDIA_ROOT))


@contextmanager
def cutting(committed_db: Any, after: float) -> Iterator[None]:
    """Ends the connections of everybody else a moment after the act began."""
    timer = threading.Timer(after, lambda: _cut_all(committed_db))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _cut_all(committed_db: Any) -> None:
    with psycopg.connect(committed_db.owner_url, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = %s",
            (committed_db.name, settings.APP_DB_ROLE),
        )


def test_an_authorisation_whose_connection_is_cut_is_whole_or_nothing(committed_db: Any) -> None:
    places = ["laval", "jamesie"]
    with acting_as_portal():
        ids = many_recommended(places, each=40, part=Decimal("100.00"))
        budget = person("budget")
    cut = 0
    for after in (0.02, 0.05, 0.1, 0.2, 0.4, 0.8):
        try:
            with cutting(committed_db, after), acting_as(User.objects.get(pk=budget.pk)):
                done = len(services.authorise_versements(ids, by=budget).done)
        except Error:
            cut += 1
            connection.close()
            done = 0
        with acting_as_portal():
            waiting = Versement.objects.filter(pk__in=ids, state="recommended").count()
            sequences = list(
                Document.objects.filter(kind="avis_versement")
                .order_by("sequence")
                .values_list("sequence", flat=True)
            )
            assert waiting in (0, len(ids))
            assert sequences == [*range(1, len(ids) - waiting + 1)]
            last = NumberSeries.objects.filter(series="AV").values_list("last", flat=True).first()
            assert (last or 0) == len(sequences)
            acts = JournalEntry.objects.filter(verb="authorise_versement").count()
            assert acts == len(sequences)
        if done or not waiting:
            break
    assert cut > 0
    with acting_as(User.objects.get(pk=budget.pk)):
        services.authorise_versements(ids, by=budget)
    with acting_as_portal():
        assert Document.objects.filter(kind="avis_versement").count() == len(ids)
