"""What the PDF templates need to show frozen data: dates from ISO texts, bars from amounts."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from alliances.models import Consultation
from alliances.money import money_in_english_words

register = template.Library()
BAR_WIDTH = 1000
GAP = 3
# An amount, a count, a share, or the dash that stands for none.
_FIGURE = re.compile(r"—|[−-]?\$?[\d\s.,]+(\s?[$%])?")


@register.filter
def iso_day(text: str | None) -> date | None:
    """``"2026-12-03"`` as a date; nothing from nothing."""
    return date.fromisoformat(text[:10]) if text else None


@register.filter
def iso_moment(text: str | None) -> datetime | None:
    """``"2026-12-03T10:24:00-05:00"`` as an aware moment; nothing from nothing."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def as_decimal(text: str | None) -> Decimal | None:
    """``"-4.25"`` as a number; nothing from nothing."""
    return Decimal(text) if text else None


@register.filter
def consultation_kind(slug: str) -> str:
    """``"workshop"`` in words: « Atelier »."""
    return str(Consultation.Kind(slug).label)


@register.filter
def english_words(amount: str) -> str:
    """An amount in dollars, a decimal text, in English words."""
    return money_in_english_words(Decimal(amount))


@dataclass(frozen=True)
class AlignedTable:
    """A table whose columns of figures are known, so that they stand at the right."""

    columns: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]


def _is_figure(cell: object) -> bool:
    return bool(_FIGURE.fullmatch(str(cell)))


@register.simple_tag
def aligned(table: dict[str, Any]) -> AlignedTable:
    """``table`` (columns, rows) with, for each cell, whether its column holds only figures."""
    rows = table["rows"]
    figures = [
        bool(rows) and all(_is_figure(row[index]) for row in rows)
        for index in range(len(table["columns"]))
    ]
    return AlignedTable(
        list(zip(table["columns"], figures, strict=True)),
        [list(zip(row, figures, strict=True)) for row in rows],
    )


@dataclass(frozen=True)
class EnvelopeBar:
    """Where the parts of an envelope begin, and how wide they are, on a bar of 1000."""

    paid: float
    this_x: float
    this: float
    left_x: float
    left: float


@register.simple_tag
def envelope_bar(envelope: dict[str, Any]) -> EnvelopeBar:
    """The bar of ``paid``, ``this`` and ``left``, amounts in dollars as decimal texts."""
    amounts = [max(Decimal(envelope[name]), Decimal(0)) for name in ("paid", "this", "left")]
    total = sum(amounts) or Decimal(1)
    shown = [amount for amount in amounts if amount]
    room = BAR_WIDTH - GAP * max(len(shown) - 1, 0)
    widths = [round(float(amount / total) * room, 1) for amount in amounts]
    this_x = widths[0] + (GAP if widths[0] else 0)
    left_x = this_x + widths[1] + (GAP if widths[1] else 0)
    return EnvelopeBar(widths[0], round(this_x, 1), widths[1], round(left_x, 1), widths[2])
