"""What the registers of the Concertation say: partners, bodies, zones, consultations, in rows and
figures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.exports import Cell
from alliances.models import (
    Alliance,
    Consultation,
    DevitalisedZone,
    GovernanceBody,
    JournalEntry,
    Mrc,
    Partner,
    PartnerCategory,
    SeatCount,
)
from alliances.models.alliances import NameKey
from alliances.representativity import REGIONAL, Category, Matrix, matrix
from alliances.templatetags.portal import count as counted
from alliances.templatetags.portal import date_long, percent

# --- Partners


def partners_of(alliance: Alliance) -> QuerySet[Partner]:
    """Every partner there is or was, by name."""
    found = Partner.objects.filter(alliance=alliance).select_related("category", "mrc")
    return found.order_by(NameKey("name"), "pk")


def categories_of(alliance: Alliance) -> QuerySet[PartnerCategory]:
    """The kinds of partners that the cycle's guide names, in its order."""
    return PartnerCategory.objects.filter(cycle=alliance.cycle_id).order_by("rank")


def mrcs_of(alliance: Alliance) -> QuerySet[Mrc]:
    return Mrc.objects.filter(territory=alliance.territory_id).order_by("name", "pk")


def partner_columns() -> list[str]:
    return [
        _("Nom"),
        _("Catégorie"),
        _("Palier"),
        _("MRC"),
        _("Contribution"),
        _("Personne contact"),
        _("Courriel"),
        _("Depuis le"),
        _("Jusqu’au"),
    ]


def partner_rows(partners: Iterable[Partner]) -> Iterator[list[Cell]]:
    for one in partners:
        yield [
            one.name,
            one.category.name,
            str(one.get_level_display()),
            one.mrc.name if one.mrc else "",
            one.contribution,
            one.contact,
            one.email,
            one.joined_on,
            one.left_on,
        ]


def matrix_of(alliance: Alliance, day: date | None = None) -> Matrix:
    """Who takes part on ``day`` (today), category by category and MRC by MRC; three queries."""
    placed = (
        Partner.objects.present_on(day or clock.today())
        .filter(alliance=alliance)
        .order_by("pk")
        .values_list("category__code", "mrc__code")
    )
    return matrix(
        [Category(one.code, one.name, one.short) for one in categories_of(alliance)],
        [(one.code, one.name) for one in mrcs_of(alliance)],
        [(category, mrc or REGIONAL) for category, mrc in placed],
    )


def matrix_columns(table: Matrix) -> list[str]:
    return [_("Catégorie"), *(column.name for column in table.columns), _("Total")]


def matrix_rows(table: Matrix) -> Iterator[list[Cell]]:
    for line in table.lines:
        yield [line.name, *(cell.count for cell in line.cells), line.total]
    yield [_("Total"), *(column.total for column in table.columns), table.total]


# --- Bodies


@dataclass(frozen=True)
class BodySeats:
    """A body with its counts of seats, the last one first."""

    body: GovernanceBody
    counts: list[SeatCount]

    @property
    def latest(self) -> SeatCount | None:
        return self.counts[0] if self.counts else None

    def on(self, day: date) -> SeatCount | None:
        """The last count on ``day``; none once the body is dissolved."""
        if self.body.closed_on is not None and self.body.closed_on <= day:
            return None
        return next((count for count in self.counts if count.on <= day), None)

    @property
    def trend(self) -> str:
        """How the share of seats held by people living in poverty moved, in words."""
        if len(self.counts) < 2:
            return ""
        last, first = self.counts[0], self.counts[-1]
        now, before = (one.lived_experience / one.seats for one in (last, first))
        words = {
            1: _("En hausse : %(before)s sur %(of)s en %(year)s."),
            -1: _("En baisse : %(before)s sur %(of)s en %(year)s."),
            0: _("Stable : %(before)s sur %(of)s en %(year)s."),
        }[(now > before) - (now < before)]
        return words % {"before": first.lived_experience, "of": first.seats, "year": first.on.year}


def bodies_of(alliance: Alliance) -> list[BodySeats]:
    """Each body with its counts, those that sit before those that were dissolved; two queries."""
    counts = Prefetch("counts", SeatCount.objects.order_by("-on", "-pk"))
    bodies = GovernanceBody.objects.filter(alliance=alliance).prefetch_related(counts)
    found = [BodySeats(body, list(body.counts.all())) for body in bodies]
    return sorted(found, key=lambda one: one.body.closed_on is not None)


@dataclass(frozen=True)
class SeatTotals:
    """The seats of the bodies that sit, at their last count."""

    bodies: int
    meetings: int
    held: int
    total: int


def seat_totals(bodies: Iterable[BodySeats]) -> SeatTotals:
    sitting = [one for one in bodies if one.body.closed_on is None]
    latest = [one.latest for one in sitting if one.latest]
    return SeatTotals(
        len(sitting),
        sum(one.body.meetings_per_year or 0 for one in sitting),
        sum(one.lived_experience for one in latest),
        sum(one.seats for one in latest),
    )


@dataclass(frozen=True)
class SeatShare:
    """The seats of the bodies that sat on a day, at the last count of each."""

    on: date
    held: int
    seats: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.held) / self.seats

    @property
    def words(self) -> str:
        """« 21 % (3 sur 14) le 20 janvier 2026 »."""
        return _("%(share)s (%(held)s sur %(seats)s) le %(day)s") % {
            "share": percent(self.share),
            "held": self.held,
            "seats": self.seats,
            "day": date_long(self.on),
        }


