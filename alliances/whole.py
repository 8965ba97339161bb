"""Migration operations that do at once what Django would do one by one: it makes its models anew
once, not after each (see ``docs/adr/0016-migrations-d-un-trait.md``)."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger


class CreateModels(Operation):
    """Creates the tables of the models that ``operations`` describe, each whole: the fields and
    constraints that the operations add after a model was named are in its table from the start."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.operations], {}

    def describe(self) -> str:
        return f"Create {len(self._named())} models"

    def _named(self) -> list[str]:
        return [one.name for one in self.operations if isinstance(one, CreateModel)]

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Without its models made, a state changes at no cost; they are made again when asked for.
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in self._named():
            schema_editor.create_model(to_state.apps.get_model(app_label, name))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for name in reversed(self._named()):
            schema_editor.delete_model(from_state.apps.get_model(app_label, name))


class AddTriggers(Operation):
    """Adds to each model its triggers, as ``pgtrigger``'s own operation would one by one."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, triggers: list[tuple[str, Trigger]]) -> None:
        self.triggers = triggers

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.triggers], {}

    def describe(self) -> str:
        return f"Add {len(self.triggers)} triggers"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for model, trigger in self.triggers:
            options = state.models[app_label, model.lower()].options
            options["triggers"] = [*options.get("triggers", []), trigger]
        names = sorted({(app_label, model.lower()) for model, _trigger in self.triggers})
        if "apps" in state.__dict__:
            state.reload_models(names, delay=True)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for _model, trigger in self.triggers:
            # The words are whole: nothing in them is a parameter.
            schema_editor.execute(trigger.install_sql, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for _model, trigger in reversed(self.triggers):
            schema_editor.execute(trigger.uninstall_sql, params=None)
