"""A thousand versements in one act, and their notices. Ratios in one run, never absolute times."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from weasyprint import CSS, HTML

from alliances import rendering
from alliances.config import celery_app
from alliances.identity import acting_as_portal
from alliances.models import Document
from fqis import services
from fqis.models import Versement
from script.valkey import embedded_valkey
from tests.factories import person
from tests.fqis.factories import many_recommended

TEMPLATE = "documents/avis_versement.html"
PART = Decimal("10.00")
PLACES = ["laval", "jamesie", "kativik", "montreal"]


def time_of(act: Callable[[], object]) -> float:
    """Seconds of the wall: the database's share counts."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def processor_time(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


@pytest.mark.django_db
def test_a_thousand_cost_no_more_than_ten_times_a_hundred() -> None:
    budget = person("budget")
    first, *few = many_recommended(["gnc"], each=101, part=PART)
    many = many_recommended(PLACES, each=250, part=PART)
    # What is loaded once is not measured.
    services.authorise_versements([first], by=budget)

    hundred = time_of(lambda: services.authorise_versements(few, by=budget))
    thousand = time_of(lambda: services.authorise_versements(many, by=budget))

    assert Versement.objects.committed().count() == 1101
    assert thousand < 12 * hundred, (thousand, hundred)


@pytest.mark.django_db
def test_a_notice_costs_at_most_a_third_more_than_weasyprint_alone() -> None:
    ids = many_recommended(["laval"], each=20, part=PART)
    services.authorise_versements(ids, by=person("budget"))
    notices = list(Document.objects.filter(kind="avis_versement"))
    pages = [rendering.render_html(notice, TEMPLATE) for notice in notices]
    rendering.render_pdf(notices[0], TEMPLATE)
    fonts, styles = rendering._fonts(), CSS(filename=str(rendering.STYLES))

    def alone() -> None:
        for page in pages:
            HTML(string=page).write_pdf(
                stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1"
            )

    ours = processor_time(lambda: [rendering.render_pdf(one, TEMPLATE) for one in notices])
    bare = processor_time(alone)

    assert ours < 1.3 * bare, (ours, bare)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two processors")
def test_two_workers_draw_nearly_twice_as_fast_as_one(committed_db: Any, tmp_path: Path) -> None:
    """The time of the wall: what is left of a second processor is measured first, by two
    processes that only count."""
    free = two_processes_gain()
    with acting_as_portal():
        ids = many_recommended(PLACES, each=40, part=PART)
        services.authorise_versements(ids, by=person("budget"))
    with embedded_valkey(log=tmp_path / "valkey.log") as broker:
        env = os.environ | {
            "DATABASE_URL": committed_db.app_url,
            "REDIS_URL": broker.url,
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "DJANGO_SETTINGS_MODULE": "alliances.config.settings.test",
        }
        alone = draw(80, 1, env, broker.url, tmp_path)
        together = draw(80, 2, env, broker.url, tmp_path)

    assert alone / together > 0.75 * free, (alone, together, free)


COUNT = "sum(i * i for i in range(6_000_000))"


def two_processes_gain() -> float:
    """How much faster two processes that only count do twice the work: 2 on free processors."""

    def counted(processes: int) -> float:
        started = time.perf_counter()
        running = [subprocess.Popen([sys.executable, "-c", COUNT]) for _one in range(processes)]
        for one in running:
            one.wait()
        return time.perf_counter() - started

    return 2 * counted(1) / counted(2)


def draw(number: int, workers: int, env: dict[str, str], broker: str, folder: Path) -> float:
    """Seconds that ``workers`` processes of one worker take to draw ``number`` notices, from the
    first to the last."""
    command = [sys.executable, "-m", "celery", "-A", "alliances.config.celery", "worker"]
    command += ["-P", "prefork", "-c", str(workers), "--without-gossip", "--without-mingle"]
    with (folder / f"worker-{workers}.log").open("ab") as output:
        worker = subprocess.Popen(
            command, env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            # Each process draws one first: what it loads once is not measured.
            send(workers * 4, broker)
            wait_until_none_is_sent_for(workers * 4)
            started = time.perf_counter()
            send(number - workers * 4, broker)
            wait_until_none_is_sent_for(number - workers * 4)
            return (time.perf_counter() - started) / (number - workers * 4)
        finally:
            os.killpg(worker.pid, 15)
            worker.wait()


_sent: list[int] = []


def send(number: int, broker: str) -> None:
    with acting_as_portal():
        waiting = Document.objects.filter(kind="avis_versement", state="pending").order_by("pk")
        _sent[:] = waiting.values_list("pk", flat=True)[:number]
    with celery_app.connection_for_write(broker) as link:
        for pk in _sent:
            celery_app.send_task("alliances.tasks.render_document", [pk], connection=link)


def wait_until_none_is_sent_for(number: int) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with acting_as_portal():
            if Document.objects.filter(pk__in=_sent, state="ready").count() == number:
                return
        time.sleep(0.02)
    raise AssertionError("the workers did not finish")
