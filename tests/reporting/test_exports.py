"""The whole file of an Alliance: what its asker may read, made by the worker, theirs for a week."""

import csv
import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404
from django.test import Client

from alliances import clock
from alliances.models import Alliance, Comment, Document, JournalEntry, Notification, User
from alliances.services import comments
from alliances.services.documents import create_document, deposit_document, store_file
from fqis import services as fqis
from reporting import tasks
from reporting.models import Export
from reporting.services import export_making
from reporting.services.exports import ask_export
from tests.factories import AllianceFactory, person
from tests.fqis.committees import referred_project, seated_committee
from tests.plans.factories import PlanFactory
from tests.reporting.factories import Story

pytestmark = pytest.mark.django_db
Identity = Callable[[User | None], None]


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("laval")


def files_in(export: Export) -> dict[str, bytes]:
    with export.file.open("rb") as file, ZipFile(file) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def made(alliance: Alliance, by: User) -> Export:
    export = ask_export(alliance, by=by)
    assert tasks.make_export(export.pk) == "made"
    return Export.objects.get(pk=export.pk)


def rows_in(files: dict[str, bytes], path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[path].decode("utf-8-sig")), delimiter=";"))


def minutes(alliance: Alliance, by: User, title: str = "Procès-verbal") -> Document:
    file = SimpleUploadedFile("pv.pdf", b"%PDF-1.7 " + title.encode())
    return deposit_document(file, by=by, alliance=alliance, title=title, kind="minutes")


# --- Who asks


def test_who_does_not_read_everything_asks_for_nothing(alliance: Alliance) -> None:
    with pytest.raises(PermissionDenied):
        ask_export(alliance, by=person("partner", "laval"))
    with pytest.raises(Http404):
        ask_export(alliance, by=person("direction", "estrie"))


def test_asked_twice_it_is_the_one_being_made(alliance: Alliance) -> None:
    direction, advisor = person("direction", "laval"), person("advisor", "laval")
    first = ask_export(alliance, by=direction)
    assert ask_export(alliance, by=direction) == first
    assert ask_export(alliance, by=advisor) != first
    tasks.make_export(first.pk)
    assert ask_export(alliance, by=direction) != first


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [("partner", "laval", 403), ("direction", "estrie", 404), ("coordination", "laval", 200)],
)
def test_the_page_opens_for_who_reads_everything(
    client: Client, alliance: Alliance, role: str, place: str, status: int
) -> None:
    client.force_login(person(role, place))
    assert client.get(alliance.url("alliance_export")).status_code == status
    assert client.post(alliance.url("alliance_export")).status_code == (
        302 if status == 200 else status
    )


# --- What is in it


