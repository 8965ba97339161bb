"""Batches and answers are the ministry's own work; a Table reads what became of its payments."""

from django.db import migrations

from alliances.rls import ScopeByTerritory

TABLES = ["fqis_paymentbatch", "fqis_paymentanswer", "fqis_paymentanswerline"]


class Migration(migrations.Migration):
    dependencies = [("fqis", "0008_payments"), ("alliances", "0002_rules")]

    operations = [
        ScopeByTerritory("PaymentLine"),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
                f"CREATE POLICY ministry ON {table} USING ((select app_is_ministry()))"
                " WITH CHECK ((select app_is_ministry()))",
                f"DROP POLICY ministry ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            )
            for table in TABLES
        ),
    ]
