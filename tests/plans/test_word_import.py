"""A Word file brought to a plan: what it becomes, where its pieces go, when it is done."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry
from plans.models import CanvasSection, WordImport
from plans.publication import publication_data
from plans.selectors.starting import outline_of
from plans.services import open_version
from plans.services.word import (
    PieceChoice,
    finish_import,
    place_pieces,
    waiting_in,
)
from plans.services.word_reading import import_word
from plans.word_document import word_document
from tests.factories import AllianceFactory, UserFactory

from .factories import approved_plan, draft_version, texts, version_in, write_all
from .test_starting import write
from .word_files import brought, canvas, document_with, upload

pytestmark = pytest.mark.django_db


def rank_of(word: WordImport, heading: str) -> int:
    return next(n for n, piece in enumerate(word.pieces) if piece["heading"] == heading)


# --- Bringing the file


def test_bringing_a_file_writes_nothing_in_the_plan() -> None:
    version = draft_version()

    word = brought(version)

    assert texts(version) == {}
    assert [(p["heading"], p["section"], p["done"]) for p in word.pieces] == [
        ("", "", False),
        ("1. Fonctionnement", "", True),
        ("1a Structure de gouvernance", "1a", False),
        ("1c Mobilisation et concertation", "1c", False),
        ("Mot du président", "", False),
    ]
    assert JournalEntry.objects.get(verb="import_word").summary == (
        "a apporté le fichier Word « canevas.docx » dans PARC, version 1"
    )


@pytest.mark.parametrize("cycle", ["2024-2029", "2017-2024"])
def test_every_section_of_the_canvas_finds_itself(cycle: str) -> None:
    version = draft_version(AllianceFactory("mauricie", cycle))
    outline = outline_of(version, CanvasSection.objects.filter(canvas=version.plan.canvas_id))

    for target in outline.targets:
        for text in (f"{target.code} {target.titles[0]}", *target.titles):
            found = outline.find(text)
            assert found is not None, text
            assert found.code == target.code, text


def test_the_guide_s_own_canvas_is_read_section_for_section() -> None:
    version = draft_version()
    content = document_with(
        ("", "1. Fonctionnement :"),
        ("", "a. Structure de gouvernance : responsable, fiduciaire, collaboratrices et"
         " collaborateurs, table régionale, comités locaux, etc."),
        ("", "La Table."),
        ("", "2. État de la situation :"),
        ("", "c. Zones de dévitalisation et de défavorisation, personnes plus touchées par la"
         " pauvreté et l’exclusion sociale."),
        ("", "La Tuque."),
        ("", "6. Population visée et territoire concerné (colliger le nombre de personnes"
         " rejointes)."),
        ("", "Des familles."),
    )  # fmt: skip

    word = brought(version, content)

    assert {p["section"]: p["html"] for p in word.pieces if p["section"]} == {
        "1a": "<p>La Table.</p>",
        "2c": "<p>La Tuque.</p>",
        "6": "<p>Des familles.</p>",
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("canevas.pdf", b"%PDF-1.7", "en .docx"),
        ("canevas.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format .doc"),
        ("canevas.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ancien", "ancien document .doc"),
        (
            "canevas.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe",
        ),
        ("canevas.docm", b"PK", "macros"),
        ("canevas.docx", b"", "vide"),
        ("canevas.docx", b"bonjour", "DOCX"),
    ],
)
def test_another_file_is_refused_in_plain_words(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        import_word(draft_version(), upload(content, name), by=UserFactory())
    assert not WordImport.objects.exists()


def test_a_file_too_big_is_refused(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024

    with pytest.raises(Refusal, match="dépasse"):
        brought(draft_version())


def test_a_second_file_waits_for_the_first() -> None:
    version = draft_version()
    import_word(version, upload(canvas()), by=UserFactory(full_name="Maude Gélinas"))

    with pytest.raises(StaleAct, match="Maude Gélinas a apporté le fichier"):
        brought(version)


def test_the_database_holds_one_open_file_per_version() -> None:
    word = brought(draft_version())

    with pytest.raises(IntegrityError, match="word_import_one_open"), transaction.atomic():
        WordImport.objects.create(
            version=word.version, file_name="b", content=b"b", created_by=word.created_by
        )


@pytest.mark.parametrize("state", ["submitted", "validated", "approved"])
def test_a_frozen_version_receives_no_file(state: str) -> None:
    with pytest.raises(Refusal, match="ne change plus"):
        brought(version_in(state, priorities=1))


def test_a_modification_receives_only_its_sections() -> None:
    base = approved_plan("mauricie")
    opened = CanvasSection.objects.filter(canvas=base.plan.canvas_id, code="1a")
    version = open_version(base.plan, by=UserFactory(), reason="Gouvernance", sections=opened)

    word = brought(version)

    assert {piece["section"] for piece in word.pieces} == {"", "1a"}
    with pytest.raises(Refusal, match="n’ouvre pas la section 1c"):
        place_pieces(
            word,
            {rank_of(word, "1c Mobilisation et concertation"): PieceChoice("1c")},
            by=UserFactory(),
        )


@pytest.mark.parametrize("cycle", ["2024-2029", "2017-2024"])
def test_the_portal_s_own_document_comes_back_section_for_section(cycle: str) -> None:
    version = draft_version(AllianceFactory("mauricie", cycle))
    write_all(version, by=UserFactory(), priorities=2)
    content = word_document(publication_data(version))

    word = brought(draft_version(AllianceFactory("laval", cycle)), content)

    sections = list(CanvasSection.objects.filter(canvas=version.plan.canvas_id))
    for section in sections:
        [piece] = [one for one in word.pieces if one["section"] == section.code and one["html"]]
        assert piece["html"].startswith(f"<p>Texte de la section {section.code}.</p>")
    assert "Passages que la lecture n’a pas su situer" not in {
        piece["heading"] for piece in word.pieces
    }


# --- Placing


def test_pieces_go_where_the_person_says_and_the_rest_waits() -> None:
    version = draft_version()
    word = brought(version)
    governance = rank_of(word, "1a Structure de gouvernance")

    done = place_pieces(
        word, {governance: PieceChoice("1a"), 0: PieceChoice("1a"), 4: PieceChoice("-")},
        by=UserFactory(),
    )  # fmt: skip

    assert texts(version) == {"1a": "<p>Région : Mauricie.</p><p>La Table répond.</p>"}
    assert (done.placed, done.sections, done.aside, done.waiting) == (2, 1, 1, 1)


def test_a_piece_comes_after_what_is_written() -> None:
    version = draft_version()
    write(version, "1a", "<p>Le mien.</p>")
    word = brought(version)

    place_pieces(word, {2: PieceChoice("1a")}, by=UserFactory())

    assert texts(version) == {"1a": "<p>Le mien.</p><p>La Table répond.</p>"}


def test_a_piece_replaces_only_the_text_that_was_read() -> None:
    version = draft_version()
    mine = write(version, "1a", "<p>Le mien.</p>")
    word, choice = brought(version), {2: PieceChoice("1a", replaces=True)}

    with pytest.raises(StaleAct, match="Relisez-le"):
        place_pieces(word, choice, by=UserFactory(), seen={"1a": mine.revision + 1})
    assert texts(version) == {"1a": "<p>Le mien.</p>"}
    word.refresh_from_db()
    assert not word.pieces[2]["done"]

    place_pieces(word, choice, by=UserFactory(), seen={"1a": mine.revision})
    assert texts(version) == {"1a": "<p>La Table répond.</p>"}


def test_a_piece_is_placed_once() -> None:
    version = draft_version()
    word = brought(version)

    for _ in range(2):
        place_pieces(word, {2: PieceChoice("1a")}, by=UserFactory())

    assert texts(version) == {"1a": "<p>La Table répond.</p>"}


def test_a_piece_left_aside_can_still_be_placed() -> None:
    version = draft_version()
    word = brought(version)
    place_pieces(word, {4: PieceChoice("-")}, by=UserFactory())

    place_pieces(word, {4: PieceChoice("10f")}, by=UserFactory())

    assert texts(version) == {"10f": "<h3>Mot du président</h3><p>Merci.</p>"}


def test_text_goes_into_a_structured_section_too() -> None:
    version = draft_version()
    word = brought(version, document_with(("Heading 1", "5. Moyens"), ("", "Un camion.")))

    place_pieces(word, {0: PieceChoice("5")}, by=UserFactory())

    assert texts(version) == {"5": "<p>Un camion.</p>"}


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(Refusal, match="canevas"):
        place_pieces(brought(draft_version()), {0: PieceChoice("99")}, by=UserFactory())


# --- Ending


def test_ending_waits_for_every_piece() -> None:
    word = brought(draft_version())

    with pytest.raises(Refusal, match="4 passages attendent"):
        finish_import(word, by=UserFactory())

    ended = finish_import(word, by=UserFactory(), leave_rest=True)
    assert waiting_in(ended) == 0
    assert {piece["outcome"] for piece in ended.pieces} == {"", "-"}


def test_once_ended_nothing_is_placed_and_another_file_may_come() -> None:
    version = draft_version()
    word = finish_import(brought(version), by=UserFactory(), leave_rest=True)

    with pytest.raises(StaleAct, match="terminé"):
        place_pieces(word, {0: PieceChoice("1a")}, by=UserFactory())
    assert brought(version).finished_at is None
