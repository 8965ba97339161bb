"""Who reads and who writes the registers of the Concertation, and where they end."""

from collections.abc import Callable

import pytest
from django.test import Client

from alliances.models import (
    Alliance,
)
from alliances.services import consultations, governance, zones
from tests.factories import AllianceFactory, UserFactory, person

from .registers import BASE, JOINED, mrc, partner

pytestmark = pytest.mark.django_db


READERS = [("partner", "mauricie"), ("advisor", "mauricie"), ("analyst", None), ("auditor", None)]


@pytest.fixture
def rows(alliance: Alliance) -> dict[str, int]:
    by = UserFactory()
    return {
        "partner": partner(alliance).pk,
        "body": governance.add_body(alliance, "Comité", by=by).pk,
        "zone": zones.add_zone(alliance, by=by, mrc=mrc()).pk,
        "consultation": consultations.add_consultation(
            alliance, by=by, on=JOINED, kind="survey", title="Sondage", people=1, outcome="Rien."
        ).pk,
    }


def read_urls(base: str, rows: dict[str, int]) -> list[str]:
    return [
        f"{base}/",
        f"{base}/representativite/",
        f"{base}/instances/",
        f"{base}/zones/",
        f"{base}/consultations/",
        f"{base}/partenaires/{rows['partner']}/",
        f"{base}/instances/{rows['body']}/",
    ]


def write_urls(base: str, rows: dict[str, int]) -> list[str]:
    partner_url, body_url = (
        f"{base}/partenaires/{rows['partner']}",
        f"{base}/instances/{rows['body']}",
    )
    return [
        f"{base}/partenaires/nouveau/", f"{partner_url}/modifier/", f"{partner_url}/depart/",
        f"{partner_url}/retour/", f"{base}/instances/nouvelle/", f"{body_url}/modifier/",
        f"{body_url}/compter/", f"{body_url}/dissoudre/", f"{body_url}/reprendre/",
        f"{base}/zones/nouvelle/", f"{base}/zones/{rows['zone']}/",
        f"{base}/zones/{rows['zone']}/retirer/",
        f"{base}/consultations/nouvelle/", f"{base}/consultations/{rows['consultation']}/",
        f"{base}/consultations/{rows['consultation']}/retirer/",
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "territory"), READERS)
def test_partners_and_the_ministry_read_and_do_not_write(
    client: Client, rows: dict[str, int], role: str, territory: str | None
) -> None:
    client.force_login(person(role, territory))
    for url in read_urls(BASE, rows):
        page = client.get(url)
        assert page.status_code == 200, url
        for words in ("Inscrire un", "Inscrire une", "Modifier", "Ajouter une", "Consigner"):
            assert words not in page.text, (url, words)
    assert {client.post(url).status_code for url in write_urls(BASE, rows)} == {403}


def test_the_rows_of_another_territory_do_not_exist(
    client: Client, alliance: Alliance, rows: dict[str, int]
) -> None:
    AllianceFactory("estrie")
    client.force_login(person("coordination", "estrie"))
    theirs = "/alliances/estrie/2024-2029/concertation"
    for base in (BASE, theirs):
        of_one_row = [url for url in read_urls(base, rows) if url[-2].isdigit()]
        assert {client.get(url).status_code for url in of_one_row} == {404}
        posted = [url for url in write_urls(base, rows) if "nouve" not in url]
        assert {client.post(url).status_code for url in posted} == {404}
    assert {client.get(url).status_code for url in read_urls(BASE, rows)} == {404}


def test_the_registers_of_2017_have_their_own_categories(
    client: Client, make_2017: Callable[[], Alliance]
) -> None:
    old = make_2017()
    client.force_login(person("coordination", "mauricie"))
    base = "/alliances/mauricie/2017-2024/concertation"
    form = client.get(f"{base}/partenaires/nouveau/").text
    assert "Députées et députés" in form
    assert "Tables en sécurité alimentaire" not in form
    partner(old, "Bureau de la députée", kind="deputation")
    assert "Il manque 11 catégories du guide sur 12" in client.get(f"{base}/").text


@pytest.fixture
def make_2017() -> Callable[[], Alliance]:
    return lambda: AllianceFactory("mauricie", "2017-2024")
