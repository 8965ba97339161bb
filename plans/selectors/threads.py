"""The threads of a version: on the whole plan, a section, or an element of its logic.

A thread is kept on the version, its field naming the place: « 2c » for a section,
« action:<lineage> » for an element. What is taken out of the plan keeps what was said of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from alliances.models import Comment, User
from alliances.roles import Side
from alliances.selectors import threads_of
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
)

LABEL = PlanVersion._meta.label_lower
NOBODY = UUID(int=0)
# Where each kind of element is written, and how the address of a screen names it.
SECTION_OF = {
    "priority": CanvasSection.Kind.PRIORITIES,
    "objective": CanvasSection.Kind.OBJECTIVES,
    "action": CanvasSection.Kind.MEANS,
    "indicator": CanvasSection.Kind.INDICATORS,
}
ANCHORS = {"priority": "priorite", "objective": "objectif", "action": "action"}
MODELS: dict[str, tuple[str, type[Priority | Objective | Action | Indicator]]] = {
    "priorite": ("priority", Priority),
    "objectif": ("objective", Objective),
    "action": ("action", Action),
    "indicateur": ("indicator", Indicator),
}


@dataclass(frozen=True)
class Place:
    """Where a thread is: its words, and the address of its field (« » when it left the plan)."""

    field: str
    label: str
    section: str
    url: str
    kind: str = ""
    code: str = ""
    is_removed: bool = False


@dataclass(frozen=True)
class Thread:
    """A first remark with its answers, and its place."""

    comment: Comment
    place: Place


def element_field(kind: str, lineage: UUID | str) -> str:
    """« action:<lineage> » : how a thread names an element."""
    return f"{kind}:{lineage}"


def _split(field: str) -> tuple[str, UUID] | None:
    """The kind and the lineage that ``field`` names; None when it names no element."""
    kind, _colon, lineage = field.partition(":")
    if kind not in SECTION_OF:
        return None
    try:
        return kind, UUID(lineage)
    except ValueError:
        return None


def section_code(field: str, sections: Iterable[CanvasSection]) -> str:
    """The section a thread is counted in; « » for the whole plan."""
    kind = field.partition(":")[0]
    if kind not in SECTION_OF:
        return field
    codes = {section.kind: section.code for section in reversed(list(sections))}
    return codes.get(SECTION_OF[kind]) or codes.get(CanvasSection.Kind.PRIORITIES, "")


def open_remarks(version: PlanVersion, sections: Iterable[CanvasSection]) -> dict[str, int]:
    """How many threads are open in each section, those on its elements included; one query."""
    sections = list(sections)
    counts: dict[str, int] = {}
    fields = Comment.objects.filter(
        target_label=LABEL, target_id=version.pk, answers=None, resolved_at=None
    ).values_list("field", flat=True)
    for field in fields:
        code = section_code(field, sections)
        counts[code] = counts.get(code, 0) + 1
    return counts


def _found(version: PlanVersion, lineages: Iterable[UUID]) -> QuerySet[Priority, tuple]:
    """Each element still there: its kind, lineage, words, ranks and the key of its priority."""
    wanted = [*lineages] or [NOBODY]

    def rows(model: type, kind: str, path: str, *ranks: str) -> QuerySet:
        numbers = [F(rank) for rank in ranks]
        padding = [Cast(Value(0), IntegerField())] * (4 - len(ranks))
        key = F(f"{path}__pk" if path else "pk")
        title = F("name" if kind == "indicator" else "title")
        columns = dict(zip(("r1", "r2", "r3", "r4"), [*numbers, *padding], strict=True))
        return (
            model._default_manager.filter(version=version, lineage__in=wanted)  # type: ignore[attr-defined]
            .order_by()
            .annotate(
                kind=Value(kind, TextField()), words=Cast(title, TextField()), top=key, **columns
            )
            .values_list("kind", "lineage", "pk", "words", "top", "r1", "r2", "r3", "r4")
        )

    return rows(Priority, "priority", "", "rank").union(
        rows(Objective, "objective", "priority", "priority__rank", "rank"),
        rows(
            Action, "action", "objective__priority",
            "objective__priority__rank", "objective__rank", "rank",
        ),
        rows(
            Indicator, "indicator", "action__objective__priority",
            "action__objective__priority__rank", "action__objective__rank", "action__rank", "rank",
        ),
        all=True,
    )  # fmt: skip


def _element_label(kind: str, code: str, words: str) -> str:
    sentence = {
        "priority": _("Priorité %(code)s, %(words)s"),
        "objective": _("Objectif %(code)s, %(words)s"),
        "action": _("Action %(code)s, %(words)s"),
        "indicator": _("Indicateur %(code)s, %(words)s"),
    }[kind]
    return sentence % {"code": code, "words": words}


def places_of(version: PlanVersion, fields: Iterable[str]) -> dict[str, Place]:
    """The place each field names in ``version``; two queries, whatever their number."""
    alliance = version.plan.alliance
    sections = list(CanvasSection.objects.filter(canvas=version.plan.canvas_id))
    by_code = {section.code: section for section in sections}
    fields = set(fields)
    split = {field: parts for field in fields if (parts := _split(field)) is not None}
    places: dict[str, Place] = {}
    for kind, lineage, pk, words, top, *ranks in _found(version, {p[1] for p in split.values()}):
        field = element_field(kind, lineage)
        code = ".".join(str(rank) for rank in ranks if rank)
        section = section_code(field, sections)
        anchor = f"{ANCHORS[kind]}-{pk}" if kind in ANCHORS else f"priorite-{top}"
        address = alliance.url("plan_section", version.number, section)
        places[field] = Place(
            field, _element_label(kind, code, words), section,
            f"{address}?priorite={top}#{anchor}", kind, code,
        )  # fmt: skip
    for field in fields - places.keys():
        if field in by_code:
            label = f"{field} {by_code[field].title}"
            url = alliance.url("plan_section", version.number, field)
            places[field] = Place(field, label, field, url)
        elif field in split:
            section = section_code(field, sections)
            removed = _("Élément retiré du plan")
            places[field] = Place(field, removed, section, "", split[field][0], is_removed=True)
        else:
            url = alliance.url("plan_version", version.number)
            places[field] = Place(field, _("Tout le plan"), "", url)
    return places


def field_of(version: PlanVersion, asked: str) -> str:
    """What an address asks to discuss: « action-12 » is the action whose key is 12, anything else
    is already a field. « » when there is no such element."""
    word, _dash, key = asked.partition("-")
    if word not in MODELS or not key.isdecimal():
        return asked[:60]
    kind, model = MODELS[word]
    found = model._default_manager.filter(version=version, pk=int(key)).values_list("lineage")
    return next((element_field(kind, lineage) for (lineage,) in found), "")


def element_threads(threads: Iterable[Thread], section: CanvasSection) -> list[Thread]:
    """The threads on the elements that ``section`` shows, open ones first."""
    if section.is_text:
        return []
    found = [
        one
        for one in threads
        if one.place.kind
        and (one.place.section == section.code or section.kind == CanvasSection.Kind.PRIORITIES)
    ]
    return sorted(found, key=lambda one: one.comment.resolved_at is not None)


def quote_of(version: PlanVersion, field: str) -> str:
    """The title of what ``field`` names, kept with the remark in case it leaves the plan."""
    parts = _split(field)
    if parts is None:
        return ""
    row = next(iter(_found(version, [parts[1]])), None)
    return str(row[3]) if row is not None and row[0] == parts[0] else ""


def roots(version: PlanVersion) -> QuerySet[Comment]:
    """The first remarks of every thread of the version that its reader may read."""
    return Comment.objects.filter(target_label=LABEL, target_id=version.pk, answers=None).order_by(
        "created_at", "pk"
    )


def threads(version: PlanVersion, reader: User) -> list[Thread]:
    """Every thread of the version with its place, in four queries."""
    found = threads_of(roots(version), alliance=version.plan.alliance, user=reader)
    places = places_of(version, {one.field for one in found})
    return [Thread(one, places[one.field]) for one in found]


@dataclass(frozen=True)
class Corrections:
    """What the returns of a version asked for, with what the Table answered."""

    threads: list[Thread]

    @classmethod
    def among(cls, threads: Iterable[Thread]) -> "Corrections":
        return cls([one for one in threads if one.comment.is_correction])

    @property
    def total(self) -> int:
        return len(self.threads)

    @property
    def pending(self) -> list[Thread]:
        return [one for one in self.threads if one.comment.awaits_table]

    @property
    def answered(self) -> int:
        return self.total - len(self.pending)

    def in_section(self, code: str) -> list[Thread]:
        return [one for one in self.threads if one.place.section == code]


def corrections_of(version: PlanVersion, reader: User) -> Corrections:
    """The corrections asked by the returns of ``version``, the first one first."""
    return Corrections.among(threads(version, reader))


def becomes_correction(comment: Comment) -> bool:
    """Whether a return makes a correction of this first remark: the ministry's, read by all, that
    nobody of another side has answered."""
    return (
        comment.audience == Comment.Audience.ALL
        and comment.side != Side.TABLE.value
        and not comment.is_correction
        and comment.thread_state == Comment.Thread.OPEN
    )


def awaiting_table(version_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """For each version: its corrections without an answer of the Table (``Comment.awaits_table``),
    and all of them; one query."""
    replies = Comment.objects.filter(answers=OuterRef("pk")).order_by("-created_at", "-pk")
    last_side = Coalesce(Subquery(replies.values("side")[:1]), F("side"))
    waits = Q(resolved_at=None) & ~Q(last=Side.TABLE.value)
    counted = (
        Comment.objects.filter(target_label=LABEL, target_id__in=[*version_ids], is_correction=True)
        .annotate(last=last_side)
        .order_by()
        .values_list("target_id")
        .annotate(pending=Count("pk", filter=waits), total=Count("pk"))
    )
    return {version_id: (pending, total) for version_id, pending, total in counted}
