"""The workflows as data, read from the models: for the diagrams and for the tests."""

from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import translation
from django_fsm import FSMFieldMixin


@dataclass(frozen=True, order=True)
class Step:
    source: str
    name: str
    target: str


@dataclass(frozen=True)
class Workflow:
    """One state field and its transitions, in the order of its states."""

    model: type[models.Model]
    field: str
    initial: str
    states: list[str]
    labels: dict[str, str]
    transitions: list[Step]

    @property
    def label(self) -> str:
        return self.model._meta.label


def workflows() -> list[Workflow]:
    """Every workflow of the portal."""
    found = []
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FSMFieldMixin):
                found.append(_workflow(model, field))
    return sorted(found, key=lambda flow: flow.label)


def _workflow(model: type[models.Model], field: FSMFieldMixin) -> Workflow:
    with translation.override("fr"):
        labels = {value: str(label) for value, label in field.choices or []}
    states = list(labels)
    steps = {
        Step(str(one.source), one.name, str(one.target)) for one in field.get_all_transitions(model)
    }
    ranked = sorted(steps, key=lambda step: (states.index(step.source), step))
    return Workflow(model, field.name, field.default, states, labels, ranked)


def diagram_path(flow: Workflow) -> Path:
    return Path(settings.BASE_DIR) / "docs" / "etats" / f"{flow.model._meta.model_name}.md"


def draw(flow: Workflow) -> str:
    """The workflow as a Mermaid diagram, with the words people read."""
    lines = [
        f"# {flow.label}",
        "",
        "Écrit par `manage.py draw_states` d’après le modèle.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f'    state "{flow.labels[state]}" as {state}' for state in flow.states),
        f"    [*] --> {flow.initial}",
        *(f"    {step.source} --> {step.target}: {step.name}" for step in flow.transitions),
        "```",
        "",
    ]
    return "\n".join(lines)
