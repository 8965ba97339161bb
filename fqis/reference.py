"""Envelopes: only the amounts a source publishes; the others stay empty, « à confirmer ».

And the published figures that the split of a cycle draws on; former amounts are not published.
"""

from decimal import Decimal
from pathlib import Path

from alliances.models import Alliance, Cycle, Territory, User
from alliances.reference import read

from .models import AllocationFigure, Envelope

FOLDER = Path(__file__).parent / "reference_data"
# Column of the territories' file → kind of figure, year, source.
FIGURES = {
    "population_2016": (AllocationFigure.Kind.POPULATION, "2016", "Recensement de 2016"),
    "superficie_km2": (AllocationFigure.Kind.AREA, "2016", "Recensement de 2016"),
    "idms_social_q5": (
        AllocationFigure.Kind.IDMS,
        "2011",
        "ISQ et INSPQ, dimension sociale, limites de 2011",
    ),
}


def load() -> None:
    load_envelopes()
    load_figures()


def load_envelopes() -> None:
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


def load_figures() -> None:
    """The published figures of each region, for each cycle with a total; written once."""
    by = User.objects.portal()
    places = {place.slug: place for place in Territory.objects.all()}
    AllocationFigure.objects.bulk_create(
        (
            AllocationFigure(
                cycle=cycle,
                place=places[row["slug"]],
                kind=kind,
                value=Decimal(row[column]),
                year=year,
                source=source,
                written_by=by,
            )
            for row in read("territoires.csv")
            for column, (kind, year, source) in FIGURES.items()
            for cycle in Cycle.objects.exclude(envelope_total=None)
            if row[column]
        ),
        ignore_conflicts=True,
    )
