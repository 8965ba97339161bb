"""What waits for a person of the DGSSAC, counted queue by queue."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import User
from alliances.permissions import can
from conventions.models import Convention
from fqis.models import Versement
from plans.models import PlanVersion
from reporting.models import AnnualReport
from reporting.selectors.board import Board, BoardRow

VState, PState = Versement.State, PlanVersion.State


@dataclass(frozen=True)
class Queue:
    """A heap of things of one kind; ``note`` says what matters about it."""

    count: int
    label: str
    url: str
    note: str


def queues_of(board: Board, user: User) -> list[Queue]:
    """The queues of the person's rights, from rows already loaded: no query."""
    queues = [
        _conventions(board, user, "prepare_convention", Convention.State.DRAFT),
        _conventions(board, user, "record_signature", Convention.State.SENT),
        _plans(board, user, "validate_plan", PState.SUBMITTED),
        _plans(board, user, "approve_plan", PState.VALIDATED),
        _reports(board, user),
        _versements(board, user, "", VState.READY),
        _versements(board, user, "authorise_versement", VState.RECOMMENDED),
        _versements(board, user, "confirm_payment", VState.ISSUED),
        _versements(board, user, "hold_versement", VState.HELD),
    ]
    return [queue for queue in queues if queue is not None and queue.count]


def _oldest(days: list[date]) -> str:
    if not days:
        return ""
    waited = (clock.today() - min(days)).days
    if waited <= 0:
        return _("depuis aujourd’hui")
    text = ngettext("le plus ancien : %(n)s jour", "le plus ancien : %(n)s jours", waited)
    return text % {"n": waited}


def _plans(board: Board, user: User, right: str, state: str) -> Queue | None:
    found = [
        row
        for row in board.rows
        if row.open_plan and row.open_plan.state == state and can(user, right, row.alliance)
    ]
    moments = [
        moment
        for row in found
        if row.open_plan and (moment := row.open_plan.validated_at or row.open_plan.submitted_at)
    ]
    words = {
        PState.SUBMITTED: _("%(plan)s à valider"),
        PState.VALIDATED: _("%(plan)s à approuver"),
    }
    return Queue(
        len(found),
        words[PState(state)] % {"plan": board.cycle.plan_short},
        _first(found, "plan"),
        _oldest([clock.day_of(moment) for moment in moments]),
    )


def _conventions(board: Board, user: User, right: str, state: str) -> Queue:
    found = [
        row
        for row in board.rows
        if row.convention and row.convention.state == state and can(user, right, row.alliance)
    ]
    n = len(found)
    label, note = {
        Convention.State.DRAFT: (
            ngettext("Convention à envoyer", "Conventions à envoyer", n),
            ngettext("son brouillon est commencé", "leurs brouillons sont commencés", n),
        ),
        Convention.State.SENT: (
            ngettext("Convention en signature", "Conventions en signature", n),
            _("des parties manquent encore"),
        ),
    }[Convention.State(state)]
    return Queue(n, label, _first(found, "convention"), note)


def _first(rows: list[BoardRow], url_name: str) -> str:
    """One row: straight to it; several: Accueil lists them with their dates."""
    return rows[0].alliance.url(url_name) if len(rows) == 1 else reverse("home")


def _reports(board: Board, user: User) -> Queue | None:
    found = [
        row.report
        for row in board.rows
        if row.report is not None
        and row.report.state == AnnualReport.State.RECOMMENDED
        and can(user, "accept_report", row.alliance)
    ]
    url = reverse("report_queue") + f"?exercice={board.period}&etat=recommended"
    n = len(found)
    label = ngettext("Reddition à accepter", "Redditions à accepter", n)
    return Queue(n, label, url, ngettext("recommandée par la DGSQ", "recommandées par les DGSQ", n))


def _versements(board: Board, user: User, right: str, state: str) -> Queue | None:
    """Those in ``state`` that ``user`` moves on; without ``right``, those they recommend."""
    found = [
        versement
        for row in board.rows
        for versement in row.versements
        if versement.state == state
        and can(user, right or versement.recommending_right, row.alliance)
    ]
    n = len(found)
    label, note, tab = {
        VState.READY: (
            ngettext("Versement à recommander", "Versements à recommander", n),
            ngettext("son jalon est atteint", "leurs jalons sont atteints", n),
            "a-recommander",
        ),
        VState.RECOMMENDED: (
            ngettext("Versement à autoriser", "Versements à autoriser", n),
            _("par une autre personne que celle qui recommande"),
            "a-autoriser",
        ),
        VState.ISSUED: (
            ngettext("Versement à payer", "Versements à payer", n),
            _("avis émis"),
            "a-payer",
        ),
        VState.HELD: (
            ngettext("Versement retenu", "Versements retenus", n),
            _("le motif est sur sa page"),
            "retenus",
        ),
    }[VState(state)]
    return Queue(n, label, f"{reverse('versements')}?etat={tab}", note)
