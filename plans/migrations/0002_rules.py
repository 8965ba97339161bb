"""The rules the database holds beyond each model's own: whose row it is, what a modification
opens, and what a territory shares with all."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

# A canvas without a section of that kind (2017) writes the whole logic in its priorities.
FUNCTIONS = """
CREATE FUNCTION plans_kind_is_open(version bigint, kind text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS
$$ SELECT v.base_id IS NULL OR EXISTS (
       SELECT 1 FROM plans_openedsection o JOIN plans_canvassection s ON s.id = o.section_id
       WHERE o.version_id = v.id AND s.kind = CASE WHEN EXISTS (
           SELECT 1 FROM plans_canvassection k
           WHERE k.canvas_id = s.canvas_id AND k.kind = plans_kind_is_open.kind
       ) THEN plans_kind_is_open.kind ELSE 'priorities' END)
   FROM plans_planversion v WHERE v.id = plans_kind_is_open.version $$;

CREATE FUNCTION plans_is_new_action(action bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS
$$ SELECT NOT EXISTS (
       SELECT 1 FROM plans_action a
       JOIN plans_planversion v ON v.id = a.version_id
       JOIN plans_action b ON b.version_id = v.base_id AND b.lineage = a.lineage
       WHERE a.id = plans_is_new_action.action) $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION IF EXISTS plans_is_new_action(bigint);
DROP FUNCTION IF EXISTS plans_kind_is_open(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("alliances", "0002_rules")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        ScopeByTerritory("Plan"),
        ScopeByTerritory("PlanVersion"),
        ScopeByTerritory("SectionText"),
        ScopeByTerritory("Priority"),
        ScopeByTerritory("PriorityTheme"),
        ScopeByTerritory("Objective"),
        ScopeByTerritory("Action"),
        ScopeByTerritory("ActionPlace"),
        ScopeByTerritory("Indicator"),
        ScopeByTerritory("OpenedSection"),
        ScopeByTerritory("Endorsement"),
        ScopeByTerritory("Opinion"),
        ScopeByTerritory("ReviewPoint"),
        ScopeByTerritory("DueExtension"),
        ScopeByTerritory("DueReminder"),
        ScopeByTerritory("Presence"),
        ScopeByTerritory("WordImport"),
        ScopeByTerritory("SharedPractice"),
        # Everybody who signs in reads what a territory shares; only that territory writes it.
        migrations.RunSQL(
            "CREATE POLICY shared ON plans_sharedpractice FOR SELECT USING"
            " (withdrawn_at IS NULL AND (select app_user_id()) IS NOT NULL)",
            "DROP POLICY shared ON plans_sharedpractice",
        ),
    ]
