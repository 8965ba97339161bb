"""How a cycle's total is shared among territories (guide 2017, « Répartition régionale du FQIS »).

Each territory keeps what it had and receives an increase; the balance is shared by the index of
deprivation (IDMS) and by the inverse of the density of population. Pure arithmetic, to the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from alliances.money import CENT, ZERO

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Claim:
    """What is known of one territory. Amounts in dollars, area in km², ``idms`` in percent of the
    population in the last fifth. A territory with ``fixed`` is outside the formula."""

    key: int
    former: Decimal | None = None
    population: Decimal | None = None
    area: Decimal | None = None
    idms: Decimal | None = None
    fixed: Decimal | None = None

    @property
    def deprived(self) -> Decimal | None:
        """The people counted by the index: the index weighted by the population."""
        if self.population is None or self.idms is None:
            return None
        return self.population * self.idms / HUNDRED

    @property
    def dispersion(self) -> Decimal | None:
        """Square kilometres per person: the inverse of the density."""
        if not self.population or self.area is None:
            return None
        return self.area / self.population

    @property
    def missing(self) -> list[str]:
        """The figures the formula needs and does not have."""
        if self.fixed is not None:
            return []
        names = ["former", "population", "area", "idms"]
        return [name for name in names if getattr(self, name) is None]


@dataclass(frozen=True)
class Rule:
    """``increase``: percent added to every former amount. ``idms_share``: percent of the balance
    that follows the index; the rest follows the inverse of the density."""

    total: Decimal
    increase: Decimal
    idms_share: Decimal


@dataclass(frozen=True)
class Share:
    """What one territory receives, in dollars, and why."""

    key: int
    former: Decimal | None
    floor: Decimal
    idms_part: Decimal
    density_part: Decimal

    @property
    def amount(self) -> Decimal:
        return self.floor + self.idms_part + self.density_part

    @property
    def change(self) -> Decimal | None:
        return None if self.former is None else self.amount - self.former


@dataclass(frozen=True)
class Outcome:
    """The shares of every territory. ``shortage``: what the total lacks to give every floor;
    ``missing``: by territory, the figures to find. With one or the other nothing is shared."""

    shares: list[Share]
    balance: Decimal
    shortage: Decimal
    missing: dict[int, list[str]]

    @property
    def left(self) -> Decimal:
        """What nobody receives: every territory is fixed, or a figure lacks."""
        return self.balance - sum((s.idms_part + s.density_part for s in self.shares), ZERO)

    @property
    def is_complete(self) -> bool:
        return not self.shortage and not self.missing and not self.left

    @property
    def allotted(self) -> Decimal:
        return sum((share.amount for share in self.shares), ZERO)


def split(amount: Decimal, weights: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """``amount`` in proportion to ``weights``, to the cent: parts rounded down, then one cent to
    each of the largest remainders, in the order of the keys when they are equal."""
    total = sum(weights.values(), Decimal(0))
    if not total:
        return dict.fromkeys(weights, ZERO)
    cents = int(amount / CENT)
    exact = {key: cents * weight / total for key, weight in weights.items()}
    parts = {key: int(value) for key, value in exact.items()}
    by_remainder = sorted(weights, key=lambda key: (parts[key] - exact[key], key))
    for key in by_remainder[: cents - sum(parts.values())]:
        parts[key] += 1
    return {key: part * CENT for key, part in parts.items()}


def parts_of(
    amount: Decimal, given: Mapping[int, Decimal], percents: Mapping[int, Decimal]
) -> dict[int, Decimal]:
    """The parts of an envelope of ``amount`` dollars: ``given`` in dollars, ``percents`` of the
    whole envelope. Percents that sum to 100 share it to the cent; less is rounded down."""
    whole = amount * sum(percents.values(), Decimal(0)) / HUNDRED
    return dict(given) | split(whole.quantize(CENT, ROUND_DOWN), percents)


def _floor(claim: Claim, rule: Rule) -> Decimal:
    if claim.fixed is not None:
        return claim.fixed
    former = claim.former or ZERO
    return (former * (1 + rule.increase / HUNDRED)).quantize(CENT, ROUND_HALF_UP)


def allocate(claims: Iterable[Claim], rule: Rule) -> Outcome:
    """Shares ``rule.total`` dollars among ``claims``, to the cent.

    Nobody falls under its floor (the former amount and the increase, or the fixed amount): when
    the total does not reach the floors, the outcome says by how much and shares no balance.
    """
    claims = list(claims)
    floors = {claim.key: _floor(claim, rule) for claim in claims}
    balance = rule.total - sum(floors.values(), ZERO)
    missing = {claim.key: claim.missing for claim in claims if claim.missing}
    inside = [claim for claim in claims if claim.fixed is None and not claim.missing]
    by_idms: dict[int, Decimal] = {}
    by_density: dict[int, Decimal] = {}
    if balance > 0 and not missing:
        for_idms = (balance * rule.idms_share / HUNDRED).quantize(CENT, ROUND_HALF_UP)
        by_idms = split(for_idms, {one.key: one.deprived or Decimal(0) for one in inside})
        by_density = split(
            balance - sum(by_idms.values(), ZERO),
            {one.key: one.dispersion or Decimal(0) for one in inside},
        )
    shares = [
        Share(
            claim.key,
            claim.former,
            floors[claim.key],
            by_idms.get(claim.key, ZERO),
            by_density.get(claim.key, ZERO),
        )
        for claim in claims
    ]
    return Outcome(shares, max(balance, ZERO), max(-balance, ZERO), missing)
