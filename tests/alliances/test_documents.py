"""Documents: a number without hole, data that never change, a file and its fingerprint."""

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, connection, transaction

from alliances.errors import Refusal
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as_portal
from alliances.models import Document, User
from alliances.models.documents import NumberSeries
from alliances.services import documents
from alliances.services.documents import Renderer, check_upload, create_document, deposit_document
from alliances.tasks import render_document, sweep_documents
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, person

DECEMBER = date(2026, 12, 3)


@pytest.fixture
def notice() -> Iterator[None]:
    """A kind of document of this module's own: its template is the letter of approval."""
    kept = dict(documents._renderers)
    documents.register_renderer("note", Renderer("documents/plan_approval.html", label="Note"))
    yield
    documents._renderers.clear()
    documents._renderers.update(kept)


def numbered(by: User, on: date = DECEMBER) -> Document:
    return create_document("note", by=by, title="Note", data={}, series="XX", dated_on=on)


def letter(by: User) -> Document:
    data = {
        "recipient": {"name": "Table", "attention": "", "city": ""},
        "alliance": "Mauricie 2024-2029",
        "version": 1,
        "approved_on": "2026-03-12",
        "in_force_from": "2026-03-12",
        "approved_by": {"name": "Julie Gagnon", "title": "Délégation"},
        "priorities": ["Le logement"],
    }
    return create_document("note", by=by, title="Lettre", data=data)


@pytest.mark.django_db
class TestNumbers:
    def test_follow_each_other(self) -> None:
        by = person("budget")

        numbers = [numbered(by).number for _ in range(3)]

        assert numbers == ["XX-2026-0001", "XX-2026-0002", "XX-2026-0003"]

    def test_start_again_with_the_fiscal_year(self) -> None:
        by = person("budget")

        numbers = [numbered(by, on).number for on in (date(2027, 3, 31), date(2027, 4, 1))]

        assert numbers == ["XX-2026-0001", "XX-2027-0001"]

    def test_come_back_when_the_act_fails(self) -> None:
        by = person("budget")
        numbered(by)

        with pytest.raises(RuntimeError), transaction.atomic():
            numbered(by)
            raise RuntimeError("the act fails after taking its number")

        assert numbered(by).number == "XX-2026-0002"

    def test_refuse_a_hole_written_past_the_service(self) -> None:
        with pytest.raises(IntegrityError, match="pas le suivant de sa série"):
            Document.objects.create(
                kind="note",
                title="Note",
                created_by=person("budget"),
                series="XX",
                fiscal_year=2026,
                sequence=7,
                number="XX-2026-0007",
            )

    def test_are_given_in_a_run_to_many_documents_at_once(self) -> None:
        by = person("budget")
        numbered(by)

        drafts = [documents.Draft(f"Note {n}", {"n": n}) for n in range(3)]
        made = documents.create_documents("note", drafts, by=by, series="XX", dated_on=DECEMBER)

        assert [(one.number, one.data["n"]) for one in made] == [
            ("XX-2026-0002", 0),
            ("XX-2026-0003", 1),
            ("XX-2026-0004", 2),
        ]
        assert documents.create_documents("note", [], by=by, series="XX") == []

    def test_refuse_the_same_number_twice(self) -> None:
        first = numbered(person("budget"))

        with pytest.raises(IntegrityError, match="document_number_once"):
            Document.objects.create(
                kind="note",
                title="Note",
                created_by=first.created_by,
                series=first.series,
                fiscal_year=first.fiscal_year,
                sequence=first.sequence,
                number=first.number,
            )


@pytest.mark.usefixtures("notice")
def test_numbers_have_no_hole_when_many_act_at_once(committed_db: CommittedDatabase) -> None:
    def act(index: int) -> None:
        try:
            with acting_as_portal() as portal:
                numbered(portal)
                if index % 3 == 0:
                    raise RuntimeError("one act in three fails")
        except RuntimeError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(30)))

    with acting_as_portal():
        sequences = sorted(Document.objects.values_list("sequence", flat=True))
        last = NumberSeries.objects.get(series="XX").last
    assert sequences == list(range(1, 21))
    assert last == 20


