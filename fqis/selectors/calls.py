"""Calls as their pages show them, and the money that is left for one."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance, Mrc, Territory
from alliances.money import ZERO
from fqis.models import Call, CallExtension, CallPriority, SubEnvelope
from plans.models import PlanVersion, SectionText

# Where a plan of 2024 says how to apply and how the Table chooses (guide 2024, annex).
DEPOSIT, SELECTION = "10b", "10c"


@dataclass(frozen=True)
class Room:
    """What calls may still hold, in dollars: of the envelope, and of the sub-envelope when the
    call is of one; None when the amount is not known."""

    envelope: Decimal | None
    sub_envelope: Decimal | None = None

    @property
    def least(self) -> Decimal | None:
        known = [one for one in (self.envelope, self.sub_envelope) if one is not None]
        return min(known) if known else None


def room_for(
    alliance: Alliance, *, mrc: Mrc | None = None, sub_region: str = "", but: Call | None = None
) -> Room:
    """The database's own sums, ``but`` one call left out."""
    held = [
        "SELECT coalesce(sum(fqis_held_by_call(c.id)), 0) FROM fqis_call c"
        " WHERE c.alliance_id = %(alliance)s AND c.state <> 'draft' AND c.id <> %(but)s"
    ]
    there = " AND (c.mrc_id = %(mrc)s OR (c.mrc_id IS NULL AND %(mrc)s::bigint IS NULL)) AND"
    there += " c.sub_region = %(name)s"
    of_place = mrc is not None or bool(sub_region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT fqis_envelope_for_projects(%(alliance)s), ({held[0]}),"
            " fqis_sub_envelope_amount(%(alliance)s, %(mrc)s::bigint, %(name)s),"
            f" ({held[0]}{there})",
            {
                "alliance": alliance.pk,
                "but": but.pk if but is not None else 0,
                "mrc": mrc.pk if mrc is not None else None,
                "name": sub_region,
            },
        )
        whole, taken, part, taken_there = cursor.fetchone()
    return Room(
        whole - taken if whole is not None else None,
        (part or ZERO) - taken_there if of_place else None,
    )


def sub_envelopes_of(alliance: Alliance) -> QuerySet[SubEnvelope]:
    """The parts of the sharing in force."""
    return SubEnvelope.objects.filter(
        split__envelope__alliance=alliance, split__state="decided"
    ).select_related("mrc")


def calls_of(alliance: Alliance) -> QuerySet[Call]:
    """The calls of an Alliance with the number of requests received for each."""
    return (
        Call.objects.filter(alliance=alliance)
        .select_related("alliance__territory", "alliance__cycle", "mrc")
        .annotate(received=Count("projects"))
        .order_by("-closes_at", "-pk")
    )


def _whole(calls: QuerySet[Call]) -> QuerySet[Call]:
    return calls.select_related(
        "alliance__territory",
        "alliance__cycle",
        "alliance__table",
        "mrc",
        "created_by",
        "published_by",
    ).prefetch_related(
        "papers",
        "mrcs",
        Prefetch("served", CallPriority.objects.select_related("priority")),
        Prefetch("extensions", CallExtension.objects.select_related("made_by")),
    )


def call_page(alliance: Alliance, number: str) -> Call | None:
    return _whole(Call.objects.filter(alliance=alliance, number=number)).first()


# --- What anybody reads; the caller holds the portal's identity


def public_call(territory: str, cycle: str, number: str) -> Call | None:
    return _whole(
        Call.objects.shown().filter(
            alliance__territory__slug=territory, alliance__cycle__slug=cycle, number=number
        )
    ).first()


def public_territories() -> list[tuple[Territory, int]]:
    """Every territory, with the number of its calls open now. Two queries."""
    found = Call.objects.open_at(clock.now()).order_by().values_list("territory")
    opened = dict(found.annotate(n=Count("pk")))
    return [(place, opened.get(place.pk, 0)) for place in Territory.objects.order_by("rank")]


@dataclass(frozen=True)
class TerritoryCalls:
    """The public page of a territory: its calls, and how its plan says it receives and chooses."""

    alliance: Alliance
    open: list[Call]
    coming: list[Call]
    closed: list[Call]
    deposit: str
    selection: str


def public_page_of(slug: str) -> TerritoryCalls | None:
    """None for a territory that is unknown, or without an Alliance today."""
    alliance = (
        Alliance.objects.for_pages()
        .filter(territory__slug=slug, cycle__starts_on__lte=clock.today())
        .order_by("-cycle__starts_on")
        .first()
    )
    if alliance is None:
        return None
    shown = list(
        Call.objects.shown()
        .filter(alliance=alliance)
        .select_related("alliance__territory", "alliance__cycle", "mrc")
    )
    versions = PlanVersion.objects.filter(plan__alliance=alliance).in_force_on(clock.today())
    texts = dict(
        SectionText.objects.filter(
            version__in=versions, section__code__in=[DEPOSIT, SELECTION]
        ).values_list("section__code", "html")
    )
    by_phase: dict[str, list[Call]] = {"open": [], "coming": [], "closed": []}
    for call in shown:
        by_phase[call.phase].append(call)
    return TerritoryCalls(
        alliance,
        sorted(by_phase["open"], key=lambda call: call.closes_at),
        sorted(by_phase["coming"], key=lambda call: call.opens_at),
        by_phase["closed"],
        texts.get(DEPOSIT, ""),
        texts.get(SELECTION, ""),
    )


def call_columns() -> list[str]:
    return [
        _("Numéro"),
        _("Titre"),
        _("Sous-enveloppe"),
        _("Montant"),
        _("Plafond par projet"),
        _("Ouverture"),
        _("Fermeture"),
        _("État"),
        _("Demandes reçues"),
    ]


def call_cells(calls: QuerySet[Call]) -> list[list[Cell]]:
    """The rows of an export; ``calls`` from ``calls_of``."""
    return [
        [
            call.number,
            call.title,
            place_of(call),
            call.amount,
            call.ceiling,
            call.opens_at,
            call.closes_at,
            phase_word(call.phase),
            call.received,  # type: ignore[attr-defined]
        ]
        for call in calls
    ]


def place_of(call: Call) -> str:
    """The sub-envelope a call is of, in words."""
    return call.mrc.name if call.mrc else call.sub_region


def phase_word(phase: str) -> str:
    return {
        "draft": _("En préparation"),
        "coming": _("À venir"),
        "open": _("Ouvert"),
        "closed": _("Fermé"),
    }[phase]
