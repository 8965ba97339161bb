"""The indicators of a cycle and year, territory by territory, and their totals (guide 2024, §5.1).

Groups 2 and 3 are the figures frozen with each accepted report; a territory without one is
« s. o. » and in no total. Group 1 is counted here. The guide leaves its rules open; those kept are:

- 1.1: of the plans in force on the last day of the year, those that write their governance (1a),
  their concertation (1c) and their portrait (2a), with a regional and a local partner at least;
- 1.2: of the accepted reports, those where people living in poverty hold a seat at least;
- 1.3: the people living in poverty of the year, against those of the year before, in the
  territories whose two reports are accepted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext as _

from alliances.exports import Cell
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle, User
from alliances.permissions import holds_national
from alliances.templatetags.portal import count, percent
from plans.models import PlanVersion
from reporting.models import AnnualReport
from reporting.selectors.reports import territories_with

# What 1.1 asks a plan to have written.
SECTIONS = ["1a", "1c", "2a"]
YES, SHARE, GROWTH, COUNT = "yes", "share", "growth", "count"


@dataclass(frozen=True)
class Column:
    """An indicator, or one of the counts of an indicator. ``key`` is its figure in a report;
    ``short`` heads a column."""

    key: str
    code: str
    label: str
    kind: str
    short: str = ""

    @property
    def heading(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def short_heading(self) -> str:
        return f"{self.code} {self.short or self.label}"


@dataclass(frozen=True)
class Figure:
    """``part`` and what it is a part of, « of »; of a growth, this year and the year before. A
    figure that nobody knows has neither. ``url`` leads to its rows, ``url_of`` to those of
    « of »."""

    kind: str
    part: int | None = None
    of: int | None = None
    url: str = ""
    url_of: str = ""
    is_total: bool = False

    @property
    def is_known(self) -> bool:
        return self.part is not None

    @property
    def rate(self) -> Decimal | None:
        """A share of one; None when there is nothing to divide by."""
        if self.part is None or not self.of:
            return None
        if self.kind == GROWTH:
            return Decimal(self.part - self.of) / self.of
        return Decimal(self.part) / self.of

    @property
    def text(self) -> str:
        """« 12 sur 16, 75 % », « Oui », « +12 % », « 3 912 », or « s. o. »."""
        if self.part is None or (self.kind != COUNT and not self.of):
            return _("s. o.")
        if self.kind == COUNT:
            return count(self.part)
        if self.kind == GROWTH:
            return _signed(self.rate)
        if self.kind == YES and not self.is_total:
            return _("Oui") if self.part else _("Non")
        words = {"part": count(self.part), "whole": count(self.of)}
        if self.kind == YES:
            return _("%(part)s sur %(whole)s") % words
        return _("%(part)s sur %(whole)s, %(share)s") % (words | {"share": percent(self.rate)})


def _signed(rate: Decimal | None) -> str:
    assert rate is not None
    sign = "+" if rate >= 0 else "−"
    return sign + percent(abs(rate))


@dataclass(frozen=True)
class Line:
    """One territory; ``has_report``: its report of the year is accepted."""

    alliance: Alliance
    url: str
    has_report: bool
    general: list[Figure]
    followed: list[Figure]

    @property
    def figures(self) -> list[Figure]:
        return [*self.general, *self.followed]


@dataclass(frozen=True)
class Table:
    """Some of the columns, with each territory's figures in them and the totals."""

    columns: list[Column]
    lines: list[tuple[Line, list[Figure]]]
    totals: list[Figure]

    @property
    def rows(self) -> list[tuple[Line, list[tuple[Column, Figure]]]]:
        return [(line, self._paired(figures)) for line, figures in self.lines]

    @property
    def total(self) -> list[tuple[Column, Figure]]:
        return self._paired(self.totals)

    def _paired(self, figures: list[Figure]) -> list[tuple[Column, Figure]]:
        return list(zip(self.columns, figures, strict=True))


