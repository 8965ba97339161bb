"""The rules the database holds beyond each model's own: whose row it is."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("alliances", "0002_rules")]

    operations = [
        ScopeByTerritory("Plan"),
        ScopeByTerritory("PlanVersion"),
        ScopeByTerritory("SectionText"),
        ScopeByTerritory("Priority"),
        ScopeByTerritory("PriorityTheme"),
        ScopeByTerritory("Objective"),
        ScopeByTerritory("Action"),
        ScopeByTerritory("ActionPlace"),
        ScopeByTerritory("Indicator"),
    ]
