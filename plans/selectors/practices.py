"""The practices that territories share, and the actions a Table may share.

A reader elsewhere sees the practice alone: neither its Alliance nor its plan are theirs to read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance
from plans.models import Action, NationalPriority, SharedPractice

from .search import typed_query
from .states import version_in_force


def practices() -> QuerySet[SharedPractice]:
    """What is shared today, the newest first."""
    return SharedPractice.objects.filter(withdrawn_at=None).select_related("territory", "cycle")


def practice_page(pk: int) -> SharedPractice | None:
    """One practice; a withdrawn one only exists for who may read its territory."""
    return (
        SharedPractice.objects.filter(pk=pk)
        .select_related("territory", "cycle", "shared_by", "withdrawn_by")
        .first()
    )


def saying(found: QuerySet[SharedPractice], text: str, *fields: str) -> QuerySet[SharedPractice]:
    """Those that say ``text`` in one of ``fields``: accents and plurals are forgiven."""
    body = Concat(
        *(part for name in fields for part in (F(name), Value(" "))), output_field=TextField()
    )
    words = Func(Value(""), body, function="plans_words")
    wanted = Func(Value(typed_query(text)), function="plans_wanted")
    says = Func(
        words,
        wanted,
        template="(%(expressions)s)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
    return found.filter(says)


def theme_names() -> dict[str, str]:
    """The national priorities by code; a code of two cycles reads as the last one says."""
    rows = NationalPriority.objects.order_by("cycle__starts_on", "rank").values_list("code", "name")
    return dict(rows)


@dataclass(frozen=True)
class Shareable:
    """An action of the plan in force, with the practice it became."""

    action: Action
    code: str
    practice: SharedPractice | None


def shareable_of(alliance: Alliance) -> list[Shareable]:
    """Every action of the version in force, in its order."""
    version = version_in_force(alliance)
    if version is None:
        return []
    actions = (
        Action.objects.filter(version=version)
        .select_related("objective__priority")
        .order_by("objective__priority__rank", "objective__rank", "rank", "pk")
    )
    shared = {one.lineage: one for one in practices().filter(alliance=alliance)}
    return [Shareable(one, code_of(one), shared.get(one.lineage)) for one in actions]


def action_in_force(alliance: Alliance, lineage: UUID) -> Action | None:
    """The action of that lineage in the version in force."""
    version = version_in_force(alliance)
    if version is None:
        return None
    return (
        Action.objects.filter(version=version, lineage=lineage)
        .select_related("objective__priority", "version")
        .first()
    )


def code_of(action: Action) -> str:
    """« 1.1.2 »; its objective and priority must be loaded."""
    objective = action.objective
    return f"{objective.priority.rank}.{objective.rank}.{action.rank}"


def practice_columns() -> list[str]:
    return [
        _("Titre"),
        _("Territoire"),
        _("Type"),
        _("Cycle"),
        _("Priorités ou thèmes du guide"),
        _("Population visée"),
        _("Ce qui a été fait"),
        _("Ce que cela a donné"),
        _("À qui écrire"),
        _("Partagée le"),
    ]


def practice_cells(found: Iterable[SharedPractice], themes: dict[str, str]) -> Iterator[list[Cell]]:
    for one in found:
        yield [
            one.title,
            one.territory.name,
            one.territory.get_kind_display(),
            one.cycle.slug,
            ", ".join(themes.get(code, code) for code in one.themes),
            one.population,
            one.summary,
            one.result,
            one.contact,
            clock.day_of(one.shared_at),
        ]
