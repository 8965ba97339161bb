"""A register of ten thousand lines, from its file to projects, beside PostgreSQL alone taking the
same rows under the same role: COPY, then the rules of the database. Ratios in one run, never
absolute times.
"""

import time
from collections.abc import Callable

import psycopg

from alliances.identity import acting_as, acting_as_portal
from fqis.models import Project, RegisterImport
from fqis.services import imports as services
from fqis.tasks import work_on_import
from tests.conftest import CommittedDatabase
from tests.factories import person
from tests.fqis.registers import as_csv, funded, row, upload

LINES = 10_000
# What the import writes, in the order that foreign keys ask.
TABLES = ["alliances_organisation", "fqis_project", "fqis_decision"]


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def fresh(source: RegisterImport) -> RegisterImport:
    with acting_as_portal():
        return RegisterImport.objects.get(pk=source.pk)


def rows_of(database: psycopg.Connection, table: str, highest: int) -> bytes:
    """The rows a table took since, as COPY writes them."""
    query = f"COPY (SELECT * FROM {table} WHERE id > {highest}) TO STDOUT"
    with database.cursor().copy(query) as copy:
        return b"".join(bytes(part) for part in copy)


def take(database: psycopg.Connection, kept: dict[str, bytes]) -> None:
    """The same rows again: COPY writes none where row-level security reads, hence the table
    between."""
    with database.transaction():
        for table, rows in kept.items():
            database.execute(f"CREATE TEMP TABLE came ON COMMIT DROP AS TABLE {table} WITH NO DATA")
            with database.cursor().copy("COPY came FROM STDIN") as copy:
                copy.write(rows)
            database.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM came")
            database.execute("DROP TABLE came")
        database.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_ten_thousand_lines_cost_at_most_three_times_postgresql_alone(
    committed_db: CommittedDatabase,
) -> None:
    with acting_as_portal() as portal:
        alliance = funded("laval", "1000000.00")
        by = person("coordination", "laval")
    lines = [row(n, demande="120,00", accorde="90,00 $") for n in range(LINES)]
    content = as_csv(lines)
    sources: list[RegisterImport] = []

    def act(service: Callable[..., RegisterImport], *arguments: object) -> None:
        with acting_as(by):
            sources.append(service(*arguments, by=by))
        if service is not services.bring_register:
            work_on_import(sources[-1].pk)

    def bring() -> None:
        act(services.bring_register, alliance, upload(content))
        act(services.match_columns, sources[-1], sources[-1].mapping)
        act(services.apply_import, fresh(sources[-1]))

    with psycopg.connect(committed_db.app_url, autocommit=True) as database:
        database.execute("SELECT set_config('app.user_id', %s, false)", [str(portal.pk)])
        highest = {
            table: database.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchall()[0][0]
            for table in TABLES
        }
        ours = timed(bring)
        with acting_as_portal():
            assert Project.objects.filter(alliance=alliance).count() == LINES
        kept = {table: rows_of(database, table, highest[table]) for table in TABLES}
        act(services.undo_import, fresh(sources[-1]))
        with acting_as_portal():
            assert not Project.objects.filter(alliance=alliance).exists()
        alone = timed(lambda: take(database, kept))
        with acting_as_portal():
            assert Project.objects.filter(alliance=alliance).count() == LINES

    assert ours < 3 * alone, (ours, alone)
