"""Every workflow: its states are protected, and each transition opens from its own states only."""

import inspect
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django_fsm import FSMFieldMixin, TransitionNotAllowed, can_proceed

from alliances.states import Workflow, diagram_path, draw, workflows

WORKFLOWS = workflows()
# What design §4 calls a workflow; a new one is added here on purpose.
EXPECTED = {
    "conventions.Avenant",
    "conventions.Convention",
    "plans.PlanVersion",
    "fqis.Application",
    "fqis.Call",
    "fqis.Project",
    "fqis.ProjectAgreement",
    "fqis.ProjectChange",
    "fqis.ProjectResult",
    "fqis.Recovery",
    "fqis.RegisterImport",
    "fqis.Sitting",
    "fqis.Versement",
    "fqis.Allocation",
    "fqis.EnvelopeAmount",
    "fqis.EnvelopeMove",
    "fqis.EnvelopeSplit",
    "reporting.AnnualReport",
    "reporting.Export",
}
CASES = [
    pytest.param(flow, name, state, id=f"{flow.label}-{name}-{state}")
    for flow in WORKFLOWS
    for name in sorted({one.name for one in flow.transitions})
    for state in flow.states
]


def in_state(flow: Workflow, state: str) -> models.Model:
    return flow.model(**{flow.field: state})


def test_the_workflows_are_the_known_ones() -> None:
    assert {flow.label for flow in WORKFLOWS} == EXPECTED


@pytest.mark.parametrize(("flow", "name", "state"), CASES)
def test_a_transition_opens_from_its_own_states_only(flow: Workflow, name: str, state: str) -> None:
    row = in_state(flow, state)
    transition = getattr(row, name)
    sources = {one.source for one in flow.transitions if one.name == name}
    assert can_proceed(transition, check_conditions=False) is (state in sources)
    if state not in sources:
        with pytest.raises(TransitionNotAllowed):
            transition(**_anything(transition))
        assert getattr(row, flow.field) == state


def _anything(transition: Any) -> dict[str, Any]:
    """Something for each argument: a forbidden transition never looks at them."""
    parameters = inspect.signature(transition).parameters.values()
    return {one.name: None for one in parameters if one.kind is not one.VAR_KEYWORD}


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda flow: flow.label)
def test_nothing_else_assigns_a_state(flow: Workflow) -> None:
    row = in_state(flow, flow.states[0])
    with pytest.raises(AttributeError):
        setattr(row, flow.field, flow.states[-1])


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda flow: flow.label)
def test_every_state_can_be_reached(flow: Workflow) -> None:
    reached = {flow.initial, *(one.target for one in flow.transitions)}
    assert set(flow.states) == reached


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda flow: flow.label)
def test_the_diagram_in_the_documentation_is_the_present_one(flow: Workflow) -> None:
    """Written again by ``manage.py draw_states``."""
    assert diagram_path(flow).read_text(encoding="utf-8") == draw(flow)


def test_every_state_field_belongs_to_a_workflow() -> None:
    found = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, FSMFieldMixin)
    }
    assert found == EXPECTED
