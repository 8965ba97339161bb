"""The worker makes the whole file of an Alliance: what its asker may read, and nothing else.

Each part is read in a transaction of the asker's, where the database hides what it hides from them
on the pages: the ministry's own remarks, the projects they withdrew from. Nothing is kept in memory
but the list of the files.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files import File
from django.db import models
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from alliances import clock
from alliances.cycle_words import words_of
from alliances.exports import PART, csv_parts
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Alliance, Document, User
from alliances.permissions import can
from alliances.selectors import journal_columns, journal_of, journal_rows
from alliances.services.notifications import notify
from alliances.templatetags.portal import date_long, file_size
from fqis.selectors.projects import register_of
from fqis.selectors.register import COLUMNS, cells_of, columns_of, rows_for
from plans.publication import publication_data
from plans.selectors import get_version
from reporting.models import Export
from reporting.selectors.exports import (
    ROWS_AT_ONCE,
    files_of,
    folder_of,
    thread_columns,
    thread_rows,
    versions_of,
)
from reporting.services.exports import RIGHT

State = Export.State
MAX_ATTEMPTS = 3
SILENCE = timedelta(minutes=2)
# How many documents are copied before the progress is written down.
CHUNK = 20
INDEX = "LISEZMOI.txt"


class Superseded(Exception):
    """Another worker took the turn of this one."""


class NoRight(Exception):
    """Whoever asked no longer reads all of the Alliance."""


@dataclass
class Archive:
    """The ZIP being written, and what it holds: path, size in bytes, fingerprint."""

    zip: ZipFile
    entries: list[tuple[str, int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, path: str, parts: Iterable[bytes], at: datetime, *, packed: bool = True) -> str:
        """Writes one file, part by part; gives its fingerprint."""
        info = ZipInfo(path, timezone.localtime(at).timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as out:
            for part in parts:
                out.write(part)
                digest.update(part)
                size += len(part)
        self.entries.append((path, size, digest.hexdigest()))
        return digest.hexdigest()


def begin_work(pk: int) -> int | None:
    """Takes the turn and gives its number; None when nothing is left to do, or while another
    worker is heard of. Committed before the work, so that a file that kills the worker stops
    coming back."""
    with acting_as_portal():
        export = (
            Export.objects.select_for_update(skip_locked=True, of=("self",))
            .at_work()
            .filter(pk=pk)
            .first()
        )
        if export is None:
            return None
        is_heard = export.seen_at is not None and export.seen_at > clock.now() - SILENCE
        if export.state == State.MAKING and is_heard:
            return None
        if export.attempts >= MAX_ATTEMPTS:
            export.fail(why="worker")
            export.save()
            return None
        export.begin()
        export.save()
        return export.attempts


def make_export(pk: int, turn: int) -> None:
    """Makes the file; the progress is seen, and a dead worker's part is made again."""
    with acting_as_portal():
        export = _turn(pk, turn)
    alliance = export.alliance
    try:
        with TemporaryFile() as file, words_of(alliance.cycle, export.language):
            with ZipFile(file, "w") as archive:
                filled = Archive(archive)
                _fill(filled, export, turn)
            _keep(export, turn, file, files=len(filled.entries))
    except NoRight:
        with acting_as_portal():
            export = _turn(pk, turn)
            export.fail(why="right")
            export.save()


def _turn(pk: int, turn: int) -> Export:
    export = (
        Export.objects.select_for_update(of=("self",))
        .select_related("alliance__territory", "alliance__cycle", "alliance__table", "asked_by")
        .get(pk=pk)
    )
    if export.attempts != turn or export.state != State.MAKING:
        raise Superseded
    return export


def _note(export: Export, turn: int, *, done: int, total: int) -> None:
    with acting_as_portal():
        row = _turn(export.pk, turn)
        row.done, row.total, row.seen_at = done, total, clock.now()
        row.save(update_fields=["done", "total", "seen_at"])


@contextmanager
def _reading(export: Export) -> Iterator[User]:
    """A transaction of the asker's, with the rights they hold now."""
    asker = User.objects.get(pk=export.asked_by_id)
    with acting_as(asker):
        if not can(asker, RIGHT, export.alliance):
            raise NoRight
        yield asker


def _fill(archive: Archive, export: Export, turn: int) -> None:
    alliance = export.alliance
    with _reading(export):
        numbers = versions_of(alliance)
        documents = list(files_of(alliance).values_list("pk", flat=True))
    # And three sheets, and the list.
    total = len(numbers) + len(documents) + 4
    _note(export, turn, done=0, total=total)
    for number in numbers:
        with _reading(export):
            _add_version(archive, alliance, number)
        _note(export, turn, done=len(archive.entries), total=total)
    waiting = iter(documents)
    while chunk := list(islice(waiting, CHUNK)):
        with _reading(export):
            for document in files_of(alliance).filter(pk__in=chunk):
                _add_document(archive, document)
        _note(export, turn, done=len(archive.entries), total=total)
    for path, columns, rows in _sheets(alliance):
        with _reading(export):
            archive.add(path, csv_parts(columns, rows), clock.now())
        _note(export, turn, done=len(archive.entries), total=total)
    with _reading(export) as asker:
        text = _index(archive, alliance, asker)
    archive.add(INDEX, [text.encode()], clock.now())


