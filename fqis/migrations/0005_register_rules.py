"""What the database keeps of each project for the register: its words, what was paid, what it
levers; and the sums of the register, added to with each change.

The three columns are the database's own: no model carries them, no screen copies them. The words
follow the recipe of the plans (``plans`` 0003_search): row-level security keeps the planner from
the index, so the search runs as the owner and tests the territory itself. The Alliance stands
among the words, so that the index alone finds a word of one Alliance."""

from django.db import migrations
from alliances.rls import TERRITORIES, ScopeByTerritory

PINNED = "SET search_path = pg_catalog, public, pg_temp"

COLUMNS = """
ALTER TABLE fqis_project
    ADD COLUMN words tsvector NOT NULL DEFAULT ''::tsvector,
    ADD COLUMN paid numeric(14, 2) NOT NULL DEFAULT 0,
    ADD COLUMN levered numeric(14, 2) NOT NULL DEFAULT 0;
CREATE INDEX fqis_project_words ON fqis_project USING gin (words);
CREATE INDEX fqis_project_by_reception ON fqis_project (received_on DESC, id DESC);
"""
DROP_COLUMNS = """
DROP INDEX fqis_project_by_reception;
ALTER TABLE fqis_project DROP COLUMN words, DROP COLUMN paid, DROP COLUMN levered;
"""

WORDS = f"""
CREATE FUNCTION fqis_words_of(
    title text, number text, description text, carrier bigint, alliance bigint
) RETURNS tsvector LANGUAGE sql STABLE {PINNED} AS
$$ SELECT plans_words(
              title || ' ' || number,
              concat_ws(' ', description, o.name, o.neq, o.city)
          ) || array_to_tsvector(ARRAY['@' || alliance])
   FROM alliances_organisation o WHERE o.id = carrier $$;

CREATE FUNCTION fqis_write_words() RETURNS trigger LANGUAGE plpgsql {PINNED} AS $$
BEGIN
    NEW.words := coalesce(
        fqis_words_of(
            NEW.title, NEW.number, NEW.description, NEW.organisation_id, NEW.alliance_id
        ),
        ''::tsvector
    );
    RETURN NEW;
END $$;
CREATE TRIGGER fqis_words_came BEFORE INSERT ON fqis_project
    FOR EACH ROW EXECUTE FUNCTION fqis_write_words();
CREATE TRIGGER fqis_words_changed BEFORE UPDATE ON fqis_project FOR EACH ROW
    WHEN (ROW(OLD.title, OLD.number, OLD.description, OLD.organisation_id)
          IS DISTINCT FROM ROW(NEW.title, NEW.number, NEW.description, NEW.organisation_id))
    EXECUTE FUNCTION fqis_write_words();

CREATE FUNCTION fqis_rename_carrier() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {PINNED} AS
$$
BEGIN
    UPDATE fqis_project p
    SET words = fqis_words_of(p.title, p.number, p.description, p.organisation_id, p.alliance_id)
    WHERE p.organisation_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER fqis_carrier_renamed AFTER UPDATE ON alliances_organisation FOR EACH ROW
    WHEN (ROW(OLD.name, OLD.neq, OLD.city) IS DISTINCT FROM ROW(NEW.name, NEW.neq, NEW.city))
    EXECUTE FUNCTION fqis_rename_carrier();

CREATE FUNCTION fqis_search(wanted tsquery, the_alliance bigint)
    RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER {PINNED} AS
$$ SELECT p.id FROM fqis_project p
   WHERE p.words @@ CASE
             WHEN fqis_search.the_alliance IS NULL THEN fqis_search.wanted
             ELSE fqis_search.wanted && ('''@' || fqis_search.the_alliance || '''')::tsquery
         END
     AND p.territory_id = any({TERRITORIES}) $$;
"""
DROP_WORDS = """
DROP FUNCTION fqis_search(tsquery, bigint);
DROP TRIGGER fqis_carrier_renamed ON alliances_organisation;
DROP FUNCTION fqis_rename_carrier();
DROP TRIGGER fqis_words_changed ON fqis_project;
DROP TRIGGER fqis_words_came ON fqis_project;
DROP FUNCTION fqis_write_words();
DROP FUNCTION fqis_words_of(text, text, text, bigint, bigint);
"""


