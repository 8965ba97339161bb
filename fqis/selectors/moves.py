"""Moves between envelopes as their pages show them: each side before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from alliances.models import Cycle
from alliances.money import ZERO
from fqis.models import Envelope, EnvelopeMove
from fqis.selectors.commitments import committed_of


@dataclass(frozen=True)
class Side:
    """One envelope of a move, in dollars. ``floor``: what it cannot go under."""

    name: str
    before: Decimal
    after: Decimal
    authorised: Decimal
    floor: Decimal

    @property
    def is_short(self) -> bool:
        return self.after < self.floor and self.after < self.before

    @property
    def free(self) -> Decimal:
        return self.after - self.floor

    @property
    def lacking(self) -> Decimal:
        return max(self.floor - self.after, ZERO)

    @property
    def parts(self) -> list[dict[str, object]]:
        """The bar of what would remain: committed, then free, on the width of the larger."""
        whole = max(self.before, self.after, self.floor, Decimal(1))
        committed = min(self.floor, self.after)
        return [
            {"share": committed / whole * 100, "fill": "piv"},
            {"share": max(self.after - committed, ZERO) / whole * 100, "fill": "pale"},
        ]


@dataclass(frozen=True)
class Trial:
    """What a move would do; without effect."""

    source: Side
    target: Side
    amount: Decimal

    @property
    def sides(self) -> list[Side]:
        return [self.source, self.target]

    @property
    def total(self) -> Decimal:
        return self.source.before + self.target.before

    @property
    def is_possible(self) -> bool:
        return not self.source.is_short and self.source.after > 0


def _side(envelope: Envelope, before: Decimal, change: Decimal) -> Side:
    authorised, floor = committed_of(envelope.alliance_id)
    return Side(envelope.alliance.territory.name, before, before + change, authorised, floor)


def trial_of(
    source: Envelope,
    target: Envelope,
    amount: Decimal,
    *,
    before: tuple[Decimal, Decimal] | None = None,
) -> Trial:
    """``amount`` dollars from one envelope to another; ``before``: what a decided move found."""
    first, second = before or (source.amount or ZERO, target.amount or ZERO)
    return Trial(_side(source, first, -amount), _side(target, second, amount), amount)


def trial_of_move(move: EnvelopeMove) -> Trial:
    before = None
    if move.source_before is not None and move.target_before is not None:
        before = (move.source_before, move.target_before)
    return trial_of(move.source, move.target, move.amount, before=before)


def moves() -> QuerySet[EnvelopeMove]:
    return EnvelopeMove.objects.select_related(
        "source__alliance__territory",
        "source__alliance__cycle",
        "target__alliance__territory",
        "target__alliance__cycle",
        "proposed_by",
        "decided_by",
        "withdrawn_by",
    )


def movable_envelopes() -> QuerySet[Envelope]:
    """The envelopes with an amount, of the cycles that are not over: the last cycle first."""
    return (
        Envelope.objects.exclude(amount=None)
        .select_related("alliance__territory", "alliance__cycle")
        .order_by("-alliance__cycle__starts_on", "territory__rank")
    )


def latest_cycle(envelopes: Iterable[Envelope]) -> Cycle | None:
    return next((one.alliance.cycle for one in envelopes), None)
