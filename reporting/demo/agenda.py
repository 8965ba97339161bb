"""Acts of the story, played in the order of their dates by the person who does them."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import count
from zoneinfo import ZoneInfo

from alliances import clock
from alliances.cycle_words import words_of
from alliances.identity import acting_as
from alliances.models import Cycle, User

MONTREAL = ZoneInfo("America/Montreal")
Act = Callable[[], object]


def moment_of(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), MONTREAL)


@dataclass(order=True)
class Entry:
    moment: datetime
    rank: int
    by: User = field(compare=False)
    act: Act = field(compare=False)
    cycle: Cycle | None = field(compare=False, default=None)


class Agenda:
    """A list of dated acts; each is its own transaction, at its own moment, under its own name."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._rank = count()

    def add(
        self, day: date, by: User, act: Act, *, hour: int = 10, cycle: Cycle | None = None
    ) -> None:
        """``by`` does ``act`` on ``day``, with the words of ``cycle``."""
        rank = next(self._rank)
        self._entries.append(Entry(moment_of(day, hour, rank * 17 % 60), rank, by, act, cycle))

    def play(self) -> None:
        for entry in sorted(self._entries):
            words = words_of(entry.cycle) if entry.cycle else nullcontext()
            with clock.at(entry.moment), acting_as(entry.by), words:
                entry.act()
        self._entries.clear()
