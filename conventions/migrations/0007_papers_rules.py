"""Whose row it is, for what a convention rests on and for the papers that come back signed."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("conventions", "0006_papers"), ("alliances", "0002_rules")]

    operations = [
        ScopeByTerritory("ConventionText"),
        ScopeByTerritory("Resolution"),
        ScopeByTerritory("Scan"),
        ScopeByTerritory("ScanPage"),
    ]
