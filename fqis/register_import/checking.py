"""One line of a register after another: what it would be as a project, or every rule it breaks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from alliances.models import Organisation
from alliances.money import ZERO
from alliances.templatetags.portal import money
from fqis.models import Decision, Project
from fqis.sheets import plain

from . import cells
from .cells import Bad
from .reading import Line, Value

State = Project.State
SUPPORTED = {str(one) for one in Project.SUPPORTED}
DECIDED = SUPPORTED | {State.REFUSED.value, State.DEFERRED.value, State.INADMISSIBLE.value}
SIGNED = {State.AGREED.value, State.UNDER_WAY.value, State.COMPLETED.value}
CLOSED = {State.COMPLETED.value, State.ABANDONED.value}
OUTCOMES = {
    **dict.fromkeys(SUPPORTED, Decision.Outcome.ACCEPTED.value),
    State.REFUSED.value: Decision.Outcome.REFUSED.value,
    State.DEFERRED.value: Decision.Outcome.DEFERRED.value,
    State.INADMISSIBLE.value: Decision.Outcome.INADMISSIBLE.value,
}


def key_of(text: str) -> str:
    """What tells a name or a title from another: case, accents and spaces forgiven."""
    return " ".join(plain(text).split())


@dataclass(frozen=True)
class Known:
    """A body the territory knows."""

    pk: int
    name: str
    neq: str
    legal_class: str


@dataclass(frozen=True)
class Served:
    """A priority of a version that was in force from a day to another."""

    pk: int
    lineage: UUID
    rank: int
    title_key: str
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass
class Place:
    """What the register already holds where the file comes in. ``left`` of the envelope is in
    dollars; None when its amount is not known."""

    today: date
    left: Decimal | None
    by_neq: dict[str, Known]
    by_name: dict[str, list[Known]]
    priorities: list[Served]
    mrcs: dict[str, int]
    projects: dict[tuple[int, str], str]
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    new_bodies: dict[str, str] = field(default_factory=dict)
    granted: Decimal = ZERO


@dataclass(frozen=True)
class Fault:
    line: int
    field: str
    code: str
    value: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Draft:
    """A line as it would be a project; the order is that of ``ImportLine``."""

    line: int
    organisation_ref: int | None = None
    organisation_key: str = ""
    organisation_name: str = ""
    organisation_neq: str = ""
    organisation_class: str = ""
    organisation_city: str = ""
    title: str = ""
    title_key: str = ""
    description: str = ""
    priority_ref: int | None = None
    priority_lineage: UUID | None = None
    mrc_refs: tuple[int, ...] = ()
    received_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    requested: Decimal | None = None
    state: str = ""
    decided_on: date | None = None
    reason: str = ""
    granted: Decimal | None = None
    agreed_on: date | None = None
    closed_on: date | None = None
    people_expected: int | None = None
    people_reached: int | None = None
    people_in_poverty: int | None = None
    other_name: str = ""
    other_money: Decimal | None = None
    paid: Decimal | None = None
    paid_on: date | None = None


class Checker:
    """Reads lines in their order: the envelope and the doubles depend on those before."""

    def __init__(self, mapping: Mapping[str, int], place: Place) -> None:
        self.mapping, self.place = mapping, place

    def check(self, number: int, line: Line) -> tuple[Draft | None, list[Fault]]:
        """The project of a line, or what is wrong with each of its cells."""
        read = _Reader(number, line, self.mapping)
        draft = _described(read)
        draft = _body(read, draft, self.place)
        draft = _decided(read, draft, self.place)
        draft = _served(read, draft, self.place)
        _once(read, draft, self.place)
        if not read.faults:
            _within_envelope(read, draft, self.place)
        return (None if read.faults else draft), read.faults


class _Reader:
    """The cells of a line; what cannot be read is noted, and read as nothing."""

    def __init__(self, number: int, line: Line, mapping: Mapping[str, int]) -> None:
        self.number, self.line, self.mapping = number, line, mapping
        self.faults: list[Fault] = []
        self.broken: set[str] = set()

    def raw(self, key: str) -> Value:
        rank = self.mapping.get(key)
        return self.line[rank] if rank is not None and rank < len(self.line) else None

    def fault(self, key: str, code: str, detail: str = "") -> None:
        value = cells.text_of(self.raw(key))[:200]
        self.faults.append(Fault(self.number, key, code, value, detail))
        self.broken.add(key)

    def text(self, key: str, longest: int, *, needed: bool = False) -> str:
        text = cells.text_of(self.raw(key))
        if not text and needed:
            self.fault(key, "needed")
        if len(text) > longest:
            self.fault(key, "too_long", str(longest))
        return text

    def read(self, key: str, how: Callable[[Value], Any], *, needed: bool = False) -> Any:
        try:
            found = how(self.raw(key))
        except Bad as bad:
            self.fault(key, bad.code, bad.detail)
            return None
        if needed and found in (None, ""):
            self.fault(key, "needed")
        return found


def _described(read: _Reader) -> Draft:
    """What a request says, decided or not."""
    title = read.text("title", 200, needed=True)
    received = read.read("received_on", cells.day_of, needed=True)
    starts = read.read("starts_on", cells.day_of, needed=True)
    ends = read.read("ends_on", cells.day_of, needed=True)
    if starts and ends and ends < starts:
        read.fault("ends_on", "before_start")
    elif starts and ends and ends >= _five_years_after(starts):
        read.fault("ends_on", "five_years")
    requested = read.read("requested", cells.amount_of, needed=True)
    if requested is not None and requested <= 0:
        read.fault("requested", "above_zero")
    other = read.read("other_money", cells.amount_of) or None
    reached = read.read("people_reached", cells.people_of)
    poor = read.read("people_in_poverty", cells.people_of)
    if poor is not None and poor > (reached or 0):
        read.fault("people_in_poverty", "above_reached")
    return Draft(
        line=read.number,
        title=title,
        title_key=key_of(title),
        description=read.text("description", 5_000),
        received_on=received,
        starts_on=starts,
        ends_on=ends,
        requested=requested,
        people_expected=read.read("people_expected", cells.people_of),
        people_reached=reached,
        people_in_poverty=poor,
        other_name=read.text("other_name", 200),
        other_money=other,
    )


def _five_years_after(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year + 5, 2, 28)
    return day.replace(year=day.year + 5)


def _body(read: _Reader, draft: Draft, place: Place) -> Draft:
    """The organisation: known by its NEQ, else by its name, else new."""
    name = read.text("organisation", 200, needed=True)
    neq = read.read("neq", cells.neq_of) or ""
    legal = read.read("legal_class", cells.class_of) or ""
    draft = replace(
        draft,
        organisation_key=neq or key_of(name),
        organisation_name=name,
        organisation_neq=neq,
        organisation_class=legal,
        organisation_city=read.text("city", 100),
    )
    if {"organisation", "neq"} & read.broken:
        return draft
    same_name = place.by_name.get(key_of(name), [])
    found = place.by_neq.get(neq) if neq else None
    if found is None and not neq:
        if len(same_name) > 1:
            read.fault("organisation", "two_neq")
            return draft
        found = same_name[0] if same_name else None
    if found is not None:
        return replace(
            draft,
            organisation_ref=found.pk,
            organisation_key=f"#{found.pk}",
            organisation_class=found.legal_class,
        )
    known = place.new_bodies.setdefault(draft.organisation_key, name)
    if neq and key_of(known) != key_of(name):
        read.fault("neq", "neq_two_names", known)
    if not legal and "legal_class" not in read.broken:
        read.fault("legal_class", "class_needed")
    return draft


def _decided(read: _Reader, draft: Draft, place: Place) -> Draft:
    """What was decided and what followed, as the rules of the register want it."""
    state = read.read("state", cells.state_of) or State.RECEIVED.value
    draft = replace(
        draft,
        state=state,
        reason=read.text("reason", 2_000),
        decided_on=_dated(read, "decided_on", state, DECIDED, "only_decided", needed=True),
        agreed_on=_dated(read, "agreed_on", state, SUPPORTED, "only_supported",
                         needed=state in SIGNED),
        closed_on=_dated(read, "closed_on", state, CLOSED, "only_closed", needed=True),
    )  # fmt: skip
    for key in ("received_on", "decided_on", "agreed_on", "closed_on"):
        value = getattr(draft, key)
        if value and value > place.today and key not in read.broken:
            read.fault(key, "future")
    if draft.decided_on and draft.received_on and draft.decided_on < draft.received_on:
        read.fault("decided_on", "before_received")
    for key in ("agreed_on", "closed_on"):
        value = getattr(draft, key)
        if value and draft.decided_on and value < draft.decided_on:
            read.fault(key, "before_decided")
    if state in DECIDED - SUPPORTED and not draft.reason:
        read.fault("reason", "reason")
    if draft.people_reached is not None and state not in SUPPORTED:
        read.fault("people_reached", "only_supported")
    return _paid(read, _granted(read, draft), place)


def _dated(
    read: _Reader, key: str, state: str, where: Iterable[str], code: str, *, needed: bool
) -> date | None:
    found = read.read(key, cells.day_of, needed=needed and state in where)
    if found and state not in where:
        read.fault(key, code)
    return found if isinstance(found, date) else None


def _granted(read: _Reader, draft: Draft) -> Draft:
    is_supported = draft.state in SUPPORTED
    granted = read.read("granted", cells.amount_of, needed=is_supported)
    if not is_supported:
        if granted:
            read.fault("granted", "only_supported")
        return draft
    if granted is not None:
        if granted <= 0:
            read.fault("granted", "above_zero")
        elif draft.requested is not None and granted > draft.requested:
            read.fault("granted", "above_requested")
    if draft.organisation_class == Organisation.LegalClass.OTHER:
        read.fault("organisation", "not_eligible", draft.organisation_name)
    return replace(draft, granted=granted)


def _paid(read: _Reader, draft: Draft, place: Place) -> Draft:
    paid = read.read("paid", cells.amount_of) or None
    paid_on = read.read("paid_on", cells.day_of)
    if paid is None:
        return draft
    if draft.state not in SUPPORTED:
        read.fault("paid", "only_supported")
        return draft
    if draft.granted is not None and paid > draft.granted:
        read.fault("paid", "above_granted")
    if paid_on is None and "paid_on" not in read.broken:
        read.fault("paid_on", "needed")
    elif paid_on and paid_on > place.today:
        read.fault("paid_on", "future")
    elif paid_on and draft.agreed_on and paid_on < draft.agreed_on:
        read.fault("paid_on", "before_agreed")
    if draft.agreed_on is None and "agreed_on" not in read.broken:
        read.fault("agreed_on", "signed_needed")
    return replace(draft, paid=paid, paid_on=paid_on)


def _served(read: _Reader, draft: Draft, place: Place) -> Draft:
    """The priority as the plan in force on the day of the decision had it; today without one."""
    draft = replace(draft, mrc_refs=_mrcs(read, place))
    said = cells.text_of(read.raw("priority"))
    is_supported = draft.state in SUPPORTED
    if not said:
        if is_supported:
            read.fault("priority", "priority_needed")
        return draft
    day = draft.decided_on or place.today
    current = [one for one in place.priorities if one.holds_on(day)]
    if not current:
        read.fault("priority", "no_plan", day.isoformat())
        return draft
    wanted = key_of(said)
    number = wanted.split(".", 1)[0].removeprefix("priorite ").strip()
    found = next((one for one in current if one.title_key == wanted), None)
    found = found or next(
        (
            one
            for one in current
            if number == str(one.rank)
            and (wanted in (number, f"priorite {number}") or wanted.endswith(one.title_key))
        ),
        None,
    )
    if found is None:
        read.fault("priority", "priority", day.isoformat())
        return draft
    return replace(draft, priority_ref=found.pk, priority_lineage=found.lineage)


def _mrcs(read: _Reader, place: Place) -> tuple[int, ...]:
    said = cells.text_of(read.raw("mrcs"))
    if not said:
        return ()
    found = []
    for part in said.replace(";", ",").replace("/", ",").split(","):
        key = key_of(part).removeprefix("mrc de ").removeprefix("mrc ")
        if not key:
            continue
        if key not in place.mrcs:
            read.fault("mrcs", "mrc")
            return ()
        found.append(place.mrcs[key])
    return tuple(dict.fromkeys(found))


def _once(read: _Reader, draft: Draft, place: Place) -> None:
    """The same organisation and the same title: in the file, then in the register."""
    if {"title", "organisation", "neq"} & read.broken:
        return
    before = place.seen.setdefault((draft.organisation_key, draft.title_key), read.number)
    if before != read.number:
        read.fault("title", "same_line", str(before))
        return
    if draft.organisation_ref is not None:
        number = place.projects.get((draft.organisation_ref, draft.title_key))
        if number:
            read.fault("title", "same_project", number)


def _within_envelope(read: _Reader, draft: Draft, place: Place) -> None:
    if draft.granted is None:
        return
    if place.left is None:
        read.fault("granted", "no_envelope")
    elif place.granted + draft.granted > place.left:
        read.fault("granted", "envelope", money(place.left - place.granted))
    else:
        place.granted += draft.granted
