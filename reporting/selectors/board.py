"""The board: each territory, each step of the line, and whose turn it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from alliances import clock, drawings
from alliances.exports import Cell
from alliances.fiscal import FiscalYear
from alliances.models import Alliance, Cycle
from alliances.money import ZERO
from alliances.templatetags.portal import french_ordinal
from conventions.models import Convention
from fqis.models import Versement
from fqis.selectors.versements import versement_states
from plans.models import PlanVersion
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.wording import StateWord, state_word

VState = Versement.State
PState = PlanVersion.State
NONE = "none"


@dataclass(frozen=True)
class BoardRow:
    """One Alliance and its steps, in the order of the columns."""

    alliance: Alliance
    cells: list[StateWord]
    versement: Versement | None
    versements: list[Versement]
    convention: Convention | None
    plan: PlanVersion | None
    open_plan: PlanVersion | None
    report: AnnualReport | None

    @property
    def starts_group(self) -> bool:
        """The Indigenous organisations follow the regions, under a stronger rule."""
        return self.alliance.territory.is_indigenous


@dataclass(frozen=True)
class Column:
    """The head of a step; ``year`` goes on a second line."""

    label: str
    year: str = ""

    def __str__(self) -> str:
        return f"{self.label} {self.year}".strip()


@dataclass(frozen=True)
class Board:
    cycle: Cycle
    year: FiscalYear
    rows: list[BoardRow]
    period: ReportingPeriod | None

    @property
    def columns(self) -> list[Column]:
        first, second = french_ordinal(1, False), french_ordinal(2, False)
        return [
            Column(_("Convention")),
            Column(_("%(rank)s versement") % {"rank": first}),
            Column(str(self.cycle.plan_short)),
            Column(_("%(rank)s versement") % {"rank": second}),
            Column(_("Reddition"), FiscalYear(self.year.start - 1).short),
            Column(_("Versement"), self.year.short),
        ]


def board_of(cycle: Cycle, year: FiscalYear, alliances: Sequence[Alliance]) -> Board:
    """The steps of ``alliances``: six queries, whatever their number. ``year`` is the versement's;
    the report beside it is of the year before."""
    period = (
        ReportingPeriod.objects.filter(cycle=cycle, fiscal_year=year.start - 1)
        .select_related("cycle")
        .first()
    )
    conventions = _latest_by_alliance(
        Convention.objects.filter(alliance__in=alliances).order_by("pk"), lambda c: c.alliance_id
    )
    versements = versement_states(alliances)
    plans = _plans(alliances)
    reports = _latest_by_alliance(
        AnnualReport.objects.for_pages().filter(alliance__in=alliances, period=period),
        lambda report: report.alliance_id,
    )
    moved = moved_days({alliance.pk for alliance in alliances})
    rows = []
    for alliance in alliances:
        mine = [v for v in versements.get(alliance.pk, []) if v.state != VState.CANCELLED]
        of_year = next((v for v in mine if v.fiscal_year == year.start), None)
        in_force, opened = plans.get(alliance.pk, (None, None))
        report, convention = reports.get(alliance.pk), conventions.get(alliance.pk)
        rows.append(
            BoardRow(
                alliance=alliance,
                cells=[
                    convention_word(convention),
                    versement_word(_of_rank(mine, 1)),
                    plan_word(in_force, opened),
                    versement_word(_of_rank(mine, 2)),
                    _report_word(
                        convention, report, period and period_of(period, alliance.pk, moved)
                    ),
                    versement_word(of_year),
                ],
                versement=of_year,
                versements=mine,
                convention=convention,
                plan=in_force,
                open_plan=opened,
                report=report,
            )
        )
    return Board(cycle, year, rows, period)


def _latest_by_alliance(rows: Iterable, key: Callable) -> dict:
    return {key(row): row for row in rows}


def _of_rank(versements: list[Versement], rank: int) -> Versement | None:
    return next((v for v in versements if v.tranche.rank == rank), None)


def _plans(
    alliances: Sequence[Alliance],
) -> dict[int, tuple[PlanVersion | None, PlanVersion | None]]:
    """The version in force and the open one of each Alliance, in one query."""
    found: dict[int, tuple[PlanVersion | None, PlanVersion | None]] = {}
    versions = (
        PlanVersion.objects.filter(plan__alliance__in=alliances)
        .filter(Q(state=PState.APPROVED) | Q(state__in=PlanVersion.OPEN))
        .select_related("plan")
    )
    for version in versions:
        in_force, opened = found.get(version.plan.alliance_id, (None, None))
        if version.state == PState.APPROVED:
            in_force = version
        else:
            opened = version
        found[version.plan.alliance_id] = (in_force, opened)
    return found


# --- Words of each step


def convention_word(convention: Convention | None) -> StateWord:
    if convention is None:
        return StateWord("todo", _("À préparer"))
    if convention.state == Convention.State.SIGNED and not convention.is_in_force:
        return StateWord("tick", _("Terminée"))
    return {
        Convention.State.DRAFT: StateWord("run", _("À envoyer"), waits=True),
        Convention.State.SENT: StateWord("sent", _("À signer"), waits=True),
        Convention.State.SIGNED: StateWord("tick", _("Signée")),
        Convention.State.ENDED: StateWord("tick", _("Terminée")),
        Convention.State.TERMINATED: StateWord("no", _("Résiliée")),
    }[Convention.State(convention.state)]


def versement_word(versement: Versement | None) -> StateWord:
    if versement is None:
        return StateWord("todo", _("À venir"))
    return {
        VState.PLANNED: StateWord("todo", _("Prévu")),
        VState.READY: StateWord("run", _("À recommander"), waits=True),
        VState.RECOMMENDED: StateWord("sent", _("À autoriser"), waits=True),
        VState.AUTHORISED: StateWord("sent", _("Autorisé"), waits=True),
        VState.ISSUED: StateWord("sent", _("À payer"), waits=True),
        VState.PAID: StateWord("tick", _("Payé")),
        VState.HELD: StateWord("held", _("Retenu"), waits=True),
        VState.CANCELLED: StateWord("no", _("Annulé")),
    }[VState(versement.state)]


def plan_word(in_force: PlanVersion | None, opened: PlanVersion | None) -> StateWord:
    """The version that waits for somebody, else the one in force."""
    waiting = {
        PState.SUBMITTED: StateWord("run", _("À valider"), waits=True),
        PState.VALIDATED: StateWord("run", _("À approuver"), waits=True),
        PState.RETURNED: StateWord("back", _("Retourné"), waits=True),
    }
    if opened is not None and opened.state in waiting:
        word = waiting[PState(opened.state)]
        if in_force is None:
            return word
        return replace(word, precision=_("version %(n)s") % {"n": opened.number})
    if in_force is not None:
        return StateWord("tick", _("Approuvé"))
    if opened is None:
        return StateWord("todo", _("À venir"))
    if opened.plan.due_on is not None and opened.plan.due_on < clock.today():
        return StateWord("late", _("En retard"), waits=True, is_late=True)
    return StateWord("todo", _("Brouillon"))


def _report_word(
    convention: Convention | None, report: AnnualReport | None, period: ReportingPeriod | None
) -> StateWord:
    if period is None:
        return StateWord("none", _("Sans objet"))
    if convention is None or convention.signed_on is None:
        return StateWord("todo", _("À venir"))
    word = state_word(report, period, is_owed=True)
    return StateWord("tick", word.word) if word.glyph == "done" else word


# --- The map, the totals, the sheet


_TILES = {
    VState.PAID: "done",
    VState.ISSUED: "moving",
    VState.AUTHORISED: "moving",
    VState.RECOMMENDED: "waiting",
    VState.READY: "waiting",
    VState.HELD: "held",
    VState.PLANNED: "todo",
}


def tiles_of(board: Board) -> drawings.TileMap:
    """The year's versement of each territory; the board says the same in words."""
    words = {
        "done": _("payé"),
        "moving": _("autorisé"),
        "waiting": _("à recommander ou à autoriser"),
        "held": _("retenu"),
        "todo": _("prévu"),
    }
    tiles = []
    for row in board.rows:
        kind = _TILES[VState(row.versement.state)] if row.versement else "todo"
        territory = row.alliance.territory
        tiles.append(drawings.Tile(territory.abbreviation, territory.name, words[kind], kind))
    return drawings.tile_map(tiles)


