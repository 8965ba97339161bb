"""A list costs the same for one row and for thirty."""

import itertools
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock, registers
from alliances.models import Alliance, User
from alliances.services import (
    consultations,
    documents,
    governance,
    invitations,
    journal,
    notifications,
    partners,
    zones,
)
from tests.factories import person

BASE = "/alliances/mauricie/2024-2029"


NUMBERS = itertools.count()


def direction() -> User:
    return User.objects.get(email="direction@mauricie.example")


def add_documents(alliance: Alliance, number: int) -> None:
    for rank in range(number):
        documents.create_document(
            "essai", by=direction(), title=f"Essai {rank}", data={}, alliance=alliance
        )


def add_acts(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        journal.record(by=person("partner", "mauricie"), verb="x", summary="x", alliance=alliance)


def add_notices(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        notifications.notify([direction()], alliance=alliance, subject="x", body="x")


def add_people(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        person("partner", alliance.territory)


def add_invitations(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        invitations.invite(
            f"i{next(NUMBERS)}@exemple.example",
            "partner",
            by=direction(),
            territory=alliance.territory,
        )


def add_bodies(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        governance.add_body(alliance, f"Instance {next(NUMBERS)}", by=direction())


def add_partners(alliance: Alliance, number: int) -> None:
    mrcs = [None, *registers.mrcs_of(alliance)]
    for rank, category in zip(
        range(number), itertools.cycle(registers.categories_of(alliance)), strict=False
    ):
        mrc = mrcs[rank % len(mrcs)]
        partners.add_partner(
            alliance,
            by=direction(),
            name=f"Partenaire {next(NUMBERS)}",
            category=category,
            level="local" if mrc else "regional",
            mrc=mrc,
        )


def add_zones(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        mrc = registers.mrcs_of(alliance)[0]
        zones.add_zone(alliance, by=direction(), mrc=mrc, municipality=f"Zone {next(NUMBERS)}")


def add_consultations(alliance: Alliance, number: int) -> None:
    for _ in range(number):
        consultations.add_consultation(
            alliance,
            by=direction(),
            on=clock.today(),
            kind="survey",
            title=f"Sondage {next(NUMBERS)}",
            mrc=registers.mrcs_of(alliance)[0],
            people=2,
            outcome="Le transport manque.",
        )


@pytest.mark.parametrize(
    ("address", "who", "add"),
    [
        (f"{BASE}/documents/", "direction@mauricie.example", add_documents),
        (f"{BASE}/journal/", "direction@mauricie.example", add_acts),
        ("/avis/", "direction@mauricie.example", add_notices),
        ("/personnes/", "admin@dgssac.example", add_people),
        ("/personnes/", "admin@dgssac.example", add_invitations),
        (f"{BASE}/equipe/", "direction@mauricie.example", add_people),
        (f"{BASE}/equipe/", "direction@mauricie.example", add_invitations),
        (f"{BASE}/concertation/", "direction@mauricie.example", add_partners),
        (f"{BASE}/concertation/representativite/", "direction@mauricie.example", add_partners),
        (f"{BASE}/concertation/instances/", "direction@mauricie.example", add_bodies),
        (f"{BASE}/concertation/zones/", "direction@mauricie.example", add_zones),
        (f"{BASE}/concertation/consultations/", "direction@mauricie.example", add_consultations),
    ],
)
def test_a_list_of_the_kernel_costs_the_same_for_1_and_30_rows(
    client: Client,
    home: Alliance,
    address: str,
    who: str,
    add: Callable[[Alliance, int], None],
) -> None:
    client.force_login(User.objects.get(email=who))
    add(home, 1)
    one = count(client, address)
    add(home, 30)
    assert count(client, address) == one


def count(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", [f"{BASE}/projets/"])
def test_the_projects_cost_the_same_filtered_to_one(
    client: Client, home: Alliance, address: str
) -> None:
    client.force_login(direction())
    one = home.projects.earliest("pk")
    assert count(client, f"{address}?q={one.title}") == count(client, address)
