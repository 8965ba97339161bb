"""The avenants of the story: the extensions of 2023 and 2024, and two of the present cycle.

The amounts of Montréal, and the extension of Jamésie in 2023, are the published ones; what Jamésie
received before is invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.identity import acting_as_portal
from alliances.models import Alliance, Cycle
from conventions.avenants.changes import Changes, Row, rows_of
from conventions.avenants.services import create_avenant, record_avenant_signature, send_avenant
from conventions.models import Avenant, Convention, Party
from conventions.services import create_convention
from conventions.terms import TrancheSpec
from fqis.models import Envelope
from fqis.services import confirm_envelope, open_envelope

from .agenda import Agenda
from .chapter import Chapter
from .payments import Payments
from .people import Cast
from .profiles import Profile

FORMER_CYCLE = "2017-2024"


@dataclass(frozen=True)
class Extension:
    """An avenant that moves the end: signed on a day, with ``amount`` dollars more."""

    signed_on: date
    ends_on: date
    amount: Decimal
    source: str
    reason: str

    @property
    def paid_in(self) -> int:
        """The fiscal year of its end, by the year it starts in."""
        return FiscalYear.of(self.ends_on).start


@dataclass(frozen=True)
class Former:
    """The entente of one territory in the former cycle."""

    slug: str
    signed_on: date
    amount: Decimal
    quality: str
    source: str
    extensions: Sequence[Extension]


_YEAR_MORE = "Le ministère prolonge les ententes d’un an, avec les sommes qui suivent."
_TO_OCTOBER = (
    "Le prochain cycle commence le 1er novembre 2024. L’entente est prolongée jusqu’à la veille."
)
FORMERS = [
    Former(
        "montreal",
        date(2018, 10, 30),
        Decimal("44750000.00"),
        Envelope.Quality.ROUNDED,
        "Guide pratique MHM, Ville et MTESS, 2022",
        [
            Extension(
                date(2023, 3, 28), date(2024, 3, 31), Decimal("11800000.00"),
                "Communiqué du 31 mai 2023, arrondi", _YEAR_MORE,
            ),
            Extension(
                date(2024, 3, 26), date(2024, 10, 31), Decimal("5000000.00"),
                "Communiqué du 26 mars 2024, arrondi", _TO_OCTOBER,
            ),
        ],
    ),
    Former(
        "jamesie",
        date(2018, 10, 26),
        Decimal("1540000.00"),
        Envelope.Quality.FICTIONAL,
        "Données fictives de démonstration",
        [
            Extension(
                date(2023, 5, 31), date(2024, 3, 31), Decimal("390244.00"),
                "Communiqué du 31 mai 2023", _YEAR_MORE,
            ),
            Extension(
                date(2024, 3, 21), date(2024, 10, 31), Decimal("0.00"), "", _TO_OCTOBER,
            ),
        ],
    ),
]  # fmt: skip


class Amended(Chapter):
    """Avenants of one territory."""

    @property
    def convention(self) -> Convention:
        return Convention.objects.for_pages().get(alliance=self.alliance, state="signed")

    @property
    def last(self) -> Avenant:
        return Avenant.objects.filter(convention__alliance=self.alliance).latest("number")

    def draft(self, day: date, reason: str, changes: partial[Changes]) -> None:
        by = self.cast.analyst
        self.on(
            day,
            by,
            lambda: create_avenant(self.convention, by=by, reason=reason, changes=changes()),
        )
        self.on(day + timedelta(days=1), by, lambda: send_avenant(self.last, by=by))

    def sign(self, day: date, *, but: Sequence[str] = ()) -> None:
        """Every party signs, but those of a kind in ``but``; the ministry last."""
        self.on(day, self.cast.analyst, lambda: self._others_sign(but), hour=14)
        if Party.Kind.TABLE not in but:
            self.on(day, self.direction, lambda: self._record(Party.Kind.TABLE), hour=15)
        if Party.Kind.MINISTRY not in but:
            self.on(day, self.cast.delegate, lambda: self._record(Party.Kind.MINISTRY), hour=16)

    def _others_sign(self, but: Sequence[str]) -> None:
        kinds = {Party.Kind.TABLE, Party.Kind.MINISTRY, *but}
        for party in self.last.signatories.exclude(kind__in=kinds):
            record_avenant_signature(
                party,
                by=self.cast.analyst,
                signed_on=clock.today(),
                signer=f"Préfecture, {party.name}",
            )

    def _record(self, kind: str) -> None:
        by = self.direction if kind == Party.Kind.TABLE else self.cast.delegate
        record_avenant_signature(
            self.last.signatories.get(kind=kind),
            by=by,
            signed_on=clock.today(),
            signer=str(by),
        )


class Entente(Payments, Amended):
    """The entente of 2017-2024 of one territory: signed, paid, extended to 31 October 2024."""

    reference = "ENT"
    former: Former

    def tell(self, former: Former) -> None:
        self.former = former
        self._give(former.signed_on - timedelta(days=30), former.amount, former.source)
        self.sign_convention()
        self._pay(2018, former.signed_on + timedelta(days=20))
        self._pay(2020, date(2020, 6, 4))
        for extension in former.extensions:
            self._extend(extension)

    def _draft(self) -> None:
        half = self.former.amount / 2
        create_convention(
            self.alliance,
            by=self.cast.analyst,
            amount=self.former.amount,
            starts_on=date(2018, 11, 1),
            ends_on=self.alliance.cycle.ends_on,
            tranches=[
                TrancheSpec(2018, half, "convention_signed"),
                TrancheSpec(2020, half, "convention_signed"),
            ],
        )

    def _extend(self, extension: Extension) -> None:
        day = extension.signed_on
        if extension.amount:
            self._give(day - timedelta(days=15), extension.amount, extension.source)
        self.draft(day - timedelta(days=12), extension.reason, partial(self._changes, extension))
        self.sign(day)
        if extension.amount:
            self._pay(extension.paid_in, day + timedelta(days=25))

    def _changes(self, extension: Extension) -> Changes:
        if not extension.amount:
            return Changes(ends_on=extension.ends_on)
        convention = self.convention
        more = Row(None, TrancheSpec(extension.paid_in, extension.amount, "convention_signed"))
        return Changes(
            extension.ends_on,
            convention.amount + extension.amount,
            [*rows_of(convention.tranches.all()), more],
        )

    def _give(self, day: date, more: Decimal, source: str) -> None:
        budget = self.cast.budget

        def give() -> None:
            envelope = open_envelope(self.alliance)
            confirm_envelope(
                envelope,
                by=budget,
                amount=(envelope.amount or Decimal(0)) + more,
                source=source,
                quality=self.former.quality,
            )

        self.on(day, budget, give)

    def _pay(self, year: int, day: date) -> None:
        self.recommend(year, day)
        self.authorise(year, day + timedelta(days=2))
        self.pay(year, day + timedelta(days=8))


def tell_ententes(by_slug: dict[str, Alliance], cast: Cast, agenda: Agenda) -> None:
    """Two ententes of the former cycle, with the avenants of 2023 and 2024."""
    cycle = Cycle.objects.get(slug=FORMER_CYCLE)
    for former in FORMERS:
        current = by_slug.get(former.slug)
        if current is None:
            continue
        with acting_as_portal():
            alliance, _made = Alliance.objects.get_or_create(
                territory=current.territory, cycle=cycle, defaults={"table": current.table}
            )
        profile = Profile(former.slug, former.signed_on - timedelta(days=20), former.signed_on)
        Entente(profile, alliance, cast, agenda).tell(former)


def _later(chapter: Amended, amount: Decimal) -> Changes:
    """``amount`` dollars of the last tranche paid a year earlier."""
    *rows, before, last = rows_of(chapter.convention.tranches.all())
    more = before.spec._replace(amount=before.spec.amount + amount)
    less = last.spec._replace(amount=last.spec.amount - amount)
    return Changes(rows=[*rows, before._replace(spec=more), last._replace(spec=less)])


def _second_in(chapter: Amended, year: int) -> Changes:
    """The second tranche paid in ``year``."""
    first, second, *rows = rows_of(chapter.convention.tranches.all())
    moved = second._replace(spec=second.spec._replace(fiscal_year=year))
    return Changes(rows=[first, moved, *rows])


def tell_avenants(by_profile: dict[str, Amended]) -> None:
    """One signed in Laval, one that waits for signatures in Côte-Nord."""
    laval, north = by_profile.get("laval"), by_profile.get("cote-nord")
    if laval is not None:
        laval.draft(
            date(2026, 9, 15),
            "Deux projets structurants commencent en 2027 : une part de la dernière tranche est"
            " versée un an plus tôt.",
            partial(_later, laval, Decimal("120000.00")),
        )
        laval.sign(date(2026, 10, 6))
    if north is not None:
        north.draft(
            date(2026, 11, 12),
            "Le plan a été transmis après son échéance : la deuxième tranche passe à l’exercice"
            " 2026-2027.",
            partial(_second_in, north, 2026),
        )
        north.sign(date(2026, 11, 18), but=[Party.Kind.TABLE, Party.Kind.MINISTRY])
