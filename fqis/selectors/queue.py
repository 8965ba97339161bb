"""The queue of versements: what waits, in which order, and what is unusual about each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.fiscal import FiscalYear
from alliances.models import Cycle, NumberSeries, User
from alliances.money import ZERO
from alliances.permissions import can
from alliances.templatetags.portal import french_ordinal
from fqis.documents import NOTICE_SERIES
from fqis.models import Versement
from fqis.selectors.payments import with_payment
from fqis.selectors.versements import StateTotal
from fqis.wording import local_day, money

State = Versement.State
_AMOUNT = DecimalField(max_digits=14, decimal_places=2)


def queue() -> QuerySet[Versement]:
    """Every versement the person may see, the oldest recommendation first, with what its
    envelope has left (``left_after``) and whether an earlier tranche is unpaid."""
    committed = (
        Versement.objects.filter(alliance=OuterRef("alliance"))
        .committed()
        .order_by()
        .values("alliance")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    earlier = Versement.objects.filter(
        tranche__convention=OuterRef("tranche__convention"),
        tranche__rank__lt=OuterRef("tranche__rank"),
    ).exclude(state__in=[State.PAID, State.CANCELLED])
    parked = (
        Versement.objects.filter(parked_from=OuterRef("pk"), state=State.HELD)
        .order_by()
        .values("parked_from")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    return (
        with_payment(Versement.objects.all())
        .select_related(
            "alliance__territory",
            "alliance__cycle",
            "tranche",
            "notice",
            "recommended_by",
            "authorised_by",
            "held_by",
        )
        .annotate(
            envelope_amount=F("alliance__envelope__amount"),
            left_before=F("alliance__envelope__amount")
            - Coalesce(Subquery(committed, output_field=_AMOUNT), ZERO),
            tranche_amount=F("tranche__amount"),
            earlier_unpaid=Exists(earlier),
            parked_amount=Subquery(parked, output_field=_AMOUNT),
        )
        .order_by("recommended_at", "alliance__territory__rank", "tranche__rank", "pk")
    )


@dataclass(frozen=True)
class Anomaly:
    """Something unusual about a versement; ``blocks`` when the reader cannot authorise it."""

    glyph: str
    word: str
    detail: str = ""
    blocks: bool = False

    @property
    def is_none(self) -> bool:
        return self.glyph == "done"

    @property
    def is_late(self) -> bool:
        return self.glyph == "late"


@dataclass(frozen=True)
class Row:
    """A line of the queue for one reader."""

    versement: Versement
    anomaly: Anomaly
    may_authorise: bool

    @property
    def left_after(self) -> Decimal | None:
        left: Decimal | None = self.versement.left_before  # type: ignore[attr-defined]
        return None if left is None else left - self.versement.amount

    @cached_property
    def name(self) -> str:
        return str(self.versement.alliance.territory)

    @property
    def tranche(self) -> str:
        """« 2026-2027, 3e tranche »"""
        return _("%(year)s, %(rank)s tranche") % {
            "year": self.versement.year,
            "rank": french_ordinal(self.versement.tranche.rank),
        }


def rows_for(user: User, versements: Iterable[Versement]) -> list[Row]:
    """The lines of ``versements`` (from ``queue()``) as ``user`` reads them. No query."""
    rows = []
    for versement in versements:
        anomaly = anomaly_of(versement, user)
        free = versement.state == State.RECOMMENDED and not anomaly.blocks
        rows.append(Row(versement, anomaly, free and can(user, "authorise_versement", versement)))
    return rows


def anomaly_of(versement: Versement, user: User) -> Anomaly:
    """The gravest thing to know, from recorded facts only."""
    left: Decimal | None = versement.left_before  # type: ignore[attr-defined]
    planned: Decimal = versement.tranche_amount  # type: ignore[attr-defined]
    if left is None:
        return Anomaly(
            "late", _("Enveloppe à confirmer"), _("Le montant n’est pas connu."), blocks=True
        )
    if versement.amount > left and versement.state not in Versement.COMMITTED:
        return Anomaly(
            "late",
            _("Dépasse l’enveloppe"),
            _("Il en reste %(left)s.") % {"left": money(left)},
            blocks=True,
        )
    if versement.state == State.RECOMMENDED and versement.recommended_by_id == user.pk:
        return Anomaly(
            "lock",
            _("Recommandé par vous"),
            _("Une autre personne doit autoriser."),
            blocks=True,
        )
    parked: Decimal | None = versement.parked_amount  # type: ignore[attr-defined]
    if parked:
        return Anomaly(
            "warn",
            _("Partie mise de côté"),
            _("%(amount)s sont contestés et retenus.") % {"amount": money(parked)},
        )
    if versement.amount < planned:
        return Anomaly(
            "warn",
            _("Moins que la tranche"),
            _("La tranche est de %(amount)s.") % {"amount": money(planned)},
        )
    if versement.earlier_unpaid:  # type: ignore[attr-defined]
        return Anomaly(
            "warn", _("Tranche précédente impayée"), _("Une tranche antérieure attend encore.")
        )
    if versement.year < FiscalYear.of(clock.today()) and versement.state != State.PAID:
        return Anomaly("warn", _("Exercice terminé"), _("Le versement est en retard."))
    return Anomaly("done", _("Aucune"))


def with_anomaly(versements: QuerySet[Versement], kind: str, user: User) -> QuerySet[Versement]:
    """Only the lines of one kind of anomaly, by the same rules as ``anomaly_of``."""
    this_year = FiscalYear.of(clock.today()).start
    envelope = Q(left_before=None) | Q(left_before__lt=F("amount"))
    mine = Q(recommended_by=user)
    below = Q(amount__lt=F("tranche_amount"))
    order = Q(earlier_unpaid=True)
    late = Q(fiscal_year__lt=this_year)
    kinds = {
        "enveloppe": envelope,
        "vous": mine,
        "montant": below,
        "ordre": order,
        "exercice": late,
        "aucune": ~(envelope | below | order | late) & ~mine,
    }
    return versements.filter(kinds[kind]) if kind in kinds else versements


@dataclass(frozen=True)
class YearTotals:
    """The versements of a fiscal year: in each state, how many and how much in dollars."""

    year: FiscalYear
    states: dict[str, StateTotal]

    @property
    def total(self) -> StateTotal:
        """Every state but the cancelled ones."""
        kept = [one for state, one in self.states.items() if state != State.CANCELLED]
        return StateTotal(sum(one.count for one in kept), sum((one.amount for one in kept), ZERO))


def totals_by_year() -> list[YearTotals]:
    """The totals of each state in each fiscal year that the person may see. One query."""
    years: dict[int, dict[str, StateTotal]] = {}
    rows = Versement.objects.order_by().values("fiscal_year", "state")
    for row in rows.annotate(n=Count("pk"), total=Sum("amount")):
        states = years.setdefault(row["fiscal_year"], {})
        states[row["state"]] = StateTotal(row["n"], row["total"])
    return [YearTotals(FiscalYear(year), years[year]) for year in sorted(years)]


@dataclass(frozen=True)
class SummaryRow:
    """A line of what is about to be authorised: ``left`` is what the envelope keeps after it and
    the lines above of the same envelope, in dollars."""

    row: Row
    left: Decimal | None


def summary_of(rows: Iterable[Row]) -> list[SummaryRow]:
    """The lines to authorise, each with what is left after those before it. No query."""
    left: dict[int, Decimal] = {}
    summary = []
    for row in rows:
        versement = row.versement
        before: Decimal | None = versement.left_before  # type: ignore[attr-defined]
        if before is not None:
            known = left.get(versement.alliance_id, before)
            left[versement.alliance_id] = known - versement.amount
        summary.append(SummaryRow(row, left.get(versement.alliance_id)))
    return summary


@dataclass(frozen=True)
class NationalMoney:
    """The published amount of the cycle in force and what the versements take of it, in dollars."""

    cycle: Cycle
    total: Decimal
    committed: Decimal
    waiting: Decimal

    @property
    def left(self) -> Decimal:
        return self.total - self.committed - self.waiting

    @property
    def parts(self) -> list[dict[str, object]]:
        """For the bar: shares in percent."""
        whole = self.total or Decimal(1)
        return [
            {"share": self.committed / whole * 100, "fill": "piv"},
            {"share": self.waiting / whole * 100, "fill": "hatch"},
            {"share": max(self.left, ZERO) / whole * 100, "fill": "white"},
        ]


def national_money() -> NationalMoney | None:
    """Two queries; None while the cycle's amount is not published."""
    cycle = Cycle.objects.in_force_on(clock.today()).order_by("-starts_on").first()
    if cycle is None or cycle.envelope_total is None:
        return None
    sums = Versement.objects.filter(alliance__cycle=cycle).aggregate(
        committed=Sum("amount", filter=Q(state__in=Versement.COMMITTED)),
        waiting=Sum("amount", filter=Q(state=State.RECOMMENDED)),
    )
    return NationalMoney(
        cycle, cycle.envelope_total, sums["committed"] or ZERO, sums["waiting"] or ZERO
    )


