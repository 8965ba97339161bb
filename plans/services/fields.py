"""One field at a time, as the editor saves it: nothing else of the element is read or written.

``base`` is what the person opened. Two people in the same field never cover each other: the
second gets both values.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.expressions import CombinedExpression, Expression
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Mrc, User
from plans.models import (
    Action,
    ActionPlace,
    CanvasSection,
    Indicator,
    NationalPriority,
    Objective,
    OpenedSection,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)
from plans.opening import SECTION_OF, Element, closed_words, opening_of, section_of
from plans.wording import moment_words, why_frozen

from .elements import SIGNED, check_values
from .sections import write_text

AROUND = ("version__plan__alliance__territory", "version__plan__alliance__cycle")
FIELDS: dict[type[Any], frozenset[str]] = {
    Priority: frozenset({"title", "national_priorities", "regional_link", "local_link"}),
    Objective: frozenset({"title"}),
    Action: frozenset(
        {
            "title", "means", "population", "people_to_reach", "mrcs", "expected_result", "lead",
            "collaborators", "starts_on", "ends_on", "budget",
        }
    ),
    Indicator: frozenset({"name", "baseline", "target", "unit", "frequency"}),
}  # fmt: skip
LINKS: dict[str, tuple[type[Any], str, str]] = {
    "mrcs": (ActionPlace, "action", "mrc"),
    "national_priorities": (PriorityTheme, "priority", "national_priority"),
}


class FieldConflict(StaleAct):
    """Somebody saved another value since this one was opened: both are here."""

    def __init__(self, message: str, *, mine: Any, saved: Any) -> None:
        super().__init__(message)
        self.mine = mine
        self.saved = saved


@dataclass(frozen=True)
class Held:
    """A row held with its version, to write one field of it."""

    row: Any
    version: PlanVersion
    field: str
    is_open: bool

    @property
    def territory_id(self) -> int:
        return int(self.version.territory_id)


def _is_open(element: type[Any], field: str) -> Expression:
    kind = section_of(element(), field) if element is Action else SECTION_OF[element]
    opened = Func(
        F("version_id"), Value(str(kind)), function="plans_kind_is_open",
        output_field=BooleanField(),
    )  # fmt: skip
    if element not in (Action, Indicator):
        return opened
    action = F("pk") if element is Action else F("action_id")
    new = Func(action, function="plans_is_new_action", output_field=BooleanField())
    return CombinedExpression(opened, "OR", new, output_field=BooleanField())


def hold_field(
    element: type[Any], pk: int, field: str, *, territory: str, cycle: str, number: int
) -> Held | None:
    """The element with its version, its Alliance and whether the field is open, in one query, held
    until the transaction ends. None when the version has no such element, or no such field."""
    if field not in FIELDS[element]:
        return None
    row = (
        element._default_manager.select_for_update(of=("version", "self"))
        .select_related(*AROUND)
        .filter(
            pk=pk, version__number=number,
            version__plan__alliance__territory__slug=territory,
            version__plan__alliance__cycle__slug=cycle,
        )
        .annotate(is_open=_is_open(element, field))
        .first()
    )  # fmt: skip
    return Held(row, row.version, field, row.is_open) if row is not None else None


def _may_write(held: Held) -> None:
    version = held.version
    if not version.is_writable:
        raise Refusal(why_frozen(version))
    if not held.is_open:
        if isinstance(held.row, SectionText):
            raise Refusal(closed_words(held.row.section))
        kind = section_of(held.row, held.field)
        raise Refusal(closed_words(opening_of(version).section_for(kind)))


def _conflict(row: Any, *, mine: Any, saved: Any) -> FieldConflict:
    return FieldConflict(
        _("%(person)s a enregistré autre chose dans ce champ le %(moment)s.")
        % {"person": row.updated_by, "moment": moment_words(row.updated_at)},
        mine=mine,
        saved=saved,
    )


def _sign(row: Any, *, by: User) -> None:
    row.revision += 1
    row.updated_at, row.updated_by = clock.now(), by


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def save_field(held: Held, *, by: User, value: Any, base: Any) -> Element:
    """Writes one column of the element. ``value`` and ``base`` have the column's type; for links
    (``mrcs``, ``national_priorities``), the keys of what is linked.

    Refuses a frozen version, a section that the modification leaves closed, what the element may
    not hold, and a base that is no longer what is saved (``FieldConflict``); a value already
    there writes nothing.
    """
    _may_write(held)
    row, field = held.row, held.field
    if field in LINKS:
        return _save_links(held, by=by, value=set(value), base=set(base))
    values = {field: value}
    check_values(row, values)
    saved = getattr(row, field)
    if saved == values[field]:
        return row
    if saved != _plain(base):
        raise _conflict(row, mine=values[field], saved=saved)
    setattr(row, field, values[field])
    _sign(row, by=by)
    row.save(update_fields=[field, *SIGNED])
    return row


def _linkable(held: Held) -> Collection[int]:
    if held.field == "mrcs":
        return Mrc.objects.filter(territory=held.territory_id).values_list("pk", flat=True)
    cycle = held.version.plan.alliance.cycle_id
    return NationalPriority.objects.filter(cycle=cycle).values_list("pk", flat=True)


def _save_links(held: Held, *, by: User, value: set[int], base: set[int]) -> Element:
    row = held.row
    model, owner, other = LINKS[held.field]
    links = model._default_manager.filter(**{owner: row})
    saved = set(links.values_list(f"{other}_id", flat=True))
    if saved == value:
        return row
    if saved != base:
        raise _conflict(row, mine=sorted(value), saved=sorted(saved))
    added = value - saved
    if added and not added <= set(_linkable(held)):
        raise Refusal(_("Ce choix n’est pas offert à ce territoire."), field=held.field)
    if saved - value:
        links.filter(**{f"{other}__in": saved - value}).delete()
    if added:
        model._default_manager.bulk_create(
            model(
                version_id=row.version_id, territory_id=row.territory_id,
                **{owner: row, f"{other}_id": pk},
            )
            for pk in sorted(added)
        )  # fmt: skip
    _sign(row, by=by)
    row.save(update_fields=SIGNED)
    return row


# --- The text of a section


def hold_text(code: str, *, territory: str, cycle: str, number: int) -> Held | None:
    """The text of section ``code``, held with its version: one query when something is written
    there. A new row, not saved, when nothing is. None when there is no such section."""
    opened = OpenedSection.objects.filter(version=OuterRef("version"), section=OuterRef("section"))
    text = (
        SectionText.objects.select_for_update(of=("version", "self"))
        .select_related(*AROUND, "section")
        .filter(
            section__code=code, version__number=number,
            version__plan__alliance__territory__slug=territory,
            version__plan__alliance__cycle__slug=cycle,
        )
        .annotate(is_open=Q(version__base=None) | Exists(opened))
        .first()
    )  # fmt: skip
    if text is not None:
        return Held(text, text.version, "html", text.is_open)
    return _hold_blank(code, territory=territory, cycle=cycle, number=number)


def _hold_blank(code: str, *, territory: str, cycle: str, number: int) -> Held | None:
    version = (
        PlanVersion.objects.select_for_update(of=("self",))
        .select_related("plan__alliance__territory", "plan__alliance__cycle")
        .filter(
            number=number,
            plan__alliance__territory__slug=territory,
            plan__alliance__cycle__slug=cycle,
        )
        .first()
    )
    if version is None:
        return None
    opened = OpenedSection.objects.filter(version=version, section=OuterRef("pk"))
    section = (
        CanvasSection.objects.filter(canvas=version.plan.canvas_id, code=code)
        .annotate(is_open=Exists(opened))
        .first()
    )
    if section is None:
        return None
    # Somebody may have written it while this one waited for the version.
    text = SectionText.objects.filter(version=version, section=section).first()
    row = text or SectionText(version=version, section=section)
    return Held(row, version, "html", not version.is_modification or section.is_open)


def save_held_text(held: Held, *, by: User, html: str, revision: int) -> SectionText:
    """Saves the text that ``hold_text`` holds; same refusals as ``save_section_text``."""
    _may_write(held)
    return write_text(held.row, by=by, html=html, revision=revision)
