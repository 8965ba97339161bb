"""The chain of avenants, read backwards: what was in force on any day.

The convention holds today's terms; each avenant, those it started from. Going back from today, an
avenant that does not hold yet on a day gives back what was there before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import models

from alliances.fiscal import FiscalYear
from alliances.models import Organisation, Territory
from conventions.models import Avenant, Convention, Tranche

# Rank, fiscal year, amount, what it waits for, of which year.
Line = tuple[int, int, Decimal, str, int]


@dataclass(frozen=True)
class TrancheOn:
    """A tranche of a schedule that was in force. ``amount`` in dollars."""

    rank: int
    year: FiscalYear
    amount: Decimal
    condition_label: str


@dataclass(frozen=True)
class TermsOn:
    """What a convention said on a day, and the avenants that had made it so."""

    convention: Convention
    day: date
    amount: Decimal
    ends_on: date
    table: Organisation
    fiduciary: Organisation | None
    tranches: Sequence[TrancheOn]
    avenants: Sequence[Avenant]


def terms_on(territory: Territory, day: date) -> TermsOn | None:
    """The convention in force on ``day`` in a territory, whatever its cycle; None when there is
    none. Four queries."""
    found = (
        Convention.objects.in_force_on(day)
        .filter(territory=territory)
        .select_related(
            "alliance__territory", "alliance__cycle", "alliance__table", "alliance__fiduciary"
        )
        .first()
    )
    if found is None:
        return None
    signed = found.avenants.signed().for_pages().order_by("number")
    return terms_of(found, signed, list(found.tranches.all()), day)


def terms_of(
    convention: Convention, signed: Iterable[Avenant], tranches: Iterable[Tranche], day: date
) -> TermsOn:
    """The terms of ``convention`` on ``day``, from its signed avenants in order and its tranches of
    today."""
    alliance = convention.alliance
    amount, ends_on = convention.amount, convention.ends_on
    table, fiduciary = alliance.table, alliance.fiduciary
    lines: list[Line] = [
        (one.rank, one.fiscal_year, one.amount, one.waits_for, one.waits_for_year)
        for one in tranches
    ]
    holding = []
    for avenant in reversed(list(signed)):
        assert avenant.effective_on is not None
        if avenant.effective_on <= day:
            holding.append(avenant)
            continue
        amount, ends_on = avenant.was_amount, avenant.was_ends_on
        table, fiduciary = avenant.was_table, avenant.was_fiduciary
        written = list(avenant.lines.all())
        if written:
            lines = sorted(line.before for line in written if line.before is not None)
    return TermsOn(convention, day, amount, ends_on, table, fiduciary, _shown(lines), holding[::-1])


def _shown(lines: list[Line]) -> list[TrancheOn]:
    return [
        TrancheOn(
            rank,
            FiscalYear(year),
            amount,
            Tranche(waits_for=kind, waits_for_year=about).condition_label,
        )
        for rank, year, amount, kind, about in lines
    ]


@dataclass(frozen=True)
class Period:
    """Days over which nothing changed: a convention, with its avenants up to ``avenant``."""

    first: date
    last: date
    convention: Convention
    avenant: Avenant | None


def periods(territory: Territory) -> list[Period]:
    """The conventions of a territory from one avenant to the next, in the order of days; three
    queries. Two follow each other without a gap when the cycles do."""
    conventions = (
        Convention.objects.signed()
        .filter(territory=territory)
        .select_related("alliance__territory", "alliance__cycle")
        .prefetch_related(
            models.Prefetch(
                "avenants",
                Avenant.objects.signed().order_by("number").prefetch_related("lines"),
                to_attr="signed_avenants",
            )
        )
        .order_by("starts_on")
    )
    return [period for convention in conventions for period in _periods_of(convention)]


def _periods_of(convention: Convention) -> list[Period]:
    starts: dict[date, Avenant | None] = {convention.starts_on: None}
    for avenant in convention.signed_avenants:  # type: ignore[attr-defined]
        # Two signed on one day: the later holds.
        starts[max(avenant.effective_on, convention.starts_on)] = avenant
    days = list(starts)
    ends = [*(day - timedelta(days=1) for day in days[1:]), convention.ends_on]
    return [
        Period(first, last, convention, starts[first])
        for first, last in zip(days, ends, strict=True)
    ]
