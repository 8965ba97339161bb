"""The rules the database holds beyond each model's own: whose row it is, and who changes the
parties of an Alliance once they have signed."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

PARTIES = """
CREATE FUNCTION conventions_parties_by_avenant() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM conventions_convention c WHERE c.alliance_id = NEW.id AND c.state = 'signed'
    ) AND NOT EXISTS (
        SELECT 1 FROM conventions_avenant v
        JOIN conventions_convention c ON c.id = v.convention_id
        WHERE c.alliance_id = NEW.id AND c.state = 'signed' AND v.state = 'signed'
          AND v.number = (SELECT max(l.number) FROM conventions_avenant l
                          WHERE l.convention_id = c.id AND l.state = 'signed')
          AND ROW(v.was_table_id, v.was_fiduciary_id)
              IS NOT DISTINCT FROM ROW(OLD.table_id, OLD.fiduciary_id)
          AND ROW(v.table_id, v.fiduciary_id)
              IS NOT DISTINCT FROM ROW(NEW.table_id, NEW.fiduciary_id)
    ) THEN
        RAISE EXCEPTION 'Les parties d’une convention signée changent par avenant.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'alliance_parties_by_avenant';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parties_by_avenant BEFORE UPDATE ON alliances_alliance FOR EACH ROW
    WHEN (ROW(OLD.table_id, OLD.fiduciary_id) IS DISTINCT FROM ROW(NEW.table_id, NEW.fiduciary_id))
    EXECUTE FUNCTION conventions_parties_by_avenant();
"""


class Migration(migrations.Migration):
    dependencies = [("conventions", "0001_initial"), ("alliances", "0002_rules")]

    operations = [
        ScopeByTerritory("Convention"),
        ScopeByTerritory("ConventionText"),
        ScopeByTerritory("Resolution"),
        ScopeByTerritory("Signatory"),
        ScopeByTerritory("Avenant"),
        ScopeByTerritory("Tranche"),
        ScopeByTerritory("AvenantTranche"),
        ScopeByTerritory("AvenantSignatory"),
        ScopeByTerritory("Scan"),
        ScopeByTerritory("ScanPage"),
        ScopeByTerritory("SignatureReminder"),
        migrations.RunSQL(
            PARTIES,
            "DROP TRIGGER parties_by_avenant ON alliances_alliance;"
            " DROP FUNCTION conventions_parties_by_avenant()",
        ),
    ]
