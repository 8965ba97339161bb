"""The extensions of the ententes of 2017-2024: to 31 March 2024, then to the eve of 1 November.

The amounts of Montréal and that of Jamésie are the published ones; the others receive time only.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from alliances.fiscal import FiscalYear
from conventions.avenants.changes import Changes, Row, rows_of
from conventions.terms import TrancheSpec
from fqis.models import Envelope

from .avenants import Amended
from .payments import Payments


@dataclass(frozen=True)
class Extension:
    """An avenant that moves the end, signed on a day; what it adds is in ``MORE``."""

    signed_on: date
    ends_on: date
    reason: str


@dataclass(frozen=True)
class More:
    """Dollars added by the extension signed in a year, and where they were published."""

    amount: Decimal
    quality: str
    source: str


EXTENSIONS = [
    Extension(
        date(2023, 3, 28),
        date(2024, 3, 31),
        "Le ministère prolonge les ententes d’un an.",
    ),
    Extension(
        date(2024, 3, 26),
        date(2024, 10, 31),
        "Le prochain cycle commence le 1er novembre 2024. L’entente est prolongée jusqu’à la"
        " veille.",
    ),
]
_ROUNDED, _PUBLISHED = Envelope.Quality.ROUNDED, Envelope.Quality.PUBLISHED
MORE = {
    ("montreal", 2023): More(
        Decimal("11800000.00"), _ROUNDED, "Communiqué du 31 mai 2023, arrondi"
    ),
    ("montreal", 2024): More(
        Decimal("5000000.00"), _ROUNDED, "Communiqué du 26 mars 2024, arrondi"
    ),
    ("jamesie", 2023): More(Decimal("390244.00"), _PUBLISHED, "Communiqué du 31 mai 2023"),
}


class Extensions(Payments, Amended):
    """What lengthens the entente of one territory, and what is paid with it."""

    reference = "ENT"

    def tell(self) -> None:
        for extension in EXTENSIONS:
            self._extend(extension, MORE.get((self.profile.slug, extension.signed_on.year)))

    def _extend(self, extension: Extension, more: More | None) -> None:
        day = extension.signed_on
        if more is not None:
            self._give(day - timedelta(days=15), more)
        self.draft(
            day - timedelta(days=12), extension.reason, partial(self._changes, extension, more)
        )
        self.sign(day)
        if more is not None:
            self._pay(FiscalYear.of(extension.ends_on).start, day + timedelta(days=25))

    def _changes(self, extension: Extension, more: More | None) -> Changes:
        if more is None:
            return Changes(ends_on=extension.ends_on)
        convention = self.convention
        paid_in = FiscalYear.of(extension.ends_on).start
        added = Row(None, TrancheSpec(paid_in, more.amount, "convention_signed"))
        return Changes(
            extension.ends_on,
            convention.amount + more.amount,
            [*rows_of(convention.tranches.all()), added],
        )

    def _give(self, day: date, more: More) -> None:
        self.give(
            day,
            lambda envelope: (envelope.amount or Decimal(0)) + more.amount,
            quality=more.quality,
            source=more.source,
            reference="Communiqué",
        )

    def _pay(self, year: int, day: date) -> None:
        self.recommend(year, day)
        self.authorise(year, day + timedelta(days=2))
        self.pay(year, day + timedelta(days=8))
