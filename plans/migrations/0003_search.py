"""Full text search over what the plans say: French, accents and plurals forgiven.

The indexes are on expressions: no column to carry, to copy or to fetch. Row-level security keeps
the planner from such an index (its operator is not leakproof), so the search runs as the owner
in ``plans_search``, which tests the territory itself.
"""

from django.db import migrations

from alliances.rls import TERRITORIES

# « les » and « a » are missing from the stop words of the server: they become « des » and « d ».
# The stop words are told before the accents go (« à », « été »). The server's parser takes any
# character beyond ASCII for a letter when the database has no locale: typographic signs go first.
# Each character gives exactly one, so that an excerpt finds its place in what people wrote.
APOSTROPHES = "’‘ʼ"
SIGNS = "«»“”„\u00a0\u202f\u2009–—−…·•-/"
as_apostrophes, as_spaces = "''" * len(APOSTROPHES), " " * len(SIGNS)


def without_small(text: str) -> str:
    return (
        f"regexp_replace(regexp_replace({text}, '\\mles\\M', 'des', 'gi'), '\\ma\\M', 'd', 'gi')"
    )


SPACED = without_small(
    f"translate(written, '{APOSTROPHES}{SIGNS}', '{as_apostrophes}{as_spaces}')"
)
CONFIGURATION = f"""
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

CREATE TEXT SEARCH DICTIONARY public.alliances_stop
    (TEMPLATE = pg_catalog.simple, STOPWORDS = french, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION public.alliances_fr (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION public.alliances_fr
    ALTER MAPPING FOR asciiword, word, hword, hword_part, asciihword, hword_asciipart
    WITH public.alliances_stop, public.unaccent, pg_catalog.french_stem;

CREATE FUNCTION plans_plain(html text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS
$$ SELECT replace(regexp_replace(html, '<[^>]*>', ' ', 'g'), '&nbsp;', ' ') $$;

CREATE FUNCTION plans_spaced(written text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS
$$ SELECT {SPACED} $$;

CREATE FUNCTION plans_words(heading text, body text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS
$$ SELECT setweight(to_tsvector('public.alliances_fr', plans_spaced(heading)), 'A')
       || setweight(to_tsvector('public.alliances_fr', plans_spaced(body)), 'B') $$;

CREATE FUNCTION plans_wanted(typed text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS
$$ SELECT websearch_to_tsquery('public.alliances_fr', {without_small("typed")}) $$;
"""
DROP_CONFIGURATION = """
DROP FUNCTION plans_wanted(text);
DROP FUNCTION plans_words(text, text);
DROP FUNCTION plans_spaced(text);
DROP FUNCTION plans_plain(text);
DROP TEXT SEARCH CONFIGURATION public.alliances_fr;
DROP TEXT SEARCH DICTIONARY public.alliances_stop;
"""

# What each table says: its heading and its body, as the indexes and the search both name them.
SAID = {
    "text": ("plans_sectiontext", "''", "plans_plain(html)"),
    "priority": ("plans_priority", "title", "regional_link || ' ' || local_link"),
    "objective": ("plans_objective", "title", "''"),
    "action": (
        "plans_action",
        "title",
        "means || ' ' || population || ' ' || expected_result || ' ' || lead"
        " || ' ' || collaborators",
    ),
    "indicator": ("plans_indicator", "name", "unit"),
}
INDEXES = "".join(
    f"CREATE INDEX {table}_search ON {table} USING gin (plans_words({heading}, {body}));\n"
    for table, heading, body in SAID.values()
)
DROP_INDEXES = "".join(f"DROP INDEX {table}_search;\n" for table, _heading, _body in SAID.values())

_EACH = " UNION ALL ".join(
    f"""
    SELECT '{kind}', w.id, w.version_id,
           ts_rank(plans_words({heading}, {body}), plans_search.wanted, 1)
    FROM {table} w JOIN plans_planversion v ON v.id = w.version_id
    WHERE plans_words({heading}, {body}) @@ plans_search.wanted
      AND w.territory_id = any({TERRITORIES})
      AND (v.state = 'approved' OR NOT plans_search.only_in_force)
    """
    for kind, (table, heading, body) in SAID.items()
)
SEARCH = f"""
CREATE FUNCTION plans_search(wanted tsquery, only_in_force boolean)
    RETURNS TABLE (kind text, pk bigint, version_id bigint, rank real)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ {_EACH} $$;

-- The whole of what is said where a result was found; the person's own rights apply.
CREATE FUNCTION plans_said(kind text, pk bigint)
    RETURNS TABLE (section_id bigint, heading text, body text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS
$$ {" UNION ALL ".join(
    f'''
    SELECT {"section_id" if kind == "text" else "NULL::bigint"}, {heading}, {body}
    FROM {table} WHERE plans_said.kind = '{kind}' AND id = plans_said.pk
    '''
    for kind, (table, heading, body) in SAID.items()
)} $$;
"""
DROP_SEARCH = """
DROP FUNCTION plans_said(text, bigint);
DROP FUNCTION plans_search(tsquery, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_rules")]

    operations = [
        migrations.RunSQL(CONFIGURATION, DROP_CONFIGURATION),
        migrations.RunSQL(INDEXES, DROP_INDEXES),
        migrations.RunSQL(SEARCH, DROP_SEARCH),
    ]
