"""Who withdrew from a project sees nothing of it: every table that names one has the policy."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection, models

from alliances.models import Alliance, User
from alliances.rls import is_scoped
from fqis.models import ConflictOfInterest, Project

# Tables that name a project in words: by the kind and the key of what they are about, or by its
# address.
IN_WORDS = {
    "alliances_comment",
    "alliances_document",
    "alliances_journalentry",
    "alliances_notification",
}


def names_a_project(model: type[models.Model]) -> bool:
    """Whether a row is about a project: by its own key, or by that of the parent it belongs to."""
    if model is Project:
        return True
    for field in model._meta.local_concrete_fields:
        parent = field.remote_field.model if field.remote_field else None
        if parent is Project:
            return True
    parent = _parent(model)
    return parent is not None and parent is not model and names_a_project(parent)


def _parent(model: type[models.Model]) -> type[models.Model] | None:
    name = getattr(model, "scoped_by", "")
    if not name or not any(field.name == name for field in model._meta.local_concrete_fields):
        return None
    found: type[models.Model] = model._meta.get_field(name).remote_field.model  # type: ignore[union-attr]
    return found


NAMING = sorted(
    {model._meta.db_table for model in apps.get_models() if names_a_project(model)} | IN_WORDS
)


def ask(query: str, *params: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("table", NAMING)
def test_every_table_that_names_a_project_hides_it_from_who_withdrew(table: str) -> None:
    found = ask(
        "SELECT qual, with_check FROM pg_policies WHERE tablename = %s AND policyname = 'conflict'"
        " AND permissive = 'RESTRICTIVE' AND cmd = 'ALL'",
        table,
    )
    assert len(found) == 1, f"{table} names a project: fqis.conflicts gives its policy."
    for rule in found[0]:
        assert "app_hidden_" in str(rule)


@pytest.mark.django_db
def test_every_table_with_a_key_to_a_project_is_known_here() -> None:
    """The database's own list, so that a table without a model is not forgotten."""
    found = ask(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid = 'fqis_project'::regclass"
    )
    assert {name for (name,) in found} <= set(NAMING)


@pytest.mark.django_db
def test_whoever_withdrew_reads_no_row_about_the_project_in_any_table(
    home: Alliance, identity: Callable[[User | None], None]
) -> None:
    conflict = ConflictOfInterest.objects.filter(territory=home.territory_id).earliest("pk")
    project, person = conflict.project_id, conflict.person
    direct = [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if is_scoped(model)
        for field in model._meta.local_concrete_fields
        if field.remote_field and field.remote_field.model is Project
    ]
    direct.append(("fqis_project", "id"))
    rows = {
        place: ask(f"SELECT count(*) FROM {place[0]} WHERE {place[1]} = %s", project)[0][0]
        for place in direct
    }
    assert sum(int(str(count)) for count in rows.values()) > 10
    words = {
        "alliances_journalentry": "target_label = 'fqis.project' AND target_id",
        "alliances_document": "subject_label = 'fqis.project' AND subject_id",
        "alliances_comment": "target_label = 'fqis.project' AND target_id",
    }
    identity(person)
    for table, column in direct:
        assert ask(f"SELECT count(*) FROM {table} WHERE {column} = %s", project) == [(0,)], table
    for table, where in words.items():
        assert ask(f"SELECT count(*) FROM {table} WHERE {where} = %s", project) == [(0,)], table
