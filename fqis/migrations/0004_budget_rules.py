"""The budget of a request makes its cost: what is asked, and what others give."""

from django.db import migrations

# What a project's lines must make, asked at the end of the act whoever does it: the check reads
# past the policies, for the identity of the act may be gone by then. It tells nothing else.
BALANCE = """
CREATE FUNCTION fqis_check_budget(the_project bigint) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ DECLARE p record; total numeric; asked numeric; others numeric;
BEGIN
    SELECT sum(b.amount), sum(b.asked) INTO total, asked
    FROM fqis_budgetline b WHERE b.project_id = the_project;
    IF total IS NULL THEN
        RETURN;
    END IF;
    SELECT q.amount_requested AS requested,
           q.state IN ('accepted', 'agreed', 'under_way', 'completed', 'abandoned') AS supported
    INTO p FROM fqis_project q WHERE q.id = the_project FOR SHARE;
    SELECT coalesce(sum(s.amount), 0) INTO others
    FROM fqis_fundingsource s WHERE s.project_id = the_project;
    IF asked > p.requested
       OR (NOT p.supported AND (asked <> p.requested OR total <> p.requested + others))
    THEN
        RAISE EXCEPTION 'Le budget ne fait pas le montant demandé et les autres sources.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'budget_balances';
    END IF;
END $$;

CREATE FUNCTION fqis_budget_of_row() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    IF TG_OP <> 'DELETE' THEN
        PERFORM fqis_check_budget(NEW.project_id);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM fqis_check_budget(OLD.project_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION fqis_budget_of_project() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN
    PERFORM fqis_check_budget(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT OR UPDATE OR DELETE ON fqis_budgetline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fqis_budget_of_row();
CREATE CONSTRAINT TRIGGER budget_balances AFTER INSERT OR UPDATE OR DELETE ON fqis_fundingsource
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fqis_budget_of_row();
CREATE CONSTRAINT TRIGGER budget_balances AFTER UPDATE OF amount_requested ON fqis_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.amount_requested <> NEW.amount_requested)
    EXECUTE FUNCTION fqis_budget_of_project();
"""
DROP_BALANCE = """
DROP TRIGGER budget_balances ON fqis_project;
DROP TRIGGER budget_balances ON fqis_fundingsource;
DROP TRIGGER balances ON fqis_budgetline;
DROP FUNCTION fqis_budget_of_project();
DROP FUNCTION fqis_budget_of_row();
DROP FUNCTION fqis_check_budget(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("fqis", "0003_money_rules")]

    operations = [
        migrations.RunSQL(BALANCE, DROP_BALANCE),
    ]
