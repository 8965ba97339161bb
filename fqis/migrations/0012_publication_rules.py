from django.db import migrations

from alliances.rls import ScopeByTerritory
from fqis.conflicts import hide_by_project

# Everybody reads what is public; the portal alone writes it.
PUBLIC = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON {table} FOR SELECT USING (true);
CREATE POLICY portal ON {table} USING ((select app_is_portal()))
    WITH CHECK ((select app_is_portal()));
"""
    for table in ("fqis_publishedinitiative", "fqis_publication")
)
PRIVATE = "".join(
    f"""
DROP POLICY portal ON {table};
DROP POLICY everybody ON {table};
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
    for table in ("fqis_publishedinitiative", "fqis_publication")
)


class Migration(migrations.Migration):
    dependencies = [("fqis", "0011_committee_rules")]

    operations = [
        ScopeByTerritory("GoodPractice"),
        hide_by_project("fqis_goodpractice"),
        migrations.RunSQL(PUBLIC, PRIVATE),
    ]