def test_the_file_holds_everything_and_says_its_fingerprints(worker: Callable[[], int]) -> None:
    story = Story("laval")
    report = story.accepted()
    PlanFactory(story.alliance)
    deposited = minutes(story.alliance, story.direction)
    worker()
    export = made(story.alliance, story.direction)
    files = files_in(export)
    assert {"plan/version-1.json", "fils.csv", "journal.csv", "projets.csv"} <= set(files)
    assert f"documents/{deposited.pk}-proces-verbal.pdf" in files
    assert any(name.startswith(f"redditions/{report.document_id}-") for name in files)
    reports = {Path(name).suffix for name in files if name.startswith("redditions/")}
    assert reports == {".pdf", ".xlsx", ".json"}
    assert any(name.startswith("conventions/") for name in files)
    index = files.pop("LISEZMOI.txt").decode()
    for name, content in files.items():
        assert f"{hashlib.sha256(content).hexdigest()}  {name}\n" in index
    assert index.count("  ") == len(files)
    assert export.total == len(files) + 1
    assert export.done == export.total
    with export.file.open("rb") as file:
        content = file.read()
    assert (export.size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_file_that_is_gone_or_changed_is_said(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    gone, changed = minutes(alliance, direction, "Perdu"), minutes(alliance, direction, "Changé")
    gone.file.storage.delete(str(gone.file.name))
    with Path(changed.file.path).open("ab") as file:
        file.write(b"!")
    index = files_in(made(alliance, direction))["LISEZMOI.txt"].decode()
    assert "Fichier introuvable\u00a0: Perdu" in index
    assert "ne correspond plus à son empreinte\u00a0: documents/" in index


def test_the_table_gets_no_remark_of_the_ministry(alliance: Alliance) -> None:
    direction, advisor = person("direction", "laval"), person("advisor", "laval")
    for audience in Comment.Audience:
        comments.post_comment(
            alliance.table, by=advisor, alliance=alliance, body=f"Pour {audience}.",
            audience=audience,
        )  # fmt: skip
    theirs = files_in(made(alliance, direction))
    ours = files_in(made(alliance, advisor))
    assert [row[8] for row in rows_in(theirs, "fils.csv")[1:]] == ["Pour all."]
    assert [row[8] for row in rows_in(ours, "fils.csv")[1:]] == ["Pour all.", "Pour ministry."]
    assert not any(b"Pour ministry" in content for content in theirs.values())


def test_whoever_withdrew_from_a_project_finds_nothing_of_it(identity: Identity) -> None:
    coordination = person("coordination", "laval")
    committee = seated_committee(coordination)
    hidden, seen = (referred_project(committee, title=title) for title in ("Caché", "Vu"))
    direction = person("direction", "laval")
    document = create_document(
        "lettre_decision", by=direction, title="Lettre", data={}, alliance=committee.alliance,
        subject=hidden, by_worker=False,
    )  # fmt: skip
    store_file(document, b"%PDF-1.7 Lettre", "pdf", mime="application/pdf")
    identity(coordination)
    fqis.declare_conflict(hidden, by=coordination, reason="Je siège à son conseil.")
    identity(User.objects.portal())
    theirs = files_in(made(committee.alliance, coordination))
    whole = files_in(made(committee.alliance, direction))
    numbers = {row[0] for row in rows_in(theirs, "projets.csv")[1:]}
    assert numbers == {seen.number}
    assert {row[0] for row in rows_in(whole, "projets.csv")[1:]} == {seen.number, hidden.number}
    assert not any(hidden.number.encode() in content for content in theirs.values())
    assert not any("lettre" in name for name in theirs)
    assert any("lettre" in name for name in whole)


def test_a_thread_says_what_it_is_about(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    committee = seated_committee(direction)
    project = referred_project(committee)
    for target in (project, alliance.table):
        comments.post_comment(target, by=direction, alliance=alliance, body="Bien.")
    rows = rows_in(files_in(made(alliance, direction)), "fils.csv")[1:]
    assert [row[1] for row in rows] == [
        f"Projet {project.number}",
        f"alliances.organisation {alliance.table_id}",
    ]


def test_a_sheet_runs_nothing(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    comments.post_comment(alliance.table, by=direction, alliance=alliance, body="=1+1")
    assert rows_in(files_in(made(alliance, direction)), "fils.csv")[1][8] == "'=1+1"


def test_memory_does_not_grow_with_the_files(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    for rank in range(4):
        document = minutes(alliance, direction, f"Gros {rank}")
        os.truncate(document.file.path, 16 * 1024 * 1024)
    export = ask_export(alliance, by=direction)
    tracemalloc.start()
    tasks.make_export(export.pk)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024
    assert Export.objects.filter(pk=export.pk, size__gt=64 * 1024 * 1024).exists()


# --- The worker


def test_a_silent_worker_is_replaced_and_writes_no_more(alliance: Alliance) -> None:
    export = ask_export(alliance, by=person("direction", "laval"))
    assert export_making.waiting_exports() == [export.pk]
    turn = export_making.begin_work(export.pk)
    assert turn == 1
    assert export_making.waiting_exports() == []
    assert tasks.make_export(export.pk) == "nothing to do"
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert export_making.waiting_exports() == [export.pk]
        assert tasks.make_export(export.pk) == "made"
        with pytest.raises(export_making.Superseded):
            export_making.make_export(export.pk, turn)
    assert Export.objects.get(pk=export.pk).attempts == 2


def test_a_file_that_kills_three_workers_is_given_up(
    client: Client, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(export_making, "_fill", killed)
    direction = person("direction", "laval")
    export = ask_export(alliance, by=direction)
    for minutes_later in (0, 3, 6, 9):
        with clock.at(clock.now() + timedelta(minutes=minutes_later)):
            tasks.make_export(export.pk)
    export = Export.objects.get(pk=export.pk)
    assert (export.state, export.failure) == ("failed", "worker")
    client.force_login(direction)
    assert "n’a pas pu le préparer" in client.get(alliance.url("alliance_export")).text


def test_who_lost_the_right_meanwhile_gets_no_file(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    export = ask_export(alliance, by=direction)
    direction.groups.clear()
    tasks.make_export(export.pk)
    export = Export.objects.get(pk=export.pk)
    assert (export.state, export.failure, export.file.name) == ("failed", "right", "")


def test_its_asker_is_told_when_it_is_ready(alliance: Alliance) -> None:
    direction = person("direction", "laval")
    made(alliance, direction)
    letter = Notification.objects.get(recipient=direction)
    assert letter.url == alliance.url("alliance_export")
    assert "30\u00a0novembre\u00a02026" in letter.body


# --- Taking it


def test_the_page_says_where_it_stands(client: Client, alliance: Alliance) -> None:
    direction = person("direction", "laval")
    client.force_login(direction)
    address = alliance.url("alliance_export")
    assert "Préparer le dossier complet" in client.get(address).text
    assert address in client.get(alliance.url("documents")).text
    client.post(address)
    page = client.get(address).text
    assert "En attente" in page
    assert f"{address}?vu=waiting-0" in page
    seen = client.get(f"{address}?vu=waiting-0", headers={"HX-Request": "true"})
    assert seen.status_code == 204
    export = Export.objects.get()
    tasks.make_export(export.pk)
    page = client.get(f"{address}?vu=waiting-0", headers={"HX-Request": "true"}).text
    assert alliance.url("alliance_export_file", export.pk) in page


def test_each_download_is_written_down(client: Client, alliance: Alliance) -> None:
    direction, other = person("direction", "laval"), person("coordination", "laval")
    export = made(alliance, direction)
    address = alliance.url("alliance_export_file", export.pk)
    client.force_login(direction)
    response = client.get(address)
    content = response.getvalue()
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert "dossier-laval-2024-2029-2026-11-23.zip" in response["Content-Disposition"]
    entry = JournalEntry.objects.get(verb="download_export")
    assert (entry.actor, entry.data["sha256"]) == (direction, export.sha256)
    client.head(address)
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert JournalEntry.objects.filter(verb="download_export").count() == 1


def test_after_a_week_the_file_is_gone(client: Client, alliance: Alliance) -> None:
    direction = person("direction", "laval")
    export = made(alliance, direction)
    path, storage = str(export.file.name), export.file.storage
    client.force_login(direction)
    with clock.at(clock.now() + timedelta(days=6, hours=23)):
        assert tasks.remove_past_exports() == 0
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        response = client.get(alliance.url("alliance_export_file", export.pk), follow=True)
        assert "Le lien a expiré." in response.text
        assert tasks.remove_past_exports() == 1
        assert tasks.remove_past_exports() == 0
        assert "Le lien a expiré." in client.get(alliance.url("alliance_export")).text
    assert not storage.exists(path)
    assert Export.objects.get(pk=export.pk).state == "expired"
    assert JournalEntry.objects.filter(verb="download_export").count() == 0


# --- The database


def test_nobody_else_sees_the_row(alliance: Alliance, identity: Identity) -> None:
    export = ask_export(alliance, by=person("advisor", "laval"))
    for one in (person("direction", "laval"), person("analyst"), person("advisor", "estrie")):
        identity(one)
        assert not Export.objects.exists()
        with pytest.raises(ProgrammingError), transaction.atomic():
            Export.objects.create(alliance=alliance, asked_by=export.asked_by)
    identity(export.asked_by)
    assert Export.objects.get() == export


def test_the_database_refuses_what_the_service_refuses(
    alliance: Alliance, identity: Identity
) -> None:
    partner, direction = person("partner", "laval"), person("direction", "laval")
    identity(partner)
    with pytest.raises(IntegrityError, match="ne lit pas tout"), transaction.atomic():
        Export.objects.create(alliance=alliance, asked_by=partner)
    identity(direction)
    export = ask_export(alliance, by=direction)
    with pytest.raises(IntegrityError, match="export_one_at_work"), transaction.atomic():
        Export.objects.create(alliance=alliance, asked_by=direction)
    row = Export.objects.filter(pk=export.pk)
    for changes in (
        {"state": "ready"},
        {"state": "failed"},
        {"file": "exports/x.zip"},
        {"asked_at": clock.now() + timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**changes)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        row.delete()


def test_a_made_file_changes_no_more(alliance: Alliance) -> None:
    export = made(alliance, person("direction", "laval"))
    row = Export.objects.filter(pk=export.pk)
    for changes in (
        {"sha256": "0" * 64},
        {"expires_at": clock.now() + timedelta(days=60)},
        {"state": "making", "file": ""},
    ):
        with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
            row.update(**changes)
