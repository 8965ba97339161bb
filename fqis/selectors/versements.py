"""Versements and envelopes as screens need them: ledgers, the national states, the next one."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.money import ZERO
from fqis.models import Envelope, Versement
from fqis.selectors.payments import with_payment

State = Versement.State
OPEN = [
    State.PLANNED,
    State.READY,
    State.RECOMMENDED,
    State.AUTHORISED,
    State.ISSUED,
    State.HELD,
]


def versements_of(alliance: Alliance) -> list[Versement]:
    """The ledger of an Alliance, in the order of the tranches, with people and notices."""
    return list(
        with_payment(Versement.objects.filter(alliance=alliance))
        .select_related(
            "alliance__territory",
            "alliance__cycle",
            "tranche__convention",
            "notice",
            "recommended_by",
            "authorised_by",
            "payment_confirmed_by",
            "held_by",
            "cancelled_by",
        )
        .order_by("tranche__convention__starts_on", "tranche__rank", "pk")
    )


def next_versement(alliance: Alliance) -> Versement | None:
    """The first versement that is neither paid nor cancelled, in the order of the tranches."""
    return (
        Versement.objects.filter(alliance=alliance, state__in=OPEN)
        .select_related(
            "alliance__territory",
            "alliance__cycle",
            "tranche__convention",
            "notice",
            "recommended_by",
            "authorised_by",
            "held_by",
        )
        .order_by("tranche__convention__starts_on", "tranche__rank", "pk")
        .first()
    )


def next_of(versements: Iterable[Versement]) -> Versement | None:
    """The next one of a ledger already loaded: as ``next_versement``, without a query."""
    return next((versement for versement in versements if versement.state in OPEN), None)


@dataclass(frozen=True)
class Money:
    """The money of an Alliance, in dollars. ``total`` is None while the envelope is unknown."""

    envelope: Envelope | None
    total: Decimal | None
    paid: Decimal
    on_the_way: Decimal
    waiting: Decimal

    @property
    def committed(self) -> Decimal:
        """Authorised, issued or paid: what left the envelope."""
        return self.paid + self.on_the_way

    @property
    def left(self) -> Decimal | None:
        return None if self.total is None else self.total - self.committed

    @property
    def not_planned(self) -> Decimal | None:
        """What neither a payment nor a planned versement takes."""
        left = self.left
        return None if left is None else left - self.waiting


def envelope_of(alliance: Alliance) -> Envelope | None:
    return Envelope.objects.filter(alliance=alliance).select_related("confirmed_by").first()


def money_of(envelope: Envelope | None, versements: Iterable[Versement]) -> Money:
    """Sums of versements already loaded: no query."""
    sums = {"paid": ZERO, "way": ZERO, "waiting": ZERO}
    for versement in versements:
        if versement.state == State.PAID:
            sums["paid"] += versement.amount
        elif versement.state in (State.AUTHORISED, State.ISSUED):
            sums["way"] += versement.amount
        elif versement.state != State.CANCELLED:
            sums["waiting"] += versement.amount
    total = envelope.amount if envelope else None
    return Money(envelope, total, sums["paid"], sums["way"], sums["waiting"])


def versement_states(
    alliances: Iterable[Alliance], fiscal_year: FiscalYear | None = None
) -> dict[int, list[Versement]]:
    """The versements of each Alliance, by its id, in the order of the tranches; of one fiscal
    year, or of all. One query whatever their number."""
    found = Versement.objects.filter(alliance__in=[alliance.pk for alliance in alliances])
    if fiscal_year is not None:
        found = found.filter(fiscal_year=fiscal_year.start)
    by_alliance: dict[int, list[Versement]] = {}
    for versement in found.select_related("tranche", "held_by", "recommended_by").order_by(
        "alliance", "tranche__rank", "pk"
    ):
        by_alliance.setdefault(versement.alliance_id, []).append(versement)
    return by_alliance


@dataclass(frozen=True)
class StateTotal:
    """How many versements are in a state, and their sum in dollars."""

    count: int
    amount: Decimal


def versement_totals(
    alliances: Iterable[Alliance], fiscal_year: FiscalYear | None = None
) -> dict[str, StateTotal]:
    """Count and sum of the versements in each state (every state is there). One query."""
    found = Versement.objects.filter(alliance__in=[alliance.pk for alliance in alliances])
    if fiscal_year is not None:
        found = found.filter(fiscal_year=fiscal_year.start)
    rows = found.order_by().values("state").annotate(n=Count("pk"), total=Sum("amount"))
    totals = {state: StateTotal(0, ZERO) for state in State.values}
    totals |= {row["state"]: StateTotal(row["n"], row["total"]) for row in rows}
    return totals


def envelope_amounts(alliances: Iterable[Alliance]) -> dict[int, Envelope]:
    """The envelope of each Alliance, by its id. One query."""
    found = Envelope.objects.filter(alliance__in=[alliance.pk for alliance in alliances])
    return {envelope.alliance_id: envelope for envelope in found}
