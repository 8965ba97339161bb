"""The PDF of a comparison: frozen contents, compared by the worker, the same for the same texts."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from alliances.models import Document
from plans.documents import comparison_document
from plans.models import PlanVersion, Priority, SectionText
from plans.services import add_priority, open_version, update_priority
from tests.factories import UserFactory, person

from .factories import approved_plan

pytestmark = pytest.mark.django_db
PAGE = "/alliances/mauricie/2024-2029/plan/comparer/"


def modified() -> tuple[PlanVersion, PlanVersion]:
    by = UserFactory()
    old = approved_plan("mauricie")
    new = open_version(old.plan, by=by, reason="Consultations de La Tuque")
    text = SectionText.objects.get(version=new, section__code="2a")
    SectionText.objects.filter(pk=text.pk).update(html="<p>Texte de la section nouvelle 2a.</p>")
    update_priority(Priority.objects.filter(version=new).first(), by=by, title="Priorité neuve 1")
    add_priority(new, by=by, title="Répondre à l’itinérance")
    return old, new


def printed(document: Document) -> PdfReader:
    document.refresh_from_db()
    assert document.is_ready, document.last_error
    with document.file.open("rb") as file:
        return PdfReader(BytesIO(file.read()))


def test_the_pdf_says_each_change_and_is_tagged(worker: Any) -> None:
    document = comparison_document(*modified(), by=UserFactory())
    worker()
    reader = printed(document)

    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())

    for words in ("Ce qui change", "Consultations de La Tuque", "nouvelle", "itinérance"):
        assert words in said
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    titles = [one["/Title"] for one in reader.outline if not isinstance(one, list)]
    assert "Textes des sections" in titles


def test_the_same_two_texts_make_one_document_and_another_text_another() -> None:
    old, new = modified()
    first = comparison_document(old, new, by=UserFactory())
    assert comparison_document(old, new, by=UserFactory()) == first

    SectionText.objects.filter(version=new, section__code="1a").update(html="<p>Autre.</p>")

    assert comparison_document(old, new, by=UserFactory()) != first
    assert comparison_document(new, old, by=UserFactory()).subject_id == old.pk


def test_the_page_prepares_the_pdf_then_opens_it(client: Client, worker: Any) -> None:
    modified()
    client.force_login(person("partner", "mauricie"))
    assert 'action="/alliances/mauricie/2024-2029/plan/comparer/pdf/"' in (
        client.get(f"{PAGE}?de=1&a=2").content.decode()
    )

    waiting = client.post(f"{PAGE}pdf/", {"de": "1", "a": "2"}, follow=True)
    assert waiting.status_code == 202
    worker()
    ready = client.post(f"{PAGE}pdf/", {"de": "1", "a": "2"}, follow=True)

    assert ready["Content-Type"] == "application/pdf"
    assert Document.objects.filter(kind="plan_comparison").count() == 1


@pytest.mark.parametrize(
    "asked", [{"de": "1", "a": "1"}, {"de": "1", "a": "9"}, {"de": "x", "a": "2"}]
)
def test_only_two_versions_of_the_plan_are_compared(client: Client, asked: dict[str, str]) -> None:
    modified()
    client.force_login(person("analyst"))

    assert client.post(f"{PAGE}pdf/", asked).status_code == 404
    assert not Document.objects.filter(kind="plan_comparison").exists()


def test_the_pdf_of_a_comparison_stays_inside_the_territory(client: Client) -> None:
    modified()
    client.force_login(person("coordination", "laval"))

    assert client.post(f"{PAGE}pdf/", {"de": "1", "a": "2"}).status_code == 404
