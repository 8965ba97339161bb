"""The rules the database holds beyond each model's own: whose row it is."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("fqis", "0001_initial"), ("conventions", "0002_rules"), ("plans", "0002_rules")]

    operations = [
        ScopeByTerritory("Envelope"),
        ScopeByTerritory("Versement"),
        ScopeByTerritory("Project"),
        ScopeByTerritory("ProjectPlace"),
        ScopeByTerritory("FundingSource"),
        ScopeByTerritory("Decision"),
        ScopeByTerritory("ProjectPayment"),
        ScopeByTerritory("ProjectResult"),
    ]
