"""The ledger of an Alliance: every movement of its money, with running balances, as of any date.

Two accounts, in dollars: the envelope (what the ministry allotted, less what it authorised) and
what the Table has in hand (paid to it, less what it gave back and paid to projects). Read in one
query from the rows of the acts themselves, in the days of Québec; nothing is stored twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from alliances.exports import Cell
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, User
from alliances.templatetags.portal import french_ordinal
from fqis.wording import money

# Each movement: kind, day, moment, actor, amount, what it changes in each account, its source (id,
# number, fiscal year, rank). An envelope known before its first confirmation opens the ledger.
MOVEMENTS = """
WITH confirmed AS (
    SELECT j.id, j.at, j.actor_id, (j.data->>'after')::numeric AS after,
           coalesce((j.data->>'before')::numeric, 0) AS before
    FROM alliances_journalentry j
    WHERE j.alliance_id = %(alliance)s AND j.verb = 'confirm_envelope'
), movement AS (
    SELECT 'opening' AS kind, %(opens)s::date AS day, %(opens)s::timestamptz AS at,
           NULL::bigint AS actor, opening AS amount, opening AS envelope, 0::numeric AS held,
           NULL::bigint AS source, '' AS number, NULL::int AS year, NULL::int AS rank
    FROM (
        SELECT e.amount - coalesce((SELECT sum(after - before) FROM confirmed), 0) AS opening
        FROM fqis_envelope e WHERE e.alliance_id = %(alliance)s
    ) o WHERE opening <> 0
    UNION ALL
    SELECT 'envelope', (at AT TIME ZONE %(zone)s)::date, at, actor_id, after - before,
           after - before, 0, NULL, '', NULL, NULL
    FROM confirmed
    UNION ALL
    SELECT 'authorised', (v.authorised_at AT TIME ZONE %(zone)s)::date, v.authorised_at,
           v.authorised_by_id, v.amount, -v.amount, 0, v.id, n.number, v.fiscal_year, t.rank
    FROM fqis_versement v
    JOIN conventions_tranche t ON t.id = v.tranche_id
    JOIN alliances_document n ON n.id = v.notice_id
    WHERE v.alliance_id = %(alliance)s AND v.authorised_at IS NOT NULL
    UNION ALL
    SELECT 'cancelled', (v.cancelled_at AT TIME ZONE %(zone)s)::date, v.cancelled_at,
           v.cancelled_by_id, v.amount, v.amount, 0, v.id, n.number, v.fiscal_year, t.rank
    FROM fqis_versement v
    JOIN conventions_tranche t ON t.id = v.tranche_id
    JOIN alliances_document n ON n.id = v.notice_id
    WHERE v.alliance_id = %(alliance)s AND v.state = 'cancelled' AND v.authorised_at IS NOT NULL
    UNION ALL
    SELECT 'paid', v.paid_on, v.payment_confirmed_at, v.payment_confirmed_by_id, v.amount, 0,
           v.amount, v.id, v.payment_reference, v.fiscal_year, t.rank
    FROM fqis_versement v JOIN conventions_tranche t ON t.id = v.tranche_id
    WHERE v.alliance_id = %(alliance)s AND v.state = 'paid'
    UNION ALL
    SELECT 'recovered', r.received_on, r.settled_at, r.settled_by_id, r.amount, 0, -r.amount,
           r.id, r.reference, v.fiscal_year, t.rank
    FROM fqis_recovery r
    JOIN fqis_versement v ON v.id = r.versement_id
    JOIN conventions_tranche t ON t.id = v.tranche_id
    WHERE r.alliance_id = %(alliance)s AND r.state = 'received'
    UNION ALL
    SELECT 'deducted', (r.settled_at AT TIME ZONE %(zone)s)::date, r.settled_at, r.settled_by_id,
           r.amount, 0, 0, r.id, d.number, v.fiscal_year, t.rank
    FROM fqis_recovery r
    JOIN alliances_document d ON d.id = r.letter_id
    JOIN fqis_versement v ON v.id = r.deducted_from_id
    JOIN conventions_tranche t ON t.id = v.tranche_id
    WHERE r.alliance_id = %(alliance)s AND r.state = 'deducted'
    UNION ALL
    SELECT 'project', p.on, p.recorded_at, p.recorded_by_id, p.amount, 0, -p.amount, p.id,
           o.number, NULL, NULL
    FROM fqis_projectpayment p JOIN fqis_project o ON o.id = p.project_id
    WHERE o.alliance_id = %(alliance)s
)
"""
LINES = (
    MOVEMENTS
    + """
SELECT kind, day, at, actor, amount, envelope, held, source, number, year, rank,
       sum(envelope) OVER running AS envelope_left, sum(held) OVER running AS in_hand
