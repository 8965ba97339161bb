"""The partners of the Concertation, as people read and fill them."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from alliances.models import (
    Alliance,
    Partner,
    PartnerCategory,
    User,
)
from alliances.services import partners
from tests.factories import UserFactory

from .registers import BASE, category, mrc, partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signed_in")]


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
