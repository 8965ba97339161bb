"""The templates of each cycle, the text of a convention, its PDF and its Word document."""

from io import BytesIO
from typing import Any

import page
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from docx import Document as read_word
from pypdf import PdfReader

from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Cycle
from conventions.models import Convention, ConventionTemplate, ConventionText
from conventions.texts import services as texts
from conventions.texts.wording import FIELDS, check_text, fill
from tests.factories import AllianceFactory, person

from .factories import draft_convention, sent_convention
from .papers import printed

pytestmark = pytest.mark.django_db
BODY = "<h3>1. Objet</h3><p>{table} reçoit {montant} du {debut} au {fin}.</p>"
CYCLE = "2024-2029"


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def cycle() -> Cycle:
    return Cycle.objects.get(slug=CYCLE)


def written(body: str = BODY, **options: Any) -> ConventionTemplate:
    return texts.save_template(cycle(), "fr", by=person("analyst"), body=body, **options)


class TestText:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ("", "Écrivez"),
            (BODY + "<p>{montent}</p>", "{montent}"),
            (BODY + "<p>{montant</p>", "accolade est seule"),
            (BODY + "<p>a } b</p>", "accolade est seule"),
            ("<p>{table} {debut} {fin}</p>", "{montant}"),
            (BODY + "<p>" + "x" * 60_000 + "</p>", "trop long"),
        ],
    )
    def test_refuses(self, body: str, words: str) -> None:
        with pytest.raises(Refusal) as refused:
            check_text(body)
        assert words in str(refused.value)
        assert refused.value.field == "body"

    def test_keeps_no_script(self) -> None:
        body = check_text(BODY + "<script>x</script><p onclick='x'>Un <b>mot</b></p>")
        assert body == BODY + "<p>Un <strong>mot</strong></p>"

    def test_a_value_is_text_and_never_a_field(self) -> None:
        values = dict.fromkeys(FIELDS, "") | {"table": "<b>{fin}</b> & Cie"}
        assert fill("<p>{table}</p>", values) == "<p>&lt;b&gt;{fin}&lt;/b&gt; &amp; Cie</p>"

    @pytest.mark.parametrize("slug", ["2017-2024", "2024-2029"])
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_each_cycle_has_its_text(self, slug: str, language: str) -> None:
        found = ConventionTemplate.objects.in_force(Cycle.objects.get(slug=slug), language)
        assert found is not None
        assert check_text(found.body) == found.body


class TestTemplates:
    def test_the_next_version_waits_to_be_published(self, alliance: Alliance) -> None:
        draft = written()
        assert (draft.version, draft.is_published) == (2, False)
        assert draft_convention(alliance).wording.template.version == 1
        texts.publish_template(draft, by=person("analyst"), revision=0)
        other = draft_convention(AllianceFactory("estrie"))
        assert (other.wording.template.version, other.wording.body) == (2, BODY)

    def test_a_second_analyst_is_told_who_wrote(self) -> None:
        written()
        with pytest.raises(StaleAct, match="a modifié ce modèle"):
            written(BODY + "<p>Autre.</p>")
        again = written(BODY + "<p>Autre.</p>", revision=0)
        assert again.revision == 1

    def test_refuses_to_publish_twice_or_unread(self) -> None:
        draft = written()
        by = person("analyst")
        with pytest.raises(StaleAct, match="a modifié"):
            texts.publish_template(draft, by=by, revision=7)
        texts.publish_template(draft, by=by)
        with pytest.raises(StaleAct, match="déjà publié"):
            texts.publish_template(draft, by=by)
        with pytest.raises(StaleAct, match="vient d’être publiée"):
            written(revision=0)

    @pytest.mark.parametrize("role", ["delegate", "budget", "auditor", "admin"])
    def test_only_the_analyst_writes_them(self, client: Client, role: str) -> None:
        by = person(role)
        with pytest.raises(Refusal, match="rôle"):
            texts.save_template(cycle(), "fr", by=by, body=BODY)
        client.force_login(by)
        assert client.get("/national/conventions/").status_code == 403

    def test_the_screen_saves_shows_and_publishes(self, client: Client) -> None:
        client.force_login(person("analyst"))
        address = f"/national/conventions/{CYCLE}/fr/"
        assert address in client.get("/national/conventions/").text
        assert client.post(address, {"body": BODY, "revision": ""}).status_code == 302
        page = client.get(address).text.replace("\u00a0", " ")
        assert "Version 2 en préparation" in page
        assert "reçoit 1 000 000,00 $ du 1er novembre 2024" in page
        client.post(f"{address}publier/", {"revision": "0"})
        assert ConventionTemplate.objects.get(version=2).is_published
        refused = client.post(address, {"body": "<p>{inconnu}</p>", "revision": ""})
        assert (refused.status_code, "{inconnu}" in refused.text) == (422, True)
        assert client.get("/national/conventions/2024-2029/xx/").status_code == 404

    @pytest.mark.parametrize("act", ["update", "delete"])
    def test_the_database_keeps_a_published_version(self, act: str) -> None:
        found = ConventionTemplate.objects.filter(cycle__slug=CYCLE, language="fr")
        with pytest.raises(DatabaseError), transaction.atomic():
            found.delete() if act == "delete" else found.update(body="<p>x</p>")


