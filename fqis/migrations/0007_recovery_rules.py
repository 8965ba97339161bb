"""A recovery belongs to its territory."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("fqis", "0006_recoveries"), ("alliances", "0002_rules")]

    operations = [ScopeByTerritory("Recovery")]
