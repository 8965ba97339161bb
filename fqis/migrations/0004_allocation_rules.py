"""The split of a cycle's total is the ministry's own work: a Table reads none of it."""

from django.db import migrations

TABLES = ["fqis_allocation", "fqis_allocationline", "fqis_allocationfigure"]


class Migration(migrations.Migration):
    dependencies = [("fqis", "0003_allocation"), ("alliances", "0002_rules")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY ministry ON {table} USING ((select app_is_ministry()))"
            " WITH CHECK ((select app_is_ministry()))",
            f"DROP POLICY ministry ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        )
        for table in TABLES
    ]
