"""What ties the tables of a project's follow-up: instalments make the grant, a signed agreement comes
before « agreed », a signed project changes by a « modification » only."""

from django.db import migrations

# Asked at the end of the act, when its identity may be gone: these read past the policies, and
# tell nothing but a refusal.
GRANT = """
CREATE FUNCTION fqis_instalments_make_grant(the_agreement bigint) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF EXISTS (
        SELECT 1 FROM fqis_projectagreement a
        JOIN fqis_project p ON p.id = a.project_id
        LEFT JOIN fqis_projectinstalment i ON i.agreement_id = a.id
        WHERE a.id = the_agreement AND a.state <> 'withdrawn'
        GROUP BY a.id, p.id
        HAVING coalesce(sum(i.amount), 0) IS DISTINCT FROM p.amount_granted
    ) THEN
        RAISE EXCEPTION 'Les versements convenus ne font pas le montant accordé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'instalments_make_grant';
    END IF;
END $$;

CREATE FUNCTION fqis_agreement_has_instalments() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    PERFORM fqis_instalments_make_grant(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_instalments AFTER INSERT ON fqis_projectagreement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fqis_agreement_has_instalments();

CREATE FUNCTION fqis_grant_keeps_instalments() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE one bigint;
BEGIN
    FOR one IN SELECT a.id FROM fqis_projectagreement a
               WHERE a.project_id = NEW.id AND a.state <> 'withdrawn'
    LOOP
        PERFORM fqis_instalments_make_grant(one);
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER keeps_instalments AFTER UPDATE OF amount_granted ON fqis_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.amount_granted IS DISTINCT FROM NEW.amount_granted)
    EXECUTE FUNCTION fqis_grant_keeps_instalments();
"""
DROP_GRANT = """
DROP TRIGGER keeps_instalments ON fqis_project;
DROP TRIGGER has_instalments ON fqis_projectagreement;
DROP FUNCTION fqis_grant_keeps_instalments();
DROP FUNCTION fqis_agreement_has_instalments();
DROP FUNCTION fqis_instalments_make_grant(bigint);
"""

SIGNED = """
CREATE FUNCTION fqis_project_agreed_is_signed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM fqis_projectagreement a
        WHERE a.project_id = NEW.id AND a.state = 'signed'
          AND NEW.agreed_on = greatest(a.carrier_signed_on, a.table_signed_on)
          AND ROW(a.starts_on, a.ends_on) = ROW(NEW.starts_on, NEW.ends_on)
    ) THEN
        RAISE EXCEPTION 'La convention du projet n’est pas signée.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_agreement_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreed_is_signed BEFORE UPDATE OF state ON fqis_project FOR EACH ROW
    WHEN (NEW.state = 'agreed' AND OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION fqis_project_agreed_is_signed();

CREATE FUNCTION fqis_project_changes_by_agreement() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM (
            SELECT c.* FROM fqis_projectchange c
            WHERE c.project_id = NEW.id AND c.state = 'agreed'
            ORDER BY c.decided_at DESC, c.id DESC LIMIT 1
        ) c
        WHERE ROW(c.starts_on_after, c.ends_on_after, c.amount_after)
            = ROW(NEW.starts_on, NEW.ends_on, NEW.amount_granted)
    ) THEN
        RAISE EXCEPTION 'Un projet signé ne change que par une modification convenue.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_changed_by_agreement';
    END IF;
    IF NEW.amount_granted < (
        SELECT coalesce(sum(q.amount), 0) FROM fqis_projectpayment q WHERE q.project_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'Le montant accordé passe sous ce qui est payé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_grant_covers_payments';
    END IF;
    IF EXISTS (
        SELECT 1 FROM fqis_projectexpense e
        WHERE e.project_id = NEW.id AND e.cancelled_at IS NULL AND e.on > NEW.ends_on
    ) THEN
        RAISE EXCEPTION 'Une dépense suit cette fin.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'project_end_covers_expenses';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes_by_agreement BEFORE UPDATE ON fqis_project FOR EACH ROW
    WHEN (OLD.state IN ('agreed', 'under_way', 'completed', 'abandoned')
          AND ROW(OLD.starts_on, OLD.ends_on, OLD.amount_granted)
              IS DISTINCT FROM ROW(NEW.starts_on, NEW.ends_on, NEW.amount_granted))
    EXECUTE FUNCTION fqis_project_changes_by_agreement();
"""
DROP_SIGNED = """
DROP TRIGGER changes_by_agreement ON fqis_project;
DROP TRIGGER agreed_is_signed ON fqis_project;
DROP FUNCTION fqis_project_changes_by_agreement();
DROP FUNCTION fqis_project_agreed_is_signed();
"""

# Two columns that came to a table already scoped.


class Migration(migrations.Migration):
    dependencies = [("fqis", "0005_register_rules")]

    operations = [
        migrations.RunSQL(GRANT, DROP_GRANT),
        migrations.RunSQL(SIGNED, DROP_SIGNED),
    ]
