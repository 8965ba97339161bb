"""The matrix of who is there and who is missing, as people read it."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import (
    Alliance,
    Partner,
    PartnerCategory,
    User,
)
from tests.factories import AllianceFactory, person

from .registers import BASE, mrc, partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signed_in")]


def test_the_matrix_names_who_is_missing(
    client: Client, alliance: Alliance, who: User, five: None
) -> None:
    page = client.get(f"{BASE}/representativite/")
    matrix = page.context["matrix"]
    counts = {line.code: [cell.count for cell in line.cells] for line in matrix.lines}
    column = [one.name for one in matrix.columns].index("Mékinac")
    assert (counts["sante"][0], counts["sante"][column]) == (1, 1)
    assert (matrix.total, sum(counts["alimentation"])) == (4, 0)
    assert "Il manque 6 catégories du guide sur 9 : Municipal, " in page.text
    assert "et Alimentation." in page.text
    assert "Aucun partenaire local dans 5 MRC sur 6" in page.text
    assert page.text.count('<span class="nobody">aucun</span>') == 9 * 7 - 4
    filtered = f"{BASE}/?categorie=sante&amp;mrc={mrc().code}"
    assert filtered in page.text
    assert len(client.get(filtered.replace("&amp;", "&")).context["page"]) == 1


def test_the_matrix_exports_its_numbers(client: Client, who: User, five: None) -> None:
    text = client.get(f"{BASE}/representativite/?export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][:2] == ["Catégorie", "Régional"]
    assert rows[-1][0] == "Total"
    assert rows[-1][-1] == "4"
    assert len(rows) == 11


@pytest.mark.parametrize(("territory", "mrcs"), [("cssspnql", 0), ("laval", 1), ("monteregie", 13)])
def test_the_matrix_holds_any_number_of_mrcs(client: Client, territory: str, mrcs: int) -> None:
    place = AllianceFactory(territory)
    client.force_login(person("coordination", territory))
    url = f"/alliances/{territory}/2024-2029/concertation"
    assert "personne ne figure encore" in client.get(f"{url}/representativite/").text
    partner(place, "Un seul")
    page = client.get(f"{url}/representativite/")
    assert len(page.context["matrix"].columns) == 1 + mrcs
    assert ("Aucun partenaire local" in page.text) is bool(mrcs)
    assert client.get(f"{url}/").status_code == 200
    assert client.get(f"{url}/zones/nouvelle/").status_code == 200


def test_everybody_there_is_said_too(client: Client, who: User) -> None:
    place = AllianceFactory("laval")
    client.force_login(person("coordination", "laval"))
    for number, one in enumerate(PartnerCategory.objects.filter(cycle=place.cycle)):
        partner(place, f"Partenaire {number}", kind=one.code, place=None if number else "Laval")
    page = client.get("/alliances/laval/2024-2029/concertation/").text
    assert "Tous les milieux participent." in page
    assert "Les 9 catégories du guide ont un partenaire. La MRC a un partenaire local." in page


def test_the_matrix_and_the_list_cost_the_same_for_1_and_300_partners(
    client: Client, alliance: Alliance, who: User
) -> None:
    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    first = partner(alliance)
    urls = [f"{BASE}/", f"{BASE}/representativite/", f"{BASE}/?export=csv"]
    one = [cost(url) for url in urls]
    Partner.objects.bulk_create(
        Partner(
            alliance=alliance,
            territory_id=alliance.territory_id,
            name=f"Partenaire {number}",
            category=first.category,
            level="local" if number % 2 else "regional",
            mrc=mrc() if number % 2 else None,
            updated_by=who,
        )
        for number in range(299)
    )
    assert [cost(url) for url in urls] == one