def seat_history(bodies: Sequence[BodySeats]) -> list[SeatShare]:
    """The seats of the whole Alliance on each day a body was counted or dissolved, the oldest
    first (guide 2024, introduction: a participation that grows)."""
    with_seats = [one for one in bodies if one.counts]
    days = {count.on for one in with_seats for count in one.counts}
    days |= {one.body.closed_on for one in with_seats if one.body.closed_on}
    history = []
    for day in sorted(days):
        there = [count for one in with_seats if (count := one.on(day))]
        if there:
            held = sum(count.lived_experience for count in there)
            history.append(SeatShare(day, held, sum(count.seats for count in there)))
    return history


def trend_words(history: Sequence[SeatShare]) -> str:
    """Whether the share of seats held by people living in poverty grows, in one sentence."""
    if not history:
        return ""
    first, last = history[0], history[-1]
    if first is last:
        return _("%(now)s. Le prochain compte dira la tendance.") % {"now": last.words}
    words = {
        1: _("La part augmente : %(before)s, %(now)s."),
        -1: _("La part diminue : %(before)s, %(now)s."),
        0: _("La part reste la même : %(before)s, %(now)s."),
    }[(last.share > first.share) - (last.share < first.share)]
    return words % {"before": first.words, "now": last.words}


def body_columns() -> list[str]:
    return [
        _("Instance"),
        _("Mandat"),
        _("Rencontres par année"),
        _("Soutien offert"),
        _("Dissoute le"),
        _("Compté le"),
        _("Sièges"),
        _("Sièges tenus par des personnes en situation de pauvreté"),
    ]


def body_rows(bodies: Iterable[BodySeats]) -> Iterator[list[Cell]]:
    """A row for each count; a body without count has one row."""
    for one in bodies:
        body = one.body
        about: list[Cell] = [
            body.name, body.mandate, body.meetings_per_year, body.support, body.closed_on,
        ]  # fmt: skip
        for count in one.counts:
            yield [*about, count.on, count.seats, count.lived_experience]
        if not one.counts:
            yield [*about, None, None, None]


# --- Zones


def zones_of(alliance: Alliance) -> QuerySet[DevitalisedZone]:
    found = DevitalisedZone.objects.filter(alliance=alliance).select_related("mrc", "updated_by")
    return found.order_by("mrc__name", "municipality", "pk")


def zone_columns() -> list[str]:
    return [
        _("MRC"),
        _("Municipalité ou secteur"),
        _("Indice"),
        _("Valeur"),
        _("Année"),
        _("Source"),
        _("Personnes les plus touchées"),
    ]


def zone_rows(zones: Iterable[DevitalisedZone]) -> Iterator[list[Cell]]:
    for one in zones:
        yield [
            one.mrc.name if one.mrc else "",
            one.municipality,
            one.index_name if one.value is not None else "",
            Decimal(f"{one.value.normalize():f}") if one.value is not None else None,
            one.year,
            one.source,
            one.most_affected,
        ]


# --- Consultations


def consultations_of(alliance: Alliance) -> QuerySet[Consultation]:
    """The last one held first."""
    found = Consultation.objects.filter(alliance=alliance).select_related("mrc", "updated_by")
    return found.order_by("-on", "-pk")


def consultations_words(found: QuerySet[Consultation]) -> str:
    """« 3 consultations, 84 participations, dont 31 de personnes en situation de pauvreté. » Who
    came twice counts twice; « au moins » when a consultation does not know."""
    held = found.order_by().aggregate(
        number=Count("pk"),
        people=Sum("people", default=0),
        poor=Sum("people_in_poverty"),
        unknown=Count("pk", filter=Q(people_in_poverty=None)),
    )
    number, people, poor = held["number"], held["people"], held["poor"]
    words = ngettext("%(n)s consultation", "%(n)s consultations", number) % {"n": counted(number)}
    if not people:
        return f"{words}."
    part = ngettext("%(n)s participation", "%(n)s participations", people)
    words = f"{words}, {part % {'n': counted(people)}}"
    if poor is None:
        return f"{words}."
    among = (
        _("dont au moins %(n)s de personnes en situation de pauvreté.")
        if held["unknown"]
        else _("dont %(n)s de personnes en situation de pauvreté.")
    )
    return f"{words}, {among % {'n': counted(poor)}}"


def consultation_columns() -> list[str]:
    return [
        _("Tenue le"),
        _("Forme"),
        _("Titre"),
        _("MRC"),
        _("Personnes"),
        _("Dont en situation de pauvreté"),
        _("Ce qui en ressort"),
    ]


def consultation_rows(consultations: Iterable[Consultation]) -> Iterator[list[Cell]]:
    for one in consultations:
        yield [
            one.on,
            str(one.get_kind_display()),
            one.title,
            one.mrc.name if one.mrc else "",
            one.people,
            one.people_in_poverty,
            one.outcome,
        ]


# --- The page


def counts_words(table: Matrix) -> str:
    """« 24 partenaires, dont 9 régionaux. »"""
    total = ngettext("%(n)s partenaire", "%(n)s partenaires", table.total) % {"n": table.total}
    regional = table.columns[0].total
    words = ngettext("%(all)s, dont %(n)s régional.", "%(all)s, dont %(n)s régionaux.", regional)
    return words % {"all": total, "n": regional}


def history_of(row: Partner | GovernanceBody) -> list[JournalEntry]:
    """What was done to a partner or a body, the last act first."""
    found = JournalEntry.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return list(found.select_related("actor").order_by("-at", "-pk")[:30])
