"""The rules of the choice of projects that only SQL says: who withdrew sees nothing, a request is
analysed once checked, a grid is whole and stays, grants keep within the money."""

from django.db import migrations

from alliances.rls import Hide
from fqis.conflicts import HIDDEN as PROJECTS
from fqis.conflicts import POLICY, hide_by_parent, hide_by_project

OF_A_PROJECT = [
    "fqis_projectplace",
    "fqis_fundingsource",
    "fqis_decision",
    "fqis_budgetline",
    "fqis_application",
    "fqis_projectagreement",
    "fqis_projectchange",
    "fqis_projectexpense",
    "fqis_resultrequest",
    "fqis_projectpayment",
    "fqis_projectresult",
    "fqis_eligibilitycheck",
    "fqis_referral",
    "fqis_score",
    "fqis_conflictofinterest",
    "fqis_sittingitem",
    "fqis_sittingwithdrawal",
]

OF_A_PART = [
    ("fqis_applicationfile", "application_id", "fqis_application"),
    ("fqis_projectinstalment", "agreement_id", "fqis_projectagreement"),
    ("fqis_resulttarget", "result_id", "fqis_projectresult"),
    ("fqis_resultphoto", "result_id", "fqis_projectresult"),
]

# The functions read past the policies, for the person bound to the transaction only.
FUNCTIONS = """
CREATE FUNCTION app_hidden_projects() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(array_agg(c.project_id), '{}'::bigint[]) FROM fqis_conflictofinterest c
   WHERE c.person_id = public.app_user_id() AND c.withdrawn_at IS NULL $$;

CREATE FUNCTION app_hidden_addresses() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(array_agg(
       '%/alliances/' || t.slug || '/' || y.slug || '/projets/' || p.number || '/%'), '{}'::text[])
   FROM fqis_project p
   JOIN alliances_alliance a ON a.id = p.alliance_id
   JOIN alliances_territory t ON t.id = a.territory_id
   JOIN alliances_cycle y ON y.id = a.cycle_id
   WHERE p.id = ANY (public.app_hidden_projects()) $$;

CREATE FUNCTION app_hidden_sittings() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(array_agg(DISTINCT i.sitting_id), '{}'::bigint[]) FROM fqis_sittingitem i
   WHERE i.project_id = ANY (public.app_hidden_projects()) $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION app_hidden_sittings();
DROP FUNCTION app_hidden_addresses();
DROP FUNCTION app_hidden_projects();
"""
SITTINGS = "(select app_hidden_sittings())::bigint[]"
ADDRESSES = "(select app_hidden_addresses())::text[]"
ABOUT = "{0}_label <> 'fqis.project' OR {0}_id IS NULL OR {0}_id <> ALL (" + PROJECTS + ")"