def _sheets(alliance: Alliance) -> Iterator[tuple[str, list[str], Iterable]]:
    """The path, columns and rows of each sheet; its rows are read as they are written."""
    yield "fils.csv", thread_columns(), thread_rows(alliance)
    entries = journal_of(alliance)
    yield (
        "journal.csv",
        journal_columns(),
        journal_rows(entries.iterator(chunk_size=ROWS_AT_ONCE)),
    )
    columns = columns_of([one.key for one in COLUMNS])
    projects = rows_for(register_of(alliance), columns).order_by("number")
    yield (
        "projets.csv",
        [str(one.label) for one in columns],
        cells_of(projects.iterator(chunk_size=ROWS_AT_ONCE), columns),
    )


def _add_version(archive: Archive, alliance: Alliance, number: int) -> None:
    data = publication_data(get_version(alliance, number))
    text = json.dumps(data, ensure_ascii=False, indent=1, default=str)
    archive.add(f"plan/version-{number}.json", [text.encode()], clock.now())


def _add_document(archive: Archive, document: Document) -> None:
    """Its file as it was kept; one that is gone or changed is said in the list."""
    stored = document.file
    if not stored or not stored.storage.exists(str(stored.name)):
        archive.notes.append(_("Fichier introuvable : %(title)s") % {"title": document})
        return
    extension = PurePosixPath(str(stored.name)).suffix
    name = slugify(f"{document.number} {document.title}")[:80] or document.kind
    path = f"{folder_of(document.kind)}/{document.pk}-{name}{extension}"
    with stored.open("rb") as file:
        found = archive.add(path, file.chunks(PART), document.created_at, packed=False)
    if found != document.sha256:
        archive.notes.append(
            _("Ce fichier ne correspond plus à son empreinte : %(path)s") % {"path": path}
        )


def _index(archive: Archive, alliance: Alliance, asker: User) -> str:
    """What the ZIP holds, one line a file as « sha256sum -c » reads it."""
    heading = [
        _("Dossier complet : %(alliance)s") % {"alliance": alliance},
        _("Fait le %(day)s pour %(person)s : ce que cette personne peut lire, et rien d’autre.")
        % {"day": date_long(clock.now()), "person": asker},
        "",
        _("plan/ : chaque version du plan (JSON, et PDF s’il est prêt)"),
        _("conventions/ : conventions, avenants et feuilles signées"),
        _("avis/ : avis de versement et de recouvrement"),
        _("redditions/ : redditions acceptées"),
        _("documents/ : les autres documents de l’Alliance"),
        _("fils.csv, journal.csv, projets.csv : remarques, journal, registre des projets"),
        "",
        *archive.notes,
    ]
    lines = [f"{sha256}  {path}" for path, _size, sha256 in archive.entries]
    sizes = sum(size for _path, size, _sha256 in archive.entries)
    summary = _("%(n)s fichiers, %(size)s. Empreintes sha256 :") % {
        "n": len(lines),
        "size": file_size(sizes),
    }
    return "\n".join([*heading, summary, "", *lines, ""])


def _keep(export: Export, turn: int, file: IO[bytes], *, files: int) -> None:
    """Stores the ZIP of so many files and says it is ready."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := file.read(PART):
        digest.update(part)
        size += len(part)
    with acting_as_portal():
        row = _turn(export.pk, turn)
        # A worker killed here may have left its file under the same name.
        name = row.file.field.generate_filename(row, "")
        row.file.storage.delete(name)
        row.file.save("", File(file), save=False)
        row.finish(size=size, sha256=digest.hexdigest(), days=settings.EXPORT_DAYS)
        row.done = row.total = files
        row.save()
        assert row.expires_at is not None
        notify(
            [row.asked_by],
            alliance=row.alliance,
            subject=_("Dossier complet prêt : %(alliance)s") % {"alliance": row.alliance},
            body=_("Votre dossier complet est prêt. Le lien expire le %(day)s.")
            % {"day": date_long(row.expires_at)},
            url=row.alliance.url("alliance_export"),
        )


def waiting_exports() -> list[int]:
    """Those whose worker said nothing for a while, or never began."""
    with acting_as_portal():
        return list(
            Export.objects.at_work()
            .filter(models.Q(seen_at=None) | models.Q(seen_at__lt=clock.now() - SILENCE))
            .order_by("pk")
            .values_list("pk", flat=True)[:100]
        )
