"""The library: the other territorial actions, with a link only where a source gives one."""

import pytest
from django.test import Client
from django.utils import translation

from alliances.library import TerritorialAction, territorial_actions
from tests.factories import person

pytestmark = pytest.mark.django_db
NAMES = [
    "Changements climatiques",
    "Déclaration de réciprocité",
    "Équité en santé",
    "Expertes et experts de vécu",
    "Semaine de la solidarité",
]


def test_the_library_names_the_five_actions_of_the_guide_with_their_source() -> None:
    with translation.override("fr"):
        actions = territorial_actions()
    assert [one.name for one in actions] == NAMES
    assert all(one.sentence and one.source for one in actions)
    assert all(not one.address or one.address.startswith("https://") for one in actions)
    with translation.override("en"):
        assert territorial_actions()[0].name == "Climate change"


@pytest.mark.parametrize("role", ["partner", "advisor", "admin"])
def test_everybody_who_signs_in_reaches_it_from_the_help(client: Client, role: str) -> None:
    client.force_login(person(role, None if role == "admin" else "mauricie"))
    assert 'href="/bibliotheque/"' in client.get("/aide/").text
    page = client.get("/bibliotheque/").text
    for name in NAMES:
        assert name in page
    assert page.count("Adresse à confirmer par la DGSSAC") == len(NAMES)
    assert "Guide 2024-2029, introduction" in page


def test_an_address_makes_a_link(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    one = TerritorialAction("Semaine", "Une semaine.", "https://semaine.example/", "Source")
    monkeypatch.setattr("alliances.views.pages.territorial_actions", lambda: [one])
    client.force_login(person("partner", "mauricie"))
    page = client.get("/bibliotheque/").text
    assert '<a href="https://semaine.example/">Semaine</a>' in page
    assert "Adresse à confirmer" not in page


def test_the_library_needs_a_session(client: Client) -> None:
    assert client.get("/bibliotheque/").status_code == 302
