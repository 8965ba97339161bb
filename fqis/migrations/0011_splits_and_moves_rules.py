"""Whose rows these are, and the sums that envelopes keep: under the cycle's total, over what is
committed, as the confirmed split and the decided moves say."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

# The sum of a cycle and its split are asked by people who do not see every territory.
FUNCTIONS = """
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
   WHERE e.id = the_envelope $$;

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
DROP_FUNCTIONS = """
DROP TRIGGER covers_envelopes ON alliances_cycle;
DROP FUNCTION fqis_cycle_covers_envelopes();
DROP FUNCTION fqis_sub_envelopes_of(bigint);
DROP FUNCTION fqis_parts_of(bigint, numeric);
DROP FUNCTION fqis_committed(bigint);
DROP FUNCTION fqis_confirmed_amount(bigint);
DROP FUNCTION fqis_envelopes_of(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0010_splits_and_moves"), ("conventions", "0007_papers_rules")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        ScopeByTerritory("EnvelopeSplit"),
        ScopeByTerritory("SubEnvelope"),
        ScopeByTerritory("EnvelopeShare"),
        migrations.RunSQL(
            "ALTER TABLE fqis_envelopemove ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY ministry ON fqis_envelopemove USING ((select app_is_ministry()))"
            " WITH CHECK ((select app_is_ministry()))",
            "DROP POLICY ministry ON fqis_envelopemove;"
            "ALTER TABLE fqis_envelopemove DISABLE ROW LEVEL SECURITY",
        ),
    ]
