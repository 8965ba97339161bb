"""How an imported register is undone: as a whole, only while nothing followed."""

from django.db import migrations

from alliances.rls import TERRITORIES

# Deleting what is kept for ever is this function's alone: it tells for itself that the import is
# being undone, by whom it may be, and that nobody wrote anything about its projects since.
UNDO = f"""
CREATE FUNCTION fqis_undo_import(the_import bigint) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE ids bigint[]; bodies bigint[];
BEGIN
    PERFORM 1 FROM fqis_registerimport i
    WHERE i.id = the_import AND i.state = 'undoing' AND i.territory_id = any({TERRITORIES})
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Cet import n’est pas à annuler.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'register_import_being_undone';
    END IF;
    SELECT array_agg(l.project_ref), array_agg(l.organisation_ref) FILTER (WHERE organisation_made)
    INTO ids, bodies FROM fqis_importline l
    WHERE l.source_id = the_import AND l.project_ref IS NOT NULL;
    PERFORM 1 FROM fqis_project p WHERE p.id = any(ids) FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM alliances_journalentry j
        WHERE j.target_label = 'fqis.project' AND j.target_id = any(ids)
    ) OR EXISTS (
        SELECT 1 FROM alliances_comment c
        WHERE c.target_label = 'fqis.project' AND c.target_id = any(ids)
    ) OR EXISTS (
        SELECT 1 FROM fqis_importline l LEFT JOIN fqis_project p ON p.id = l.project_ref
        WHERE l.source_id = the_import
          AND ROW(p.state, p.title, p.amount_granted, p.organisation_id)
              IS DISTINCT FROM ROW(l.state::varchar, l.title::varchar, l.granted,
                                   l.organisation_ref)
    ) THEN
        RAISE EXCEPTION 'Quelque chose a suivi cet import.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'register_import_followed';
    END IF;
    INSERT INTO fqis_undone SELECT unnest(ids);
    DELETE FROM fqis_projectpayment WHERE project_id = any(ids);
    DELETE FROM fqis_projectinstalment i USING fqis_projectagreement a
        WHERE a.id = i.agreement_id AND a.project_id = any(ids);
    DELETE FROM fqis_projectagreement WHERE project_id = any(ids);
    DELETE FROM fqis_projectresult WHERE project_id = any(ids);
    DELETE FROM fqis_decision WHERE project_id = any(ids);
    DELETE FROM fqis_fundingsource WHERE project_id = any(ids);
    DELETE FROM fqis_projectplace WHERE project_id = any(ids);
    DELETE FROM fqis_project WHERE id = any(ids);
    DELETE FROM fqis_undone;
    UPDATE fqis_importline SET project_ref = NULL, organisation_ref = CASE
        WHEN organisation_made THEN NULL ELSE organisation_ref END WHERE source_id = the_import;
    DELETE FROM alliances_organisation o WHERE o.id = any(bodies)
        AND NOT EXISTS (SELECT 1 FROM fqis_project p WHERE p.organisation_id = o.id);
    RETURN coalesce(array_length(ids, 1), 0);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0009_payee_rules")]

    operations = [
        migrations.RunSQL(UNDO, "DROP FUNCTION fqis_undo_import(bigint)"),
    ]
