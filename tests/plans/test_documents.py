"""What a version becomes on paper and in files: the whole PDF, Word, JSON, the letter's annex."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import page
import pikepdf
import pytest
from django.test import Client
from docx import Document as read_word
from pypdf import PdfReader

from alliances import clock
from alliances.models import Document, Territory
from alliances.services.consultations import add_consultation
from plans.documents import document_of, plan_document
from plans.models import Action, PlanVersion, Priority, SectionText
from plans.publication import publication_data
from plans.selectors.content import as_data, content_of, fingerprint, from_data
from plans.services import (
    add_indicator,
    approve_version,
    open_version,
    submit_version,
    update_action,
    update_priority,
)
from plans.word_document import word_document
from tests.factories import AllianceFactory, UserFactory, person

from .factories import PlanFactory, approved_plan, validate, version_in, write_all, written_version

pytestmark = pytest.mark.django_db
PLAN = "/alliances/mauricie/2024-2029/plan/"
TEXT = (
    "<h3>Qui décide</h3><p>Le <strong>comité</strong> &amp; ses <em>membres</em>.</p>"
    "<ul><li>Transport</li><li>Garde<ol><li>Un</li><li>Deux</li></ol></li></ul><h4>Suite</h4>"
    '<p>Voir <a href="https://a.example/?x=1&amp;y=2" rel="noopener noreferrer">le portrait</a>.'
    "<br>Fin.</p><ol><li>Premier</li></ol>"
)


def write_text(version: PlanVersion, html: str = TEXT, code: str = "1a") -> None:
    SectionText.objects.filter(version=version, section__code=code).update(html=html)


def pages_of(document: Document) -> list[str]:
    with document.file.open("rb") as file:
        return [
            " ".join(sheet.extract_text().replace("\u00a0", " ").split())
            for sheet in PdfReader(BytesIO(file.read())).pages
        ]


def bytes_of(document: Document) -> bytes:
    with document.file.open("rb") as file:
        return bytes(file.read())


@pytest.fixture
def printed(worker: Any) -> Any:
    def run(version: PlanVersion) -> Document:
        document = plan_document(version, by=UserFactory())
        worker()
        document.refresh_from_db()
        assert document.is_ready, document.last_error
        return document

    return run


# --- The whole plan as a PDF


def test_the_pdf_holds_the_header_the_sections_and_the_whole_logic(printed):
    person("coordination", "mauricie", full_name="Maude Gélinas")
    version = written_version("mauricie")
    write_text(version)

    said = " ".join(pages_of(printed(version)))

    for words in (
        "Plan d’action régional concerté", "Région ou organisation Mauricie",
        "Personne contact Maude Gélinas", "1a Structure de gouvernance", "Qui décide",
        "Le comité & ses membres.", "10f Diffusion", "Priorité 1", "Objectif 1.1",
        "1.1.1 Action 1.1.1", "Un camion réfrigéré partagé", "Tonnes livrées, de 38 à 60 tonnes",
        "Table des matières", "Données fictives",
    ):  # fmt: skip
        assert words in said, words


def test_a_draft_says_so_on_every_page(printed):
    pages = pages_of(printed(written_version("mauricie")))

    assert all("Brouillon" in text for text in pages)
    assert f"Page 1 sur {len(pages)}" in pages[0]
    assert f"Page {len(pages)} sur {len(pages)}" in pages[-1]


def test_an_approved_plan_is_no_draft_and_says_since_when(printed):
    version = approved_plan("mauricie")

    pages = pages_of(printed(version))

    assert not any("Brouillon" in text for text in pages)
    assert "Approuvé par" in pages[0]


def test_the_contents_lead_to_the_page_of_each_section(printed):
    pages = pages_of(printed(written_version("mauricie")))
    contents = pages[1]

    place = next(i for i, text in enumerate(pages, 1) if i > 2 and "10f Diffusion" in text)

    line = contents[contents.index("10f Diffusion") :]
    assert line.split(".")[-1].split()[0] == str(place) or f" {place}" in line[:200]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pdf_is_tagged_for_screen_readers(printed, language: str):
    Territory.objects.filter(slug="mauricie").update(default_language=language)
    version = written_version("mauricie")
    write_text(version)

    pdf = bytes_of(printed(version))

    failures = page.validate_pdf_bytes(pdf, profile="ua1").failures
    assert {(one.rule_id, one.message) for one in failures} == set()
    with pikepdf.open(BytesIO(pdf)) as found:
        assert str(found.Root.Lang) == ("en-CA" if language == "en" else "fr-CA")
        tags = {str(one.get("/S")) for one in found.objects if isinstance(one, pikepdf.Dictionary)}
        assert {"/H1", "/H2", "/H3", "/H4", "/TH", "/TOC"} <= tags or {"/H1", "/L"} <= tags
        with found.open_outline() as outline:
            assert any("Fonctionnement" in one.title for one in outline.root)


def test_headings_of_a_text_never_jump_a_level(printed):
    version = written_version("mauricie")
    write_text(version, "<h4>Sans titre au-dessus</h4><p>Un.</p><h3>Titre</h3><h4>Sous</h4>")

    failures = page.validate_pdf_bytes(bytes_of(printed(version)), profile="ua1").failures

    assert list(failures) == []


def test_approving_prints_the_plan_for_ever(worker):
    version = approved_plan("mauricie")
    worker()
    document = document_of(version)
    assert document is not None and document.is_ready
    person("coordination", "mauricie", full_name="Une autre personne")

    assert plan_document(version, by=UserFactory()) == document
    assert document.data["is_draft"] is False
    assert document.data["fingerprint"] == fingerprint(content_of(version))


def test_the_same_text_is_printed_once(printed):
    version = written_version("mauricie")
    document = printed(version)

    assert plan_document(version, by=UserFactory()) == document


def test_another_text_is_another_document(printed):
    version = written_version("mauricie")
    document = printed(version)
    write_text(version, "<p>Autre chose.</p>")

    other = printed(version)

    assert other != document
    assert "Autre chose." in " ".join(pages_of(other))
    assert "Autre chose." not in " ".join(pages_of(document))


def test_the_draft_printed_before_approval_is_not_taken_for_the_approved_plan(printed):
    version = version_in("validated", "mauricie")
    draft = printed(version)

    approve_version(version, by=UserFactory())

    final = document_of(version)
    assert final is not None and final != draft
    assert final.data["state"] == "approved"


def test_a_document_that_failed_is_made_again():
    version = written_version("mauricie")
    first = plan_document(version, by=UserFactory())
    Document.objects.filter(pk=first.pk).update(state=Document.State.FAILED)

    assert plan_document(version, by=UserFactory()) != first


def test_the_pdf_is_prepared_by_whoever_reads_the_plan(client: Client, worker):
    written_version("mauricie")
    client.force_login(person("partner", "mauricie"))

    waiting = client.post(f"{PLAN}1/pdf/", follow=True)
    worker()
    ready = client.post(f"{PLAN}1/pdf/")

    assert "Le PDF se prépare" in waiting.content.decode()
    document = document_of(PlanVersion.objects.get())
    assert document is not None
    assert ready["Location"] == f"/documents/{document.pk}/"


def test_preparing_the_pdf_takes_a_post_and_a_reader(client: Client):
    written_version("mauricie")
    client.force_login(person("partner", "laval"))
    assert client.post(f"{PLAN}1/pdf/").status_code == 404
    client.force_login(person("partner", "mauricie"))
    assert client.get(f"{PLAN}1/pdf/").status_code == 405
    assert Document.objects.filter(kind="plan_full").count() == 0


def test_the_plan_of_2017_prints_in_its_own_words(printed):
    by = UserFactory()
    version = write_all(
        open_version(PlanFactory(AllianceFactory("mauricie", "2017-2024")), by=by), by=by
    )

    said = " ".join(pages_of(printed(version)))

    assert "Plan de travail" in said
    assert "2b Gestion de l’enveloppe" in said
    assert "1.1.1 Action 1.1.1" in said


# --- Word


def word_of(version: PlanVersion) -> Any:
    return read_word(BytesIO(word_document(publication_data(version))))


def test_each_section_of_the_word_document_has_its_code_and_title():
    version = written_version("mauricie")

    headings = [p.text for p in word_of(version).paragraphs if p.style.name == "Heading 2"]

    assert headings[:3] == [
        "1a Structure de gouvernance", "1b Transition et liens", "1c Mobilisation et concertation"
    ]  # fmt: skip
    assert len([one for one in headings if one[0].isdigit()]) == 20


def test_the_word_document_keeps_the_formatting():
    version = written_version("mauricie")
    write_text(version)

    word = word_of(version)
    by_text = {p.text: p for p in word.paragraphs}

    assert by_text["Qui décide"].style.name == "Heading 3"
    assert by_text["Transport"].style.name == "List Bullet"
    assert by_text["Un"].style.name == "List Number 2"
    sentence = by_text["Le comité & ses membres."]
    assert [run.text for run in sentence.runs if run.bold] == ["comité"]
    assert [run.text for run in sentence.runs if run.italic] == ["membres"]
    (link,) = [one for p in word.paragraphs for one in p.hyperlinks]
    assert (link.text, link.address) == ("le portrait", "https://a.example/?x=1&y=2")


def test_each_numbered_list_counts_from_one():
    version = written_version("mauricie")
    write_text(version, "<ol><li>A</li></ol><p>Et</p><ol><li>B</li></ol>")

    numbers = [
        p._p.pPr.numPr.numId.val for p in word_of(version).paragraphs if p.text in {"A", "B"}
    ]

    assert len(set(numbers)) == 2


def test_the_consultations_are_in_the_pdf_and_in_the_word_document(printed: Any) -> None:
    alliance, by = AllianceFactory("mauricie"), UserFactory()
    told = [("Forum sur le logement", "workshop", 12), ("Sondage régional", "survey", None)]
    for title, kind, poor in told:
        add_consultation(
            alliance, by=by, on=date(2025, 2, 12), kind=kind, title=title, people=1040,
            people_in_poverty=poor, outcome="Se loger passe avant tout.",
        )  # fmt: skip
    version = written_version(alliance, priorities=1)
    pdf = " ".join(pages_of(printed(version)))
    cells = [
        cell.text.replace("\u00a0", " ")
        for table in word_of(version).tables
        for row in table.rows
        for cell in row.cells
    ]
    for words in ("Forum sur le logement", "12 février 2025", "Se loger passe avant tout."):
        assert words in pdf
        assert any(words in cell for cell in cells)
    assert "1 040, dont 12 en situation de pauvreté" in pdf
    assert "1 040, dont 12 en situation de pauvreté" in cells
    assert "Sondage régional, Sondage" in cells
    assert "1 040" in cells


def test_the_logic_is_in_tables_of_the_word_document():
    version = written_version("mauricie")
    action = Action.objects.filter(version=version).earliest("pk")
    update_action(action, by=UserFactory(), means="Un <camion> & deux\nchauffeurs\x0b", lead="CDC")

    word = word_of(version)
    cells = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]

    assert ["Moyens", "Un <camion> & deux\nchauffeurs"] in cells
    assert ["Indicateur", "Référence", "Cible", "Mesuré"] in cells
    assert ["Tonnes livrées", "38", "60 tonnes", ""] in cells
    assert "Action 1.1.1. Action 1.1.1" in [p.text for p in word.paragraphs]


# --- JSON


def test_the_json_says_what_it_is_and_reads_back(client: Client):
    version = written_version("mauricie")
    write_text(version)
    client.force_login(person("partner", "mauricie"))

    response = client.get(f"{PLAN}1/json/")
    data = json.loads(response.content)

    assert response["Content-Disposition"].endswith('"plan-mauricie-2024-2029-v1.json"')
    assert (data["format"], data["version"], data["state"]) == ("alliances-plan/1", 1, "draft")
    content = content_of(version)
    assert from_data(data["content"]) == content
    assert data["fingerprint"] == fingerprint(content)


def test_what_is_read_back_from_data_is_the_content():
    version = written_version("mauricie")
    action = Action.objects.filter(version=version).earliest("pk")
    by = UserFactory()
    update_action(action, by=by, budget=Decimal("12500.50"), people_to_reach=40)
    add_indicator(action, by=by, name="Sans cible")

    content = content_of(version)

    assert from_data(json.loads(json.dumps(as_data(content)))) == content


@pytest.mark.parametrize("kind", ["docx", "json"])
def test_files_stay_inside_the_territory(client: Client, kind: str):
    written_version("mauricie")
    client.force_login(person("direction", "laval"))

    assert client.get(f"{PLAN}1/{kind}/").status_code == 404


def test_the_page_of_a_version_offers_its_files(client: Client, worker):
    version = approved_plan("mauricie")
    open_version(version.plan, by=UserFactory(), reason="Suite")
    worker()
    client.force_login(person("analyst"))

    approved = client.get(f"{PLAN}1/").content.decode()
    draft = client.get(f"{PLAN}2/").content.decode()

    assert "Plan complet (PDF)" in approved
    assert f"{PLAN}1/docx/" in approved
    assert "Préparer le PDF" in draft
    assert f"{PLAN}comparer/?de=1&amp;a=2" in draft
    assert f"{PLAN}comparer/" in client.get(PLAN).content.decode()


# --- The annex of the letter


def test_the_letter_of_a_modification_says_before_and_after(worker):
    by = UserFactory()
    first = approved_plan("mauricie")
    second = open_version(first.plan, by=by, reason="Consultations de La Tuque")
    priority = Priority.objects.filter(version=second).earliest("rank")
    update_priority(priority, by=by, title="Priorité nouvelle 1")
    with clock.at(clock.now() + timedelta(days=2)):
        bring_to_approval(second)
    worker()
    letter = PlanVersion.objects.get(pk=second.pk).document

    pages = pages_of(letter)

    assert letter.data["modifications"]["from"] == 1
    assert "Annexe. Modifications" in " ".join(pages)
    annex = " ".join(pages[1:])
    assert "Avant, version 1" in annex and "Après, version 2" in annex
    assert "Priorité nouvelle 1" in annex and "Priorité numéro 1" in annex
    assert "Consultations de La Tuque" in annex
    failures = page.validate_pdf_bytes(bytes_of(letter), profile="ua1").failures
    assert list(failures) == []


def bring_to_approval(version: PlanVersion) -> None:
    version = submit_version(version, by=UserFactory())
    approve_version(validate(version), by=UserFactory())


def test_the_letter_of_a_first_plan_has_no_annex(worker):
    version = approved_plan("mauricie")
    worker()
    letter = PlanVersion.objects.get(pk=version.pk).document

    assert letter.data["modifications"] == {}
    assert "Annexe" not in " ".join(pages_of(letter))
