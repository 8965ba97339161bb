"""The governance bodies and their seats, as people read and fill them."""

import csv
import io
from datetime import date

import pytest
from django.test import Client

from alliances import clock
from alliances.models import (
    Alliance,
    GovernanceBody,
    User,
)
from alliances.services import governance
from tests.factories import AllianceFactory

from .registers import BASE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signed_in")]


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


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ((1, 3), "La part augmente : 7 % (1 sur 14) le 20 janvier 2025, 21 % (3 sur 14)"),
        ((3, 1), "La part diminue : 21 % (3 sur 14) le 20 janvier 2025, 7 % (1 sur 14)"),
        ((2, 2), "La part reste la même : 14 % (2 sur 14)"),
    ],
)
def test_the_share_of_the_seats_is_drawn_and_says_whether_it_grows(
    client: Client, alliance: Alliance, who: User, held: tuple[int, int], sentence: str
) -> None:
    body = governance.add_body(alliance, "Comité", by=who)
    for day, number in zip((date(2025, 1, 20), date(2026, 1, 20)), held, strict=True):
        governance.count_seats(body, by=who, on=day, seats=14, lived_experience=number)
    page = client.get(f"{BASE}/instances/").text.replace("\u00a0", " ")
    assert page.count(sentence) == 2
    assert "Le Plan de lutte vise une plus grande participation" in page
    assert 'class="chart trend"' in page
    assert "Part des sièges, jour après jour" in page


def test_one_count_draws_no_trend(client: Client, alliance: Alliance, who: User) -> None:
    body = governance.add_body(alliance, "Comité", by=who)
    assert "Part des sièges" not in client.get(f"{BASE}/instances/").text
    governance.count_seats(body, by=who, on=date(2026, 1, 20), seats=4, lived_experience=1)
    page = client.get(f"{BASE}/instances/").text
    assert "Le prochain compte dira la tendance" in page
    assert "chart trend" not in page


def test_the_cycle_of_2017_says_its_own_target(client: Client, who: User) -> None:
    old = AllianceFactory("mauricie", "2017-2024")
    body = governance.add_body(old, "Comité", by=who)
    governance.count_seats(body, by=who, on=date(2020, 1, 20), seats=4, lived_experience=1)
    page = client.get("/alliances/mauricie/2017-2024/concertation/instances/").text
    assert "La cible 4 du PAGIEPS demande" in page
    assert "Plan de lutte" not in page
