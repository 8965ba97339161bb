"""What the components need from Python: geometry, form errors, page numbers, initials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm

from alliances import drawings

register = template.Library()
register.simple_tag(drawings.segments, name="segments")
register.simple_tag(drawings.seats, name="seats")


@register.simple_tag
def seat_trend(counts: Iterable[Any]) -> drawings.SeatTrend:
    """``counts``: the counts of a body's seats, the last one first."""
    oldest_first = sorted(counts, key=lambda one: one.on)
    years = [one.on.year for one in oldest_first]
    return drawings.seat_trend(
        (
            str(one.on.year) if years.count(one.on.year) == 1 else f"{one.on:%Y-%m}",
            one.lived_experience,
            one.seats,
        )
        for one in oldest_first
    )


@register.simple_tag
def share_steps(history: Iterable[Any], today: date) -> drawings.ShareSteps:
    """``history``: what has a day (``on``) and a ``share`` of one, the oldest first."""
    return drawings.share_steps([(one.on, one.share) for one in history], today=today)


@register.simple_tag
def stacked_bar(parts: Iterable[Any], width: int) -> list[drawings.Rect]:
    """``parts``: objects or dictionaries with ``share`` (percent) and ``fill``."""

    def read(part: Any, name: str) -> Any:
        return part[name] if isinstance(part, dict) else getattr(part, name)

    return drawings.stacked_bar(
        [(read(part, "share"), read(part, "fill")) for part in parts or []], width=width
    )


@dataclass(frozen=True)
class FormError:
    label: str
    message: str
    target: str


@register.simple_tag
def form_errors(form: BaseForm | None, forms: Iterable[BaseForm] | None = None) -> list[FormError]:
    """Every error of the forms, in the order of the fields, with the id of the field to reach."""
    errors = []
    for one in [*([form] if form else []), *(forms or [])]:
        if not one.is_bound:
            continue
        errors += [FormError("", str(message), "") for message in one.non_field_errors()]
        for field in one:
            target = field.id_for_label or field.auto_id
            errors += [FormError(str(field.label), str(m), str(target)) for m in field.errors]
    return errors


@dataclass(frozen=True)
class Sorting:
    aria: str
    next: str


@register.simple_tag
def sort_state(key: str, current: str) -> Sorting:
    """How a column is sorted now, and the value of ``tri`` that its head asks for."""
    if current == key:
        return Sorting("ascending", f"-{key}")
    return Sorting("descending" if current == f"-{key}" else "", key)


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """First, last and the neighbours of the current page; None where some are skipped."""
    last = page.paginator.num_pages
    shown = sorted({1, last, *range(max(1, page.number - 1), min(last, page.number + 1) + 1)})
    numbers: list[int | None] = []
    for number in shown:
        if numbers and numbers[-1] != number - 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.simple_tag
def past_items(items: Iterable[Any]) -> list[Any]:
    return [i for i in items or [] if (i.get("past") if isinstance(i, dict) else i.past)]


@register.filter
def initials(name: str | None) -> str:
    """« Maude Gélinas » → « MG »."""
    words = (name or "").split()
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()
