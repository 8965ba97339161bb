"""The rules that tie the money to what other tables say: a schedule keeps what is under way, an
envelope keeps its sums, a convention is signed within its envelope."""

from django.db import migrations

# What the money under way holds of a convention's schedule: an avenant moves none of it.
SCHEDULE = """
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
DROP_SCHEDULE = """
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

# The sum of a cycle and its split are asked by people who do not see every territory; what a split
# gives to a territory is told to nobody else: the function reads past the policies and asks itself
# who may see the envelope.
SUMS = """
CREATE FUNCTION fqis_envelopes_of(the_cycle bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT coalesce(sum(e.amount), 0) FROM fqis_envelope e
   JOIN alliances_alliance a ON a.id = e.alliance_id WHERE a.cycle_id = the_cycle $$;

CREATE FUNCTION fqis_confirmed_amount(the_envelope bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT l.floor + l.idms_part + l.density_part + coalesce((
       SELECT sum(CASE WHEN m.target_id = e.id THEN m.amount ELSE -m.amount END)
       FROM fqis_envelopemove m
       WHERE m.state = 'decided' AND m.decided_at >= s.confirmed_at
         AND e.id IN (m.source_id, m.target_id)), 0)
   FROM fqis_envelope e
   JOIN alliances_alliance a ON a.id = e.alliance_id
   JOIN fqis_allocation s ON s.cycle_id = a.cycle_id AND s.state = 'confirmed'
   JOIN fqis_allocationline l ON l.allocation_id = s.id AND l.place_id = e.territory_id
   WHERE e.id = the_envelope
     AND (app_is_ministry() OR e.territory_id = any(app_territories())) $$;

CREATE FUNCTION fqis_committed(the_alliance bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public AS
$$ SELECT coalesce(sum(CASE c.state WHEN 'signed' THEN greatest(c.amount, v.total)
                                    ELSE v.total END), 0)
   FROM conventions_convention c CROSS JOIN LATERAL (
       SELECT coalesce(sum(p.amount), 0) AS total FROM fqis_versement p
       JOIN conventions_tranche t ON t.id = p.tranche_id
       WHERE t.convention_id = c.id AND p.state IN ('authorised', 'issued', 'paid')) v
   WHERE c.alliance_id = the_alliance $$;

CREATE FUNCTION fqis_parts_of(the_split bigint, the_amount numeric) RETURNS numeric LANGUAGE sql
    VOLATILE SET search_path = pg_catalog, public AS
$$ SELECT coalesce(sum(p.amount), 0)
        + trunc(the_amount * coalesce(sum(p.percent), 0) / 100, 2)
   FROM fqis_subenvelope p WHERE p.split_id = the_split $$;

CREATE FUNCTION fqis_sub_envelopes_of(the_envelope bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public AS
$$ SELECT coalesce(max(fqis_parts_of(s.id, e.amount)), 0)
   FROM fqis_envelope e JOIN fqis_envelopesplit s ON s.envelope_id = e.id
   WHERE e.id = the_envelope AND s.state = 'decided' $$;

CREATE FUNCTION fqis_cycle_covers_envelopes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS
$$ BEGIN
    IF fqis_envelopes_of(NEW.id) > NEW.envelope_total THEN
        RAISE EXCEPTION 'Les enveloppes dépassent le total du cycle.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'envelopes_within_cycle';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER covers_envelopes AFTER UPDATE OF envelope_total ON alliances_cycle
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fqis_cycle_covers_envelopes();
"""
DROP_SUMS = """
DROP TRIGGER covers_envelopes ON alliances_cycle;
DROP FUNCTION fqis_cycle_covers_envelopes();
DROP FUNCTION fqis_sub_envelopes_of(bigint);
DROP FUNCTION fqis_parts_of(bigint, numeric);
DROP FUNCTION fqis_committed(bigint);
DROP FUNCTION fqis_confirmed_amount(bigint);
DROP FUNCTION fqis_envelopes_of(bigint);
"""

# A convention is signed within its envelope; a tranche covers what was deducted from it.
SIGNED = """
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
DROP_SIGNED = """
DROP TRIGGER fqis_covers_deductions ON conventions_tranche;
DROP TRIGGER fqis_signed_within_envelope ON conventions_convention;
DROP FUNCTION fqis_tranche_covers_deductions();
DROP FUNCTION fqis_signed_within_envelope();
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0002_rules")]

    operations = [
        migrations.RunSQL(SCHEDULE, DROP_SCHEDULE),
        migrations.RunSQL(SUMS, DROP_SUMS),
        migrations.RunSQL(SIGNED, DROP_SIGNED),
    ]
