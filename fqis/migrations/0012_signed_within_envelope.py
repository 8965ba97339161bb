"""A convention is signed within its envelope; a tranche covers what was deducted from it; a part
is of the territory it was detached in; what a split gives to a territory is told to nobody else."""

from django.db import migrations

RULES = """
CREATE FUNCTION fqis_signed_within_envelope() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ DECLARE allotted numeric; taken numeric;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'signed' AND NEW.amount <= OLD.amount THEN
        RETURN NEW;
    END IF;
    SELECT e.amount INTO allotted FROM fqis_envelope e
    WHERE e.alliance_id = NEW.alliance_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(v.amount), 0) INTO taken FROM fqis_versement v
    JOIN conventions_tranche t ON t.id = v.tranche_id
    WHERE v.alliance_id = NEW.alliance_id AND t.convention_id <> NEW.id
      AND v.state IN ('authorised', 'issued', 'paid');
    IF NEW.amount + taken > allotted THEN
        RAISE EXCEPTION 'La convention dépasse l’enveloppe.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_within_envelope';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fqis_signed_within_envelope BEFORE INSERT OR UPDATE ON conventions_convention
    FOR EACH ROW WHEN (NEW.state = 'signed') EXECUTE FUNCTION fqis_signed_within_envelope();

CREATE FUNCTION fqis_tranche_covers_deductions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ DECLARE planned numeric; deducted numeric;
BEGIN
    SELECT coalesce(sum(v.amount), 0) INTO planned FROM fqis_versement v
    WHERE v.tranche_id = NEW.id AND v.state <> 'cancelled';
    SELECT coalesce(sum(r.amount), 0) INTO deducted FROM fqis_recovery r
    JOIN fqis_versement v ON v.id = r.deducted_from_id
    WHERE v.tranche_id = NEW.id AND r.state = 'deducted';
    IF EXISTS (
        SELECT 1 FROM conventions_tranche t WHERE t.id = NEW.id AND deducted > 0
          AND (planned + deducted > t.amount OR t.removed_with_id IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'Un recouvrement est déduit de cette tranche.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_covers_deductions';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fqis_covers_deductions AFTER UPDATE ON conventions_tranche
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.amount, OLD.removed_with_id)
          IS DISTINCT FROM ROW(NEW.amount, NEW.removed_with_id))
    EXECUTE FUNCTION fqis_tranche_covers_deductions();
"""
DROP_RULES = """
DROP TRIGGER fqis_covers_deductions ON conventions_tranche;
DROP TRIGGER fqis_signed_within_envelope ON conventions_convention;
DROP FUNCTION fqis_tranche_covers_deductions();
DROP FUNCTION fqis_signed_within_envelope();
"""
CONFIRMED = """
CREATE OR REPLACE FUNCTION fqis_confirmed_amount(the_envelope bigint) RETURNS numeric
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT l.floor + l.idms_part + l.density_part + coalesce((
       SELECT sum(CASE WHEN m.target_id = e.id THEN m.amount ELSE -m.amount END)
       FROM fqis_envelopemove m
       WHERE m.state = 'decided' AND m.decided_at >= s.confirmed_at
         AND e.id IN (m.source_id, m.target_id)), 0)
   FROM fqis_envelope e
   JOIN alliances_alliance a ON a.id = e.alliance_id
   JOIN fqis_allocation s ON s.cycle_id = a.cycle_id AND s.state = 'confirmed'
   JOIN fqis_allocationline l ON l.allocation_id = s.id AND l.place_id = e.territory_id
   WHERE e.id = the_envelope {seen} $$;
"""
PARKED_FROM = """
ALTER TABLE fqis_versement ADD CONSTRAINT fqis_versement_parked_from_id_territory
    FOREIGN KEY (parked_from_id, territory_id) REFERENCES fqis_versement (id, territory_id)
    DEFERRABLE INITIALLY DEFERRED
"""
# The function reads past the policies: it asks itself who may see the envelope.
SEEN = "AND (app_is_ministry() OR e.territory_id = any(app_territories()))"


class Migration(migrations.Migration):
    dependencies = [
        ("fqis", "0011_splits_and_moves_rules"),
        ("conventions", "0007_papers_rules"),
    ]

    operations = [
        migrations.RunSQL(RULES, DROP_RULES),
        migrations.RunSQL(
            PARKED_FROM,
            "ALTER TABLE fqis_versement DROP CONSTRAINT fqis_versement_parked_from_id_territory",
        ),
        migrations.RunSQL(CONFIRMED.format(seen=SEEN), CONFIRMED.format(seen="")),
    ]