FROM movement WHERE day <= %(until)s
WINDOW running AS (ORDER BY day, at, kind, source)
ORDER BY day DESC, at DESC, kind DESC, source DESC LIMIT %(limit)s OFFSET %(offset)s
"""
)
SUMS = (
    MOVEMENTS
    + """
SELECT kind, count(*), sum(amount) FROM movement WHERE day <= %(until)s GROUP BY kind
"""
)


@dataclass(frozen=True)
class Movement:
    """One line of the ledger, amounts in dollars, with the balances just after it."""

    kind: str
    day: date
    at: datetime
    actor: str
    amount: Decimal
    envelope: Decimal
    held: Decimal
    envelope_left: Decimal
    in_hand: Decimal
    label: str
    detail: str
    url: str


@dataclass(frozen=True)
class Balances:
    """What each kind of movement sums to on a day, in dollars."""

    count: int
    allotted: Decimal
    authorised: Decimal
    paid: Decimal
    recovered: Decimal
    to_projects: Decimal

    @property
    def envelope_left(self) -> Decimal:
        return self.allotted - self.authorised

    @property
    def in_hand(self) -> Decimal:
        return self.paid - self.recovered - self.to_projects


def balances(alliance: Alliance, until: date) -> Balances:
    """The balances at the end of the day ``until``. One query."""
    rows = {kind: (count, total) for kind, count, total in _read(SUMS, alliance, until)}

    def total(*kinds: str) -> Decimal:
        return sum((rows[kind][1] for kind in kinds if kind in rows), Decimal("0.00"))

    return Balances(
        count=sum(count for count, _total in rows.values()),
        allotted=total("opening", "envelope"),
        authorised=total("authorised") - total("cancelled"),
        paid=total("paid"),
        recovered=total("recovered"),
        to_projects=total("project"),
    )


def movements(
    alliance: Alliance, until: date, *, limit: int | None = None, offset: int = 0
) -> list[Movement]:
    """The lines up to the day ``until``, the latest first. Two queries."""
    rows = _read(LINES, alliance, until, limit=limit, offset=offset)
    actors = User.objects.in_bulk({row[3] for row in rows if row[3] is not None})
    found = []
    for kind, day, at, actor, amount, envelope, held, source, number, year, rank, *after in rows:
        label, url = _source(alliance, kind, source, number)
        found.append(
            Movement(
                kind=kind,
                day=day,
                at=at,
                actor=str(actors.get(actor) or ""),
                amount=amount,
                envelope=envelope,
                held=held,
                envelope_left=after[0],
                in_hand=after[1],
                label=label,
                detail=_detail(kind, amount, number, year, rank),
                url=url,
            )
        )
    return found


def _read(sql: str, alliance: Alliance, until: date, **window: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "alliance": alliance.pk,
                "opens": alliance.cycle.starts_on,
                "zone": settings.TIME_ZONE,
                "until": until,
                **window,
            },
        )
        return cursor.fetchall()


def _source(alliance: Alliance, kind: str, source: int | None, number: str) -> tuple[str, str]:
    """What happened, and the page of the act."""
    match kind:
        case "opening":
            return _("Enveloppe à l’ouverture"), alliance.url("finances")
        case "envelope":
            return _("Enveloppe confirmée"), alliance.url("finances")
        case "authorised":
            return _("Versement autorisé"), alliance.url("versement", source)
        case "cancelled":
            return _("Avis annulé avant son émission"), alliance.url("versement", source)
        case "paid":
            return _("Versement payé"), alliance.url("versement", source)
        case "recovered":
            return _("Recouvrement remboursé"), alliance.url("recovery", source)
        case "deducted":
            return _("Recouvrement déduit"), alliance.url("recovery", source)
    return _("Paiement à un projet"), alliance.url("project", number)


def _detail(kind: str, amount: Decimal, number: str, year: int | None, rank: int | None) -> str:
    if kind == "deducted":
        return _("%(amount)s en moins sur le versement %(year)s, avis %(number)s") % {
            "amount": money(amount),
            "year": FiscalYear(year or 0),
            "number": number,
        }
    if year is None or rank is None:
        return number
    return _("%(year)s, %(rank)s tranche, %(number)s") % {
        "year": FiscalYear(year),
        "rank": french_ordinal(rank),
        "number": number,
    }


def ledger_columns() -> list[str]:
    return [
        _("Date"),
        _("Exercice"),
        _("Mouvement"),
        _("Précision"),
        _("Par"),
        _("Consigné le"),
        _("Enveloppe"),
        _("Reste de l’enveloppe"),
        _("Table"),
        _("En main de la Table"),
    ]


def ledger_cells(lines: Iterable[Movement]) -> Iterator[list[Cell]]:
    for line in lines:
        yield [
            line.day,
            str(FiscalYear.of(line.day)),
            line.label,
            line.detail,
            line.actor,
            line.at,
            line.envelope,
            line.envelope_left,
            line.held,
            line.in_hand,
        ]
