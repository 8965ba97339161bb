"""The session, the language and the signs of life."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from alliances import clock, health
from alliances.models import Document, Heartbeat
from alliances.services import documents
from alliances.tasks import beat
from tests.factories import AllianceFactory, person


@pytest.mark.django_db
def test_a_ping_keeps_the_session_and_says_how_long_it_lasts(client: Client, settings) -> None:
    client.force_login(person("partner", "mauricie"))
    response = client.post("/session/")
    assert response.json() == {"seconds": settings.SESSION_COOKIE_AGE}
    assert "sessionid" in response.cookies


@pytest.mark.django_db
def test_a_ping_without_a_session_says_so(client: Client) -> None:
    assert client.post("/session/", headers={"accept": "application/json"}).status_code == 401


@pytest.mark.django_db
def test_the_language_is_kept_on_the_person(client: Client) -> None:
    user = person("partner", "mauricie")
    client.force_login(user)
    response = client.post("/langue/", {"language": "en", "next": "/avis/?page=2"})
    user.refresh_from_db()
    assert (user.language, response["Location"]) == ("en", "/avis/?page=2")


@pytest.mark.django_db
def test_the_language_is_kept_on_the_browser_before_signing_in(client: Client) -> None:
    response = client.post("/langue/", {"language": "en"})
    assert response.cookies["langue"].value == "en"
    assert client.get("/sante/")["Content-Language"] == "en"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["xx", ""])
def test_an_unknown_language_changes_nothing(client: Client, language: str) -> None:
    assert "langue" not in client.post("/langue/", {"language": language}).cookies


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["https://ailleurs.example", "//ailleurs.example/x", "\\\\x"])
def test_the_language_form_never_leads_elsewhere(client: Client, address: str) -> None:
    assert client.post("/langue/", {"language": "fr", "next": address})["Location"] == "/"


def test_alive_answers_without_a_database(client: Client) -> None:
    # No database mark: a query would fail this test.
    assert client.get("/sante/").json() == {"etat": "ok"}


@pytest.fixture
def _broker_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "courtier", lambda: True)


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker_answers")
def test_ready_when_every_part_answers(client: Client) -> None:
    beat()
    response = client.get("/sante/pret/")
    assert response.status_code == 200
    assert set(response.json().values()) == {"ok"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker_answers")
def test_not_ready_when_the_worker_is_silent(client: Client) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=91))
    response = client.get("/sante/pret/")
    assert response.status_code == 503
    assert response.json()["ouvrier"] == "ko"


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker_answers")
def test_not_ready_when_a_document_waits_too_long(client: Client) -> None:
    beat()
    with clock.at(timezone.now() - timedelta(minutes=6)):
        documents.create_document(
            "essai", by=person("analyst"), title="Avis", data={}, alliance=AllianceFactory()
        )
    assert client.get("/sante/pret/").json()["documents"] == "ko"
    Document.objects.update(state="failed")
    assert client.get("/sante/pret/").json()["documents"] == "ok"


@pytest.mark.django_db
@pytest.mark.usefixtures("_broker_answers")
def test_a_failure_gives_no_detail(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beat()

    def refuse(*args: object) -> None:
        raise OSError("/secret/path: permission denied")

    monkeypatch.setattr(default_storage, "save", refuse)
    response = client.get("/sante/pret/")
    assert response.status_code == 503
    assert response.json()["stockage"] == "ko"
    assert "secret" not in response.text


@pytest.mark.django_db
def test_not_ready_when_the_broker_does_not_answer(client: Client, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://localhost:1/0"
    assert client.get("/sante/pret/").json()["courtier"] == "ko"
