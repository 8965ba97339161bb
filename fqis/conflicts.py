"""Who withdrew from a project is shown none of it: the policies that every table naming a project
carries. See ``docs/adr/0023-comites-et-conflits.md``.
"""

from alliances.rls import Hide

POLICY = "conflict"
HIDDEN = "(select app_hidden_projects())::bigint[]"


def hide_by_project(table: str, column: str = "project_id") -> Hide:
    """For a table whose ``column`` is a project, or nothing."""
    return Hide(table, POLICY, f"{column} IS NULL OR {column} <> ALL ({HIDDEN})")


def hide_by_parent(table: str, column: str, parent: str) -> Hide:
    """For a table whose ``column`` is a row of ``parent``, which the policies already hide.
    Whoever withdrew from nothing does not pay for the look."""
    return Hide(
        table,
        POLICY,
        f"cardinality({HIDDEN}) = 0 OR {column} IS NULL OR EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {parent} parent WHERE parent.id = {table}.{column})",
    )
