"""The government's fiscal year: 1 April to 31 March, named by the year it starts in."""

from datetime import date
from functools import total_ordering


@total_ordering
class FiscalYear:
    """``FiscalYear(2026)`` is 2026-2027."""

    def __init__(self, start: int) -> None:
        self.start = start

    @classmethod
    def of(cls, day: date) -> "FiscalYear":
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def first_day(self) -> date:
        return date(self.start, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.start + 1, 3, 31)

    @property
    def short(self) -> str:
        return f"{self.start}-{(self.start + 1) % 100:02d}"

    def next(self) -> "FiscalYear":
        return FiscalYear(self.start + 1)

    def __str__(self) -> str:
        return f"{self.start}-{self.start + 1}"

    def __repr__(self) -> str:
        return f"FiscalYear({self.start})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FiscalYear) and self.start == other.start

    def __lt__(self, other: "FiscalYear") -> bool:
        return self.start < other.start

    def __hash__(self) -> int:
        return hash(self.start)
