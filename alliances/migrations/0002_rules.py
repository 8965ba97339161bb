"""The rules the database holds beyond each model's own: whose row it is."""

from django.db import migrations

from alliances.rls import DROP_FUNCTIONS, FUNCTIONS, ScopeByTerritory

# An MRC is chosen in the row's own territory.
MRC_KEY = """
ALTER TABLE alliances_mrc ADD CONSTRAINT alliances_mrc_id_territory UNIQUE (id, territory_id);
ALTER TABLE alliances_partner ADD CONSTRAINT partner_mrc_of_territory
    FOREIGN KEY (mrc_id, territory_id) REFERENCES alliances_mrc (id, territory_id);
ALTER TABLE alliances_devitalisedzone ADD CONSTRAINT zone_mrc_of_territory
    FOREIGN KEY (mrc_id, territory_id) REFERENCES alliances_mrc (id, territory_id);
ALTER TABLE alliances_consultation ADD CONSTRAINT consultation_mrc_of_territory
    FOREIGN KEY (mrc_id, territory_id) REFERENCES alliances_mrc (id, territory_id);
"""
DROP_MRC_KEY = """
ALTER TABLE alliances_consultation DROP CONSTRAINT consultation_mrc_of_territory;
ALTER TABLE alliances_devitalisedzone DROP CONSTRAINT zone_mrc_of_territory;
ALTER TABLE alliances_partner DROP CONSTRAINT partner_mrc_of_territory;
ALTER TABLE alliances_mrc DROP CONSTRAINT alliances_mrc_id_territory;
"""


class Migration(migrations.Migration):
    dependencies = [("alliances", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        ScopeByTerritory("Organisation"),
        ScopeByTerritory("Alliance"),
        ScopeByTerritory("Partner"),
        ScopeByTerritory("DevitalisedZone"),
        ScopeByTerritory("Consultation"),
        ScopeByTerritory("GovernanceBody"),
        ScopeByTerritory("SeatCount"),
        ScopeByTerritory(
            "Document",
            using="{own} OR (territory_id IS NULL AND (select app_is_ministry()))",
        ),
        ScopeByTerritory("Milestone"),
        ScopeByTerritory(
            "JournalEntry",
            using="{own} OR (territory_id IS NULL"
            " AND (actor_id = (select app_user_id()) OR (select app_is_ministry())))"
            # Who manages people writes their own acts on territories they do not view.
            " OR (actor_id = (select app_user_id()) AND (select app_can('manage_people')))",
        ),
        ScopeByTerritory(
            "Comment",
            using="{own} AND (audience = 'all' OR (select app_is_ministry()))",
        ),
        ScopeByTerritory(
            "Notification",
            using="{own} OR (territory_id IS NULL"
            " AND (recipient_id = (select app_user_id()) OR (select app_is_ministry())))",
        ),
        ScopeByTerritory(
            "Membership",
            using="{own} OR territory_id IS NULL OR user_id = (select app_user_id())"
            " OR (select app_can('manage_people'))",
            check="{own} OR (select app_can('manage_people'))",
        ),
        ScopeByTerritory("Invitation", using="{own} OR (select app_can('manage_people'))"),
        migrations.RunSQL(MRC_KEY, DROP_MRC_KEY),
    ]
