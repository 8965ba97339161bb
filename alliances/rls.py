"""Row-level security as migration operations: the database's own answer to « whose row is it? ».

Every table with a ``territory_id`` gets a policy that reads the guardian rows of the person bound
to the transaction (``app.user_id``). The application's role is neither owner nor superuser, so no
query, however wrong, crosses a territory. See ``docs/adr/0002-row-level-security.md``.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

TERRITORIES = "(select app_territories())::bigint[]"

FUNCTIONS = """
CREATE FUNCTION app_user_id() RETURNS bigint LANGUAGE sql STABLE
    SET search_path = pg_catalog, public AS
$$ SELECT nullif(current_setting('app.user_id', true), '')::bigint $$;

CREATE FUNCTION app_territories() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public AS
$$ SELECT coalesce(array_agg(DISTINCT p.content_object_id), '{}'::bigint[])
   FROM alliances_user u
   JOIN alliances_user_groups g ON g.user_id = u.id
   JOIN alliances_territorygrouppermission p ON p.group_id = g.group_id
   WHERE u.id = public.app_user_id() AND u.is_active AND p.permission_id = (
       SELECT a.id FROM auth_permission a
       JOIN django_content_type c ON c.id = a.content_type_id
       WHERE a.codename = 'view_territory'
         AND c.app_label = 'alliances' AND c.model = 'territory') $$;

CREATE FUNCTION app_is_ministry() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public AS
$$ SELECT EXISTS (
       SELECT 1 FROM alliances_membership m JOIN alliances_user u ON u.id = m.user_id
       WHERE m.user_id = public.app_user_id() AND u.is_active
         AND m.role NOT IN ('coordination', 'direction', 'partner')
         AND m.ended_at IS NULL AND m.starts_on <= (now() AT TIME ZONE 'America/Montreal')::date
         AND (m.ends_on IS NULL OR m.ends_on >= (now() AT TIME ZONE 'America/Montreal')::date))
   OR EXISTS (SELECT 1 FROM alliances_user u WHERE u.id = public.app_user_id() AND u.is_portal) $$;

CREATE FUNCTION app_can(codename text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public AS
$$ SELECT EXISTS (
       SELECT 1 FROM alliances_user_groups g
       JOIN alliances_user u ON u.id = g.user_id AND u.is_active
       JOIN auth_group_permissions gp ON gp.group_id = g.group_id
       JOIN auth_permission a ON a.id = gp.permission_id
       WHERE g.user_id = public.app_user_id() AND a.codename = app_can.codename) $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION IF EXISTS app_can(text);
DROP FUNCTION IF EXISTS app_is_ministry();
DROP FUNCTION IF EXISTS app_territories();
DROP FUNCTION IF EXISTS app_user_id();
"""


# Each trigger that pgtrigger installs asks this function whether it is being ignored, and
# pgtrigger's own reads a setting that whoever speaks to the database may write. Here no rule is
# ever ignored.
IGNORE_NOTHING = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS
$$ BEGIN RETURN false; END $$
"""


def ignore_no_rule(using: str = DEFAULT_DB_ALIAS, **_signal: object) -> None:
    """Run after every ``migrate``: a migration that installs a trigger brings its own function
    back."""
    with connections[using].cursor() as cursor:
        cursor.execute(IGNORE_NOTHING)


# Reference data that names a territory without belonging to it alone.
SHARED = {"alliances.mrc"}


def is_scoped(model: type[models.Model]) -> bool:
    """Whether the rows of ``model`` belong to a territory."""
    if model._meta.label_lower in SHARED:
        return False
    return any(field.name == "territory" for field in model._meta.local_concrete_fields)


class _SchemaOnly(Operation):
    """An operation that changes the database and not the state of the models."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        return None


class ScopeByTerritory(_SchemaOnly):
    """Puts a table under row-level security and ties its territory to its parents'.

    ``using`` says who sees a row and ``check`` who may write it, in SQL where ``{own}`` stands for
    « the row is of a territory the person may view »; both are ``{own}`` unless said otherwise.
    """

    def __init__(self, model: str, *, using: str = "{own}", check: str = "") -> None:
        self.model, self.using, self.check = model, using, check

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model], {"using": self.using, "check": self.check}

    def describe(self) -> str:
        return f"Scope {self.model} by territory"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        table = model._meta.db_table
        own = f"territory_id = any({TERRITORIES})"
        using = self.using.replace("{own}", own)
        check = (self.check or self.using).replace("{own}", own)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY territory ON {table} USING ({using}) WITH CHECK ({check})"
        )
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_id_territory UNIQUE (id, territory_id)"
        )
        for field in model._meta.local_concrete_fields:
            parent = field.remote_field.model if field.remote_field else None
            if field.name == "territory" or parent is None or not is_scoped(parent):
                continue
            schema_editor.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.column}_territory"
                f" FOREIGN KEY ({field.column}, territory_id)"
                f" REFERENCES {parent._meta.db_table} (id, territory_id)"
                " DEFERRABLE INITIALLY DEFERRED"
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f"DROP POLICY territory ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_id_territory CASCADE")


class Hide(_SchemaOnly):
    """Adds a restrictive policy: beyond the territory, what a person must not see nor write.

    ``name`` says why; ``visible`` is the SQL of a row that may be seen. Territory and reason must
    both agree: no other policy can open what this one closes.
    """

    def __init__(self, table: str, name: str, visible: str) -> None:
        self.table, self.name, self.visible = table, name, visible

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, self.name, self.visible], {}

    def describe(self) -> str:
        return f"Hide rows of {self.table}: {self.name}"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(
            f"CREATE POLICY {self.name} ON {self.table} AS RESTRICTIVE"
            f" USING ({self.visible}) WITH CHECK ({self.visible})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(f"DROP POLICY {self.name} ON {self.table}")
