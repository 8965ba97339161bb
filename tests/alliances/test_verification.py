"""« Vérifier ce document », as a stranger sees it."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from alliances.models import Document, User
from alliances.services.documents import create_document
from alliances.views import verification
from tests.conventions.factories import sent_convention
from tests.factories import AllianceFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_before() -> None:
    cache.clear()


@pytest.fixture
def document(worker: Callable[[], int]) -> Document:
    convention = sent_convention(AllianceFactory("mauricie"))
    worker()
    return Document.objects.get(pk=convention.document_id)


def page(response: object) -> str:
    """The text of the main part: the frame around it is the same for everybody."""
    content = response.content.decode()  # type: ignore[attr-defined]
    return str(content.split("<main")[1].split("</main")[0])


@pytest.mark.parametrize("typed", ["{0}", " {1} - {2} ", "{1}-{2}", "{3}"])
def test_a_code_may_be_typed_in_many_ways(client: Client, document: Document, typed: str) -> None:
    code = document.code
    text = typed.format(code, code[:4], code[4:], code.lower())

    response = client.get(reverse("verify"), {"code": text}, follow=True)

    assert response.status_code == 200
    assert document.sha256 in page(response)


def test_says_the_kind_and_the_date_and_nothing_else(client: Client, document: Document) -> None:
    main = page(client.get(reverse("verify_document", args=[document.typed_code])))

    assert "Convention" in main
    assert "4\u00a0novembre\u00a02024" in main
    for secret in ("Mauricie", "C-04-2024", "1 000 000", "1\u00a0000\u00a0000", "Personne"):
        assert secret not in main


def test_says_the_number_of_a_notice(client: Client) -> None:
    notice = create_document(
        "avis_versement", by=person("budget"), title="Avis", data={}, series="ZZ",
        dated_on=date(2026, 12, 3), alliance=AllianceFactory("mauricie"),
    )  # fmt: skip

    main = page(client.get(reverse("verify_document", args=[notice.code])))

    assert "ZZ-2026-0001" in main
    assert "Le fichier se prépare" in main


def test_says_what_replaced_a_document(client: Client, document: Document) -> None:
    later = create_document(
        "avis_versement", by=person("budget"), title="Avis", data={}, series="ZZ",
        dated_on=date(2026, 12, 3), alliance=AllianceFactory("mauricie"), replaces=document,
    )  # fmt: skip

    main = page(client.get(reverse("verify_document", args=[document.code])))

    assert f"Il est remplacé par {later.number}, du 3\u00a0décembre\u00a02026." in main


def test_an_unknown_code_is_not_found(client: Client) -> None:
    response = client.get(reverse("verify_document", args=["ABCD-EFGH"]))

    assert response.status_code == 404
    assert "Aucun document du portail ne porte ce code" in page(response)


@pytest.mark.parametrize("typed", ["", "7KQ4", "7KQ4-M2XD-99", "é" * 8])
def test_what_is_not_a_code_is_said_at_once(client: Client, typed: str) -> None:
    response = client.get(reverse("verify"), {"code": typed})

    assert response.status_code == 422


def test_too_many_unknown_codes_are_stopped_for_a_while(
    client: Client, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "MAX_UNKNOWN_CODES", 2)
    for _ in range(2):
        client.get(reverse("verify_document", args=["ABCD-EFGH"]))

    response = client.get(reverse("verify_document", args=[document.code]))

    assert response.status_code == 429
    assert "Réessayez dans cinq minutes" in page(response)


def test_known_codes_are_never_counted(
    client: Client, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "MAX_UNKNOWN_CODES", 1)

    statuses = {
        client.get(reverse("verify_document", args=[document.code])).status_code for _ in range(3)
    }

    assert statuses == {200}


def test_checking_a_document_gives_no_sight_of_its_territory(
    client: Client, document: Document, identity: Callable[[User | None], None]
) -> None:
    stranger = person("direction", "laval")
    client.force_login(stranger)

    assert client.get(reverse("verify_document", args=[document.code])).status_code == 200
    assert client.get(reverse("download_document", args=[document.pk])).status_code == 404
