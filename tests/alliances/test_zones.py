"""The zones: what the register holds, what it refuses, what the database holds."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from alliances import clock
from alliances.errors import StaleAct
from alliances.models import (
    Alliance,
    DevitalisedZone,
    JournalEntry,
    User,
)
from alliances.services import zones
from tests.factories import AllianceFactory

from .registers import held_by_the_database, insert, mrc, of_another_territory, refused

pytestmark = pytest.mark.django_db


def zone(alliance: Alliance, who: User, **fields: Any) -> DevitalisedZone:
    values = {
        "mrc": mrc(),
        "municipality": "Sainte-Thècle",
        "index_name": "Indice de vitalité économique",
        "value": Decimal("-4.25"),
        "year": 2022,
        "source": "Institut de la statistique du Québec",
        **fields,
    }
    return zones.add_zone(alliance, by=who, **values)


def test_a_zone_is_written_with_its_index(alliance: Alliance, who: User) -> None:
    one = zone(alliance, who)
    assert (str(one), one.updated_by) == ("Sainte-Thècle, Mékinac", who)
    assert JournalEntry.objects.get(verb="add_zone").target_id == one.pk


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"year": None}, "a une année", "year"),
        ({"source": "  "}, "a une source", "source"),
        ({"index_name": ""}, "Nommez l’indice", "index_name"),
        ({"year": 2999}, "une année entre", "year"),
        ({"year": 1066}, "une année entre", "year"),
        ({"mrc": None, "municipality": ""}, "Nommez la MRC", "mrc"),
        ({"mrc": "Sherbrooke"}, "d’un autre territoire", "mrc"),
        ({"municipality": "SAINTE THECLE"}, "déjà inscrite", "municipality"),
    ],
)
def test_a_zone_is_refused_when_added_and_when_changed(
    alliance: Alliance, who: User, changes: dict[str, Any], sentence: str, field: str
) -> None:
    if isinstance(changes.get("mrc"), str):
        changes = {**changes, "mrc": mrc(changes["mrc"])}
    zone(alliance, who)
    with refused(sentence, field):
        zone(alliance, who, **{"municipality": "Hérouxville", **changes})
    other = zone(alliance, who, municipality="Lac-aux-Sables")
    with refused(sentence, field):
        zones.change_zone(other, by=who, **changes)


def test_a_whole_mrc_and_a_place_inside_it_are_two_zones(alliance: Alliance, who: User) -> None:
    zone(alliance, who)
    zone(alliance, who, municipality="")
    with refused("déjà inscrite", "municipality"):
        zone(alliance, who, municipality="")


def test_a_territory_without_mrc_names_the_place_alone(who: User) -> None:
    nation = AllianceFactory("cssspnql")
    place = {"mrc": None, "municipality": "Wemotaci", "value": None}
    assert str(zone(nation, who, **place)) == "Wemotaci"
    with refused("déjà inscrite", "municipality"):
        zone(nation, who, **place)
    with held_by_the_database("zone_once"), transaction.atomic():
        DevitalisedZone.objects.create(alliance=nation, municipality="WÉMOTACI", updated_by=who)


def test_the_second_writer_of_a_zone_is_told(alliance: Alliance, who: User) -> None:
    one = zone(alliance, who)
    zones.change_zone(one, by=who, revision=0, most_affected="Aînés seuls")
    with pytest.raises(StaleAct, match="Maude Gélinas a modifié"):
        zones.change_zone(one, by=who, revision=0, most_affected="Familles")
    with pytest.raises(StaleAct, match="Maude Gélinas a modifié"):
        zones.remove_zone(one, by=who, revision=0)


def test_a_zone_taken_out_stays_in_the_journal(alliance: Alliance, who: User) -> None:
    one = zone(alliance, who)
    zones.remove_zone(one, by=who)
    assert not DevitalisedZone.objects.exists()
    entry = JournalEntry.objects.get(verb="remove_zone")
    assert (entry.summary, entry.data["value"]) == (
        "a retiré la zone « Sainte-Thècle, Mékinac »",
        "-4.25",
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"value": "1.5"}, "zone_value_has_year_and_source"),
        ({"value": "1.5", "year": 2022}, "zone_value_has_year_and_source"),
        ({"value": "1.5", "source": "ISQ"}, "zone_value_has_year_and_source"),
        ({"mrc_id": None, "municipality": ""}, "zone_names_a_place"),
        ({"mrc_id": of_another_territory}, "zone_mrc_of_territory"),
        ({"municipality": "sainte  thècle"}, "zone_once"),
    ],
)
def test_the_database_refuses_the_zone_too(
    alliance: Alliance, who: User, changes: dict[str, Any], rule: str
) -> None:
    zone(alliance, who)
    row = {
        "territory_id": alliance.territory_id,
        "alliance_id": alliance.pk,
        "mrc_id": mrc().pk,
        "municipality": "Hérouxville",
        "index_name": "Indice",
        "value": None,
        "year": None,
        "source": "",
        "most_affected": "",
        "revision": 0,
        "updated_at": clock.now(),
        "updated_by_id": who.pk,
    }
    insert("alliances_devitalisedzone", **row)
    values = {name: value() if callable(value) else value for name, value in changes.items()}
    with held_by_the_database(rule):
        insert("alliances_devitalisedzone", **{**row, "municipality": "Autre", **values})