def next_notice_number() -> str:
    """The number the next notice takes if nobody authorises in between."""
    year = FiscalYear.of(clock.today())
    last = NumberSeries.objects.filter(series=NOTICE_SERIES, fiscal_year=year.start).first()
    return f"{NOTICE_SERIES}-{year.start}-{(last.last if last else 0) + 1:04d}"


def queue_columns() -> list[str]:
    return [
        _("Territoire"),
        _("Exercice"),
        _("Tranche"),
        _("Montant"),
        _("Reste de l’enveloppe après"),
        _("État"),
        _("Recommandé par"),
        _("Recommandé le"),
        _("Autorisé par"),
        _("Autorisé le"),
        _("Avis"),
        _("Payé le"),
        _("Référence"),
        _("Anomalie"),
    ]


def queue_cells(rows: Iterable[Row]) -> Iterator[list[Cell]]:
    for row in rows:
        versement = row.versement
        yield [
            row.name,
            str(versement.year),
            versement.tranche.rank,
            versement.amount,
            row.left_after,
            str(State(versement.state).label),
            str(versement.recommended_by or ""),
            local_day(versement.recommended_at) if versement.recommended_at else None,
            str(versement.authorised_by or ""),
            local_day(versement.authorised_at) if versement.authorised_at else None,
            versement.notice.number if versement.notice else "",
            versement.paid_on,
            versement.payment_reference,
            row.anomaly.word,
        ]