def summed(table: str, column: str) -> str:
    """Keeps ``column`` of a project equal to the sum of its rows in ``table``."""
    changes = {
        "INSERT": "SELECT project_id, amount FROM came",
        "DELETE": "SELECT project_id, -amount FROM gone",
        "UPDATE": "SELECT project_id, amount FROM came"
        " UNION ALL SELECT project_id, -amount FROM gone",
    }
    cases = "".join(
        f"""
    IF TG_OP = '{operation}' THEN
        UPDATE fqis_project p SET {column} = p.{column} + s.total
        FROM (SELECT c.project_id, sum(c.amount) AS total
              FROM ({rows}) AS c (project_id, amount) GROUP BY c.project_id) s
        WHERE p.id = s.project_id AND s.total <> 0;
    END IF;"""
        for operation, rows in changes.items()
    )
    named = {
        "INSERT": "NEW TABLE AS came",
        "DELETE": "OLD TABLE AS gone",
        "UPDATE": "OLD TABLE AS gone NEW TABLE AS came",
    }
    triggers = "".join(
        f"""
CREATE TRIGGER fqis_{column}_{operation.lower()} AFTER {operation} ON {table}
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION fqis_sum_{column}();"""
        for operation, tables in named.items()
    )
    return f"""
CREATE FUNCTION fqis_sum_{column}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {PINNED} AS
$$
BEGIN{cases}
    RETURN NULL;
END $$;{triggers}
"""


def drop_summed(table: str, column: str) -> str:
    return "".join(
        f"DROP TRIGGER fqis_{column}_{operation} ON {table};"
        for operation in ("insert", "update", "delete")
    ) + f"DROP FUNCTION fqis_sum_{column}();"


def counted(source: str, sign: str) -> str:
    return f"""
        SELECT alliance_id, territory_id, state, priority_lineage,
               extract(year FROM received_on - interval '3 months')::smallint AS fiscal_year,
               {sign}1 AS projects, {sign}amount_requested AS requested,
               {sign}coalesce(amount_granted, 0) AS granted, {sign}paid AS paid,
               {sign}levered AS levered
        FROM {source}"""


def tallied(rows: str) -> str:
    return f"""
        INSERT INTO fqis_projecttally (
            alliance_id, territory_id, state, priority_lineage, fiscal_year,
            projects, requested, granted, paid, levered
        )
        SELECT alliance_id, territory_id, state, priority_lineage, fiscal_year,
               sum(projects), sum(requested), sum(granted), sum(paid), sum(levered)
        FROM ({rows}) c
        GROUP BY alliance_id, territory_id, state, priority_lineage, fiscal_year
        HAVING sum(projects) <> 0 OR sum(requested) <> 0 OR sum(granted) <> 0
            OR sum(paid) <> 0 OR sum(levered) <> 0;"""


TALLY = f"""
CREATE FUNCTION fqis_tally() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {PINNED} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {tallied(counted("came", ""))}
    ELSIF TG_OP = 'DELETE' THEN {tallied(counted("gone", "-"))}
    ELSE {tallied(counted("came", "") + " UNION ALL " + counted("gone", "-"))}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fqis_tally_insert AFTER INSERT ON fqis_project
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION fqis_tally();
CREATE TRIGGER fqis_tally_update AFTER UPDATE ON fqis_project
    REFERENCING OLD TABLE AS gone NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION fqis_tally();
CREATE TRIGGER fqis_tally_delete AFTER DELETE ON fqis_project
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION fqis_tally();


CREATE FUNCTION fqis_merge_tallies() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER {PINNED}
AS $$
    WITH gone AS (DELETE FROM fqis_projecttally RETURNING *),
    kept AS ({tallied("SELECT * FROM gone").rstrip().rstrip(";")} RETURNING 1)
    SELECT count(*) FROM kept
$$;
"""
DROP_TALLY = """
DROP FUNCTION fqis_merge_tallies();
DROP TRIGGER fqis_tally_insert ON fqis_project;
DROP TRIGGER fqis_tally_update ON fqis_project;
DROP TRIGGER fqis_tally_delete ON fqis_project;
DROP FUNCTION fqis_tally();
"""

SUMMED = [("fqis_projectpayment", "paid"), ("fqis_fundingsource", "levered")]


class Migration(migrations.Migration):
    dependencies = [("fqis", "0004_budget_rules")]

    operations = [
        migrations.RunSQL(COLUMNS, DROP_COLUMNS),
        migrations.RunSQL(WORDS, DROP_WORDS),
        ScopeByTerritory(
            "SavedView",
            using="{own} OR (territory_id IS NULL AND created_by_id = (select app_user_id()))",
        ),
        migrations.RunSQL(TALLY, DROP_TALLY),
        *(
            migrations.RunSQL(summed(table, column), drop_summed(table, column))
            for table, column in SUMMED
        ),
    ]
