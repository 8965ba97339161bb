"""Imports of registers: what the register already holds, and what a file is found to be."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import Cell
from alliances.models import Alliance, Organisation
from alliances.money import ZERO
from fqis.models import (
    ImportFault,
    ImportLine,
    Project,
    RegisterImport,
)
from fqis.register_import.checking import Known, Place, Served, key_of
from fqis.register_import.columns import heading_key, label_of
from fqis.register_import.faults import message_of
from plans.models import PlanVersion, Priority

from .projects import mrcs_of

State = Project.State
APPROVED = [PlanVersion.State.APPROVED, PlanVersion.State.SUPERSEDED]


def imports_of(alliance: Alliance) -> QuerySet[RegisterImport]:
    return (
        RegisterImport.objects.filter(alliance=alliance)
        .select_related("alliance__territory", "alliance__cycle", "created_by", "document")
        .order_by("-created_at", "-pk")
    )


def open_import_of(alliance: Alliance) -> RegisterImport | None:
    return imports_of(alliance).filter(state__in=RegisterImport.OPEN).first()


def remembered(alliance: Alliance) -> dict[str, str]:
    """The heading that gave each field the last time this territory matched them."""
    last = (
        RegisterImport.objects.filter(territory=alliance.territory_id)
        .exclude(mapping={})
        .order_by("-created_at", "-pk")
        .first()
    )
    if last is None:
        return {}
    return {key: heading_key(last.headings[rank]) for key, rank in last.mapping.items()}


def envelope_left(alliance: Alliance) -> Decimal | None:
    """What the projects leave of the money meant for them, in dollars, as the database counts it;
    None while the envelope has no amount."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ceiling - granted FROM fqis_money_of(%s) WHERE place = ''", [alliance.pk]
        )
        row = cursor.fetchone()
    return row[0] if row else None


def place_of(alliance: Alliance) -> Place:
    """Six queries."""
    bodies = [
        Known(*row)
        for row in Organisation.objects.filter(territory=alliance.territory_id).values_list(
            "pk", "name", "neq", "legal_class"
        )
    ]
    by_name: dict[str, list[Known]] = {}
    for body in bodies:
        by_name.setdefault(key_of(body.name), []).append(body)
    priorities = Priority.objects.filter(
        version__plan__alliance=alliance, version__state__in=APPROVED
    ).values_list(
        "pk", "lineage", "rank", "title", "version__in_force_from", "version__in_force_until"
    )
    return Place(
        today=clock.today(),
        left=envelope_left(alliance),
        by_neq={body.neq: body for body in bodies if body.neq},
        by_name=by_name,
        priorities=[
            Served(pk, lineage, rank, key_of(title), since, until)
            for pk, lineage, rank, title, since, until in priorities
            if since is not None
        ],
        mrcs={key_of(mrc.name): mrc.pk for mrc in mrcs_of(alliance)},
        projects={
            (carrier, key_of(title)): number
            for carrier, title, number in Project.objects.filter(alliance=alliance)
            .order_by()
            .values_list("organisation", "title", "number")
        },
    )


def summary_of(source: RegisterImport) -> dict[str, Any]:
    """What the lines of a file without fault would be; amounts as text, in dollars."""
    lines = ImportLine.objects.filter(source=source).order_by()
    states = dict(lines.values_list("state").annotate(n=Count("pk")))
    sums = lines.aggregate(Sum("requested"), Sum("granted"), Sum("paid"))
    new = lines.filter(organisation_ref=None).values("organisation_key").distinct().count()
    return {
        "projects": sum(states.values()),
        "states": states,
        "new_bodies": new,
        **{name.removesuffix("__sum"): str(total or ZERO) for name, total in sums.items()},
    }


def summary_lines(source: RegisterImport) -> list[tuple[str, int]]:
    """The number of projects in each state, in the order of the states."""
    states = source.summary.get("states", {})
    return [(str(one.label), states[one.value]) for one in State if one.value in states]


def faults_of(source: RegisterImport) -> QuerySet[ImportFault]:
    return ImportFault.objects.filter(source=source).order_by("line", "pk")


def fault_rows(faults: Any) -> list[dict[str, Any]]:
    """Each fault as people read it."""
    return [
        {
            "line": one.line,
            "column": label_of(one.field),
            "value": one.value,
            "message": message_of(one.code, one.value, one.detail),
        }
        for one in faults
    ]


def fault_kinds(source: RegisterImport) -> list[tuple[str, int]]:
    """How many faults each column has, most first."""
    rows = (
        ImportFault.objects.filter(source=source)
        .order_by()
        .values_list("field")
        .annotate(n=Count("pk"))
    )
    return sorted(((label_of(key), n) for key, n in rows), key=lambda one: -one[1])


def fault_columns() -> list[str]:
    return [_("Ligne"), _("Colonne"), _("Valeur lue"), _("Ce qui ne va pas")]


def fault_cells(source: RegisterImport) -> Iterator[list[Cell]]:
    for one in faults_of(source).iterator(chunk_size=2_000):
        message = message_of(one.code, one.value, one.detail)
        yield [one.line, label_of(one.field), one.value, message]
