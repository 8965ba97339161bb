"""Whose row an avenant is, and who changes the parties of an Alliance once they have signed."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

REMOVED_WITH = """
ALTER TABLE conventions_tranche ADD CONSTRAINT conventions_tranche_removed_with_id_territory
    FOREIGN KEY (removed_with_id, territory_id) REFERENCES conventions_avenant (id, territory_id)
    DEFERRABLE INITIALLY DEFERRED
"""
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
    dependencies = [("conventions", "0004_avenants")]

    operations = [
        ScopeByTerritory("Avenant"),
        ScopeByTerritory("AvenantTranche"),
        ScopeByTerritory("AvenantSignatory"),
        migrations.RunSQL(
            REMOVED_WITH,
            "ALTER TABLE conventions_tranche"
            " DROP CONSTRAINT conventions_tranche_removed_with_id_territory",
        ),
        migrations.RunSQL(
            PARTIES,
            "DROP TRIGGER parties_by_avenant ON alliances_alliance;"
            " DROP FUNCTION conventions_parties_by_avenant()",
        ),
    ]
