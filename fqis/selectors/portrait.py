"""A register drawn: by state, priority, MRC or territory; what the fund levers; the orphans.

Sums come from what the database keeps of them: the same time for ten projects as for ten thousand.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from alliances import drawings
from alliances.models import Alliance, Territory
from alliances.money import ZERO
from alliances.templatetags.portal import money0
from fqis.models import Project, ProjectPlace, ProjectTally
from plans.models import Priority

from .projects import mrcs_of, priorities_in_force
from .register import lineages_in_force

State = Project.State
SUPPORTED = {str(state) for state in Project.SUPPORTED}
# What each state is drawn with: waiting, funded, closed.
FILLS = {
    **dict.fromkeys([State.RECEIVED, State.ANALYSED, State.DEFERRED], "pale"),
    **dict.fromkeys([State.ACCEPTED, State.AGREED, State.UNDER_WAY], "regular"),
    State.COMPLETED: "piv",
    **dict.fromkeys([State.REFUSED, State.INADMISSIBLE, State.ABANDONED], "light"),
}


@dataclass(frozen=True)
class Line:
    """One part: its projects and what was granted to them, in dollars; ``url`` lists them."""

    label: str
    projects: int
    granted: Decimal
    url: str = ""
    fill: str = "regular"


@dataclass(frozen=True)
class Portrait:
    """``levered`` is the other money of the supported projects; ``orphans`` those of them that
    serve no priority in force; ``unserved`` the priorities in force without any of them."""

    supported: int
    granted: Decimal
    levered: Decimal
    orphans: int
    states: list[Line]
    priorities: list[Line] = field(default_factory=list)
    unserved: list[str] = field(default_factory=list)
    places: list[Line] = field(default_factory=list)
    tiles: drawings.TileMap | None = None

    @property
    def leverage(self) -> Decimal | None:
        """Other dollars for one of the fund."""
        return (self.levered / self.granted).quantize(Decimal("0.01")) if self.granted else None

    @property
    def state_bars(self) -> drawings.ShareBars:
        return drawings.share_bars(
            [drawings.Share(f"{one.label} ({one.projects})", one.projects, one.fill)
             for one in self.states]
        )  # fmt: skip

    @property
    def priority_map(self) -> drawings.Treemap:
        return drawings.treemap(
            [drawings.Share(one.label, one.granted, one.fill) for one in self.priorities]
        )

    @property
    def place_bars(self) -> drawings.ShareBars:
        return drawings.share_bars(
            [drawings.Share(f"{one.label}, {money0(one.granted)}", one.granted, one.fill)
             for one in self.places]
        )  # fmt: skip


def portrait_of(alliance: Alliance) -> Portrait:
    """One Alliance's register; constant number of queries."""
    cells = _cells(ProjectTally.objects.filter(alliance=alliance))
    in_force = list(priorities_in_force(alliance))
    register = alliance.url("projects")
    titles = _titles(cells, in_force)
    by_priority = _by(_supported(cells), lambda cell: cell["priority_lineage"])
    current = {one.lineage for one in in_force}
    lines = [
        _line(
            titles.get(lineage, _("Sans priorité")),
            rows,
            url=f"{register}?etat=soutenus&priorite={lineage if lineage in current else 'aucune'}",
            fill="regular" if lineage in current else "light",
        )
        for lineage, rows in by_priority.items()
    ]
    return Portrait(
        **_sums(cells, current),
        states=_states(cells, register + "?etat="),
        priorities=sorted(lines, key=lambda one: -one.granted),
        unserved=[one.title for one in in_force if one.lineage not in by_priority],
        places=_by_mrc(alliance, register),
    )


