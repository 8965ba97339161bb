"""The avenants of the present cycle: one signed, one that waits for signatures."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from alliances import clock
from conventions.avenants.changes import Changes, rows_of
from conventions.avenants.services import create_avenant, record_avenant_signature, send_avenant
from conventions.models import Avenant, Convention, Party

from .chapter import Chapter


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


def tell_avenants(chapter: Amended) -> None:
    """One signed in Laval, one that waits for signatures in Côte-Nord."""
    match chapter.profile.slug:
        case "laval":
            chapter.draft(
                date(2026, 9, 15),
                "Deux projets structurants commencent en 2027 : une part de la dernière tranche"
                " est versée un an plus tôt.",
                partial(_later, chapter, Decimal("120000.00")),
            )
            chapter.sign(date(2026, 10, 6))
        case "cote-nord":
            chapter.draft(
                date(2026, 11, 12),
                "Le plan a été transmis après son échéance : la deuxième tranche passe à"
                " l’exercice 2026-2027.",
                partial(_second_in, chapter, 2026),
            )
            missing = [Party.Kind.TABLE, Party.Kind.MINISTRY]
            chapter.sign(date(2026, 11, 18), but=missing)
