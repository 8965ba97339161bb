"""The tabs of an Alliance: each application brings its own, the kernel only lines them up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, Count, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .models import Alliance, User
from .permissions import VIEW, can


@dataclass(frozen=True)
class Tab:
    """``rows`` gives what the tab shows the number of, counted by ``number``; without ``right``,
    no tab."""

    key: str
    label: str | Promise
    url_name: str
    rank: int
    rows: Callable[[Alliance], QuerySet[Any]] | None = None
    right: str = VIEW
    number: Aggregate = field(default_factory=lambda: Count("pk"))


_tabs: dict[str, Tab] = {}


def register_tab(tab: Tab) -> None:
    _tabs[tab.key] = tab


def tabs_of(alliance: Alliance, current: str, reader: User) -> list[dict[str, object]]:
    """The reader's tabs in order, ready for ``c-tabs``; one query for all that count."""
    counts = _counts(alliance)
    return [
        {
            "label": tab.label,
            "url": alliance.url(tab.url_name),
            "current": tab.key == current,
            "count": counts.get(tab.key, 0) if tab.rows else None,
        }
        for tab in sorted(_tabs.values(), key=lambda tab: tab.rank)
        if can(reader, tab.right, alliance)
    ]


def _counts(alliance: Alliance) -> dict[str, int]:
    counted = [
        tab.rows(alliance)
        .order_by()
        .annotate(tab=Value(tab.key))
        .values_list("tab")
        .annotate(number=tab.number)
        for tab in _tabs.values()
        if tab.rows
    ]
    return dict(counted[0].union(*counted[1:], all=True)) if counted else {}


def team_pages(alliance: Alliance, current: str) -> list[dict[str, object]]:
    """The pages under « Équipe »: its people, then the registers of the Concertation."""
    pages = [
        ("team", _("Personnes")),
        ("partners", _("Partenaires")),
        ("representativity", _("Représentativité")),
        ("bodies", _("Instances")),
        ("zones", _("Zones")),
        ("consultations", _("Consultations")),
    ]
    return [
        {"label": label, "url": alliance.url(name), "current": name == current}
        for name, label in pages
    ]
