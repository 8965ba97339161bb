"""No convention is sent before its envelope is known; who
may recommend does; no function tells a sum to whom may not read its rows."""

from django.db import migrations

# Asked by a trigger, in the name of who changes an envelope: the budget office and the minister's
# delegate read every territory. Anybody else counts only what they read anyway.
SUM = """
CREATE OR REPLACE FUNCTION fqis_envelopes_of(the_cycle bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(sum(e.amount), 0) FROM fqis_envelope e
   JOIN alliances_alliance a ON a.id = e.alliance_id
   WHERE a.cycle_id = the_cycle
     AND (app_can('view_national') OR e.territory_id = any(app_territories())
          OR session_user = current_user) $$;
DROP FUNCTION fqis_confirmed_amount(bigint);
"""

# A changed envelope says which decision gave it: one that begins from what it was, and gives what it
# is. No decision serves twice: each is later than the one before. Asked at the end of a transaction,
# in whose name it may be: both functions read past the policies, and nobody may call them.
DECIDED = """
CREATE FUNCTION fqis_envelope_as_decided() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NEW.confirmed_at IS NULL OR NEW.confirmed_at < OLD.confirmed_at OR NOT (
        EXISTS (
            SELECT 1 FROM fqis_envelopeamount d
            WHERE d.envelope_id = NEW.id AND d.state = 'confirmed'
              AND d.before IS NOT DISTINCT FROM OLD.amount
              AND ROW(d.amount, d.quality, d.decided_on, d.reference, d.confirmed_at)
                = ROW(NEW.amount, NEW.quality, NEW.decided_on, NEW.reference, NEW.confirmed_at)
        ) OR EXISTS (
            SELECT 1 FROM fqis_allocation s
            JOIN alliances_alliance a ON a.cycle_id = s.cycle_id AND a.id = NEW.alliance_id
            JOIN fqis_allocationline l
              ON l.allocation_id = s.id AND l.place_id = NEW.territory_id
            WHERE s.state = 'confirmed' AND NEW.quality = 'confirmed'
              AND ROW(l.floor + l.idms_part + l.density_part, s.decided_on, s.reference,
                      s.confirmed_at)
                = ROW(NEW.amount, NEW.decided_on, NEW.reference, NEW.confirmed_at)
        ) OR EXISTS (
            SELECT 1 FROM fqis_envelopemove m
            WHERE m.state = 'decided' AND NEW.id IN (m.source_id, m.target_id)
              AND NEW.quality IN ('confirmed', 'fictional')
              AND (NEW.quality = 'confirmed' OR OLD.quality = 'fictional')
              AND CASE NEW.id WHEN m.source_id THEN m.source_before ELSE m.target_before END
                = OLD.amount
              AND CASE NEW.id WHEN m.source_id THEN -m.amount ELSE m.amount END
                = NEW.amount - OLD.amount
              AND ROW(m.decided_on, m.reference, m.decided_at)
                = ROW(NEW.decided_on, NEW.reference, NEW.confirmed_at)
        )
    ) THEN
        RAISE EXCEPTION 'Aucune décision ne donne ce montant à l’enveloppe.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'envelope_as_decided';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION fqis_envelope_as_decided() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER as_decided
    AFTER UPDATE OF amount, quality, decided_on, reference, confirmed_at ON fqis_envelope
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (ROW(OLD.amount, OLD.quality, OLD.decided_on, OLD.reference, OLD.confirmed_at)
          IS DISTINCT FROM
          ROW(NEW.amount, NEW.quality, NEW.decided_on, NEW.reference, NEW.confirmed_at))
    EXECUTE FUNCTION fqis_envelope_as_decided();

CREATE FUNCTION fqis_envelopeamount_given() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM fqis_envelope e
        WHERE e.id = NEW.envelope_id AND e.confirmed_at >= NEW.confirmed_at
    ) THEN
        RAISE EXCEPTION 'L’enveloppe n’a pas reçu ce montant.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'envelopeamount_given';
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION fqis_envelopeamount_given() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER confirmed_is_given AFTER INSERT OR UPDATE ON fqis_envelopeamount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'confirmed')
    EXECUTE FUNCTION fqis_envelopeamount_given();
"""
DROP_DECIDED = """
DROP TRIGGER confirmed_is_given ON fqis_envelopeamount;
DROP TRIGGER as_decided ON fqis_envelope;
DROP FUNCTION fqis_envelopeamount_given();
DROP FUNCTION fqis_envelope_as_decided();
"""

