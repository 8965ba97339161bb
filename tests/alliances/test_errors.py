from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

from alliances.views import errors
from tests.factories import person

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return response.content.decode()


def test_an_unknown_address_says_what_to_do(client: Client) -> None:
    client.force_login(person("partner", "mauricie"))

    response = client.get("/nulle-part/")

    assert response.status_code == 404
    assert "Page introuvable" in text_of(response)
    assert "Revenir à l’accueil" in text_of(response)


def test_a_failure_is_told_without_the_request() -> None:
    response = errors.server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Le portail a un problème" in text_of(response)
    assert "csrfmiddlewaretoken" not in text_of(response)


def test_a_refusal_says_why_when_it_knows(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = person("partner", "mauricie")  # type: ignore[attr-defined]

    known = errors.forbidden(request, PermissionDenied("Seule la direction transmet le plan."))
    unknown = errors.forbidden(request, PermissionDenied())

    assert known.status_code == 403
    assert "Seule la direction transmet le plan." in text_of(known)
    assert "cet acte revient à un autre rôle" in text_of(unknown)


def test_a_form_left_open_too_long_gives_the_text_back() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post(
        reverse("account_login"), {"login": "texte à garder", "password": "secret à taire"}
    )

    assert response.status_code == 403
    assert "Ce formulaire a expiré" in text_of(response)
    assert "texte à garder" in text_of(response)
    assert "secret à taire" not in text_of(response)


def test_a_form_sent_after_the_session_gives_the_text_back(client: Client) -> None:
    response = client.post(reverse("session_ping"), {"summary": "texte à garder"})

    assert response.status_code == 401
    assert "Votre session est terminée" in text_of(response)
    assert "texte à garder" in text_of(response)
    assert reverse("account_login") in text_of(response)


@pytest.mark.parametrize("name", ["help", "accessibility", "privacy"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_open_pages_exist_in_both_languages(client: Client, name: str, language: str) -> None:
    client.cookies["langue"] = language

    response = client.get(reverse(name))

    assert f'<html lang="{language}-CA">' in text_of(response)
    assert " style=" not in text_of(response)