CHOICE = """
CREATE FUNCTION fqis_analysed_when_checked() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF (SELECT count(*) FROM fqis_eligibilitycheck c WHERE c.project_id = NEW.id AND c.is_met) < 6
    THEN
        RAISE EXCEPTION 'Les contrôles d’admissibilité ne sont pas tous réussis.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_analysed_when_checked';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER analysed_when_checked BEFORE UPDATE ON fqis_project FOR EACH ROW
    WHEN (OLD.state = 'received' AND NEW.state NOT IN ('received', 'inadmissible'))
    EXECUTE FUNCTION fqis_analysed_when_checked();

CREATE FUNCTION fqis_grid_is_whole() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE the_committee bigint := coalesce(NEW.committee_id, OLD.committee_id); total numeric;
BEGIN
    SELECT sum(c.weight) INTO total FROM fqis_criterion c WHERE c.committee_id = the_committee;
    IF total IS DISTINCT FROM 100
       AND EXISTS (SELECT 1 FROM fqis_committee k WHERE k.id = the_committee)
    THEN
        RAISE EXCEPTION 'Les poids de la grille ne font pas 100.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_weights_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER grid_is_whole AFTER INSERT OR UPDATE OR DELETE ON fqis_criterion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fqis_grid_is_whole();

-- Past the policies: a score that the person may not see also holds the grid.
CREATE FUNCTION fqis_grid_stays() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE the_committee bigint := coalesce(NEW.committee_id, OLD.committee_id);
BEGIN
    PERFORM 1 FROM fqis_committee k WHERE k.id = the_committee FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM fqis_score s JOIN fqis_criterion c ON c.id = s.criterion_id
        WHERE c.committee_id = the_committee
    ) THEN
        RAISE EXCEPTION 'Un projet est déjà noté : la grille ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grid_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER grid_stays BEFORE INSERT OR UPDATE OR DELETE ON fqis_criterion
    FOR EACH ROW EXECUTE FUNCTION fqis_grid_stays();

CREATE FUNCTION fqis_sitting_is_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM fqis_sittingpresence p WHERE p.sitting_id = NEW.id)
       OR NOT EXISTS (SELECT 1 FROM fqis_sittingitem i WHERE i.sitting_id = NEW.id)
       OR EXISTS (
           SELECT 1 FROM fqis_sittingitem i
           LEFT JOIN fqis_decision d ON d.id = i.decision_id
           WHERE i.sitting_id = NEW.id
             AND (d.sitting_id IS DISTINCT FROM NEW.id OR d.project_id <> i.project_id
                  OR d.outcome <> i.outcome OR d.amount IS DISTINCT FROM i.amount))
    THEN
        RAISE EXCEPTION 'La séance a des présences, et une décision pour chaque projet.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sitting_whole';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER whole_when_closed BEFORE INSERT OR UPDATE ON fqis_sitting
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION fqis_sitting_is_whole();

CREATE FUNCTION fqis_decision_of_committee() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NEW.sitting_id IS NULL THEN
        IF NEW.outside_because = ''
           AND EXISTS (SELECT 1 FROM fqis_referral r WHERE r.project_id = NEW.project_id)
        THEN
            RAISE EXCEPTION 'Ce projet est confié à un comité : il se décide en séance.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_by_its_committee';
        END IF;
    ELSIF NOT EXISTS (
        SELECT 1 FROM fqis_sitting s
        JOIN fqis_sittingitem i ON i.sitting_id = s.id AND i.project_id = NEW.project_id
        WHERE s.id = NEW.sitting_id AND s.state = 'planned' AND i.decision_id IS NULL
    ) THEN
        RAISE EXCEPTION 'Ce projet n’est pas sur la liste de cette séance.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_on_the_list';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_committee BEFORE INSERT ON fqis_decision
    FOR EACH ROW EXECUTE FUNCTION fqis_decision_of_committee();
"""
DROP_CHOICE = """
DROP TRIGGER of_its_committee ON fqis_decision;
DROP TRIGGER whole_when_closed ON fqis_sitting;
DROP TRIGGER grid_stays ON fqis_criterion;
DROP TRIGGER grid_is_whole ON fqis_criterion;
DROP TRIGGER analysed_when_checked ON fqis_project;
DROP FUNCTION fqis_decision_of_committee();
DROP FUNCTION fqis_sitting_is_whole();
DROP FUNCTION fqis_grid_stays();
DROP FUNCTION fqis_grid_is_whole();
DROP FUNCTION fqis_analysed_when_checked();
"""

