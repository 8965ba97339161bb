"""Envelopes: only the amounts a source publishes; the others stay empty, « à confirmer »."""

from decimal import Decimal
from pathlib import Path

from alliances.models import Alliance
from alliances.reference import read

from .models import Envelope

FOLDER = Path(__file__).parent / "reference_data"


def load() -> None:
    published = {(row["cycle"], row["territoire"]): row for row in read("enveloppes.csv", FOLDER)}
    for alliance in Alliance.objects.for_pages():
        row = published.get((alliance.cycle.slug, alliance.territory.slug))
        values = (
            {
                "amount": Decimal(row["montant"]),
                "quality": row["qualite"],
                "source": row["source"],
            }
            if row
            else {}
        )
        Envelope.objects.get_or_create(alliance=alliance, defaults=values)
