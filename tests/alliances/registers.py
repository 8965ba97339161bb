"""Registers for the tests, written through the services as people do."""

from datetime import date
from typing import Any

from alliances.models import Alliance, Mrc, Partner, PartnerCategory, User
from alliances.services import partners
from tests.factories import UserFactory

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
