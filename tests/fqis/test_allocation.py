"""The national split, asked in figures nobody would think of."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fqis.allocation import Claim, Rule, allocate, split

cents = st.integers(0, 10**12).map(lambda n: Decimal(n) / 100)
positive = st.decimals("0.01", "2000000", places=2)
percents = st.decimals(0, 100, places=2)


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    return [
        Claim(
            key,
            former=draw(cents),
            population=draw(positive),
            area=draw(positive),
            idms=draw(st.decimals("0.1", 100, places=1)),
            fixed=draw(st.none() | cents),
        )
        for key in range(draw(st.integers(1, 20)))
    ]


def rule(total: str, *, increase: str = "10", idms_share: str = "50") -> Rule:
    return Rule(Decimal(total), Decimal(increase), Decimal(idms_share))


@given(cents, st.dictionaries(st.integers(0, 40), positive, min_size=1))
def test_parts_sum_to_the_amount_and_follow_the_weights(amount, weights) -> None:
    parts = split(amount, weights)
    assert sum(parts.values()) == amount
    whole = sum(weights.values())
    for key, part in parts.items():
        assert abs(part - amount * weights[key] / whole) < Decimal("0.01")


@given(claims(), cents, percents, percents)
def test_the_split_is_exact_or_says_by_how_much_it_is_short(
    known, total, increase, idms_share
) -> None:
    outcome = allocate(known, Rule(total, increase, idms_share))
    floors = sum(share.floor for share in outcome.shares)
    assert outcome.shortage == max(floors - total, 0)
    if outcome.shortage or all(claim.fixed is not None for claim in known):
        assert outcome.allotted == floors
    else:
        assert outcome.allotted == total
    for share, claim in zip(outcome.shares, known, strict=True):
        assert share.amount >= share.floor
        if claim.fixed is not None:
            assert share.amount == claim.fixed
        else:
            assert share.floor >= claim.former


@given(claims(), cents)
def test_the_order_of_the_territories_changes_nothing(known, total) -> None:
    amounts = {one.key: one.amount for one in allocate(known, rule(str(total))).shares}
    turned = allocate(list(reversed(known)), rule(str(total))).shares
    assert {one.key: one.amount for one in turned} == amounts


def test_a_balance_follows_the_index_and_the_space_each_person_has() -> None:
    dense = Claim(1, Decimal(100), Decimal(1000), Decimal(10), Decimal(30))
    sparse = Claim(2, Decimal(100), Decimal(1000), Decimal(990), Decimal(10))
    outcome = allocate([dense, sparse], rule("620"))
    assert [share.floor for share in outcome.shares] == [Decimal("110.00")] * 2
    assert outcome.balance == Decimal(400)
    assert [share.idms_part for share in outcome.shares] == [Decimal(150), Decimal(50)]
    assert [share.density_part for share in outcome.shares] == [Decimal(2), Decimal(198)]


def test_a_figure_that_lacks_stops_the_split_and_is_named() -> None:
    known = Claim(1, Decimal(100), Decimal(1000), Decimal(10), Decimal(30))
    unknown = Claim(2, Decimal(100), population=Decimal(10))
    outcome = allocate([known, unknown], rule("500"))
    assert outcome.missing == {2: ["area", "idms"]}
    assert not outcome.is_complete
    assert all(share.idms_part == share.density_part == 0 for share in outcome.shares)
