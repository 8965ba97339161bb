"""A real portal for a real browser: gunicorn, a Celery worker, PostgreSQL, the broker.

Each portal has a database of its own, and stops with the last test of this package: the slow tests
that follow want the machine, and Django without an event loop.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from script.stack import Stack, manage, run_stack
from script.valkey import embedded_valkey
from tests.conftest import OWNER, copy_database, database_url, drop_database

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            if {"story", "visit_story"} & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.story)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Portal:
    """The running portal: its address, its processes, and how to look at its database."""

    stack: Stack
    env: dict[str, str]
    folder: Path
    app_url: str
    owner_url: str

    @property
    def url(self) -> str:
        return self.stack.url

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database holds, read by its owner."""
        with psycopg.connect(self.owner_url) as database:
            return database.execute(query, values).fetchall()


@pytest.fixture(scope="package")
def template(django_db_setup: None, django_db_blocker: Any) -> str:
    """The reference database, which no connection holds any more: it may be copied."""
    with django_db_blocker.unblock():
        name = str(connection.settings_dict["NAME"])
        connection.close()
    return name


@contextmanager
def open_portal(template: str, folder: Path, *preparation: str) -> Iterator[Portal]:
    """Runs a portal on a copy of the reference database, after one command of ``manage.py``."""
    name = f"{template}_portal_{uuid4().hex[:8]}"
    copy_database(template, name)
    port = free_port()
    app_url = database_url("alliances_app", name)
    try:
        with embedded_valkey(log=folder / "valkey.log") as broker:
            env = os.environ | {
                "DJANGO_SETTINGS_MODULE": "alliances.config.settings.demo",
                "DATABASE_URL": app_url,
                "REDIS_URL": broker.url,
                "SECRET_KEY": uuid4().hex,
                "MEDIA_ROOT": str(folder / "media"),
                "MAIL_DIR": str(folder / "mail"),
                "STATIC_ROOT": str(folder / "static"),
                "PUBLIC_URL": f"http://localhost:{port}",
            }
            manage("collectstatic", "--no-input", env=env, log=folder / "static.log")
            manage(*preparation, env=env, log=folder / "preparation.log")
            with run_stack(env, port=port, data=folder, logs=folder) as stack:
                yield Portal(stack, env, folder, app_url, database_url(OWNER, name))
    finally:
        drop_database(name)


@pytest.fixture(scope="package")
def portal(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with its people and nothing else: where the line is played from its start."""
    folder = tmp_path_factory.mktemp("portal")
    with open_portal(template, folder, "create_demo_people") as running:
        yield running


@pytest.fixture(scope="package")
def story(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the whole demo story: what its pages look like when they are full."""
    folder = tmp_path_factory.mktemp("story")
    with open_portal(template, folder, "seed_demo") as running:
        wait_for_documents(running)
        yield running


def wait_for_documents(portal: Portal) -> None:
    """Until the worker has drawn every document of the story: what a test asks for then waits
    behind none."""
    pending = "SELECT count(*) FROM alliances_document WHERE state = 'pending'"
    until = time.monotonic() + 600
    while portal.rows(pending) != [(0,)]:
        assert time.monotonic() < until, "the worker does not draw the documents of the story"
        time.sleep(1)


@pytest.fixture(scope="package")
def browser(template: str) -> Iterator[Browser]:
    """Chromium. Started after Django's last query: its event loop forbids any other."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person's browser. Every page it opens is checked by axe when asked to."""

    page: Page
    url: str
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    def goto(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, email: str) -> "Visitor":
        from reporting.demo.people import PASSWORD

        page = self.goto("/compte/connexion/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state("load")
        assert "/connexion/" not in page.url, page.locator("main").inner_text()
        return self

    def check_accessible(self) -> None:
        """Fails on any WCAG 2.2 A or AA rule that axe finds broken on the page shown."""
        result = Axe().run(
            self.page,
            options={
                "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
                "resultTypes": ["violations"],
            },
        )
        assert not result.response["violations"], f"{self.page.url}\n{result.generate_report()}"


Visit = Callable[..., Visitor]


def open_browsers(portal: Portal, browser: Browser) -> Iterator[Visit]:
    visitors: list[Visitor] = []

    def open_browser(email: str = "", *, width: int = 1280, **options: Any) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="fr-CA", **options
        )
        page = context.new_page()
        visitor = Visitor(page, portal.url, context)
        page.on("pageerror", lambda error: visitor.problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note_refusal(visitor, message))
        visitors.append(visitor)
        return visitor.sign_in(email) if email else visitor

    yield open_browser
    for visitor in visitors:
        visitor.context.close()
    assert not [problem for visitor in visitors for problem in visitor.problems]


def _note_refusal(visitor: Visitor, message: ConsoleMessage) -> None:
    if message.type == "error" and "Content Security Policy" in message.text:
        visitor.problems.append(f"{visitor.page.url}: {message.text}")


@pytest.fixture
def visit(portal: Portal, browser: Browser) -> Iterator[Visit]:
    """``visit("direction@mauricie.example")`` opens a browser in which that person is signed in;
    ``visit()`` one of a passer-by. A script error or a refused resource fails the test."""
    yield from open_browsers(portal, browser)


@pytest.fixture
def visit_story(story: Portal, browser: Browser) -> Iterator[Visit]:
    """The same, in the portal of the demo story."""
    yield from open_browsers(story, browser)
