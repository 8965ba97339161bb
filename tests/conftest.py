"""The suite runs as the application's role: row-level security holds the tests too.

The database is made and migrated by its owner, the reference data are loaded once, and every
connection after that is the application's. A test that writes is bound to the portal's identity;
a request binds the person signed in and gives the portal's back.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege, ObjectInUse

from alliances.models import Document, User
from script.launcher import fingerprint

OWNER = str(settings.DATABASES["default"]["USER"])


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """Always a database of the tests' own, also when the only test asks for a copy of it."""
    with django_db_blocker.unblock():
        # Copied, not migrated again: no table is missing, none is made.
        connection.settings_dict["TEST"] |= {"TEMPLATE": migrated_database(), "MIGRATE": False}
        made = setup_databases(
            0,
            False,
            keepdb=django_db_keepdb and not django_db_createdb,
            aliases={"default"},
            serialized_aliases=set(),
        )
        call_command("load_reference", verbosity=0)
        connection.close()
        connection.settings_dict["USER"] = settings.APP_DB_ROLE
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["USER"] = OWNER
        if not django_db_keepdb:
            teardown_databases(made, 0)


def migrated_database() -> str:
    """The database that every process copies, migrated once for each state of the code."""
    name = f"migrated_{fingerprint()[:12]}"
    with psycopg.connect(database_url(OWNER, "postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('migrated'))")
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not known:
            draft, made = sql.Identifier(f"{name}_draft"), sql.Identifier(name)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(draft))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(draft))
            own_name = connection.settings_dict["NAME"]
            connection.close()
            connection.settings_dict["NAME"] = f"{name}_draft"
            call_command("migrate", verbosity=0)
            connection.close()
            connection.settings_dict["NAME"] = own_name
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(draft, made))
    return name


# What opens a page in this process.
VISITORS = {"client", "rf"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if VISITORS & set(getattr(item, "fixturenames", ())):
            item.add_marker("screen")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded stays: looking through it again and again takes a tenth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def bind_identity(user: User | None) -> None:
    """Binds ``user`` until the test's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.user_id', %s, true)", [str(user.pk) if user else ""])


@pytest.fixture(autouse=True)
def _as_the_portal(request: pytest.FixtureRequest) -> None:
    marked = request.node.get_closest_marker("django_db") is not None
    if marked or "db" in request.fixturenames:
        request.getfixturevalue("db")
        bind_identity(User.objects.portal())


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.CELERY_BROKER_URL = os.environ.get("REDIS_URL", "redis+socket:///nowhere")


@pytest.fixture
def identity(db: None) -> Callable[[User | None], None]:
    """``identity(user)`` makes the rest of the test see only what ``user`` sees."""
    return bind_identity


@pytest.fixture
def worker(db: None) -> Callable[[], int]:
    """``worker()`` renders every pending document, as the Celery worker does."""
    from alliances.tasks import render_document

    def run() -> int:
        pending = Document.objects.filter(state=Document.State.PENDING).values_list("pk", flat=True)
        return [render_document(pk) for pk in list(pending)].count("rendered")

    return run


@dataclass(frozen=True)
class CommittedDatabase:
    """A database of its own, where transactions really commit."""

    name: str
    owner_url: str
    app_url: str


def database_url(user: str, name: str) -> str:
    """How ``user`` reaches the database ``name`` of the server the tests run on."""
    parts = connection.settings_dict
    known = {"host": parts["HOST"], "port": parts["PORT"], "password": parts["PASSWORD"]}
    return make_conninfo(dbname=name, user=user, **{k: v for k, v in known.items() if v})


def copy_database(template: str, name: str) -> None:
    """A database of the tests like ``template``, which nobody may be using."""
    with psycopg.connect(database_url(OWNER, "postgres"), autocommit=True) as admin:
        names = sql.Identifier(name), sql.Identifier(template)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def drop_database(name: str) -> None:
    """Drops a database of the tests; waits for the server's own cleaning to leave it."""
    command = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(database_url(OWNER, "postgres"), autocommit=True) as admin:
        for _attempt in range(50):
            try:
                admin.execute(command)
            except (InsufficientPrivilege, ObjectInUse):
                time.sleep(0.2)
            else:
                return
        admin.execute(command)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[CommittedDatabase]:
    """A copy of the migrated database with its reference data, dropped afterwards: for threads,
    processes, live servers. Writing needs ``acting_as``, as in the application."""
    with django_db_blocker.unblock():
        template = connection.settings_dict["NAME"]
        name = f"{template}_{uuid4().hex[:8]}"
        connection.close()
        copy_database(template, name)
        connection.settings_dict["NAME"] = name
        try:
            yield CommittedDatabase(
                name, database_url(OWNER, name), database_url(settings.APP_DB_ROLE, name)
            )
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = template
            drop_database(name)
