"""The rules the database holds beyond each model's own: whose row it is, what money is known."""

from django.db import migrations

from alliances.rls import Hide, ScopeByTerritory

# What the portal knows of a report's money, whoever asks and whatever they withdrew from: last
# year's balance, the versements paid in the year, what the projects were paid.
KNOWN_MONEY = """
CREATE FUNCTION reporting_known_money(the_report bigint)
    RETURNS TABLE (opening numeric, received numeric, paid numeric) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT
       coalesce((
           SELECT l.amount FROM reporting_financialline l
           JOIN reporting_annualreport r ON r.id = l.report_id
           JOIN reporting_reportingperiod q ON q.id = r.period_id
           WHERE r.alliance_id = t.alliance_id AND q.fiscal_year = p.fiscal_year - 1
             AND r.state IN ('submitted', 'recommended', 'accepted')
             AND l.category = 'closing_balance'), 0),
       coalesce((
           SELECT sum(v.amount) FROM fqis_versement v
           WHERE v.alliance_id = t.alliance_id AND v.state = 'paid'
             AND v.paid_on BETWEEN make_date(p.fiscal_year, 4, 1)
                               AND make_date(p.fiscal_year + 1, 3, 31)), 0),
       coalesce((
           SELECT sum(y.amount) FROM fqis_projectpayment y
           JOIN fqis_project j ON j.id = y.project_id
           WHERE j.alliance_id = t.alliance_id
             AND y."on" BETWEEN make_date(p.fiscal_year, 4, 1)
                            AND make_date(p.fiscal_year + 1, 3, 31)), 0)
   FROM reporting_annualreport t
   JOIN reporting_reportingperiod p ON p.id = t.period_id
   WHERE t.id = the_report AND t.territory_id = ANY (app_territories()) $$;
"""
DROP_KNOWN_MONEY = "DROP FUNCTION reporting_known_money(bigint);"

# The Table reads the delay it is given; only the ministry gives one.
GRANTED = """
CREATE POLICY granted_by_ministry ON reporting_reportextension AS RESTRICTIVE FOR INSERT
    WITH CHECK ((select app_is_ministry()));
"""
DROP_GRANTED = "DROP POLICY granted_by_ministry ON reporting_reportextension;"


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("fqis", "0002_rules")]

    operations = [
        ScopeByTerritory("AnnualReport"),
        ScopeByTerritory("FinancialLine"),
        ScopeByTerritory("Anomaly"),
        ScopeByTerritory("ReviewEntry"),
        Hide("reporting_reviewentry", "ministry_only", "(select app_is_ministry())"),
        ScopeByTerritory("ReportExtension"),
        ScopeByTerritory("ReportReminder"),
        migrations.RunSQL(GRANTED, DROP_GRANTED),
        migrations.RunSQL(KNOWN_MONEY, DROP_KNOWN_MONEY),
    ]
