"""The years to report on. The guides leave the calendar open: its dates are « à confirmer »."""

from datetime import date

from alliances.models import Cycle

from .models import ReportingPeriod


def load() -> None:
    cycle = Cycle.objects.get(slug="2024-2029")
    for year in cycle.fiscal_years:
        ReportingPeriod.objects.get_or_create(
            cycle=cycle,
            fiscal_year=year.start,
            defaults={
                "opens_on": date(year.start + 1, 4, 1),
                "due_on": date(year.start + 1, 6, 30),
                "analysis_due_on": date(year.start + 1, 9, 30),
            },
        )
