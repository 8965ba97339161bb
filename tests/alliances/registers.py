"""Registers for the tests, written through the services as people do."""

from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from alliances.errors import Refusal
from alliances.models import Alliance, Mrc, Partner, PartnerCategory, User
from alliances.services import partners
from tests.factories import UserFactory

BASE = "/alliances/mauricie/2024-2029/concertation"
JOINED = date(2025, 1, 15)


def category(alliance: Alliance, code: str = "sante") -> PartnerCategory:
    return PartnerCategory.objects.get(cycle=alliance.cycle, code=code)


def mrc(name: str = "Mékinac") -> Mrc:
    return Mrc.objects.get(name=name)


def partner(
    alliance: Alliance, name: str = "CIUSSS", *, by: User | None = None, **fields: Any
) -> Partner:
    """A regional partner in health, unless said otherwise; ``place`` names an MRC by its name."""
    place = fields.pop("place", None)
    values: dict[str, Any] = {
        "category": category(alliance, fields.pop("kind", "sante")),
        "level": "local" if place else "regional",
        "mrc": mrc(place) if place else None,
        "joined_on": JOINED,
        **fields,
    }
    return partners.add_partner(alliance, by=by or UserFactory(), name=name, **values)


def of_another_territory() -> int:
    return Mrc.objects.get(name="Sherbrooke").pk


def refused(sentence: str, field: str | None = None) -> AbstractContextManager[Any]:
    return pytest.raises(Refusal, match=sentence, check=lambda said: said.field == field)


def held_by_the_database(name: str) -> AbstractContextManager[Any]:
    return pytest.raises(IntegrityError, match=name)


def insert(table: str, **values: Any) -> None:
    """A row written past every service and model."""
    names = ", ".join(f'"{name}"' for name in values)
    with transaction.atomic(), connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
