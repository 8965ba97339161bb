"""Signed papers: scanned together, split by the code of each page, nothing lost."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from PIL import Image
from pypdf import PdfReader

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Document, Notification, User
from conventions import tasks
from conventions.models import Convention, Scan, ScanPage
from conventions.scans import reading as scanning
from conventions.scans import selectors as scan_selectors
from conventions.scans import services as scans
from conventions.scans.papers import papers_of
from conventions.scans.reading import PageCode, Reading
from tests.factories import AllianceFactory, person

from .factories import A_PDF, draft_convention, sent_convention, sign
from .papers import as_pdf, blank, printed, scanned, sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("laval")


def coordination(territory: str = "laval") -> User:
    return person("coordination", territory)


def deposit(alliance: Alliance, file: SimpleUploadedFile, by: User | None = None) -> Scan:
    return scans.receive_scan(alliance, by=by or coordination(alliance.territory.slug), file=file)


def a_scan(alliance: Alliance, readings: list[Reading]) -> Scan:
    """A scan whose pages read as ``readings``, placed by the portal."""
    pages = [Image.new("L", (80, 100), 200 + position) for position in range(len(readings))]
    scan = deposit(alliance, as_pdf(pages))
    return scans.place_pages(scan, readings, by=User.objects.portal())


def a_page(alliance: Alliance) -> ScanPage:
    """A page without a code, in a file of its own."""
    size = 60 + Scan.objects.count()
    scan = deposit(alliance, as_pdf([Image.new("L", (size, 90), 210)]))
    return scans.place_pages(scan, [Reading(1)], by=User.objects.portal()).pages.get()


def code_of(convention: Convention) -> str:
    assert convention.document is not None
    return convention.document.code


class TestRoundTrip:
    def test_pages_shuffled_turned_and_mixed_find_their_place(self, alliance: Alliance) -> None:
        ours, theirs = printed(alliance), printed(AllianceFactory("montreal"))
        pages, foreign = sheets(ours), sheets(theirs)[0]
        ministry, table = ours.signatories.order_by("rank")
        total = len(pages)
        scan = deposit(
            alliance,
            as_pdf(
                [
                    scanned(pages[total - 1], turned=180, skewed=2.0),
                    scanned(foreign),
                    scanned(pages[0], turned=90, skewed=-1.5),
                    blank(),
                    scanned(pages[total - 2], skewed=3.0),
                    scanned(pages[1].crop((0, 0, pages[1].width, int(pages[1].height * 0.9)))),
                ]
            ),
        )

        assert tasks.split_scan(scan.pk) == "split"

        found = list(scan.pages.order_by("position"))
        assert [(page.problem, page.number) for page in found] == [
            ("", total), ("foreign", 1), ("", 1), ("blank", None), ("", total - 1),
            ("unreadable", None),
        ]  # fmt: skip
        assert [page.signatory for page in found] == [table, None, None, None, ministry, None]
        assert [page.is_filed for page in found] == [True, False, True, False, True, False]
        assert found[0].turned == 180
        sheet = found[0].document
        assert sheet is not None
        with sheet.file.open("rb") as file:
            reader = PdfReader(BytesIO(file.read()))
        assert (len(reader.pages), reader.pages[0].rotation) == (1, 180)
        assert Document.objects.get(pk=scan.document_id).sha256 == scan.sha256

    def test_the_sheet_that_came_back_is_the_file_of_the_signature(
        self, alliance: Alliance
    ) -> None:
        convention = printed(alliance)
        table = convention.signatories.get(kind="table")
        scan = deposit(alliance, as_pdf([scanned(sheets(convention)[-1])]))
        tasks.split_scan(scan.pk)

        signed = sign(table)

        assert signed.document == scan.pages.get().document
        assert signed.document is not None
        assert signed.document.title.startswith(f"Convention {convention.number} signée")


class TestReceive:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("a.pdf", b"", "vide"),
            ("a.pdf", b"MZ" + b"\0" * 60, "n’est pas du PDF"),
            ("a.pdf", b"%PDF-1.7\n" + b"\xff" * 4000, "peut lire. Numérisez"),
            ("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40, "Déposez un PDF"),
        ],
    )
    def test_refuses_what_is_no_pdf(
        self, alliance: Alliance, name: str, content: bytes, words: str
    ) -> None:
        sent_convention(alliance)
        with pytest.raises(Refusal, match=words):
            deposit(alliance, SimpleUploadedFile(name, content))
        assert not Scan.objects.exists()

    def test_refuses_a_locked_pdf(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        file = BytesIO()
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(file, encryption=pikepdf.Encryption(owner="o", user="u"))
        with pytest.raises(Refusal, match="mot de passe"):
            deposit(alliance, SimpleUploadedFile("a.pdf", file.getvalue()))

    def test_refuses_an_endless_pdf(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        file = BytesIO()
        with pikepdf.new() as pdf:
            for _each in range(scanning.MAX_PAGES + 1):
                pdf.add_blank_page()
            pdf.save(file)
        with pytest.raises(Refusal, match="201 pages"):
            deposit(alliance, SimpleUploadedFile("a.pdf", file.getvalue()))

    def test_refuses_an_immense_image(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        with pytest.raises(Refusal, match="image démesurée"):
            deposit(alliance, SimpleUploadedFile("a.pdf", bomb()))

    def test_refuses_a_file_over_the_limit(self, alliance: Alliance, settings: Any) -> None:
        sent_convention(alliance)
        settings.SCAN_MAX_BYTES = 1024 * 1024
        with pytest.raises(Refusal, match="dépasse 1 Mo"):
            deposit(alliance, SimpleUploadedFile("a.pdf", A_PDF + b" " * 1024 * 1024))

    def test_refuses_papers_of_a_convention_not_sent(self, alliance: Alliance) -> None:
        draft_convention(alliance)
        with pytest.raises(Refusal, match="envoyée en signature"):
            deposit(alliance, as_pdf([blank()]))

    def test_recognises_a_file_already_there(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        deposit(alliance, as_pdf([blank()], "premier.pdf"))
        first = Document.objects.filter(kind="scan").latest("pk")
        again = SimpleUploadedFile("second.pdf", first.file.read())
        with pytest.raises(StaleAct, match=r"premier\.pdf"):
            deposit(alliance, again)
        assert Scan.objects.count() == 1

    @pytest.mark.parametrize("role", ["partner", "delegate", "budget", "auditor"])
    def test_refuses_who_deposits_nothing(self, alliance: Alliance, role: str) -> None:
        sent_convention(alliance)
        by = person(role, "laval" if role == "partner" else None)
        with pytest.raises(Refusal, match="rôle"):
            deposit(alliance, as_pdf([blank()]), by)


def bomb() -> bytes:
    """A small file whose image would fill the memory of a machine."""
    file = BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        image = pikepdf.Stream(
            pdf,
            b"\0",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=60_000,
            Height=60_000,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray,
        )
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        page.contents_add(b"q 600 0 0 600 0 0 cm /Im0 Do Q")
        pdf.save(file)
    return file.getvalue()


class TestSplit:
    def test_a_page_that_stops_the_reader_is_listed_and_the_others_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = {
            1: (b'{"page": 1, "codes": [], "blank": false}\n{"page": 2, "co', False),
            3: (b'{"page": 3, "codes": [["7KQ4M2XD", 1, 4, 0]], "blank": false}\n', True),
        }
        monkeypatch.setattr(scanning, "_run", lambda act, path, first, seconds=0: said[int(first)])
        readings = scanning.read_pages(b"%PDF", 3)
        assert readings[1] == Reading(2)
        assert readings[2].codes == (PageCode("7KQ4M2XD", 1, 4),)

    def test_a_broken_page_reads_as_nothing(self) -> None:
        assert scanning.read_pages(b"%PDF-1.7 broken", 3) == [Reading(n) for n in (1, 2, 3)]

    def test_files_the_text_and_lists_the_pages_it_lacks(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)
        code = code_of(convention)
        a_scan(alliance, [Reading(1, (PageCode(code, 1, 6),)), Reading(2)])
        (missing,) = scan_selectors.text_pages_missing(papers_of(alliance))
        assert (missing.label, missing.numbers) == ("Texte de la convention", [2, 3, 4])

    def test_two_documents_on_one_page_wait_for_a_person(self, alliance: Alliance) -> None:
        code = code_of(sent_convention(alliance))
        codes = (PageCode(code, 1, 4), PageCode("ZZZZZZZZ", 1, 2))
        page = a_scan(alliance, [Reading(1, codes)]).pages.get()
        assert (page.problem, page.is_filed) == ("several", False)

    def test_a_page_beyond_its_document_waits(self, alliance: Alliance) -> None:
        code = code_of(sent_convention(alliance))
        page = a_scan(alliance, [Reading(1, (PageCode(code, 9, 4),))]).pages.get()
        assert (page.problem, page.is_filed) == ("unreadable", False)

    def test_the_task_runs_twice_and_files_once(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        scan = deposit(alliance, as_pdf([blank()]))
        assert tasks.split_scan(scan.pk) == "split"
        assert tasks.split_scan(scan.pk) == "nothing to do"
        assert scan.pages.count() == 1

    def test_a_scan_that_always_fails_ends_in_the_hands_of_a_person(
        self, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent_convention(alliance)
        scan = deposit(alliance, as_pdf([blank(), blank()]))

        def fail(*args: Any) -> list[Reading]:
            raise RuntimeError

        monkeypatch.setattr(tasks, "read_pages", fail)
        said = [tasks.split_scan(scan.pk) for _attempt in range(tasks.MAX_ATTEMPTS + 1)]
        assert said == ["failed"] * tasks.MAX_ATTEMPTS + ["split"]
        assert {page.problem for page in scan.pages.all()} == {"unreadable"}

    def test_the_sweep_finds_what_a_dead_worker_left(
        self, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent_convention(alliance)
        with clock.at(clock.now() - 2 * tasks.SWEEP_AFTER):
            scan = deposit(alliance, as_pdf([blank()]))
        queued: list[list[int]] = []
        monkeypatch.setattr(
            tasks.split_scan, "apply_async", lambda args, **options: queued.append(args)
        )
        assert tasks.sweep_scans() == 1
        assert queued == [[scan.pk]]

    def test_tells_who_deposited_and_who_records(self, alliance: Alliance) -> None:
        analyst, by = person("analyst"), coordination()
        convention = sent_convention(alliance, by=analyst)
        code = code_of(convention)
        Notification.objects.all().delete()
        scan = deposit(alliance, as_pdf([blank(), blank()]), by)
        readings = [Reading(1, (PageCode(code, 4, 4),)), Reading(2)]
        scans.place_pages(scan, readings, by=User.objects.portal())
        told = Notification.objects.filter(subject__contains="numérisés")
        assert {letter.recipient for letter in told} >= {analyst, by}
        assert "1 page attend" in told.first().body  # type: ignore[union-attr]


class TestByHand:
    @pytest.fixture
    def page(self, alliance: Alliance) -> ScanPage:
        sent_convention(alliance)
        return a_scan(alliance, [Reading(1)]).pages.get()

    def test_files_a_sheet(self, alliance: Alliance, page: ScanPage) -> None:
        table = alliance.conventions.get().signatories.get(kind="table")
        filed = scans.file_page(page, by=coordination(), party=table, turned=90)
        assert (filed.signatory, filed.turned) == (table, 90)
        assert filed.document is not None
        assert scan_selectors.todo(coordination()) == []

    def test_what_waits_is_a_thing_to_do(self, page: ScanPage) -> None:
        (todo,) = scan_selectors.todo(coordination())
        assert todo.title == "Classer 1 page numérisée"
        assert scan_selectors.todo(coordination("montreal")) == []

    def test_refuses_a_page_already_placed(self, page: ScanPage) -> None:
        by = person("coordination", "laval", full_name="Luc Roy")
        scans.set_aside_page(page, by=by, reason="Une lettre.")
        with pytest.raises(StaleAct, match="Luc Roy a déjà mis cette page de côté"):
            scans.file_page(page, by=by)

    def test_refuses_the_party_of_another_convention(self, page: ScanPage) -> None:
        other = sent_convention(AllianceFactory("montreal")).signatories.get(kind="table")
        with pytest.raises(Refusal, match="autre convention"):
            scans.file_page(page, by=person("analyst"), party=other)

    def test_refuses_a_scan_of_another_convention(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        other = sent_convention(AllianceFactory("montreal"))
        page = a_scan(alliance, [Reading(1, (PageCode(code_of(other), 1, 4),))]).pages.get()
        assert (page.problem, page.convention) == ("foreign", None)
        with pytest.raises(Refusal, match="autre document"):
            scans.file_page(page, by=person("analyst"))

    def test_says_why_a_page_is_set_aside(self, page: ScanPage) -> None:
        with pytest.raises(Refusal, match="pourquoi"):
            scans.set_aside_page(page, by=coordination(), reason="  ")

    def test_sets_the_blanks_aside_at_once(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        scan = a_scan(alliance, [Reading(1, is_blank=True), Reading(2), Reading(3, is_blank=True)])
        assert scans.set_aside_blanks(scan, by=coordination()) == 2
        assert [page.position for page in scan.pages.waiting()] == [2]

    def test_refuses_who_files_nothing(self, page: ScanPage) -> None:
        with pytest.raises(Refusal, match="rôle"):
            scans.file_page(page, by=person("partner", "laval"))


Break = Callable[[Scan], object]


@pytest.mark.parametrize(
    "broken",
    [
        lambda scan: scan.pages.all().delete(),
        lambda scan: Scan.objects.filter(pk=scan.pk).update(page_count=1),
        lambda scan: Scan.objects.filter(pk=scan.pk).delete(),
        lambda scan: scan.pages.filter(position=1).update(reason="x"),
        lambda scan: scan.pages.filter(position=1).update(filed_at=None, filed_by=None),
        lambda scan: scan.pages.filter(position=2).update(filed_at=clock.now()),
        lambda scan: scan.pages.filter(position=2).update(problem=""),
    ],
)
def test_the_database_keeps_every_page(alliance: Alliance, broken: Break) -> None:
    code = code_of(sent_convention(alliance))
    scan = a_scan(alliance, [Reading(1, (PageCode(code, 1, 4),)), Reading(2)])
    with pytest.raises(DatabaseError), transaction.atomic():
        broken(scan)


def test_the_database_refuses_a_scan_split_without_all_its_pages(alliance: Alliance) -> None:
    sent_convention(alliance)
    scan = deposit(alliance, as_pdf([blank(), blank()]))
    ScanPage.objects.create(scan=scan, position=1, problem="unreadable")
    with pytest.raises(DatabaseError, match="manque des pages"), transaction.atomic():
        Scan.objects.filter(pk=scan.pk).update(split_at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_page_of_another_convention(alliance: Alliance) -> None:
    ours = sent_convention(alliance)
    other = sent_convention(AllianceFactory("montreal"))
    scan = deposit(alliance, as_pdf([blank()]))
    by = coordination()
    for convention, code in ((ours, code_of(other)), (other, code_of(other))):
        with pytest.raises(DatabaseError), transaction.atomic():
            ScanPage.objects.create(
                scan=scan,
                position=1,
                code=code,
                number=1,
                total=4,
                convention=convention,
                filed_at=clock.now(),
                filed_by=by,
            )
