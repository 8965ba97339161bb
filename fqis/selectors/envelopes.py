"""One envelope as its page shows it: what came in, what went out, and where the pace leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from alliances import clock, drawings
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.money import CENT, ZERO
from conventions.models import Convention
from fqis.models import (
    Envelope,
    EnvelopeSplit,
    Project,
    ProjectPayment,
    ProjectTally,
    SubEnvelope,
    Versement,
)
from fqis.selectors.commitments import amounts_of
from fqis.selectors.projects import tallied_totals

LEAST_DAYS = 90
PACE_DAYS = 365

Dated = list[tuple[date, Decimal]]


def _nothing_known(_alliance: Alliance) -> Decimal:
    return ZERO


_own_spending: Callable[[Alliance], Decimal] = _nothing_known


def say_own_spending(source: Callable[[Alliance], Decimal]) -> None:
    """Who knows what a Table spent on administration and mobilisation, in dollars: the reports.
    Called from ``ready``."""
    global _own_spending
    _own_spending = source


@dataclass(frozen=True)
class Forecast:
    """Where payments to projects lead at the pace of the last year, in dollars: ``spent`` in
    ``days``, on top of ``paid``, never above ``most``."""

    since: date
    today: date
    days: int
    spent: Decimal
    paid: Decimal
    most: Decimal
    year: FiscalYear
    cycle_end: date

    def reached(self, day: date) -> Decimal:
        more = (self.spent * (day - self.today).days / self.days).quantize(CENT)
        return min(self.paid + more, self.most)

    @property
    def per_month(self) -> Decimal:
        """A twelfth of a year at that pace."""
        return (self.spent * 365 / 12 / self.days).quantize(CENT)

    @property
    def year_end(self) -> date:
        return min(self.year.last_day, self.cycle_end)

    @property
    def at_year_end(self) -> Decimal:
        return self.reached(self.year_end)

    @property
    def at_cycle_end(self) -> Decimal:
        return self.reached(self.cycle_end)

    @property
    def unspent(self) -> Decimal:
        return self.most - self.at_cycle_end

    @property
    def runs_out_on(self) -> date | None:
        """When the envelope would be spent, if before the end of the cycle."""
        if self.spent <= 0:
            return None
        days = int((self.most - self.paid) * self.days / self.spent)
        left = (self.cycle_end - self.today).days
        return self.today + timedelta(days=days) if days < left else None


@dataclass(frozen=True)
class YearRow:
    """One fiscal year: received, paid to projects, what was paid since the beginning, and what
    would be paid at its end; in dollars."""

    year: FiscalYear
    received: Decimal
    paid: Decimal
    paid_so_far: Decimal | None
    expected: Decimal | None


@dataclass(frozen=True)
class EnvelopeMoney:
    """The money of an envelope, in dollars; ``amount`` is None while it is to confirm."""

    envelope: Envelope | None
    amount: Decimal | None
    convention: Decimal
    received: Decimal
    on_the_way: Decimal
    granted: Decimal
    projects: int
    paid: Decimal
    own: Decimal
    receipts: Dated
    payments: Dated

    @property
    def to_pay(self) -> Decimal:
        return max(self.granted - self.paid, ZERO)

    @property
    def unspent(self) -> Decimal:
        """Received, and neither paid to projects nor spent by the Table."""
        return self.received - self.paid - self.own

    @property
    def free(self) -> Decimal:
        """Unspent and promised to no project; below zero when more is promised than received."""
        return self.unspent - self.to_pay

    @property
    def to_receive(self) -> Decimal | None:
        return None if self.amount is None else self.amount - self.received


def envelope_money(alliance: Alliance) -> EnvelopeMoney:
    """Every sum of the page; six queries whatever the number of projects."""
    envelope = (
        Envelope.objects.filter(alliance=alliance)
        .select_related("alliance__cycle", "alliance__territory", "confirmed_by")
        .first()
    )
    versements = list(
        Versement.objects.filter(alliance=alliance)
        .committed()
        .order_by("paid_on", "pk")
        .values_list("state", "paid_on", "amount")
    )
    receipts = [(day, amount) for _state, day, amount in versements if day is not None]
    supported = ProjectTally.objects.filter(alliance=alliance, state__in=Project.SUPPORTED)
    projects = tallied_totals(supported)
    payments = [
        (month, amount)
        for month, amount in ProjectPayment.objects.filter(project__alliance=alliance)
        .order_by()
        .annotate(month=TruncMonth("on"))
        .values("month")
        .annotate(total=Sum("amount"))
        .order_by("month")
        .values_list("month", "total")
    ]
    signed = Convention.objects.filter(alliance=alliance, state__in=Convention.SIGNED)
    received = sum((amount for _day, amount in receipts), ZERO)
    return EnvelopeMoney(
        envelope=envelope,
        amount=envelope.amount if envelope else None,
        convention=signed.aggregate(total=Sum("amount"))["total"] or ZERO,
        received=received,
        on_the_way=sum((amount for _s, _d, amount in versements), ZERO) - received,
        granted=projects.granted,
        projects=projects.count,
        paid=sum((amount for _month, amount in payments), ZERO),
        own=_own_spending(alliance),
        receipts=receipts,
        payments=payments,
    )


def bar_of(money: EnvelopeMoney) -> drawings.Envelope | None:
    """The bar of the envelope, opened into what became of the money received."""
    if money.amount is None or money.envelope is None:
        return None
    covered = min(money.to_pay, max(money.unspent, ZERO))
    return drawings.envelope(
        total=money.amount,
        total_label=_("enveloppe %(cycle)s") % {"cycle": money.envelope.alliance.cycle.slug},
        received=money.received,
        parts=[
            drawings.Part(_("Versé aux projets"), money.paid, "piv"),
            drawings.Part(_("Administration et mobilisation"), money.own, "dark"),
            drawings.Part(
                _("Engagé, à verser") if money.free >= 0 else _("Engagé, couvert"),
                covered,
                "hatch",
            ),
            drawings.Part(_("Non engagé"), max(money.free, ZERO), "dashed"),
        ],
        engaged_parts=3,
    )


# --- The pace


def forecast_of(money: EnvelopeMoney, alliance: Alliance) -> Forecast | None:
    """At the mean pace of the last 365 days, or since the first amount received if it is later.

    None while the envelope is unknown, before 90 days of history, and once the cycle is over.
    Never above what the envelope leaves once administration and mobilisation are counted.
    """
    today, end = clock.today(), alliance.cycle.closes_on
    if money.amount is None or not money.receipts or today >= end:
        return None
    since = max(money.receipts[0][0], today - timedelta(days=PACE_DAYS))
    days = (today - since).days
    if days < LEAST_DAYS:
        return None
    recent = ProjectPayment.objects.filter(project__alliance=alliance, on__gt=since, on__lte=today)
    spent = recent.aggregate(total=Sum("amount"))["total"] or ZERO
    return Forecast(
        since=since,
        today=today,
        days=days,
        spent=spent,
        paid=money.paid,
        most=max(money.amount - money.own, money.paid),
        year=FiscalYear.of(today),
        cycle_end=end,
    )


def years_of(money: EnvelopeMoney, alliance: Alliance, forecast: Forecast | None) -> list[YearRow]:
    """The table under the drawing, one row for each fiscal year of the cycle."""
    today = clock.today()
    rows, so_far = [], ZERO
    for year in alliance.cycle.fiscal_years:
        received = _within(money.receipts, year)
        paid = _within(money.payments, year)
        so_far += paid
        last = min(year.last_day, alliance.cycle.closes_on)
        expected = None
        if forecast is not None and last >= today:
            expected = forecast.reached(last)
        rows.append(
            YearRow(year, received, paid, so_far if year.first_day <= today else None, expected)
        )
    return rows


def _within(rows: Dated, year: FiscalYear) -> Decimal:
    return sum((amount for day, amount in rows if FiscalYear.of(day) == year), ZERO)


def drawing_of(
    money: EnvelopeMoney, alliance: Alliance, forecast: Forecast | None
) -> drawings.Pace | None:
    """What was received, what was paid, and where the pace leads, along the cycle."""
    if money.amount is None or not (money.receipts or money.payments):
        return None
    today, cycle = clock.today(), alliance.cycle
    expected: Dated = []
    if forecast is not None:
        stop = forecast.runs_out_on or forecast.cycle_end
        expected = [(today, money.paid), (stop, forecast.at_cycle_end)]
        if stop < forecast.cycle_end:
            expected.append((forecast.cycle_end, forecast.at_cycle_end))
    return drawings.pace(
        start=cycle.starts_on,
        end=cycle.closes_on,
        today=today,
        total=money.amount,
        received=money.receipts,
        paid=[(_month_end(month, today), amount) for month, amount in money.payments],
        expected=expected,
    )


def _month_end(month: date, today: date) -> date:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(following - timedelta(days=1), today)


# --- The sharing


@dataclass(frozen=True)
class PartRow:
    """A sub-envelope and what it takes, in dollars."""

    part: SubEnvelope
    amount: Decimal
    share: Decimal


@dataclass(frozen=True)
class ShareRow:
    """What a use takes, in percent and in dollars, and why."""

    label: str
    percent: Decimal
    amount: Decimal
    justification: str
    fill: str


@dataclass(frozen=True)
class SplitView:
    """A sharing of an envelope as it reads; amounts in dollars."""

    split: EnvelopeSplit
    parts: list[PartRow]
    shares: list[ShareRow]
    taken: Decimal
    left: Decimal

    @property
    def bar(self) -> list[dict[str, object]]:
        return [{"share": one.percent, "fill": one.fill} for one in self.shares]


_FILLS = {"administration": "dark", "mobilisation": "regular", "projects": "piv"}


def splits_of(envelope: Envelope) -> dict[str, SplitView]:
    """The sharing in force and the one being prepared, by state; three queries."""
    found = (
        EnvelopeSplit.objects.filter(envelope=envelope)
        .exclude(state=EnvelopeSplit.State.REPLACED)
        .select_related("changed_by", "decided_by")
        .prefetch_related("shares")
        .order_by("pk")
    )
    by_split: dict[int, list[SubEnvelope]] = {}
    parts = SubEnvelope.objects.filter(split__envelope=envelope).exclude(split__state="replaced")
    for part in parts.select_related("mrc").order_by("mrc__name", "name", "pk"):
        by_split.setdefault(part.split_id, []).append(part)
    return {one.state: _split_view(one, by_split.get(one.pk, []), envelope) for one in found}


def _split_view(
    split: EnvelopeSplit, parts: Sequence[SubEnvelope], envelope: Envelope
) -> SplitView:
    whole = envelope.amount or ZERO
    amounts = amounts_of(whole, parts)
    taken = sum(amounts, ZERO)
    return SplitView(
        split,
        [
            PartRow(part, amount, amount / whole * 100 if whole else ZERO)
            for part, amount in zip(parts, amounts, strict=True)
        ],
        [
            ShareRow(
                str(one.get_use_display()),
                one.percent,
                (whole * one.percent / 100).quantize(CENT),
                one.justification,
                _FILLS[one.use],
            )
            for one in split.shares.all()
        ],
        taken,
        whole - taken,
    )


__all__ = [
    "EnvelopeMoney",
    "Forecast",
    "SplitView",
    "bar_of",
    "drawing_of",
    "envelope_money",
    "forecast_of",
    "say_own_spending",
    "splits_of",
    "years_of",
]