# What projects take of an envelope counts every project, also those hidden from who asks: a sum
# that left them out would let a person spend the same money twice. Nobody outside the territory
# is answered. A project given up only keeps what it was paid.
MONEY = """
CREATE FUNCTION fqis_place_key(the_mrc bigint, the_part text) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT CASE WHEN the_mrc IS NOT NULL THEN the_mrc::text
               WHEN the_part <> '' THEN public.alliances_name_key(the_part) END $$;

CREATE FUNCTION fqis_projects_money(the_alliance bigint)
    RETURNS TABLE (place text, ceiling numeric, granted numeric) LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ WITH taken AS (
       SELECT coalesce(fqis_place_key(k.mrc_id, k.part_name),
                       fqis_place_key(c.mrc_id, c.sub_region)) AS place,
              CASE p.state WHEN 'abandoned' THEN coalesce((
                  SELECT sum(q.amount) FROM fqis_projectpayment q WHERE q.project_id = p.id), 0)
              ELSE p.amount_granted END AS amount
       FROM fqis_project p
       LEFT JOIN fqis_referral r ON r.project_id = p.id
       LEFT JOIN fqis_committee k ON k.id = r.committee_id
       LEFT JOIN fqis_call c ON c.id = p.call_id
       WHERE p.alliance_id = the_alliance AND p.amount_granted IS NOT NULL),
   whole AS (
       SELECT e.amount, s.id AS split_id,
              CASE WHEN h.percent IS NULL THEN e.amount
                   ELSE trunc(e.amount * h.percent / 100, 2) END AS ceiling
       FROM fqis_envelope e
       LEFT JOIN fqis_envelopesplit s ON s.envelope_id = e.id AND s.state = 'decided'
       LEFT JOIN fqis_envelopeshare h ON h.split_id = s.id AND h.use = 'projects'
       WHERE e.alliance_id = the_alliance)
   SELECT '' AS place, (SELECT w.ceiling FROM whole w),
          coalesce((SELECT sum(t.amount) FROM taken t), 0)
   UNION ALL
   SELECT fqis_place_key(b.mrc_id, b.name),
          coalesce(b.amount, trunc(w.amount * b.percent / 100, 2)),
          coalesce((SELECT sum(t.amount) FROM taken t
                    WHERE t.place = fqis_place_key(b.mrc_id, b.name)), 0)
   FROM whole w JOIN fqis_subenvelope b ON b.split_id = w.split_id $$;

CREATE FUNCTION fqis_money_of(the_alliance bigint)
    RETURNS TABLE (place text, ceiling numeric, granted numeric) LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT m.* FROM public.fqis_projects_money(the_alliance) m
   WHERE EXISTS (SELECT 1 FROM alliances_alliance a WHERE a.id = the_alliance
                 AND a.territory_id = ANY (public.app_territories())) $$;
REVOKE ALL ON FUNCTION fqis_projects_money(bigint) FROM PUBLIC;

CREATE FUNCTION fqis_grants_within_money() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE one record; over record;
BEGIN
    FOR one IN
        SELECT DISTINCT w.alliance_id FROM written w
        WHERE w.amount_granted IS NOT NULL
        ORDER BY w.alliance_id
    LOOP
        -- Two committees wait for each other here; the second counts what the first gave.
        PERFORM 1 FROM fqis_envelope e WHERE e.alliance_id = one.alliance_id FOR NO KEY UPDATE;
        SELECT m.* INTO over FROM fqis_projects_money(one.alliance_id) m
        WHERE m.granted > m.ceiling ORDER BY m.place LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Les montants accordés dépassent l’argent qui reste.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_within_money';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
-- What a call holds counts every project of it too.
ALTER FUNCTION fqis_held_by_call(bigint) SECURITY DEFINER;
CREATE TRIGGER grants_within_money AFTER INSERT ON fqis_project
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION fqis_grants_within_money();

CREATE FUNCTION fqis_more_granted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE one record; over record;
BEGIN
    FOR one IN
        SELECT DISTINCT w.alliance_id FROM written w JOIN replaced r ON r.id = w.id
        WHERE coalesce(w.amount_granted, 0) > coalesce(r.amount_granted, 0)
           OR (r.state = 'abandoned' AND w.state <> 'abandoned')
        ORDER BY w.alliance_id
    LOOP
        PERFORM 1 FROM fqis_envelope e WHERE e.alliance_id = one.alliance_id FOR NO KEY UPDATE;
        SELECT m.* INTO over FROM fqis_projects_money(one.alliance_id) m
        WHERE m.granted > m.ceiling ORDER BY m.place LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Les montants accordés dépassent l’argent qui reste.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_within_money';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER more_granted AFTER UPDATE ON fqis_project
    REFERENCING NEW TABLE AS written OLD TABLE AS replaced
    FOR EACH STATEMENT EXECUTE FUNCTION fqis_more_granted();
"""
DROP_MONEY = """
DROP TRIGGER more_granted ON fqis_project;
DROP TRIGGER grants_within_money ON fqis_project;
ALTER FUNCTION fqis_held_by_call(bigint) SECURITY INVOKER;
DROP FUNCTION fqis_more_granted();
DROP FUNCTION fqis_grants_within_money();
DROP FUNCTION fqis_money_of(bigint);
DROP FUNCTION fqis_projects_money(bigint);
DROP FUNCTION fqis_place_key(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0010_register_import_rules")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        hide_by_project("fqis_project", "id"),
        *(hide_by_project(table) for table in OF_A_PROJECT),
        Hide(
            "fqis_projectcontinuation",
            POLICY,
            f"project_id <> ALL ({PROJECTS}) AND former_id <> ALL ({PROJECTS})",
        ),
        *(hide_by_parent(table, column, parent) for table, column, parent in OF_A_PART),
        Hide("alliances_comment", POLICY, ABOUT.format("target")),
        Hide(
            "alliances_journalentry",
            POLICY,
            f"({ABOUT.format('target')}) AND NOT (url LIKE ANY ({ADDRESSES}))",
        ),
        Hide("alliances_notification", POLICY, f"NOT (url LIKE ANY ({ADDRESSES}))"),
        Hide(
            "alliances_document",
            POLICY,
            f"({ABOUT.format('subject')}) AND (subject_label <> 'fqis.sitting'"
            f" OR subject_id IS NULL OR subject_id <> ALL ({SITTINGS}))",
        ),
        migrations.RunSQL(CHOICE, DROP_CHOICE),
        migrations.RunSQL(MONEY, DROP_MONEY),
    ]