@dataclass(frozen=True)
class RollUp:
    """``general``: group 1, followed by the ministry; ``followed``: groups 2 and 3."""

    cycle: Cycle
    year: FiscalYear
    general: list[Column]
    followed: list[Column]
    lines: list[Line]

    @property
    def before(self) -> FiscalYear:
        return FiscalYear(self.year.start - 1)

    @property
    def totals(self) -> list[Figure]:
        columns = [*self.general, *self.followed]
        return [
            total(column.kind, [line.figures[rank] for line in self.lines])
            for rank, column in enumerate(columns)
        ]

    @property
    def tables(self) -> "tuple[Table, Table]":
        """Group 1, then groups 2 and 3, of the territories whose report is accepted."""
        cut, counted = len(self.general), self.counted
        return (
            Table(self.general, [(one, one.general) for one in counted], self.totals[:cut]),
            Table(self.followed, [(one, one.followed) for one in counted], self.totals[cut:]),
        )

    @property
    def counted(self) -> list[Line]:
        return [line for line in self.lines if line.has_report]

    @property
    def not_counted(self) -> list[Line]:
        return [line for line in self.lines if not line.has_report]

    @property
    def accepted(self) -> int:
        return len(self.counted)


def may_read_indicators(user: User) -> bool:
    """Who sees the province, and the advisers of the DGSQ for their territories."""
    return holds_national(user) or bool(territories_with(user, "review_report"))


def alliances_of(user: User, cycle: Cycle) -> QuerySet[Alliance]:
    """The Alliances of ``cycle`` whose indicators the person reads."""
    found = Alliance.objects.for_pages().filter(cycle=cycle)
    if holds_national(user):
        return found
    return found.filter(territory__in=territories_with(user, "review_report"))


def total(kind: str, figures: Iterable[Figure]) -> Figure:
    """The sum of what is known; nothing known is « s. o. », never zero."""
    known = [one for one in figures if one.is_known]
    if not known:
        return Figure(kind, is_total=True)
    whole = None if kind == COUNT else sum(one.of or 0 for one in known)
    return Figure(kind, sum(one.part or 0 for one in known), whole, is_total=True)


def roll_up(cycle: Cycle, year: FiscalYear, alliances: Sequence[Alliance]) -> RollUp:
    """The indicators of ``alliances``; two queries, whatever their number."""
    frozen = _frozen_figures(alliances, year)
    plans = _concerted_plans(alliances, year)
    before = FiscalYear(year.start - 1)
    lines = []
    for alliance in alliances:
        now = frozen.get((alliance.pk, year.start))
        last = frozen.get((alliance.pk, before.start))
        lines.append(
            Line(
                alliance,
                alliance.url("report", str(year)),
                now is not None,
                [
                    _concerted(alliance, plans.get(alliance.pk) if now is not None else None),
                    _participation(alliance, year, now),
                    _growth(alliance, year, now, before, last),
                ],
                [_followed(alliance, year, now, column) for column in followed_columns()],
            )
        )
    return RollUp(cycle, year, general_columns(), followed_columns(), lines)


def general_columns() -> list[Column]:
    return [
        Column(
            "concerted", "1.1", _("Gouvernance fondée sur la concertation"), YES, _("Concertation")
        ),
        Column(
            "seats_of_people_in_poverty",
            "1.2",
            _("Participation des personnes en situation de pauvreté"),
            YES,
            _("Participation"),
        ),
        Column(
            "people_in_poverty",
            "1.3",
            _("Augmentation des personnes en situation de pauvreté soutenues"),
            GROWTH,
            _("Augmentation"),
        ),
    ]


def followed_columns() -> list[Column]:
    return [
        Column("indicator_2_2", "2.2", _("Liés à une priorité du plan"), SHARE),
        Column("indicator_2_4", "2.4", _("Mise en commun"), SHARE),
        Column("projects_supported", "3.1", _("Soutenus"), COUNT),
        Column("projects_under_way", "3.1", _("En cours"), COUNT),
        Column("projects_completed", "3.1", _("Terminés"), COUNT),
        Column("indicator_3_2", "3.2", _("Cibles atteintes"), SHARE),
        Column("people_reached", "3.3", _("Personnes rejointes"), COUNT),
        Column("indicator_3_4", "3.4", _("Portés à plusieurs"), SHARE),
    ]


Frozen = Mapping[str, Any]


