"""The tranches a cycle's schedule proposes; the analyst keeps, changes or drops each of them.

Guide 2017, « Mise en œuvre », steps 4 and 5; guide 2024, §4.1. The guides give the milestones and,
in 2017, the amount of the first tranche that serves the plan: every other amount is the analyst's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from alliances.models import Alliance, Cycle, MilestoneKind
from alliances.money import CENT, ZERO

from .models import ScheduleStep


@dataclass(frozen=True)
class ProposedTranche:
    """A tranche without its amount: its fiscal year by the year it starts in, what it waits for,
    and the fiscal year of the report when it waits for one."""

    fiscal_year: int
    waits_for: str
    waits_for_year: int = 0


def proposed_tranches(alliance: Alliance) -> list[ProposedTranche]:
    """One tranche for each step of the cycle's schedule, a year after the other; the step that
    waits for a report gives one for each year left, after the report on the year before."""
    years = [year.start for year in alliance.cycle.fiscal_years]
    found: list[ProposedTranche] = []
    for step in ScheduleStep.objects.filter(cycle=alliance.cycle_id):
        if step.waits_for == MilestoneKind.REPORT_ACCEPTED:
            found += [
                ProposedTranche(year, step.waits_for, year - 1) for year in years[len(found) :]
            ]
        elif len(found) < len(years):
            found.append(ProposedTranche(years[len(found)], step.waits_for))
    return found


def split(amount: Decimal, count: int, *, preparation: Decimal = ZERO) -> list[Decimal] | None:
    """``amount`` in ``count`` equal parts, in dollars and to the cent, the first one holding what
    prepares the plan; the last takes what rounding left. None when there is not enough for each.
    """
    if count < 1:
        return None
    part = (amount / count).quantize(CENT, ROUND_DOWN)
    if count == 1 or part >= preparation:
        parts = [part] * count
    else:
        rest = ((amount - preparation) / (count - 1)).quantize(CENT, ROUND_DOWN)
        parts = [preparation, *[rest] * (count - 1)]
    parts[-1] += amount - sum(parts, ZERO)
    return parts if min(parts) > 0 and parts[0] >= preparation else None


def preparation_of(cycle: Cycle) -> Decimal:
    """What the first tranche holds at least to make the plan, in dollars: 70 000 in 2017."""
    return cycle.plan_preparation_amount or ZERO


def sources_of(cycle: Cycle) -> Sequence[str]:
    """Where the schedule comes from, each source once."""
    steps = ScheduleStep.objects.filter(cycle=cycle).values_list("source", flat=True)
    return list(dict.fromkeys(steps))
