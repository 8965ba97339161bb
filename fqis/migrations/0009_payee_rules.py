"""A versement is owed to the payee that the convention names."""

from django.db import migrations

# Another party is paid from now on: no notice to the former one is still to be paid.
OWED = """
CREATE FUNCTION fqis_payee_owed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM fqis_versement v
        WHERE v.alliance_id = NEW.id AND v.state IN ('authorised', 'issued')
    ) THEN
        RAISE EXCEPTION 'Un avis à l’ancienne partie n’est pas payé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alliance_payee_owed';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payee_owed AFTER UPDATE ON alliances_alliance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.table_id, OLD.fiduciary_id) IS DISTINCT FROM ROW(NEW.table_id, NEW.fiduciary_id))
    EXECUTE FUNCTION fqis_payee_owed();
"""
DROP_OWED = """
DROP TRIGGER payee_owed ON alliances_alliance;
DROP FUNCTION fqis_payee_owed();
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0008_envelope_rules")]

    operations = [
        migrations.RunSQL(OWED, DROP_OWED),
    ]