def _frozen_figures(
    alliances: Sequence[Alliance], year: FiscalYear
) -> dict[tuple[int, int], Frozen]:
    """What was frozen with each accepted report of the year and of the year before."""
    reports = AnnualReport.objects.accepted().filter(
        alliance__in=alliances, period__fiscal_year__in=[year.start - 1, year.start]
    )
    rows = reports.order_by("pk").values_list("alliance_id", "period__fiscal_year", "figures")
    return {(alliance_id, fiscal_year): figures for alliance_id, fiscal_year, figures in rows}


@dataclass(frozen=True)
class _Plan:
    number: int
    is_concerted: bool


def _concerted_plans(alliances: Sequence[Alliance], year: FiscalYear) -> dict[int, _Plan]:
    """The plan in force on the last day of the year, and whether 1.1 counts it."""
    written = Q(texts__section__code__in=SECTIONS, texts__html__gt="")
    local, regional = (
        Q(registers__contains={"partners": [{"level": level}]}) for level in ("local", "regional")
    )
    versions = (
        PlanVersion.objects.in_force_on(year.last_day)
        .filter(plan__alliance__in=alliances, plan__canvas__sections__code=SECTIONS[0])
        .annotate(
            written=Count("texts", filter=written, distinct=True),
            gathers=ExpressionWrapper(local & regional, output_field=BooleanField()),
        )
        .order_by("pk")
    )
    return {
        alliance_id: _Plan(number, bool(gathers) and texts == len(SECTIONS))
        for alliance_id, number, texts, gathers in versions.values_list(
            "plan__alliance_id", "number", "written", "gathers"
        )
    }


def _concerted(alliance: Alliance, plan: _Plan | None) -> Figure:
    if plan is None:
        return Figure(YES)
    return Figure(YES, int(plan.is_concerted), 1, alliance.url("plan_version", plan.number))


def _rows_url(alliance: Alliance, year: FiscalYear, key: str) -> str:
    return alliance.url("report_figure", str(year), key)


def _participation(alliance: Alliance, year: FiscalYear, now: Frozen | None) -> Figure:
    key = "seats_of_people_in_poverty"
    if now is None or key not in now:
        return Figure(YES)
    return Figure(YES, int(now[key] > 0), 1, _rows_url(alliance, year, key))


def _growth(
    alliance: Alliance,
    year: FiscalYear,
    now: Frozen | None,
    before: FiscalYear,
    last: Frozen | None,
) -> Figure:
    key = "people_in_poverty"
    if now is None or last is None or key not in now or key not in last:
        return Figure(GROWTH)
    urls = _rows_url(alliance, year, key), _rows_url(alliance, before, key)
    return Figure(GROWTH, now[key], last[key], *urls)


def _followed(alliance: Alliance, year: FiscalYear, now: Frozen | None, column: Column) -> Figure:
    if now is None or column.key not in now:
        return Figure(column.kind)
    of = now[f"{column.key}_of"] if column.kind == SHARE else None
    return Figure(column.kind, now[column.key], of, _rows_url(alliance, year, column.key))


# --- The sheet


def sheet_columns(found: RollUp) -> list[str]:
    columns = [_("Territoire"), _("Reddition acceptée")]
    for one in [*found.general, *found.followed]:
        if one.kind == COUNT:
            columns.append(one.heading)
        elif one.kind == GROWTH:
            columns += [
                f"{one.code} {found.year}",
                f"{one.code} {found.before}",
                _("%(indicator)s, en %%") % {"indicator": one.heading},
            ]
        else:
            columns += [
                one.heading,
                _("%(code)s, sur") % {"code": one.code},
                _("%(code)s, en %%") % {"code": one.code},
            ]
    return columns


def sheet_rows(found: RollUp) -> list[list[Cell]]:
    """A line for each territory, then their total."""
    rows: list[list[Cell]] = [
        [
            str(line.alliance.territory),
            _("Oui") if line.has_report else _("Non"),
            *_cells(line.figures),
        ]
        for line in found.lines
    ]
    return [*rows, [_("Total"), found.accepted, *_cells(found.totals)]]


def _cells(figures: Iterable[Figure]) -> list[Cell]:
    cells: list[Cell] = []
    for one in figures:
        if one.kind == COUNT:
            cells.append(one.part if one.is_known else _("s. o."))
            continue
        rate = one.rate
        cells += [
            one.part,
            one.of,
            _("s. o.") if rate is None else round(rate * 100, 1),
        ]
    return cells
