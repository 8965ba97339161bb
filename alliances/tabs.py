"""The tabs of an Alliance: each application brings its own, the kernel only lines them up."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from .models import Alliance


@dataclass(frozen=True)
class Tab:
    key: str
    label: str | Promise
    url_name: str
    rank: int
    count: Callable[[Alliance], int] | None = None


_tabs: dict[str, Tab] = {}


def register_tab(tab: Tab) -> None:
    _tabs[tab.key] = tab


def tabs_of(alliance: Alliance, current: str) -> list[dict[str, object]]:
    """The tabs in order, ready for ``c-tabs``; one query for each tab that counts."""
    return [
        {
            "label": tab.label,
            "url": alliance.url(tab.url_name),
            "current": tab.key == current,
            "count": tab.count(alliance) if tab.count else None,
        }
        for tab in sorted(_tabs.values(), key=lambda tab: tab.rank)
    ]
