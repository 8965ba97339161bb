"""The database's own answer to « whose row is it? », asked in raw SQL as the application's role."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from guardian.models import GroupObjectPermission, UserObjectPermission

from alliances.models import Alliance, Territory, User
from alliances.rls import is_scoped

SCOPED = sorted(
    (model for model in apps.get_models() if is_scoped(model)), key=lambda m: m._meta.db_table
)
TABLES = [model._meta.db_table for model in SCOPED]
# A person sees their own roles wherever they are.
PERSONAL = {"alliances_membership": "user_id"}
# A territory offers these to everybody who signs in; only it writes them.
OFFERED = {"plans_sharedpractice"}
# The ministry writes these; the Table reads none of them, its own territory's neither.
OF_THE_MINISTRY = {"reporting_reviewentry"}

# The policy's own code, and those of the triggers that speak before it.
REFUSED = {"42501", "23514", "P0001"}


def ask(sql: str, *params: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def one(sql: str, *params: object) -> Any:
    return ask(sql, *params)[0][0]


Identity = Callable[[User | None], None]


@pytest.fixture
def table_person(home: Alliance) -> User:
    return User.objects.get(email="direction@mauricie.example")


@pytest.mark.django_db
def test_the_tests_run_as_a_role_that_the_policies_hold() -> None:
    assert one("SELECT current_user") == settings.APP_DB_ROLE
    assert ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False)]
    owners = {row[0] for row in ask("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
    assert settings.APP_DB_ROLE not in owners


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m._meta.label)
def test_every_scoped_table_has_its_policy_and_its_composite_keys(
    model: type[models.Model],
) -> None:
    table = model._meta.db_table
    assert one("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    policies = ask(
        "SELECT cmd, with_check IS NOT NULL FROM pg_policies WHERE tablename = %s"
        " AND permissive = 'PERMISSIVE' ORDER BY cmd",
        table,
    )
    assert policies == [("ALL", True)] + [("SELECT", False)] * (table in OFFERED)
    keys = {
        name
        for (name,) in ask("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass", table)
    }
    assert f"{table}_id_territory" in keys
    for field in model._meta.local_concrete_fields:
        parent = field.remote_field.model if field.remote_field else None
        if parent is not None and field.name != "territory" and is_scoped(parent):
            assert f"{table}_{field.column}_territory" in keys


@pytest.mark.django_db
def test_every_table_with_a_territory_is_known_as_scoped() -> None:
    found = ask(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'territory_id'"
        " AND table_schema = 'public' AND table_name <> 'alliances_mrc'"
    )
    assert {name for (name,) in found} == set(TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_without_identity_no_row_exists(table: str, home: Alliance, identity: Identity) -> None:
    assert one(f"SELECT count(*) FROM {table} WHERE territory_id = %s", home.territory_id) > 0
    identity(None)
    assert one(f"SELECT count(*) FROM {table} WHERE territory_id IS NOT NULL") == 0


@pytest.mark.django_db
@pytest.mark.parametrize("table", [table for table in TABLES if table not in OFFERED])
def test_a_table_reads_no_row_of_another_territory(
    table: str, home: Alliance, away: Alliance, identity: Identity, table_person: User
) -> None:
    assert one(f"SELECT count(*) FROM {table} WHERE territory_id = %s", away.territory_id) > 0
    mine = one(f"SELECT count(*) FROM {table} WHERE territory_id = %s", home.territory_id)
    identity(table_person)
    seen = ask(
        f"SELECT DISTINCT territory_id FROM {table} WHERE territory_id IS NOT NULL"
        + (f" AND {PERSONAL[table]} <> {table_person.pk}" if table in PERSONAL else "")
    )
    if table in OF_THE_MINISTRY:
        assert seen == []
        return
    assert seen == [(home.territory_id,)]
    hidden = "alliances_comment"
    still = one(f"SELECT count(*) FROM {table} WHERE territory_id = %s", home.territory_id)
    assert still == mine or (table == hidden and 0 < still < mine)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_a_table_writes_no_row_of_another_territory(
    table: str, home: Alliance, away: Alliance, identity: Identity, table_person: User
) -> None:
    other = away.territory_id
    sample = one(f"SELECT to_jsonb(t) FROM {table} t WHERE territory_id = %s LIMIT 1", other)
    own = one(f"SELECT id FROM {table} WHERE territory_id = %s LIMIT 1", home.territory_id)
    identity(table_person)
    assert (
        touched(f"UPDATE {table} SET territory_id = territory_id WHERE territory_id = %s", other)
        == 0
    )
    assert touched(f"DELETE FROM {table} WHERE territory_id = %s", other) == 0
    assert (
        refusal(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb)).*",
            with_new_key(sample),
        )
        in REFUSED
    )
    moved = f"UPDATE {table} SET territory_id = {other} WHERE id = %s"
    if table in OF_THE_MINISTRY:
        assert touched(moved, own) == 0
        return
    assert refusal(moved, own) in REFUSED


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_the_policy_itself_refuses_to_write_elsewhere(
    table: str, home: Alliance, away: Alliance, identity: Identity, table_person: User
) -> None:
    """A trigger may speak before the policy: its own sentence is asked of a row of each side."""
    check = one(
        "SELECT with_check FROM pg_policies WHERE tablename = %s AND cmd = 'ALL'"
        " AND permissive = 'PERMISSIVE'",
        table,
    )
    person = PERSONAL.get(table)
    other = f" AND {person} <> {table_person.pk}" if person else ""
    rows = {
        place: one(
            f"SELECT to_jsonb(t) FROM {table} t WHERE territory_id = %s{other} ORDER BY id LIMIT 1",
            place,
        )
        for place in (home.territory_id, away.territory_id)
    }
    identity(table_person)
    allowed = [
        place
        for place, row in rows.items()
        if ask(
            f"SELECT 1 FROM jsonb_populate_record(NULL::{table}, %s::jsonb) AS {table}"
            f" WHERE {check}",
            with_new_key(row),
        )
    ]
    assert allowed == [home.territory_id]


def touched(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def refusal(sql: str, *params: object) -> str | None:
    """The code under which the database says no, None when it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
    except DatabaseError as error:
        return error.__cause__.sqlstate  # type: ignore[union-attr]
    return None