def portrait_across(alliances: Sequence[Alliance], cycle: str) -> Portrait:
    """The registers of several Alliances of a cycle; constant number of queries."""
    cells = _cells(ProjectTally.objects.filter(alliance__in=alliances))
    register = f"{reverse('register')}?cycle={cycle}"
    by_place = _by(_supported(cells), lambda cell: cell["alliance_id"])
    places = [
        _line(
            one.territory.name,
            by_place.get(one.pk, []),
            url=f"{register}&territoire={one.territory.slug}&etat=soutenus",
        )
        for one in alliances
    ]
    return Portrait(
        **_sums(cells, set(lineages_in_force(alliances))),
        states=_states(cells, f"{register}&etat="),
        places=places,
        tiles=amount_tiles(
            [(one.territory, line.granted) for one, line in zip(alliances, places, strict=True)]
        ),
    )


Cell = dict[str, Any]


def _cells(tallies: Any) -> list[Cell]:
    return list(
        tallies.order_by()
        .values("alliance_id", "state", "priority_lineage")
        .annotate(n=Sum("projects"), granted=Sum("granted"), levered=Sum("levered"))
        .exclude(n=0, granted=0, levered=0)
    )


def _supported(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell["state"] in SUPPORTED]


def _by(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, list[Cell]]:
    found: dict[Any, list[Cell]] = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    return found


def _line(label: str, cells: Iterable[Cell], *, url: str = "", fill: str = "regular") -> Line:
    rows = list(cells)
    granted = sum((row["granted"] for row in rows), ZERO)
    return Line(label, sum(row["n"] for row in rows), granted, url, fill)


def _states(cells: list[Cell], link: str) -> list[Line]:
    by_state = _by(cells, lambda cell: cell["state"])
    return [
        _line(str(state.label), by_state[state.value], url=link + state.value, fill=FILLS[state])
        for state in State
        if by_state.get(state.value)
    ]


def _sums(cells: list[Cell], in_force: set[UUID]) -> dict[str, Any]:
    kept = _supported(cells)
    return {
        "supported": sum(cell["n"] for cell in kept),
        "granted": sum((cell["granted"] for cell in kept), ZERO),
        "levered": sum((cell["levered"] for cell in kept), ZERO),
        "orphans": sum(cell["n"] for cell in kept if cell["priority_lineage"] not in in_force),
    }


def _titles(cells: list[Cell], in_force: list[Priority]) -> dict[UUID, str]:
    """How each priority is called today, else how it was last called."""
    titles = {one.lineage: one.title for one in in_force}
    gone = {cell["priority_lineage"] for cell in cells} - set(titles) - {None}
    if gone:
        past = Priority.objects.filter(lineage__in=gone).order_by("version__number")
        titles |= dict(past.values_list("lineage", "title"))
    return titles


def _by_mrc(alliance: Alliance, register: str) -> list[Line]:
    """A project that serves two MRCs counts in each."""
    rows: dict[int, Cell] = {
        row["mrc_id"]: dict(row)
        for row in ProjectPlace.objects.filter(
            project__alliance=alliance, project__state__in=Project.SUPPORTED
        )
        .order_by()
        .values("mrc_id")
        .annotate(n=Count("pk"), granted=Sum("project__amount_granted"))
    }
    return [
        _line(mrc.name, [rows[mrc.pk]], url=f"{register}?etat=soutenus&mrc={mrc.code}")
        for mrc in mrcs_of(alliance)
        if mrc.pk in rows
    ]


def amount_tiles(amounts: Sequence[tuple[Territory, Decimal]]) -> drawings.TileMap:
    """A map of the territories, darker where there are more dollars."""
    largest = max((amount for _territory, amount in amounts), default=ZERO)
    keys = {
        "shade0": _("Aucun montant"),
        "shade1": _("Jusqu’au tiers du plus grand montant"),
        "shade2": _("Jusqu’aux deux tiers"),
        "shade3": _("Au-delà"),
    }
    tiles = []
    for territory, amount in amounts:
        kind = drawings.shade_of(amount, largest)
        word = money0(amount)
        tiles.append(drawings.Tile(territory.abbreviation, territory.name, word, kind, keys[kind]))
    return drawings.tile_map(tiles)
