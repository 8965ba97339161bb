"""The worker checks a register without effect: each line a project to be, or faults."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import connection, models

from alliances import clock
from alliances.cycle_words import words_of
from alliances.identity import acting_as_portal
from fqis.models import ImportFault, ImportLine, RegisterImport
from fqis.register_import.checking import Checker, Draft, Fault
from fqis.register_import.reading import Line, Unreadable, lines_of
from fqis.selectors.imports import place_of, summary_of
from fqis.services.imports import lock_import

State = RegisterImport.State
MAX_ATTEMPTS = 3
CHUNK = 2_000
SILENCE = timedelta(minutes=2)
DRAFT_COLUMNS = [one.name for one in fields(Draft)]
FAULT_COLUMNS = [one.name for one in fields(Fault)]


class Superseded(Exception):
    """Another worker took the turn of this one."""


def begin_work(pk: int) -> tuple[str, int] | None:
    """Takes the turn: the state to work on and the number of the turn; None when nothing is left
    to do. Committed before the work, so that a file that kills the worker stops coming back."""
    with acting_as_portal():
        source = (
            RegisterImport.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("alliance__territory", "alliance__cycle", "document")
            .at_work()
            .filter(pk=pk)
            .first()
        )
        if source is None:
            return None
        if source.attempts >= MAX_ATTEMPTS and source.state == State.CHECKING:
            source.refuse(why="worker")
            source.save()
            return None
        source.attempts += 1
        source.seen_at = clock.now()
        source.save(update_fields=["attempts", "seen_at"])
        if source.state == State.CHECKING:
            clear(source)
        return source.state, source.attempts


def clear(source: RegisterImport) -> None:
    """Forgets what an earlier check found."""
    ImportLine.objects.filter(source=source).delete()
    ImportFault.objects.filter(source=source).delete()


def check_import(pk: int, turn: int) -> RegisterImport:
    """Reads every line, two thousand a transaction: the progress is seen, and a dead worker's
    part is read again from the start."""
    with acting_as_portal():
        source = _turn(pk, turn)
        checker = Checker(source.mapping, place_of(source.alliance))
        stored, words = source.document.file, source.alliance.cycle
    extension = str(stored.name).rsplit(".", 1)[-1]
    try:
        if extension == "csv":
            # Counting costs little there; a workbook is only read once.
            with stored.open("rb") as file:
                _note_total(pk, turn, sum(1 for _line in lines_of(file, extension)) - 1)
        with stored.open("rb") as file, words_of(words):
            lines = lines_of(file, extension)
            next(lines, None)
            while chunk := list(islice(lines, CHUNK)):
                _check_chunk(pk, turn, checker, chunk)
    except Unreadable as error:
        with acting_as_portal():
            source = _turn(pk, turn)
            clear(source)
            source.refuse(why=str(error))
            source.save()
            return source
    with acting_as_portal():
        source = _turn(pk, turn)
        source.lines_total = source.lines_read
        source.faults_count = ImportFault.objects.filter(source=source).count()
        source.summary = summary_of(source)
        source.conclude()
        source.save()
        return source


def _note_total(pk: int, turn: int, total: int) -> None:
    with acting_as_portal():
        source = _turn(pk, turn)
        source.lines_total = total
        source.save(update_fields=["lines_total"])


def _turn(pk: int, turn: int) -> RegisterImport:
    source = lock_import(pk)
    if source.attempts != turn or source.state != State.CHECKING:
        raise Superseded
    return source


def _check_chunk(pk: int, turn: int, checker: Checker, chunk: Sequence[tuple[int, Line]]) -> None:
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for number, line in chunk:
        draft, broken = checker.check(number, line)
        faults += broken
        if draft is not None:
            drafts.append(draft)
    with acting_as_portal():
        source = _turn(pk, turn)
        common = {"source_id": source.pk, "territory_id": source.territory_id}
        write_rows(ImportLine, DRAFT_COLUMNS, map(_row, drafts), common)
        write_rows(ImportFault, FAULT_COLUMNS, map(astuple, faults), common)
        source.lines_read += len(chunk)
        source.seen_at = clock.now()
        source.save(update_fields=["lines_read", "seen_at"])


def _row(draft: Draft) -> tuple[Any, ...]:
    return tuple(
        list(value) if isinstance(value, tuple) else value
        for value in (getattr(draft, name) for name in DRAFT_COLUMNS)
    )


def write_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    common: dict[str, int],
) -> None:
    """COPY does not write under row-level security: it fills a table of the transaction, from
    which one INSERT writes them all."""
    table = model._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    ours = ", ".join(common)
    values = ", ".join("%s" for _name in common)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rows_in")
        cursor.execute(
            f"CREATE TEMP TABLE rows_in ON COMMIT DROP AS SELECT {names} FROM {table}"  # noqa: S608
            " WITH NO DATA"
        )
        with cursor.copy(f"COPY pg_temp.rows_in ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        others = [
            field
            for field in model._meta.local_concrete_fields
            if not field.null and not field.primary_key and field.column not in (*columns, *common)
        ]
        more = "".join(f', "{field.column}"' for field in others)
        given = "".join(", %s" for _field in others)
        cursor.execute(
            f"INSERT INTO {table} ({names}, {ours}{more})"  # noqa: S608
            f" SELECT {names}, {values}{given} FROM pg_temp.rows_in",
            [*common.values(), *(field.get_default() for field in others)],
        )


def waiting_imports() -> list[int]:
    """Those whose worker said nothing for a while, or never began."""
    with acting_as_portal():
        return list(
            RegisterImport.objects.at_work()
            .filter(models.Q(seen_at=None) | models.Q(seen_at__lt=clock.now() - SILENCE))
            .values_list("pk", flat=True)[:100]
        )
