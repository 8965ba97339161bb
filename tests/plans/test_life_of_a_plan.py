"""Any life of a plan, edits and versions in any order: what is approved is frozen, an element keeps
its lineage from version to version, and the comparison of two versions rebuilds one from the other.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances import clock
from alliances.models import User
from plans.comparison import apply, compare
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    Objective,
    PlanVersion,
    Priority,
    SectionText,
)
from plans.selectors.content import PlanContent, content_of
from plans.services import (
    add_indicator,
    add_objective,
    add_priority,
    approve_version,
    copy_element,
    move_element_to,
    open_version,
    remove_element,
    save_section_text,
    submit_version,
    update_action,
    update_indicator,
    update_objective,
    update_priority,
)
from tests.factories import UserFactory

from .factories import validate, write_action, written_version

pytestmark = pytest.mark.django_db
KINDS: list[type[Any]] = [Priority, Objective, Action, Indicator]
ABOVE: dict[type[Any], type[Any]] = {Objective: Priority, Action: Objective, Indicator: Action}
FROZEN = [(SectionText, "html"), (Priority, "title"), (Objective, "title"), (Action, "title"),
          (Indicator, "name")]  # fmt: skip


class Life:
    """A plan that people write, approve and open again; what each approval promised."""

    def __init__(self, version: PlanVersion, by: User) -> None:
        self.version, self.by, self.made = version, by, 0
        self.approved: list[tuple[PlanVersion, PlanContent]] = []

    def _name(self) -> str:
        self.made += 1
        return f"Nom {self.made}"

    def _any(self, model: type[Any], which: int) -> Any:
        rows = list(model.objects.filter(version=self.version).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def _add(self, model: type[Any], parent: Any) -> None:
        if model is Priority:
            add_priority(self.version, by=self.by, title=self._name())
        elif model is Objective:
            add_objective(parent, by=self.by, title=self._name())
        elif model is Action:
            write_action(parent, by=self.by, title=self._name())
        else:
            add_indicator(parent, by=self.by, name=self._name(), target=1, unit="fois")

    def _change(self, one: Any) -> None:
        if isinstance(one, Priority):
            update_priority(one, by=self.by, title=self._name(), local_link=self._name())
        elif isinstance(one, Objective):
            update_objective(one, by=self.by, title=self._name())
        elif isinstance(one, Action):
            update_action(one, by=self.by, means=self._name(), people_to_reach=self.made)
        else:
            update_indicator(one, by=self.by, target=self.made)

    def edit(self, act: str, kind: int, which: int, where: int) -> None:
        if act == "write":
            sections = CanvasSection.objects.filter(canvas=self.version.plan.canvas_id)
            section = sections.order_by("pk")[which % sections.count()]
            text = SectionText.objects.get(version=self.version, section=section)
            save_section_text(
                self.version, section, by=self.by, html=f"<p>{self._name()}</p>",
                revision=text.revision,
            )  # fmt: skip
            return
        model = KINDS[kind % 4]
        one = self._any(model, which)
        parent = self._any(ABOVE[model], where) if model in ABOVE else None
        if act == "add" or one is None:
            if model is Priority or parent is not None:
                self._add(model, parent)
        elif act == "change":
            self._change(one)
        elif act == "move":
            move_element_to(one, by=self.by, parent=parent, rank=where)
        elif act == "copy":
            copy_element(one, by=self.by)
        else:
            remove_element(one, by=self.by)

    def _complete(self) -> None:
        """What the guide requires before a plan is submitted."""
        if not Priority.objects.filter(version=self.version).exists():
            self._add(Priority, None)
        for priority in Priority.objects.filter(version=self.version, objectives=None):
            self._add(Objective, priority)
        for objective in Objective.objects.filter(version=self.version, actions=None):
            self._add(Action, objective)
        for action in Action.objects.filter(version=self.version, indicators=None):
            self._add(Indicator, action)

    def approve(self) -> None:
        self._complete()
        with clock.at(clock.now() + timedelta(days=len(self.approved))):
            version = submit_version(self.version, by=UserFactory())
            validate(version)
            approved = approve_version(version, by=UserFactory())
            promised = content_of(approved)
            self.approved.append((approved, promised))
            self.version = open_version(approved.plan, by=self.by, reason="La vie continue")
        assert content_of(self.version) == promised


def lineages(content: PlanContent) -> list[str]:
    """Of every element, in their order."""
    found = []
    for priority in content.priorities:
        found.append(priority.lineage)
        for objective in priority.objectives:
            found.append(objective.lineage)
            for action in objective.actions:
                found += [action.lineage, *(one.lineage for one in action.indicators)]
    return found


@pytest.fixture
def version(db: None) -> PlanVersion:
    return written_version("mauricie", priorities=2)


EDIT = st.tuples(
    st.sampled_from(["write", "add", "change", "change", "move", "copy", "remove"]),
    st.integers(0, 3), st.integers(0, 9), st.integers(0, 4),
)  # fmt: skip
STEPS = st.lists(st.just("approve") | EDIT | EDIT | EDIT, max_size=9)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_life_keeps_lineage_freezes_what_is_approved_and_is_told_whole(
    version: PlanVersion, steps: list[Any]
) -> None:
    with transaction.atomic():
        life = Life(PlanVersion.objects.get(pk=version.pk), UserFactory())
        for step in steps:
            life.approve() if step == "approve" else life.edit(*step)
        life.approve()

        for approved, promised in life.approved:
            assert content_of(PlanVersion.objects.get(pk=approved.pk)) == promised
            assert len(set(lineages(promised))) == len(lineages(promised))
        contents = [promised for _version, promised in life.approved]
        for old, new in [*pairwise(contents), (contents[0], contents[-1])]:
            assert apply(compare(old, new), old) == new
            assert apply(compare(new, old), new) == old
        transaction.set_rollback(True)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(EDIT, max_size=5), frozen=st.sampled_from(FROZEN))
def test_any_life_leaves_rows_that_the_database_itself_protects(
    version: PlanVersion, steps: list[Any], frozen: tuple[type[Any], str]
) -> None:
    model, field = frozen
    with transaction.atomic():
        life = Life(PlanVersion.objects.get(pk=version.pk), UserFactory())
        life.approve()
        for step in steps:
            life.edit(*step)
        rows = model.objects.filter(version=life.approved[0][0])

        assert rows.exists()
        for act in (lambda: rows.update(**{field: "Après coup"}), lambda: rows.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
        transaction.set_rollback(True)


def test_what_a_removed_element_was_never_comes_back_in_another(version: PlanVersion) -> None:
    life = Life(version, UserFactory())
    life.approve()
    gone = life._any(Action, 0)
    life.edit("remove", KINDS.index(Action), 0, 0)
    for where in range(2):
        life.edit("add", KINDS.index(Action), 0, where)
    life.approve()

    first, second = (set(lineages(promised)) for _version, promised in life.approved)
    assert str(gone.lineage) in first - second
    assert len(second - first) == 4
