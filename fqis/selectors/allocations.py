"""The split of a cycle's total, as its pages and exports show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from alliances.drawings import Tile
from alliances.exports import Cell
from alliances.models import Cycle
from alliances.money import ZERO
from fqis.allocation import Outcome
from fqis.models import Allocation, AllocationLine, Envelope

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Part:
    """A part of a bar: its percentage of the width, its fill."""

    share: Decimal
    fill: str


@dataclass(frozen=True)
class Row:
    """One territory of a scenario. Amounts in dollars; ``change``: percent of the former one."""

    line: AllocationLine
    amount: Decimal
    change: Decimal | None
    difference: Decimal | None
    parts: list[Part]
    missing: list[str]


def rows_of(lines: Sequence[AllocationLine], outcome: Outcome) -> list[Row]:
    largest = max((line.amount for line in lines), default=ZERO) or Decimal(1)
    return [_row(line, largest, outcome.missing.get(line.place_id, [])) for line in lines]


def _row(line: AllocationLine, largest: Decimal, missing: list[str]) -> Row:
    amount = line.amount
    difference = None if line.former is None else amount - line.former
    change = difference / line.former * HUNDRED if difference is not None and line.former else None
    parts = [
        Part(part / largest * HUNDRED, fill)
        for part, fill in (
            (line.floor, "piv"),
            (line.idms_part, "regular"),
            (line.density_part, "hatch"),
        )
        if part
    ]
    return Row(line, amount, change, difference, parts, [figure_name(name) for name in missing])


def figure_name(kind: str) -> str:
    """A figure inside a sentence: « superficie »."""
    return {
        "former": _("montant précédent"),
        "population": _("population"),
        "area": _("superficie"),
        "idms": _("IDMS"),
    }[kind]


def tiles_of(rows: Sequence[Row]) -> list[Tile]:
    """The map of the increases, in four steps said in words."""
    return [Tile(row.line.place.abbreviation, row.line.place.name, *_step(row)) for row in rows]


def _step(row: Row) -> tuple[str, str]:
    if row.missing:
        return _("chiffres à trouver"), "held"
    if row.line.fixed is not None or row.change is None:
        return _("montant fixé"), "todo"
    if row.change >= 20:
        return _("hausse d’au moins 20 %"), "done"
    if row.change >= 10:
        return _("hausse de 10 à 20 %"), "moving"
    return _("hausse de moins de 10 %"), "waiting"


def lines_of(allocation: Allocation) -> list[AllocationLine]:
    return list(allocation.lines.select_related("place").order_by("place__rank"))


def columns() -> list[str]:
    return [
        _("Territoire"),
        _("Cycle précédent ($)"),
        _("Plancher ou montant fixé ($)"),
        _("Part selon l’IDMS ($)"),
        _("Part selon la densité ($)"),
        _("Montant ($)"),
        _("Différence ($)"),
        _("Raison du montant fixé"),
    ]


def cells(rows: Sequence[Row]) -> list[list[Cell]]:
    return [
        [
            row.line.place.name,
            row.line.former,
            row.line.floor,
            row.line.idms_part,
            row.line.density_part,
            row.amount,
            row.difference,
            row.line.fixed_reason,
        ]
        for row in rows
    ]


@dataclass(frozen=True)
class CycleMoney:
    """A cycle's published total, what its envelopes say so far, its scenarios."""

    cycle: Cycle
    given: Decimal
    known: int
    territories: int
    scenarios: list[Allocation]

    @property
    def to_confirm(self) -> int:
        return self.territories - self.known


def cycles_with_money() -> list[CycleMoney]:
    """Every cycle with a published total; three queries."""
    cycles = list(Cycle.objects.exclude(envelope_total=None).order_by("-starts_on"))
    amounts: dict[int, list[Decimal | None]] = {}
    for cycle_id, amount in Envelope.objects.values_list("alliance__cycle_id", "amount"):
        amounts.setdefault(cycle_id, []).append(amount)
    scenarios: dict[int, list[Allocation]] = {}
    for one in Allocation.objects.select_related("changed_by", "confirmed_by").order_by("pk"):
        scenarios.setdefault(one.cycle_id, []).append(one)
    return [
        CycleMoney(
            cycle,
            sum((one for one in amounts.get(cycle.pk, []) if one is not None), ZERO),
            sum(one is not None for one in amounts.get(cycle.pk, [])),
            len(amounts.get(cycle.pk, [])),
            scenarios.get(cycle.pk, []),
        )
        for cycle in cycles
    ]


@dataclass(frozen=True)
class Scenario:
    """A scenario at the head of its column; its total in dollars."""

    allocation: Allocation
    allotted: Decimal


@dataclass(frozen=True)
class Compared:
    """One territory across scenarios: an amount in dollars for each, in their order."""

    name: str
    former: Decimal | None
    amounts: list[Decimal]

    @property
    def changes(self) -> list[tuple[Decimal, Decimal | None]]:
        """Each amount and its difference with the former one."""
        return [
            (amount, None if self.former is None else amount - self.former)
            for amount in self.amounts
        ]

    @property
    def spread(self) -> Decimal:
        return max(self.amounts) - min(self.amounts)


def headed(scenarios: Sequence[Allocation], rows: Sequence[Compared]) -> list[Scenario]:
    """The scenarios with what each gives in all."""
    return [
        Scenario(one, sum((row.amounts[rank] for row in rows), ZERO))
        for rank, one in enumerate(scenarios)
    ]


def compared(scenarios: Sequence[Allocation]) -> list[Compared]:
    """The same territories in every scenario, side by side; one query."""
    found: dict[int, dict[int, AllocationLine]] = {}
    lines = AllocationLine.objects.filter(allocation__in=scenarios).select_related("place")
    for line in lines.order_by("place__rank"):
        found.setdefault(line.place_id, {})[line.allocation_id] = line
    return [
        Compared(
            next(iter(by_scenario.values())).place.name,
            next((line.former for line in by_scenario.values() if line.former), None),
            [by_scenario[one.pk].amount if one.pk in by_scenario else ZERO for one in scenarios],
        )
        for by_scenario in found.values()
    ]