@dataclass(frozen=True)
class Totals:
    """What the rows sum to; amounts in dollars."""

    alliances: int
    paid: Decimal
    paid_share: Decimal | None
    signed: int
    last_signed_on: date | None
    plans_in_force: int
    plans_waiting: int
    reports_accepted: int


def totals_of(board: Board) -> Totals:
    rows = board.rows
    paid = sum((v.amount for row in rows for v in row.versements if v.state == VState.PAID), ZERO)
    signed = [
        row.convention.signed_on for row in rows if row.convention and row.convention.signed_on
    ]
    total = board.cycle.envelope_total
    waiting = {PState.SUBMITTED, PState.VALIDATED}
    return Totals(
        alliances=len(rows),
        paid=paid,
        paid_share=paid / total if total else None,
        signed=len(signed),
        last_signed_on=max(signed, default=None),
        plans_in_force=sum(1 for row in rows if row.plan),
        plans_waiting=sum(1 for row in rows if row.open_plan and row.open_plan.state in waiting),
        reports_accepted=sum(
            1 for row in rows if row.report and row.report.state == AnnualReport.State.ACCEPTED
        ),
    )


def board_columns(board: Board) -> list[str]:
    return [_("Territoire"), *map(str, board.columns), _("Montant du versement"), _("Total payé")]


def board_values(row: BoardRow) -> list[Cell]:
    paid = sum((v.amount for v in row.versements if v.state == VState.PAID), ZERO)
    return [
        str(row.alliance.territory),
        *(cell.full for cell in row.cells),
        row.versement.amount if row.versement else None,
        paid,
    ]
