"""The whole file of an Alliance: what a person asked for, and what goes in it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances.exports import Cell
from alliances.models import Alliance, Comment, Document, User
from fqis.models import Project
from plans.models import PlanVersion
from reporting.models import AnnualReport, Export, ExportQuerySet

# By what is written in a notice, a convention… where the document goes; the others were deposited.
FOLDERS = {
    "plan": ["plan_approval", "plan_full", "plan_comparison"],
    "conventions": ["convention", "avenant", "signed_convention", "signed_avenant"],
    "avis": ["avis_versement", "avis_recouvrement", "annulation_avis"],
    "redditions": ["annual_report", "annual_report_xlsx", "annual_report_json"],
}
_FOLDER_OF = {kind: folder for folder, kinds in FOLDERS.items() for kind in kinds}
ROWS_AT_ONCE = 500
# What people write remarks on, by the name they know it by.
_NAMED: dict[str, tuple[Promise, QuerySet[Any], Callable[[Any], object]]] = {
    "plans.planversion": (
        gettext_lazy("Plan, version"),
        PlanVersion.objects.all(),
        lambda v: v.number,
    ),
    "fqis.project": (gettext_lazy("Projet"), Project.objects.all(), lambda p: p.number),
    "reporting.annualreport": (
        gettext_lazy("Reddition"),
        AnnualReport.objects.select_related("period"),
        lambda r: r.period,
    ),
}


def folder_of(kind: str) -> str:
    return _FOLDER_OF.get(kind, "documents")


def exports_of(alliance: Alliance, by: User) -> ExportQuerySet:
    """What this person asked for, the last one first."""
    return (
        Export.objects.filter(alliance=alliance, asked_by=by)
        .select_related("alliance__territory", "alliance__cycle", "asked_by")
        .order_by("-asked_at", "-pk")
    )


def files_of(alliance: Alliance) -> QuerySet[Document]:
    """The documents with a file that the person of the transaction may read."""
    return (
        Document.objects.filter(alliance=alliance, state=Document.State.READY)
        .defer("data")
        .order_by("pk")
    )


def versions_of(alliance: Alliance) -> list[int]:
    numbers = PlanVersion.objects.filter(plan__alliance=alliance).order_by("number")
    return list(numbers.values_list("number", flat=True))


def _names_of(remarks: Iterable[Comment]) -> dict[tuple[str, int], str]:
    """What each remark is about, « Projet MAU-0034 »; a query for each kind of object."""
    asked: dict[str, set[int]] = {}
    for one in remarks:
        asked.setdefault(one.target_label, set()).add(one.target_id)
    found = {}
    for label, (word, rows, name_of) in _NAMED.items():
        for row in rows.filter(pk__in=asked.get(label, set())):
            found[label, row.pk] = f"{word} {name_of(row)}"
    return found


def thread_columns() -> list[str]:
    return [
        _("Fil"),
        _("Objet"),
        _("Champ"),
        _("Date"),
        _("Personne"),
        _("Côté"),
        _("Visible par"),
        _("Passage"),
        _("Remarque"),
        _("Réglée le"),
        _("Réglée par"),
    ]


def thread_rows(alliance: Alliance) -> Iterator[list[Cell]]:
    """Every remark that the person of the transaction may read, in the order it was written."""
    found = Comment.objects.filter(alliance=alliance).select_related("author", "resolved_by")
    remarks = found.order_by("created_at", "pk").iterator(chunk_size=ROWS_AT_ONCE)
    while batch := list(islice(remarks, ROWS_AT_ONCE)):
        yield from _thread_cells(batch)


def _thread_cells(remarks: Sequence[Comment]) -> Iterator[list[Cell]]:
    names = _names_of(remarks)
    for one in remarks:
        target = one.target_label, one.target_id
        yield [
            one.answers_id or one.pk,
            names.get(target, " ".join(map(str, target))),
            one.field,
            one.created_at,
            one.author.full_name,
            one.get_side_display(),
            str(one.get_audience_display()),
            one.quote,
            one.body,
            one.resolved_at,
            one.resolved_by.full_name if one.resolved_by else "",
        ]
