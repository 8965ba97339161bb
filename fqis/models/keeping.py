"""What is kept for ever, save by the one function that undoes an import as a whole."""

import pgtrigger


def kept(
    name: str, operation: pgtrigger.Operation, project: str = "fqis_is_undone(OLD.project_id)"
) -> pgtrigger.Protect:
    """Protects a row of a project; ``project`` asks whether its import is being undone, which only
    ``fqis_undo_import`` says, once it has seen that nothing followed."""
    return pgtrigger.Protect(
        name=name, operation=operation, condition=pgtrigger.Condition(f"NOT {project}")
    )
