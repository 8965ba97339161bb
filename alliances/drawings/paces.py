"""Money along a cycle: received in steps, paid as an area, expected as a dashed line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from alliances.drawings.bars import coordinate
from alliances.fiscal import FiscalYear

WIDTH, TOP, BASE = 1216, 40, 240
LABEL = 150  # room for an amount beside the end of a line

Dated = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True)
class Tick:
    label: str
    x: str
    text_x: str


@dataclass(frozen=True)
class Label:
    """An amount at the end of a line, in dollars."""

    amount: Decimal
    x: str
    y: str


@dataclass(frozen=True)
class Pace:
    """Paths over ``width`` by ``height``; ``today_x`` is empty outside the cycle."""

    width: int
    height: int
    base: int
    top: int
    total: Decimal
    received: Decimal
    paid: Decimal
    expected: Decimal | None
    ticks: list[Tick]
    received_path: str
    paid_area: str
    paid_path: str
    expected_path: str
    expected_end: Label | None
    today_x: str
    today_end: bool


def pace(
    *,
    start: date,
    end: date,
    today: date,
    total: Decimal,
    received: Dated,
    paid: Dated,
    expected: Dated,
) -> Pace:
    """``received`` and ``paid``: amounts in dollars and their days, in order; ``expected``: what
    would be paid since the beginning, from today on."""
    days = (end - start).days or 1
    got = sum((amount for _day, amount in received), Decimal(0))
    spent = sum((amount for _day, amount in paid), Decimal(0))
    highest = max([total, got, spent, Decimal(1), *(amount for _day, amount in expected)])

    def x(day: date) -> float:
        return WIDTH * min(max((day - start).days / days, 0.0), 1.0)

    def y(amount: Decimal) -> float:
        return BASE - (BASE - TOP) * float(amount / highest)

    def point(day: date, amount: Decimal) -> str:
        return f"{coordinate(x(day))} {coordinate(y(amount))}"

    now = min(max(today, start), end)
    steps, level = [f"M{point(start, Decimal(0))}"], Decimal(0)
    for day, amount in received:
        steps.append(f"H{coordinate(x(day))}")
        level += amount
        steps.append(f"V{coordinate(y(level))}")
    steps.append(f"H{coordinate(x(now))}")
    line, level = [point(start, Decimal(0))], Decimal(0)
    for day, amount in paid:
        level += amount
        line.append(point(day, level))
    line.append(point(now, level))
    paid_path = "M" + "L".join(line)
    last = expected[-1] if expected else None
    return Pace(
        width=WIDTH,
        height=BASE + 24,
        base=BASE,
        top=TOP,
        total=total,
        received=got,
        paid=spent,
        expected=last[1] if last else None,
        ticks=_ticks(start, end, x),
        received_path="".join(steps),
        paid_area=f"{paid_path}V{BASE}H{coordinate(x(start))}z",
        paid_path=paid_path,
        expected_path="M" + "L".join(point(*one) for one in expected) if expected else "",
        expected_end=_end(last[1], y) if last else None,
        today_x=coordinate(x(today)) if start <= today <= end else "",
        today_end=x(now) > WIDTH - LABEL,
    )


def _end(amount: Decimal, y: Callable[[Decimal], float]) -> Label:
    """Beside the end of the line; under it where the envelope has its own amount."""
    high = y(amount)
    return Label(amount, str(WIDTH), coordinate(high + 20 if high < TOP + 24 else high - 8))


def _ticks(start: date, end: date, x: Callable[[date], float]) -> list[Tick]:
    ticks = []
    year = FiscalYear.of(start)
    while year.first_day <= end:
        left = x(max(year.first_day, start))
        right = x(min(year.last_day + timedelta(days=1), end))
        label = str(year) if right - left > 90 else ""
        ticks.append(Tick(label, coordinate(left), coordinate(left + 4)))
        year = year.next()
    return ticks