class TestConventionText:
    def test_the_analyst_adjusts_a_draft(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        text = texts.adjust_text(convention, by=person("analyst"), body=BODY, revision=0)
        assert text.is_adjusted
        with pytest.raises(StaleAct, match="a modifié ce texte"):
            texts.adjust_text(convention, by=person("analyst"), body=BODY, revision=0)

    def test_refuses_a_convention_already_sent(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)
        with pytest.raises(StaleAct, match="déjà envoyé"):
            texts.adjust_text(convention, by=person("analyst"), body=BODY)
        with pytest.raises(DatabaseError), transaction.atomic():
            ConventionText.objects.filter(convention=convention).update(body="<p>x</p>")

    def test_the_database_refuses_the_template_of_another_cycle(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        other = ConventionTemplate.objects.get(cycle__slug="2017-2024", language="fr")
        with pytest.raises(DatabaseError, match="publié pour ce cycle"), transaction.atomic():
            ConventionText.objects.filter(convention=convention).update(template=other)

    def test_the_page_adjusts_and_previews(self, client: Client, alliance: Alliance) -> None:
        draft_convention(alliance)
        address = alliance.url("convention_text")
        client.force_login(person("coordination", "mauricie"))
        assert client.get(address).status_code == 403
        client.force_login(person("analyst"))
        assert client.get(address).status_code == 200
        assert client.post(address, {"body": BODY, "revision": "0"}).status_code == 302
        stale = client.post(address, {"body": BODY, "revision": "0"})
        assert (stale.status_code, "a modifié ce texte" in stale.text) == (422, True)


class TestDocuments:
    def test_the_pdf_is_valid_and_says_the_values(self, alliance: Alliance) -> None:
        convention = printed(alliance)
        assert convention.document is not None
        with convention.document.file.open("rb") as file:
            content = file.read()
        report = page.validate_pdf_bytes(content, profile="ua1")
        assert {(one.rule_id, one.message) for one in report.failures} == set()
        pages = [" ".join(one.extract_text().split()) for one in PdfReader(BytesIO(content)).pages]
        text = " ".join(pages).replace("\u00a0", " ")
        assert "1 000 000,00 $ (un million de dollars)" in text
        assert "{" not in text
        parties = list(convention.signatories.order_by("rank"))
        for party, sheet in zip(parties, pages[-len(parties) :], strict=True):
            assert party.name in sheet.replace("\u00a0", " ")
            assert "Feuille de signature" in sheet

    def test_the_word_document_holds_text_and_parties(
        self, client: Client, alliance: Alliance
    ) -> None:
        draft_convention(alliance)
        address = alliance.url("convention_docx")
        client.force_login(person("coordination", "mauricie"))
        assert client.get(address).status_code == 404
        client.force_login(person("analyst"))
        response = client.get(address)
        word = read_word(BytesIO(response.content))
        text = " ".join(one.text for one in word.paragraphs)
        assert "1. Objet" in text
        assert "{" not in text
        cells = [cell.text for table in word.tables for cell in table._cells]
        assert "MRC de Maskinongé" in cells
        Convention.objects.get()