KNOWN = """
CREATE FUNCTION fqis_sent_within_envelope() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE allotted numeric;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = NEW.state AND NEW.amount <= OLD.amount THEN
        RETURN NEW;
    END IF;
    SELECT e.amount INTO allotted FROM fqis_envelope e
    WHERE e.alliance_id = NEW.alliance_id FOR NO KEY UPDATE;
    IF allotted IS NULL THEN
        RAISE EXCEPTION 'L’enveloppe est à confirmer : rien ne s’engage avant.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_envelope_known';
    END IF;
    IF NEW.amount > allotted THEN
        RAISE EXCEPTION 'La convention dépasse l’enveloppe.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_within_envelope';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fqis_sent_within_envelope BEFORE INSERT OR UPDATE ON conventions_convention
    FOR EACH ROW WHEN (NEW.state IN ('sent', 'signed'))
    EXECUTE FUNCTION fqis_sent_within_envelope();
"""
DROP_KNOWN = """
DROP TRIGGER fqis_sent_within_envelope ON conventions_convention;
DROP FUNCTION fqis_sent_within_envelope();
"""

# The DGSQ recommends what waits for a report, the DGSSAC analyst the rest. Whoever recommended has
# held that role, on this territory: they may have left since. The function reads past the policies.
RECOMMENDED = """
CREATE FUNCTION fqis_recommended_by_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE for_report boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.recommended_by_id IS NOT DISTINCT FROM NEW.recommended_by_id THEN
        RETURN NEW;
    END IF;
    SELECT t.waits_for = 'report_accepted' INTO for_report FROM conventions_tranche t
    WHERE t.id = NEW.tranche_id;
    IF NOT EXISTS (
        SELECT 1 FROM alliances_membership m
        WHERE m.user_id = NEW.recommended_by_id
          AND m.role = CASE WHEN for_report THEN 'advisor' ELSE 'analyst' END
          AND (m.territory_id IS NULL OR m.territory_id = NEW.territory_id)
    ) THEN
        RAISE EXCEPTION 'La DGSQ recommande ce qui attend une reddition, l’analyse le reste.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'versement_recommended_by_role';
    END IF;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION fqis_recommended_by_role() FROM PUBLIC;
CREATE TRIGGER recommended_by_role BEFORE INSERT OR UPDATE OF recommended_by_id ON fqis_versement
    FOR EACH ROW WHEN (NEW.recommended_by_id IS NOT NULL)
    EXECUTE FUNCTION fqis_recommended_by_role();
"""
DROP_RECOMMENDED = """
DROP TRIGGER recommended_by_role ON fqis_versement;
DROP FUNCTION fqis_recommended_by_role();
"""

# A function that speaks with its owner's rights looks last, and never first, among the temporary
# tables that anybody may make.
PIN = """
DO $$ DECLARE one regprocedure;
BEGIN
    FOR one IN
        SELECT p.oid::regprocedure FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
        WHERE p.prosecdef
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp', one);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0007_call_rules")]

    operations = [
        migrations.RunSQL(SUM, migrations.RunSQL.noop),
        migrations.RunSQL(DECIDED, DROP_DECIDED),
        migrations.RunSQL(KNOWN, DROP_KNOWN),
        migrations.RunSQL(RECOMMENDED, DROP_RECOMMENDED),
        migrations.RunSQL(PIN, migrations.RunSQL.noop),
    ]
