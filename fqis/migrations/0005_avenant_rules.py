"""What the money under way holds of a convention's schedule: an avenant moves none of it."""

from django.db import migrations

RULES = """
CREATE FUNCTION fqis_is_under_way(state text, held_from text) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS
$$ SELECT state IN ('recommended', 'authorised', 'issued', 'paid')
       OR (state = 'held' AND held_from = 'recommended') $$;

CREATE FUNCTION fqis_tranche_under_way() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM fqis_versement v
        WHERE v.tranche_id = OLD.id AND fqis_is_under_way(v.state, v.held_from)
    ) THEN
        RAISE EXCEPTION 'Cette tranche est recommandée, autorisée ou payée : elle ne change plus.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_under_way';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER fqis_under_way_moved BEFORE UPDATE ON conventions_tranche FOR EACH ROW
    WHEN (ROW(OLD.rank, OLD.fiscal_year, OLD.amount, OLD.waits_for, OLD.waits_for_year,
              OLD.convention_id, OLD.removed_with_id)
          IS DISTINCT FROM
          ROW(NEW.rank, NEW.fiscal_year, NEW.amount, NEW.waits_for, NEW.waits_for_year,
              NEW.convention_id, NEW.removed_with_id))
    EXECUTE FUNCTION fqis_tranche_under_way();

CREATE FUNCTION fqis_tranche_covers_versements() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM conventions_tranche t
        JOIN fqis_versement v ON v.tranche_id = t.id AND v.state <> 'cancelled'
        WHERE t.id = NEW.id
        GROUP BY t.id
        HAVING sum(v.amount) > t.amount OR t.removed_with_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'Les versements dépassent leur tranche.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_covers_versements';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fqis_covers_versements AFTER UPDATE ON conventions_tranche
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.amount, OLD.removed_with_id)
          IS DISTINCT FROM ROW(NEW.amount, NEW.removed_with_id))
    EXECUTE FUNCTION fqis_tranche_covers_versements();

CREATE FUNCTION fqis_versement_of_schedule() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM conventions_tranche t
        WHERE t.id = NEW.tranche_id AND t.removed_with_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'Un avenant a retiré cette tranche.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_of_schedule';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_schedule BEFORE INSERT ON fqis_versement FOR EACH ROW
    EXECUTE FUNCTION fqis_versement_of_schedule();
CREATE TRIGGER of_schedule_again BEFORE UPDATE ON fqis_versement FOR EACH ROW
    WHEN (OLD.tranche_id <> NEW.tranche_id
          OR (OLD.state <> NEW.state AND NEW.state <> 'cancelled'))
    EXECUTE FUNCTION fqis_versement_of_schedule();

CREATE FUNCTION fqis_convention_within_envelope() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ DECLARE allotted numeric; committed numeric;
BEGIN
    SELECT e.amount INTO allotted FROM fqis_envelope e WHERE e.alliance_id = NEW.alliance_id;
    IF NEW.amount > OLD.amount AND NEW.amount > allotted THEN
        RAISE EXCEPTION 'La convention dépasse l’enveloppe.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_within_envelope';
    END IF;
    SELECT sum(v.amount) INTO committed FROM fqis_versement v
    JOIN conventions_tranche t ON t.id = v.tranche_id
    WHERE t.convention_id = NEW.id AND fqis_is_under_way(v.state, v.held_from);
    IF NEW.amount < committed THEN
        RAISE EXCEPTION 'La convention ne couvre plus ce qui est engagé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_covers_committed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fqis_within_envelope BEFORE UPDATE ON conventions_convention FOR EACH ROW
    WHEN (OLD.state = 'signed' AND OLD.amount <> NEW.amount)
    EXECUTE FUNCTION fqis_convention_within_envelope();
"""
UNDO = """
DROP TRIGGER fqis_within_envelope ON conventions_convention;
DROP TRIGGER of_schedule_again ON fqis_versement;
DROP TRIGGER of_schedule ON fqis_versement;
DROP TRIGGER fqis_covers_versements ON conventions_tranche;
DROP TRIGGER fqis_under_way_moved ON conventions_tranche;
DROP FUNCTION fqis_convention_within_envelope();
DROP FUNCTION fqis_versement_of_schedule();
DROP FUNCTION fqis_tranche_covers_versements();
DROP FUNCTION fqis_tranche_under_way();
DROP FUNCTION fqis_is_under_way(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fqis", "0004_allocation_rules"),
        ("conventions", "0005_avenant_rules"),
    ]

    operations = [migrations.RunSQL(RULES, UNDO)]
