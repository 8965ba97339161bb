"""The registers a plan draws on: living while it is written, frozen the day it is transmitted.

``PlanVersion.registers`` keeps ``registers_as_data`` as it was; screens, PDF, Word and JSON read
the same shape. People are counted, never named: the contacts of partners stay in the living
register.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q

from alliances import clock
from alliances.models import (
    Alliance,
    Consultation,
    DevitalisedZone,
    GovernanceBody,
    Partner,
    SeatCount,
)
from alliances.models.alliances import NameKey
from alliances.registers import categories_of, mrcs_of
from alliances.representativity import REGIONAL, Category, Matrix, matrix
from plans.models import CanvasSection, PlanVersion

Kind = CanvasSection.Register
Rows = list[dict[str, Any]]
# Where each register is kept.
_PAGES: dict[str, str] = {
    Kind.BODIES: "bodies",
    Kind.SEATS: "bodies",
    Kind.PARTNERS: "partners",
    Kind.REPRESENTATIVITY: "partners",
    Kind.ZONES: "zones",
    Kind.CONSULTATIONS: "consultations",
}
# A longer register opens folded; names by category take less room than a table.
UNFOLDED, UNFOLDED_NAMES = 12, 60


def _partners(alliance: Alliance, on: date) -> Rows:
    present = Partner.objects.present_on(on).filter(alliance=alliance)
    return [
        {
            "name": one.name,
            "category": one.category.name,
            "category_code": one.category.code,
            "level": one.level,
            "mrc": one.mrc.name if one.mrc else "",
            "contribution": one.contribution,
            "since": one.joined_on.isoformat(),
        }
        for one in present.select_related("category", "mrc").order_by(
            "category__rank", NameKey("name"), "pk"
        )
    ]


def _bodies(alliance: Alliance, on: date) -> Rows:
    sitting = GovernanceBody.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on))
    counts = SeatCount.objects.latest_by(on).filter(body__alliance=alliance)
    latest = {count.body_id: count for count in counts}
    rows: Rows = []
    for one in sitting.filter(alliance=alliance).order_by("name", "pk"):
        count = latest.get(one.pk)
        rows.append(
            {
                "name": one.name,
                "mandate": one.mandate,
                "meetings_per_year": one.meetings_per_year,
                "support": one.support,
                "seats": count.seats if count else None,
                "lived_experience": count.lived_experience if count else None,
                "counted_on": count.on.isoformat() if count else "",
            }
        )
    return rows


def _zones(alliance: Alliance) -> Rows:
    found = DevitalisedZone.objects.filter(alliance=alliance).select_related("mrc")
    return [
        {
            "mrc": one.mrc.name if one.mrc else "",
            "municipality": one.municipality,
            "index": one.index_name if one.value is not None else "",
            "value": f"{one.value.normalize():f}" if one.value is not None else "",
            "year": one.year,
            "source": one.source,
            "most_affected": one.most_affected,
        }
        for one in found.order_by("mrc__name", "municipality", "pk")
    ]


def _consultations(alliance: Alliance, on: date) -> Rows:
    held = Consultation.objects.filter(alliance=alliance, on__lte=on).select_related("mrc")
    return [
        {
            "on": one.on.isoformat(),
            "kind": one.kind,
            "title": one.title,
            "mrc": one.mrc.name if one.mrc else "",
            "people": one.people,
            "people_in_poverty": one.people_in_poverty,
            "outcome": one.outcome,
        }
        for one in held.order_by("on", "pk")
    ]


def _categories(alliance: Alliance) -> Rows:
    return [
        {"code": one.code, "name": one.name, "short": one.short} for one in categories_of(alliance)
    ]


def registers_as_data(alliance: Alliance, on: date) -> dict[str, Any]:
    """The four registers on that day as JSON holds them; seven queries whatever their size.

    ``on`` and the days are ``2026-12-03``; the value of an index is text, « -4.25 ». Zones have no
    days of their own: those of today. ``categories`` and ``mrcs`` are all those there are, so that
    who is missing stays known.
    """
    return {
        "on": on.isoformat(),
        "partners": _partners(alliance, on),
        "categories": _categories(alliance),
        "mrcs": [one.name for one in mrcs_of(alliance)],
        "bodies": _bodies(alliance, on),
        "zones": _zones(alliance),
        "consultations": _consultations(alliance, on),
    }


def is_frozen(version: PlanVersion) -> bool:
    return not version.is_writable


def registers_of(version: PlanVersion) -> dict[str, Any]:
    """What a reader of ``version`` sees: today's registers while it is written, those of its
    transmission afterwards."""
    if is_frozen(version):
        frozen: dict[str, Any] = version.registers
        return frozen
    return registers_as_data(version.plan.alliance, clock.today())


class _Book:
    """The registers of one version; a living one reads each part once, and only when asked."""

    def __init__(self, version: PlanVersion) -> None:
        self.alliance = version.plan.alliance
        self.frozen: dict[str, Any] | None = version.registers if is_frozen(version) else None
        self.today = clock.today()

    @property
    def is_lost(self) -> bool:
        """Transmitted before registers were kept with the version."""
        return self.frozen == {}

    @cached_property
    def partners(self) -> Rows:
        if self.frozen is not None:
            return self.frozen.get("partners", [])
        return _partners(self.alliance, self.today)

    @cached_property
    def bodies(self) -> Rows:
        if self.frozen is not None:
            return self.frozen.get("bodies", [])
        return _bodies(self.alliance, self.today)

    @cached_property
    def zones(self) -> Rows:
        return self.frozen.get("zones", []) if self.frozen is not None else _zones(self.alliance)

    @cached_property
    def consultations(self) -> Rows:
        if self.frozen is not None:
            return self.frozen.get("consultations", [])
        return _consultations(self.alliance, self.today)

    @cached_property
    def matrix(self) -> Matrix:
        if self.frozen is not None:
            categories, mrcs = self.frozen.get("categories", []), self.frozen.get("mrcs", [])
        else:
            categories = _categories(self.alliance)
            mrcs = [one.name for one in mrcs_of(self.alliance)]
        return matrix(
            [Category(**one) for one in categories],
            [(name, name) for name in mrcs],
            [(one["category_code"], one["mrc"] or REGIONAL) for one in self.partners],
        )

    def rows(self, kind: str) -> Rows:
        if kind == Kind.ZONES:
            return self.zones
        if kind == Kind.CONSULTATIONS:
            return self.consultations
        return self.bodies if kind in (Kind.BODIES, Kind.SEATS) else self.partners


@dataclass(frozen=True)
class CategoryNames:
    name: str
    partners: list[str]


@dataclass(frozen=True)
class ShownRegister:
    """A register as a section shows it. ``on`` is the day it was frozen, « » for a living one."""

    kind: str
    rows: Rows
    url: str
    on: str
    is_frozen: bool
    is_lost: bool
    matrix: Matrix | None = None

    @property
    def is_folded(self) -> bool:
        return len(self.rows) > (UNFOLDED if self.matrix is None else UNFOLDED_NAMES)

    @property
    def by_category(self) -> list[CategoryNames]:
        """The names of the partners, category by category."""
        names: dict[str, list[str]] = {}
        for one in self.rows:
            where = f" ({one['mrc']})" if one["mrc"] else ""
            names.setdefault(one["category"], []).append(one["name"] + where)
        return [CategoryNames(category, partners) for category, partners in names.items()]

    @property
    def counted(self) -> Rows:
        return [one for one in self.rows if one["seats"]]

    @property
    def held(self) -> int:
        return sum(one["lived_experience"] for one in self.counted)

    @property
    def seats(self) -> int:
        return sum(one["seats"] for one in self.counted)


def _shown(section: CanvasSection, book: _Book) -> ShownRegister | None:
    kind = section.register
    if kind not in _PAGES:
        return None
    return ShownRegister(
        kind,
        book.rows(kind),
        book.alliance.url(_PAGES[kind]),
        (book.frozen or {}).get("on", ""),
        book.frozen is not None,
        book.is_lost,
        book.matrix if kind == Kind.REPRESENTATIVITY else None,
    )


def register_for(section: CanvasSection, version: PlanVersion) -> ShownRegister | None:
    """The register that ``section`` shows in ``version``; None when it shows none."""
    return _shown(section, _Book(version))


def registers_for(
    version: PlanVersion, sections: list[CanvasSection]
) -> dict[int, ShownRegister | None]:
    """The register of each section, by its key; each register is read once."""
    book = _Book(version)
    return {section.pk: _shown(section, book) for section in sections}
