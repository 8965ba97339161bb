"""A version modifies a version of its own territory."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("plans", "0009_decisions")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE plans_planversion ADD CONSTRAINT plans_planversion_base_id_territory"
            " FOREIGN KEY (base_id, territory_id) REFERENCES plans_planversion (id, territory_id)"
            " DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE plans_planversion DROP CONSTRAINT plans_planversion_base_id_territory",
        )
    ]
