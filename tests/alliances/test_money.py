"""Amounts as people type them, as they read them, and in words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.money import format_plain, money_in_words, parse_money


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56\u00a0$", "1234.56"),
        ("1\u202f234\u202f567", "1234567"),
        ("1234", "1234"),
        ("12,5", "12.50"),
        ("0,01", "0.01"),
        ("1,234.56", "1234.56"),
        ("1234.56", "1234.56"),
        ("  820 000 $ ", "820000"),
    ],
)
def test_amounts_people_type(typed, amount):
    assert parse_money(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    ["12,345.6", "-5", "1e9", "1.234,56", "12 34,00", "1,2,3", "abc", "", "1,234", "5,123", "١٢",
     "1 234,567", "NaN", "Infinity", "9999999999999", "1.5", "$5", "5 $ $"],
)  # fmt: skip
def test_doubtful_amounts_are_refused(typed):
    with pytest.raises(ValueError, match=r".*"):
        parse_money(typed)


@given(st.decimals(min_value=0, max_value="999999999999.99", places=2))
def test_what_is_shown_can_be_typed_back(amount):
    assert parse_money(format_plain(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "zéro dollar"),
        ("1.01", "un dollar et un cent"),
        ("80.00", "quatre-vingts dollars"),
        ("71.00", "soixante et onze dollars"),
        ("81.00", "quatre-vingt-un dollars"),
        ("91.21", "quatre-vingt-onze dollars et vingt et un cents"),
        ("200.00", "deux cents dollars"),
        ("203.00", "deux cent trois dollars"),
        ("1000.00", "mille dollars"),
        ("80000.00", "quatre-vingt mille dollars"),
        ("200000.00", "deux cent mille dollars"),
        ("1000000.00", "un million de dollars"),
        ("80000000.00", "quatre-vingts millions de dollars"),
        (
            "1246420.50",
            "un million deux cent quarante-six mille quatre cent vingt dollars et cinquante cents",
        ),
    ],
)
def test_amounts_in_words(amount, words):
    assert money_in_words(Decimal(amount)) == words
