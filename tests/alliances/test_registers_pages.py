"""The pages of the Concertation, as people read and fill them."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from alliances import clock
from alliances.models import (
    Alliance,
    DevitalisedZone,
    GovernanceBody,
    Partner,
    PartnerCategory,
    User,
)
from alliances.services import governance, partners, zones
from tests.factories import AllianceFactory, UserFactory, person

from .registers import category, mrc, partner

pytestmark = pytest.mark.django_db
BASE = "/alliances/mauricie/2024-2029/concertation"


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


@pytest.fixture
def who(alliance: Alliance, client: Client) -> User:
    user = person("coordination", "mauricie", full_name="Maude Gélinas")
    client.force_login(user)
    return user


def typed(alliance: Alliance, **changes: Any) -> dict[str, Any]:
    """What a person types for a partner."""
    return {
        "name": "CDC de Mékinac",
        "category": category(alliance).pk,
        "place": mrc().code,
        "contribution": "Deux salles",
        "contact": "Léa Roy",
        "email": "lea@cdc.example",
        "joined_on": "2025-01-15",
        "revision": "0",
        **changes,
    }


# --- Partners


def test_a_partner_is_added_read_changed_and_left(
    client: Client, alliance: Alliance, who: User
) -> None:
    response = client.post(f"{BASE}/partenaires/nouveau/", typed(alliance))
    assert response["Location"] == f"{BASE}/"
    one = Partner.objects.get()
    assert (one.level, one.mrc) == ("local", mrc())
    page = client.get(f"{BASE}/").text
    assert "CDC de Mékinac" in page
    assert "Deux salles" in page
    assert "1 partenaire, dont 0 régional" in page
    changed = typed(alliance, place="regional", name="CDC")
    response = client.post(f"{BASE}/partenaires/{one.pk}/modifier/", changed)
    assert response["Location"] == f"{BASE}/partenaires/{one.pk}/"
    page = client.get(response["Location"]).text
    assert "tout le territoire" in page
    assert "a modifié le partenaire « CDC »" in page
    client.post(f"{BASE}/partenaires/{one.pk}/depart/", {"on": "2025-06-01", "revision": "1"})
    assert "Parti le 1er" in client.get(f"{BASE}/partenaires/{one.pk}/").text
    client.post(f"{BASE}/partenaires/{one.pk}/retour/", {"on": "2025-09-01", "revision": "2"})
    assert Partner.objects.active().exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "ciusss"}, "Ce partenaire est déjà inscrit"),
        ({"place": ""}, "obligatoire"),
        ({"place": lambda: mrc("Sherbrooke").code}, "choix valide"),
        ({"category": lambda: PartnerCategory.objects.get(code="deputation").pk}, "choix"),
        ({"joined_on": "2999-01-01"}, "dans l’avenir"),
        ({"email": "lea"}, "courriel"),
    ],
)
def test_a_refused_partner_loses_nothing_that_was_typed(
    client: Client, alliance: Alliance, who: User, changes: dict[str, Any], sentence: str
) -> None:
    partner(alliance)
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    response = client.post(f"{BASE}/partenaires/nouveau/", typed(alliance, **values))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Deux salles" in response.text
    assert Partner.objects.count() == 1


def test_many_partners_are_typed_one_after_the_other(
    client: Client, alliance: Alliance, who: User
) -> None:
    response = client.post(f"{BASE}/partenaires/nouveau/", typed(alliance, again="1"))
    assert response["Location"] == f"{BASE}/partenaires/nouveau/"
    page = client.get(response["Location"]).text
    assert "CDC de Mékinac\u00a0» est inscrit" in page
    assert "Deux salles" not in page


def test_names_are_sorted_as_people_read_them(
    client: Client, alliance: Alliance, who: User
) -> None:
    for name in ("Zone", "École", "abri", "Foyer"):
        partner(alliance, name)
    page = client.get(f"{BASE}/")
    assert [one.name for one in page.context["page"]] == ["abri", "École", "Foyer", "Zone"]


def test_the_second_writer_sees_both_and_chooses(
    client: Client, alliance: Alliance, who: User
) -> None:
    one = partner(alliance)
    partners.change_partner(
        one, by=UserFactory(full_name="Ève Roy"), revision=0, contribution="Trois salles"
    )
    response = client.post(f"{BASE}/partenaires/{one.pk}/modifier/", typed(alliance))
    assert response.status_code == 409
    for words in ("Ève Roy a modifié cette fiche", "Contribution : Trois salles", "Deux salles"):
        assert words in response.text
    assert 'name="revision" value="1"' in response.text
    assert Partner.objects.get().contribution == "Trois salles"
    client.post(f"{BASE}/partenaires/{one.pk}/modifier/", typed(alliance, revision="1"))
    assert Partner.objects.get().contribution == "Deux salles"


@pytest.mark.parametrize(
    ("on", "status", "sentence"),
    [("2024-12-31", 422, "participe depuis"), ("", 422, "obligatoire")],
)
def test_a_refused_departure_says_why(
    client: Client, alliance: Alliance, who: User, on: str, status: int, sentence: str
) -> None:
    one = partner(alliance)
    response = client.post(f"{BASE}/partenaires/{one.pk}/depart/", {"on": on, "revision": "0"})
    assert response.status_code == status
    assert sentence in response.text
    assert Partner.objects.active().exists()


def test_a_second_departure_is_a_conflict(client: Client, alliance: Alliance, who: User) -> None:
    one = partners.leave(partner(alliance), by=who, on=date(2025, 6, 1))
    response = client.post(f"{BASE}/partenaires/{one.pk}/depart/", {"on": "2025-07-01"})
    assert response.status_code == 409
    assert "a déjà quitté" in response.text


@pytest.fixture
def five(alliance: Alliance) -> None:
    partner(alliance, "Anse", kind="sante")
    partner(alliance, "Baie", kind="sante", place="Mékinac")
    partner(alliance, "Cap", kind="habitation", place="Mékinac", joined_on=date(2025, 3, 1))
    partner(alliance, "Dune", kind="affaires", contribution="Une dune")
    gone = partner(alliance, "Écluse", kind="affaires")
    partners.leave(gone, by=UserFactory(), on=date(2025, 6, 1))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Anse", "Baie", "Cap", "Dune"]),
        ("categorie=sante", ["Anse", "Baie"]),
        ("palier=local", ["Baie", "Cap"]),
        ("palier=regional&categorie=sante", ["Anse"]),
        ("mrc=MEKINAC", ["Baie", "Cap"]),
        ("q=dune", ["Dune"]),
        ("presence=partis", ["Écluse"]),
        ("presence=tous&tri=-nom", ["Écluse", "Dune", "Cap", "Baie", "Anse"]),
        ("tri=-depuis", ["Cap", "Anse", "Baie", "Dune"]),
        ("tri=categorie", ["Anse", "Baie", "Cap", "Dune"]),
        ("categorie=alimentation", []),
        ("tri=mot_de_passe", ["Anse", "Baie", "Cap", "Dune"]),
    ],
)
def test_the_page_and_both_exports_give_the_same_rows(
    client: Client, who: User, five: None, query: str, names: list[str]
) -> None:
    query = query.replace("MEKINAC", mrc().code)
    page = client.get(f"{BASE}/?{query}")
    assert [one.name for one in page.context["page"]] == names
    text = client.get(f"{BASE}/?{query}&export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [row[0] for row in rows[1:]] == names
    book = load_workbook(io.BytesIO(client.get(f"{BASE}/?{query}&export=xlsx").content))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == names


def test_a_formula_in_a_name_is_harmless(client: Client, alliance: Alliance, who: User) -> None:
    partner(alliance, "=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in client.get(f"{BASE}/?export=csv").content.decode("utf-8-sig")


def test_an_empty_register_says_what_to_do_and_a_filter_says_otherwise(
    client: Client, alliance: Alliance, who: User
) -> None:
    page = client.get(f"{BASE}/").text
    assert "Aucun partenaire n’est inscrit" in page
    assert page.count("partenaires/nouveau/") == 2
    partner(alliance)
    assert "Aucun partenaire pour ces filtres" in client.get(f"{BASE}/?q=rien").text


# --- Representativity


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


# --- Bodies


def test_a_body_is_added_counted_changed_and_dissolved(
    client: Client, alliance: Alliance, who: User
) -> None:
    response = client.post(
        f"{BASE}/instances/nouvelle/",
        {"name": "Comité directeur", "mandate": "Décider", "support": "Transport payé"},
    )
    body = GovernanceBody.objects.get()
    url = f"{BASE}/instances/{body.pk}/"
    assert response["Location"] == url
    client.post(f"{url}compter/", {"on": "2026-01-20", "seats": "14", "lived_experience": "2"})
    client.post(f"{url}compter/", {"on": "2026-11-20", "seats": "14", "lived_experience": "3"})
    listed = client.get(f"{BASE}/instances/").text
    assert "3 sièges sur 14" in listed
    assert "En hausse : 2 sur 14 en 2026." in listed
    assert "Soutien offert : Transport payé" in listed
    assert "3 sièges sur 14" not in client.get("/alliances/mauricie/2024-2029/equipe/").text
    page = client.get(url).text
    assert page.count("<rect") >= 14 + 4
    client.post(f"{url}modifier/", {"name": "Comité", "meetings_per_year": "6", "revision": "0"})
    assert "6 rencontres par année" in client.get(f"{BASE}/instances/").text
    client.post(f"{url}dissoudre/", {"on": "2026-11-21", "revision": "1"})
    assert "Dissoute le" in client.get(f"{BASE}/instances/").text
    client.post(f"{url}reprendre/")
    body.refresh_from_db()
    assert body.closed_on is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lived_experience": "15"}, "Il y a plus de sièges tenus que de sièges"),
        ({"on": "2999-01-01"}, "dans l’avenir"),
        ({"seats": "0"}, "supérieure ou égale à 1"),
    ],
)
def test_a_count_is_refused(
    client: Client, alliance: Alliance, who: User, changes: dict[str, str], sentence: str
) -> None:
    body = governance.add_body(alliance, "Comité", by=who)
    count = {"on": clock.today().isoformat(), "seats": "14", "lived_experience": "3", **changes}
    response = client.post(f"{BASE}/instances/{body.pk}/compter/", count)
    assert response.status_code == 422
    assert sentence in response.text


def test_a_body_is_added_once(client: Client, alliance: Alliance, who: User) -> None:
    governance.add_body(alliance, "Comité directeur", by=who)
    response = client.post(
        f"{BASE}/instances/nouvelle/", {"name": "comité directeur", "mandate": "Un mandat"}
    )
    assert response.status_code == 422
    assert "Cette instance existe déjà" in response.text
    assert "Un mandat" in response.text


def test_a_dissolution_before_the_last_count_is_refused_in_place(
    client: Client, alliance: Alliance, who: User
) -> None:
    body = governance.add_body(alliance, "Comité", by=who)
    governance.count_seats(body, by=who, on=date(2026, 1, 20), seats=4, lived_experience=1)
    response = client.post(f"{BASE}/instances/{body.pk}/dissoudre/", {"on": "2026-01-01"})
    assert response.status_code == 422
    assert "siégeait encore" in response.text


def test_the_counts_are_exported(client: Client, alliance: Alliance, who: User) -> None:
    body = governance.add_body(alliance, "Comité", by=who)
    governance.add_body(alliance, "Forum", by=who)
    for day, held in ((date(2025, 1, 20), 1), (date(2026, 1, 20), 2)):
        governance.count_seats(body, by=who, on=day, seats=9, lived_experience=held)
    text = client.get(f"{BASE}/instances/?export=csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    assert [(row[0], row[5], row[7]) for row in rows] == [
        ("Comité", "2026-01-20", "2"),
        ("Comité", "2025-01-20", "1"),
        ("Forum", "", ""),
    ]


# --- Zones


def zone_typed(**changes: Any) -> dict[str, Any]:
    return {
        "mrc": mrc().pk,
        "municipality": "Sainte-Thècle",
        "index_name": "Indice de vitalité économique",
        "value": "-4,25",
        "year": "2022",
        "source": "ISQ",
        "most_affected": "Aînés seuls",
        **changes,
    }


def test_a_zone_is_added_listed_exported_changed_and_taken_out(
    client: Client, alliance: Alliance, who: User
) -> None:
    assert client.post(f"{BASE}/zones/nouvelle/", zone_typed()).status_code == 302
    zone = DevitalisedZone.objects.get()
    page = client.get(f"{BASE}/zones/").text
    for words in ("Sainte-Thècle", "-4,25", "ISQ", "Aînés seuls", "1 zone que le plan"):
        assert words in page
    assert "-4,25" in client.get(f"{BASE}/zones/?export=csv").content.decode("utf-8-sig")
    assert 'value="-4,25"' in client.get(f"{BASE}/zones/{zone.pk}/").text
    changed = zone_typed(value="", revision="0")
    assert client.post(f"{BASE}/zones/{zone.pk}/", changed).status_code == 302
    zone.refresh_from_db()
    assert (zone.value, zone.revision) == (None, 1)
    client.post(f"{BASE}/zones/{zone.pk}/retirer/")
    assert not DevitalisedZone.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": ""}, "Un indice a une année"),
        ({"source": ""}, "Un indice a une source"),
        ({"mrc": lambda: mrc("Sherbrooke").pk}, "choix"),
        ({"mrc": ""}, "obligatoire"),
        ({"value": "beaucoup"}, "nombre"),
    ],
)
def test_a_refused_zone_loses_nothing_that_was_typed(
    client: Client, alliance: Alliance, who: User, changes: dict[str, Any], sentence: str
) -> None:
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    response = client.post(f"{BASE}/zones/nouvelle/", zone_typed(**values))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Aînés seuls" in response.text


# --- Rights and borders

READERS = [("partner", "mauricie"), ("advisor", "mauricie"), ("analyst", None), ("auditor", None)]


@pytest.fixture
def rows(alliance: Alliance) -> dict[str, int]:
    by = UserFactory()
    return {
        "partner": partner(alliance).pk,
        "body": governance.add_body(alliance, "Comité", by=by).pk,
        "zone": zones.add_zone(alliance, by=by, mrc=mrc()).pk,
    }


def read_urls(base: str, rows: dict[str, int]) -> list[str]:
    return [
        f"{base}/",
        f"{base}/representativite/",
        f"{base}/instances/",
        f"{base}/zones/",
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
