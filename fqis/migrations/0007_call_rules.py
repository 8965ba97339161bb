"""What is asked by a link is nobody's before it is sent; calls keep within the money they share."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

# An application belongs to who writes it: the portal lends it to the holder of its link, and
# nobody else reads it before it is sent.
PORTAL = """
CREATE FUNCTION app_is_portal() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM alliances_user u
   WHERE u.id = public.app_user_id() AND u.is_portal) $$;
"""
SENT = "{own} AND (submitted_at IS NOT NULL OR (select app_is_portal()))"
SENT_WITH = (
    "{own} AND ((select app_is_portal()) OR EXISTS (SELECT 1 FROM fqis_application a"
    " WHERE a.id = application_id AND a.submitted_at IS NOT NULL))"
)

# What the calls of an Alliance hold of its money. A call holds its amount; once it is closed and
# all its projects are decided, what was granted. Two publications wait for each other on the
# envelope.
WITHIN = """
CREATE FUNCTION fqis_held_by_call(the_call bigint) RETURNS numeric LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT CASE
       WHEN c.state = 'draft' THEN 0
       WHEN c.state = 'closed' AND NOT EXISTS (
           SELECT 1 FROM fqis_project p
           WHERE p.call_id = c.id AND p.state IN ('received', 'analysed', 'deferred'))
       THEN coalesce((SELECT sum(p.amount_granted) FROM fqis_project p WHERE p.call_id = c.id), 0)
       ELSE c.amount END
   FROM fqis_call c
   WHERE c.id = the_call $$;

CREATE FUNCTION fqis_sub_envelope_amount(the_alliance bigint, the_mrc bigint, the_name text)
    RETURNS numeric LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT coalesce(p.amount, trunc(e.amount * p.percent / 100, 2))
   FROM fqis_envelope e
   JOIN fqis_envelopesplit s ON s.envelope_id = e.id AND s.state = 'decided'
   JOIN fqis_subenvelope p ON p.split_id = s.id
   WHERE e.alliance_id = the_alliance
     AND (p.mrc_id = the_mrc OR (the_mrc IS NULL AND p.mrc_id IS NULL
          AND public.alliances_name_key(p.name) = public.alliances_name_key(the_name))) $$;

CREATE FUNCTION fqis_envelope_for_projects(the_alliance bigint) RETURNS numeric LANGUAGE sql
    VOLATILE SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT trunc(e.amount * coalesce((
       SELECT sh.percent FROM fqis_envelopesplit s
       JOIN fqis_envelopeshare sh ON sh.split_id = s.id AND sh.use = 'projects'
       WHERE s.envelope_id = e.id AND s.state = 'decided'), 100) / 100, 2)
   FROM fqis_envelope e WHERE e.alliance_id = the_alliance $$;

CREATE FUNCTION fqis_check_calls(the_alliance bigint) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE most numeric; held numeric; place record;
BEGIN
    PERFORM 1 FROM fqis_envelope e WHERE e.alliance_id = the_alliance FOR NO KEY UPDATE;
    SELECT coalesce(sum(fqis_held_by_call(c.id)), 0) INTO held
    FROM fqis_call c WHERE c.alliance_id = the_alliance AND c.state <> 'draft';
    IF held = 0 THEN
        RETURN;
    END IF;
    most := fqis_envelope_for_projects(the_alliance);
    IF most IS NULL OR held > most THEN
        RAISE EXCEPTION 'Les appels dépassent l’enveloppe.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_within_envelope';
    END IF;
    FOR place IN
        SELECT c.mrc_id, c.sub_region, sum(fqis_held_by_call(c.id)) AS held FROM fqis_call c
        WHERE c.alliance_id = the_alliance AND c.state <> 'draft'
          AND (c.mrc_id IS NOT NULL OR c.sub_region <> '')
        GROUP BY c.mrc_id, c.sub_region
    LOOP
        IF place.held > 0 AND place.held > coalesce(
            fqis_sub_envelope_amount(the_alliance, place.mrc_id, place.sub_region), 0)
        THEN
            RAISE EXCEPTION 'Les appels dépassent la sous-enveloppe.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_within_sub_envelope';
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION fqis_call_within() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    PERFORM fqis_check_calls(NEW.alliance_id);
    RETURN NULL;
END $$;
CREATE TRIGGER within_envelope AFTER INSERT OR UPDATE ON fqis_call FOR EACH ROW
    WHEN (NEW.state = 'published') EXECUTE FUNCTION fqis_call_within();

CREATE FUNCTION fqis_split_covers_calls() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    PERFORM fqis_check_calls((
        SELECT e.alliance_id FROM fqis_envelope e WHERE e.id = NEW.envelope_id));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER covers_calls AFTER INSERT OR UPDATE ON fqis_envelopesplit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'decided')
    EXECUTE FUNCTION fqis_split_covers_calls();
"""
DROP_WITHIN = """
DROP TRIGGER covers_calls ON fqis_envelopesplit;
DROP TRIGGER within_envelope ON fqis_call;
DROP FUNCTION fqis_split_covers_calls();
DROP FUNCTION fqis_call_within();
DROP FUNCTION fqis_check_calls(bigint);
DROP FUNCTION fqis_envelope_for_projects(bigint);
DROP FUNCTION fqis_sub_envelope_amount(bigint, bigint, text);
DROP FUNCTION fqis_held_by_call(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0006_follow_up_rules")]

    operations = [
        migrations.RunSQL(PORTAL, "DROP FUNCTION app_is_portal()"),
        ScopeByTerritory("Application", using=SENT),
        ScopeByTerritory("ApplicationFile", using=SENT_WITH),
        migrations.RunSQL(WITHIN, DROP_WITHIN),
    ]
