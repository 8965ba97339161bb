"""The envelope: what was received out of the total, then opened into its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from alliances.drawings.bars import Rect, coordinate, ratio, stacked_bar

CHARACTER = 7.2  # the width of one letter at 13 px, on average
BESIDE_RECEIVED = 200  # clear of the amount written over the left end of the bar


@dataclass(frozen=True)
class Part:
    """A part of a whole, in dollars. ``fill``: piv, dark, regular, hatch, white or dashed."""

    label: str
    amount: Decimal
    fill: str


@dataclass(frozen=True)
class EnvelopePart:
    label: str
    amount: Decimal
    share: int
    fill: str
    x: str
    width: str
    text_x: str
    end: bool
    row: int

    @property
    def label_y(self) -> int:
        return 168 + 60 * self.row

    @property
    def amount_y(self) -> int:
        return self.label_y + 19

    @property
    def share_y(self) -> int:
        return self.label_y + 38


@dataclass(frozen=True)
class EnvelopeRow:
    label: str
    amount: Decimal
    fill: str = ""


@dataclass(frozen=True)
class Envelope:
    """``received`` out of ``total``, then the received amount opened into its parts (dollars)."""

    total: Decimal
    total_label: str
    received: Decimal
    received_share: int
    received_x: str
    to_receive: Decimal
    to_receive_x: str
    to_receive_note: str
    narrow_x: str
    parts: list[EnvelopePart]
    narrow_parts: list[Rect]
    engaged: Decimal | None
    engaged_x: str
    rows: list[EnvelopeRow]

    @property
    def bracket_y(self) -> int:
        """Under the lowest label."""
        return 222 + 60 * max((part.row for part in self.parts), default=0)

    @property
    def bracket_text_y(self) -> int:
        return self.bracket_y + 25

    @property
    def height(self) -> int:
        return self.bracket_y + 28 if self.engaged else self.bracket_y - 10


def envelope(
    *,
    total: Decimal,
    total_label: str,
    received: Decimal,
    parts: Sequence[Part],
    to_receive_note: str = "",
    engaged_parts: int = 0,
) -> Envelope:
    """The envelope bar. The parts open what was received; committed beyond it, they still fit.

    ``engaged_parts``: how many of the first parts a bracket sums as « Engagé ».
    """
    width = 1216
    received_x = width * ratio(received, total)
    opened = max(received, sum((part.amount for part in parts), Decimal(0)))
    placed: list[EnvelopePart] = []
    right_of_text = -12.0
    x = 0.0
    engaged_x = 0.0
    for index, part in enumerate(parts):
        length = width * ratio(part.amount, opened)
        if part.amount <= 0:
            continue
        text = CHARACTER * max(len(part.label), 15)
        left = max(x, right_of_text + 12)
        end = x + text > width
        row = 0
        if end:
            row = 1 if width - text < right_of_text else 0
        elif left > x and left + text > x + length:
            row, left = 1, x
        if row == 0:
            right_of_text = width if end else left + text
        placed.append(
            EnvelopePart(
                label=part.label,
                amount=part.amount,
                share=round(ratio(part.amount, received) * 100),
                fill=part.fill,
                x=coordinate(x),
                width=coordinate(max(length - 2, 1)),
                text_x=coordinate(width if end else left),
                end=end,
                row=row,
            )
        )
        x += length
        if index < engaged_parts:
            engaged_x = x
    to_receive_x = max(received_x + 10, BESIDE_RECEIVED)
    engaged = sum((part.amount for part in parts[:engaged_parts]), Decimal(0))
    rows = [
        EnvelopeRow(total_label, total),
        EnvelopeRow(gettext("Reçu du FQIS"), received, "regular"),
    ]
    rows += [EnvelopeRow(part.label, part.amount, part.fill) for part in parts]
    to_receive = max(total - received, Decimal(0))
    if to_receive:
        rows.append(EnvelopeRow(gettext("À recevoir"), to_receive, "white"))
    crowded = to_receive_x + 260 > width - 160
    return Envelope(
        total=total,
        total_label=total_label,
        received=received,
        received_share=round(ratio(received, total) * 100),
        received_x=coordinate(received_x),
        to_receive=Decimal(0) if crowded else to_receive,
        to_receive_x=coordinate(to_receive_x),
        to_receive_note=to_receive_note,
        narrow_x=coordinate(358 * ratio(received, total)),
        parts=placed,
        narrow_parts=stacked_bar(
            [(ratio(part.amount, opened) * 100, part.fill) for part in parts], width=358
        ),
        # A second row of labels takes the place of the bracket.
        engaged=engaged if engaged and not any(part.row for part in placed) else None,
        engaged_x=coordinate(engaged_x),
        rows=rows,
    )
