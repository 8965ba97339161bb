"""What the PDF templates need to show frozen data: dates from ISO texts, bars from amounts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

register = template.Library()
BAR_WIDTH = 1000
GAP = 3


@register.filter
def iso_day(text: str | None) -> date | None:
    """``"2026-12-03"`` as a date; nothing from nothing."""
    return date.fromisoformat(text[:10]) if text else None


@register.filter
def iso_moment(text: str | None) -> datetime | None:
    """``"2026-12-03T10:24:00-05:00"`` as an aware moment; nothing from nothing."""
    return datetime.fromisoformat(text) if text else None


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
