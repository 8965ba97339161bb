"""Rules of dates that selectors and services share (guide 2024, §4.2)."""

from datetime import date


def five_years_after(day: date) -> date:
    """The first day too late for a project that starts on ``day``."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 5, 2, 28)
    return day.replace(year=day.year + 5)
