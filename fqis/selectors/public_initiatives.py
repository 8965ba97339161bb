"""The public pages of what is funded: read from the published copy alone, never from a
territory's own rows."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from alliances import drawings
from alliances.models import Cycle, Territory
from alliances.templatetags.portal import money0
from fqis.models import Publication, PublishedInitiative
from fqis.selectors.portrait import amount_tiles

CARDS = 6


@dataclass(frozen=True)
class Sums:
    """``amount`` in dollars; ``people`` without the small counts, None when nothing tells it."""

    label: str
    initiatives: int
    amount: Decimal
    people: int | None
    slug: str = ""


@dataclass(frozen=True)
class Overview:
    """What a cycle funded; empty before the first refresh."""

    whole: Sums
    places: list[Sums] = field(default_factory=list)
    themes: list[Sums] = field(default_factory=list)
    tiles: drawings.TileMap | None = None

    @property
    def theme_bars(self) -> drawings.ShareBars:
        return drawings.share_bars(
            [
                drawings.Share(f"{one.label}, {money0(one.amount)}", one.amount)
                for one in self.themes
            ]
        )


def latest() -> Publication | None:
    return Publication.objects.order_by("-made_at", "-pk").first()


def cycles_of(publication: Publication | None) -> list[Cycle]:
    """Those with a published initiative, the newest first."""
    known = publication.totals if publication else {}
    return list(Cycle.objects.filter(slug__in=known).order_by("-starts_on"))


def _sums(label: str, total: dict[str, Any] | None, slug: str = "") -> Sums:
    if total is None:
        return Sums(label, 0, Decimal(0), None, slug)
    return Sums(label, total["initiatives"], Decimal(total["amount"]), total["people"], slug)


def overview_of(publication: Publication, cycle: Cycle) -> Overview:
    """Québec in a cycle: two queries, however many initiatives."""
    totals = publication.totals[cycle.slug]
    territories = list(Territory.objects.order_by("rank"))
    places = [_sums(one.name, totals["places"].get(one.slug), one.slug) for one in territories]
    themes = [_sums(name, total) for name, total in totals["themes"].items()]
    return Overview(
        _sums(_("Québec"), totals["whole"]),
        places,
        sorted(themes, key=lambda one: -one.amount),
        amount_tiles([(one, line.amount) for one, line in zip(territories, places, strict=True)]),
    )


def sums_of(publication: Publication, cycle: Cycle, territory: Territory) -> Sums:
    total = publication.totals[cycle.slug]["places"].get(territory.slug)
    return _sums(territory.name, total, territory.slug)


def initiatives_of(cycle: Cycle, territory: Territory) -> QuerySet[PublishedInitiative]:
    """The latest decisions first."""
    return PublishedInitiative.objects.filter(cycle=cycle.slug, place=territory.slug)


def practices_of(cycle: Cycle, territory: Territory | None = None) -> list[PublishedInitiative]:
    """A few cards, of the latest decisions."""
    cards = PublishedInitiative.objects.filter(cycle=cycle.slug).exclude(practice_title="")
    if territory is not None:
        cards = cards.filter(place=territory.slug)
    return list(cards[:CARDS])