@pytest.mark.django_db
class TestFrozen:
    @pytest.mark.parametrize(
        "change",
        [
            'data = \'{"amount": "1"}\'',
            "number = 'XX-2026-0009'",
            "code = 'AAAAAAAA'",
            "dated_on = dated_on - 1",
            "kind = 'autre'",
            "created_at = now()",
        ],
    )
    def test_what_a_document_says_never_changes(self, change: str) -> None:
        document = numbered(person("budget"))

        with (
            pytest.raises(Error, match="Un document ne change plus"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE alliances_document SET {change} WHERE id = %s", [document.pk])

    @pytest.mark.usefixtures("notice")
    @pytest.mark.parametrize(
        "change", ["sha256 = repeat('0', 64)", "file = 'ailleurs.pdf'", "state = 'pending'"]
    )
    def test_a_file_never_changes_once_ready(self, change: str) -> None:
        document = letter(person("budget"))
        render_document(document.pk)

        with (
            pytest.raises(Error, match="Un document ne change plus"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE alliances_document SET {change} WHERE id = %s", [document.pk])

    def test_a_document_is_never_deleted(self) -> None:
        document = numbered(person("budget"))

        with pytest.raises(Error, match="Cannot delete"), transaction.atomic():
            document.delete()

    def test_a_code_belongs_to_one_document(self) -> None:
        document = numbered(person("budget"))

        with pytest.raises(IntegrityError, match="code"):
            Document.objects.create(
                kind="note", title="Note", created_by=document.created_by, code=document.code
            )

    def test_a_ready_document_has_its_file(self) -> None:
        document = numbered(person("budget"))

        with pytest.raises(IntegrityError, match="document_ready_has_file"):
            Document.objects.filter(pk=document.pk).update(state=Document.State.READY)


@pytest.mark.django_db
@pytest.mark.usefixtures("notice")
class TestRendering:
    def test_writes_the_file_and_its_fingerprint(self) -> None:
        document = letter(person("budget"))

        assert render_document(document.pk) == "rendered"

        document.refresh_from_db()
        with document.file.open("rb") as file:
            content = file.read()
        assert content.startswith(b"%PDF-1.7")
        assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert document.size == len(content)

    def test_a_second_run_finds_nothing_to_do(self) -> None:
        document = letter(person("budget"))
        render_document(document.pk)
        document.refresh_from_db()
        before = document.sha256

        assert render_document(document.pk) == "nothing to do"

        document.refresh_from_db()
        assert document.sha256 == before

    def test_calls_what_follows_in_the_same_transaction(self) -> None:
        told: list[int] = []
        documents.register_renderer(
            "note",
            Renderer("documents/plan_approval.html", after=lambda ready: told.append(ready.pk)),
        )
        document = letter(person("budget"))

        render_document(document.pk)

        assert told == [document.pk]

    def test_a_failure_is_counted_and_tried_again(self) -> None:
        documents.register_renderer("note", Renderer("documents/nowhere.html"))
        document = letter(person("budget"))

        assert render_document(document.pk) == "failed"

        document.refresh_from_db()
        assert (document.state, document.attempts) == (Document.State.PENDING, 1)
        assert "nowhere.html" in document.last_error

        documents.register_renderer("note", Renderer("documents/plan_approval.html"))
        assert render_document(document.pk) == "rendered"

    def test_what_follows_may_fail_without_leaving_a_ready_document(self) -> None:
        def fail(ready: Document) -> None:
            raise RuntimeError("cannot issue")

        documents.register_renderer("note", Renderer("documents/plan_approval.html", after=fail))
        document = letter(person("budget"))

        assert render_document(document.pk) == "failed"

        document.refresh_from_db()
        assert document.state == Document.State.PENDING
        assert document.sha256 == ""

    def test_a_document_that_always_fails_stops_coming_back(self) -> None:
        documents.register_renderer("note", Renderer("documents/nowhere.html"))
        document = letter(person("budget"))
        Document.objects.filter(pk=document.pk).update(attempts=documents.MAX_ATTEMPTS - 1)

        render_document(document.pk)

        document.refresh_from_db()
        assert document.state == Document.State.FAILED

    def test_an_act_holds_when_the_broker_is_silent(
        self, django_capture_on_commit_callbacks: Callable
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            document = letter(person("budget"))

        assert Document.objects.get(pk=document.pk).state == Document.State.PENDING

    def test_the_sweep_finds_what_a_dead_worker_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        document = letter(person("budget"))
        queued: list[list[int]] = []
        monkeypatch.setattr(
            render_document, "apply_async", lambda args, **options: queued.append(args)
        )
        monkeypatch.setattr("alliances.tasks.SWEEP_AFTER", timedelta(minutes=-1))

        assert sweep_documents() == 1
        assert queued == [[document.pk]]


def office(name: str, inside: str) -> SimpleUploadedFile:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr(inside, "<xml/>")
    return SimpleUploadedFile(name, content.getvalue())


@pytest.mark.django_db
class TestDeposit:
    @pytest.mark.parametrize(
        "file",
        [
            SimpleUploadedFile("a.PDF", b"%PDF-1.4 x"),
            SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n..."),
            SimpleUploadedFile("a.jpeg", b"\xff\xd8\xff\xe0"),
            office("a.docx", "word/document.xml"),
            office("a.xlsx", "xl/workbook.xml"),
        ],
        ids=lambda file: str(file.name),
    )
    def test_keeps_what_its_name_says(self, file: SimpleUploadedFile) -> None:
        document = deposit_document(
            file,
            by=person("coordination", "mauricie"),
            alliance=AllianceFactory("mauricie"),
            title="Résolution",
        )

        file.seek(0)
        assert document.state == Document.State.READY
        assert document.sha256 == hashlib.sha256(file.read()).hexdigest()
        assert document.territory.slug == "mauricie"

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (SimpleUploadedFile("a.pdf", b""), "Ce fichier est vide"),
            (SimpleUploadedFile("a.exe", b"MZ"), "Ce type de fichier n’est pas accepté"),
            (SimpleUploadedFile("sans-extension", b"%PDF-"), "n’est pas accepté"),
            (SimpleUploadedFile("a.pdf", b"MZ program"), "n’est pas du PDF, malgré son nom"),
            (SimpleUploadedFile("a.png", b"%PDF-1.4"), "n’est pas du PNG"),
            (SimpleUploadedFile("a.docx", b"PK not a zip"), "n’est pas du DOCX"),
            (office("a.docx", "xl/workbook.xml"), "n’est pas du DOCX"),
        ],
    )
    def test_refuses_what_is_not(self, file: SimpleUploadedFile, sentence: str) -> None:
        with pytest.raises(Refusal, match=sentence) as refused:
            check_upload(file)

        assert refused.value.field == "file"

    def test_refuses_a_file_over_the_limit(self, settings: object) -> None:
        settings.UPLOAD_MAX_BYTES = 1024 * 1024  # type: ignore[attr-defined]
        file = SimpleUploadedFile("a.pdf", b"%PDF-" + b"0" * (1024 * 1024))

        with pytest.raises(Refusal, match="dépasse 1 Mo"):
            check_upload(file)


@pytest.mark.django_db
def test_a_fiscal_year_is_the_one_the_document_is_dated_in() -> None:
    document = numbered(person("budget"), date(2027, 2, 1))

    assert document.fiscal_year == FiscalYear.of(date(2027, 2, 1)).start == 2026
