"""Whose row it is, for the registers the plan draws on."""

from django.db import migrations

from alliances.rls import ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("alliances", "0003_living_plan")]

    operations = [ScopeByTerritory("Partner"), ScopeByTerritory("DevitalisedZone")]
