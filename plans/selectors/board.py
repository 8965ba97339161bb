"""Every plan of a cycle on one board: whose turn, since when, how late, how complete.

The number of queries is the same for one territory and for thirty.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from unicodedata import normalize

from django.db.models import Count
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance, Cycle, User
from alliances.permissions import territories_of
from plans.completeness import Completeness, check_all
from plans.models import Endorsement, Opinion, PlanVersion
from plans.wording import StateWords, state_words

from .content import contents_by_version, fingerprint
from .states import PlanState, plan_states

State = PlanVersion.State
Answer = Endorsement.Answer
TO_COME = "a-venir"


@dataclass(frozen=True)
class Answers:
    """What the partners asked for their endorsement said of a version, counted.

    An answer counts for the exact text it was given on: the others are ``earlier``.
    """

    agree: int = 0
    reservation: int = 0
    disagree: int = 0
    earlier: int = 0
    pending: int = 0

    @property
    def asked(self) -> int:
        return self.agree + self.reservation + self.disagree + self.earlier + self.pending

    @property
    def given(self) -> int:
        """Those that agree with the text as it reads, with a reservation or without."""
        return self.agree + self.reservation


@dataclass(frozen=True)
class PlanRow:
    """One territory's plan. ``completeness`` is there while the plan is being written."""

    alliance: Alliance
    standing: PlanState
    words: StateWords
    completeness: Completeness | None
    opinion: Opinion | None
    answers: Answers

    @property
    def key(self) -> str:
        return self.standing.state or TO_COME

    @property
    def in_force(self) -> PlanVersion | None:
        return self.standing.in_force

    @property
    def opened(self) -> PlanVersion | None:
        current = self.standing.current
        return current if current and current.state in PlanVersion.OPEN else None

    @property
    def since(self) -> date | None:
        moment = self.standing.since
        return clock.day_of(moment) if moment else None

    @property
    def url(self) -> str:
        """The version to read: the open one, else the one in force; the plan's tab before."""
        current = self.standing.current
        if current is None:
            return self.alliance.url("plan")
        return self.alliance.url("plan_version", current.number)


def board_of(user: User, cycle: Cycle, *, kind: str = "") -> list[PlanRow]:
    """The plans of a cycle on the territories ``user`` may view, in the order of the regions."""
    alliances = Alliance.objects.for_pages().filter(
        cycle=cycle, territory_id__in=territories_of(user)
    )
    if kind:
        alliances = alliances.filter(territory__kind=kind)
    found = list(alliances)
    standings = plan_states(found)
    current = []
    for alliance in found:
        standing = standings[alliance.pk]
        if standing.plan is not None:
            standing.plan.alliance = alliance
        if standing.current is not None:
            current.append(standing.current)
    checked = check_all([version for version in current if version.is_writable])
    opinions, answers = _opinions(current), _answers(current)
    return [
        _row(alliance, standings[alliance.pk], user, checked, opinions, answers)
        for alliance in found
    ]


def _row(
    alliance: Alliance,
    standing: PlanState,
    user: User,
    checked: dict[int, Completeness],
    opinions: dict[int, Opinion],
    answers: dict[int, Answers],
) -> PlanRow:
    version = standing.current
    if version is None:
        words = StateWords("todo", _("À venir"), "")
        return PlanRow(alliance, standing, words, None, None, Answers())
    return PlanRow(
        alliance,
        standing,
        state_words(version, user),
        checked.get(version.pk),
        opinions.get(version.pk),
        answers.get(version.pk, Answers()),
    )


def _opinions(versions: Sequence[PlanVersion]) -> dict[int, Opinion]:
    """The DGSQ's opinion on the last submission of each version."""
    last = {version.pk: version.submitted_at for version in versions}
    found = Opinion.objects.filter(version__in=versions).select_related("given_by")
    return {one.version_id: one for one in found if one.submitted_at == last[one.version_id]}


def _answers(versions: Sequence[PlanVersion]) -> dict[int, Answers]:
    counted = list(
        Endorsement.objects.filter(version__in=versions, cancelled_at=None)
        .order_by()
        .values_list("version", "answer", "content_sha256")
        .annotate(n=Count("pk"))
    )
    answered = {version_id for version_id, answer, _sha256, _n in counted if answer}
    contents = contents_by_version(one for one in versions if one.pk in answered)
    texts = {pk: fingerprint(content) for pk, content in contents.items()}
    found: dict[int, Answers] = {}
    for version_id, answer, sha256, number in counted:
        name = answer or "pending"
        if answer and sha256 != texts[version_id]:
            name = "earlier"
        kept = found.get(version_id, Answers())
        found[version_id] = replace(kept, **{name: getattr(kept, name) + number})
    return found


# --- What a person chose to see


def filtered(rows: Iterable[PlanRow], *, state: str = "", late: bool = False) -> list[PlanRow]:
    return [
        row
        for row in rows
        if (not state or row.key == state) and (not late or row.standing.is_late)
    ]


# The order in which a plan goes forward.
_STEPS: list[str] = [
    TO_COME, State.DRAFT, State.RETURNED, State.SUBMITTED, State.VALIDATED, State.APPROVED,
]  # fmt: skip
SORTS: dict[str, Callable[[PlanRow], Any]] = {
    "territoire": lambda row: normalize("NFKD", row.alliance.territory.name).lower(),
    "etat": lambda row: _STEPS.index(row.key),
    "depuis": lambda row: row.since,
    "echeance": lambda row: row.standing.due_on,
    "elements": lambda row: row.completeness.done if row.completeness else None,
    "appuis": lambda row: row.answers.given or None,
}


def in_order(rows: Sequence[PlanRow], sort: str) -> list[PlanRow]:
    """By one column (« -key » descends); what has no value comes last either way."""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return list(rows)
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=sort.startswith("-")) + unknown


@dataclass(frozen=True)
class BoardTotals:
    plans: int
    in_force: int
    to_decide: int
    late: int


def totals_of(rows: Sequence[PlanRow]) -> BoardTotals:
    return BoardTotals(
        len(rows),
        sum(row.in_force is not None for row in rows),
        sum(row.key in (State.SUBMITTED, State.VALIDATED) for row in rows),
        sum(row.standing.is_late for row in rows),
    )


def board_columns() -> list[str]:
    return [
        _("Territoire"),
        _("Type"),
        _("Cycle"),
        _("État"),
        _("Depuis"),
        _("Échéance"),
        _("Jours de retard"),
        _("Version en vigueur"),
        _("En vigueur depuis"),
        _("Version ouverte"),
        _("Éléments écrits"),
        _("Éléments exigés"),
        _("Avis de la DGSQ"),
        _("Appuis demandés"),
        _("D’accord"),
        _("Avec une réserve"),
        _("En désaccord"),
        _("Sur un texte antérieur"),
    ]


def board_cells(row: PlanRow) -> list[Cell]:
    territory, completeness, answers = row.alliance.territory, row.completeness, row.answers
    return [
        territory.name,
        territory.get_kind_display(),
        row.alliance.cycle.slug,
        row.words.word,
        row.since,
        row.standing.due_on,
        row.standing.days_late,
        row.in_force.number if row.in_force else None,
        row.in_force.in_force_from if row.in_force else None,
        row.opened.number if row.opened else None,
        completeness.done if completeness else None,
        completeness.total if completeness else None,
        str(row.opinion) if row.opinion else "",
        answers.asked,
        answers.agree,
        answers.reservation,
        answers.disagree,
        answers.earlier,
    ]
