"""The rules the database holds beyond each model's own: whose row it is."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("conventions", "0001_initial"), ("alliances", "0002_rules")]

    operations = [
        ScopeByTerritory("Convention"),
        ScopeByTerritory("Signatory"),
        ScopeByTerritory("Tranche"),
    ]