def with_new_key(row: Any) -> str:
    """The row under a key nobody has, as JSON."""
    values = json.loads(row) if isinstance(row, str) else dict(row)
    return json.dumps({**values, "id": 9_000_000_000})


@pytest.mark.django_db
def test_the_ministry_sees_every_territory_and_an_outsider_none(
    home: Alliance, away: Alliance, identity: Identity
) -> None:
    identity(User.objects.get(email="audit@dgssac.example"))
    assert one("SELECT count(*) FROM alliances_alliance") >= 20
    outsider = User.objects.create_user("dehors@exemple.example", full_name="Dehors")
    identity(outsider)
    for table in sorted(set(TABLES) - OFFERED):
        assert one(f"SELECT count(*) FROM {table} WHERE territory_id IS NOT NULL") == 0


@pytest.mark.django_db
def test_a_closed_account_sees_nothing(
    home: Alliance, identity: Identity, table_person: User
) -> None:
    table_person.is_active = False
    table_person.save()
    identity(table_person)
    assert one("SELECT count(*) FROM alliances_alliance") == 0


@pytest.mark.django_db
def test_the_application_role_changes_no_policy_and_no_trigger() -> None:
    for sql in (
        "ALTER TABLE fqis_versement DISABLE ROW LEVEL SECURITY",
        "DROP POLICY territory ON fqis_versement",
        "ALTER TABLE alliances_journalentry DISABLE TRIGGER ALL",
        "TRUNCATE alliances_journalentry",
        "SET SESSION AUTHORIZATION postgres",
    ):
        assert refusal(sql) is not None, sql


@pytest.mark.django_db
def test_rights_live_in_one_table_only(home: Alliance) -> None:
    assert not UserObjectPermission.objects.exists()
    assert not GroupObjectPermission.objects.exists()
    assert Territory.objects.count() == 20


@pytest.mark.django_db
def test_no_trigger_is_ever_ignored(home: Alliance) -> None:
    """pgtrigger would let whoever writes a setting pass beside every rule."""
    named = [name for (name,) in ask("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")]
    assert len(named) > 100
    ask("SELECT set_config('pgtrigger.ignore', %s, true)", "{" + ",".join(named) + "}")
    for rule, statement in (
        ("Cannot delete rows from fqis_envelope", "DELETE FROM fqis_envelope"),
        (
            "Cannot update or delete rows from alliances_journal",
            "UPDATE alliances_journalentry SET verb = ''",
        ),
        (
            "Cannot update or delete rows from alliances_journal",
            "DELETE FROM alliances_journalentry",
        ),
    ):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            ask(statement)


@pytest.mark.django_db
def test_every_function_with_its_owners_rights_pins_its_search_path() -> None:
    loose = ask(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef AND NOT coalesce("
        " 'search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig), false)"
    )
    assert loose == []
