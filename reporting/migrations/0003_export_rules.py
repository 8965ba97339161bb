"""An export is read by who asked for it, and made by the portal: another person's rights differ."""

from django.db import migrations

from alliances.rls import Hide, ScopeByTerritory


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_rules")]

    operations = [
        ScopeByTerritory("Export"),
        Hide(
            "reporting_export",
            "asker",
            "asked_by_id = (SELECT app_user_id()) OR (SELECT app_is_portal())",
        ),
    ]
