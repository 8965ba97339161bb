"""The order of the elements: moved, copied, always from 1 to n."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances.errors import Refusal, StaleAct
from alliances.models import Mrc
from plans.models import (
    Action,
    ActionPlace,
    Indicator,
    NationalPriority,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
)
from plans.services import (
    add_objective,
    add_priority,
    copy_element,
    move_element,
    move_element_to,
    open_version,
    remove_element,
    submit_version,
    update_action,
)
from tests.factories import UserFactory

from .factories import approved_plan, draft_version, written_version

pytestmark = pytest.mark.django_db


def titles(model: type[Any], **where: Any) -> list[tuple[int, str]]:
    return list(model.objects.filter(**where).order_by("rank").values_list("rank", "title"))


@pytest.fixture
def version() -> PlanVersion:
    return written_version(priorities=2, objectives=1, actions=3)


def test_an_action_moves_under_another_objective_at_a_rank(version: PlanVersion) -> None:
    here, there = Objective.objects.filter(version=version).order_by("priority__rank")
    action = Action.objects.get(objective=here, rank=2)

    move_element_to(action, by=UserFactory(), parent=there, rank=1)

    assert titles(Action, objective=here) == [(1, "Action 1.1.1"), (2, "Action 1.1.3")]
    assert [title for _rank, title in titles(Action, objective=there)] == [
        "Action 1.1.2", "Action 2.1.1", "Action 2.1.2", "Action 2.1.3",
    ]  # fmt: skip
    assert [rank for rank, _title in titles(Action, objective=there)] == [1, 2, 3, 4]


@pytest.mark.parametrize(("rank", "place"), [(None, 3), (0, 1), (-4, 1), (2, 2), (99, 3)])
def test_a_rank_past_the_ends_is_the_end(rank: int | None, place: int) -> None:
    version = draft_version()
    first, *_others = [add_priority(version, by=UserFactory(), title=t) for t in "ABC"]

    move_element_to(first, by=UserFactory(), rank=rank)

    assert dict(titles(Priority, version=version))[place] == "A"
    assert [one for one, _title in titles(Priority, version=version)] == [1, 2, 3]


def test_an_element_does_not_move_to_another_version() -> None:
    old = approved_plan("mauricie", priorities=1)
    draft = open_version(old.plan, by=UserFactory(), reason="Suite")
    action = Action.objects.get(version=draft)

    with pytest.raises(Refusal, match="de cette version"):
        move_element_to(action, by=UserFactory(), parent=Objective.objects.get(version=old))
    with pytest.raises(Refusal, match="de cette version"):
        move_element_to(action, by=UserFactory(), parent=Priority.objects.get(version=draft))


def test_moving_what_was_taken_out_is_said(version: PlanVersion) -> None:
    here, there = Objective.objects.filter(version=version).order_by("priority__rank")
    action = Action.objects.filter(objective=here)[0]
    remove_element(Action.objects.get(pk=action.pk), by=UserFactory())

    with pytest.raises(StaleAct, match="retiré"):
        move_element_to(action, by=UserFactory(), parent=there)
    with pytest.raises(StaleAct, match="retiré"):
        copy_element(action, by=UserFactory())


def test_a_copy_has_all_that_is_under_it_and_a_lineage_of_its_own(version: PlanVersion) -> None:
    priority = Priority.objects.get(version=version, rank=1)
    action = Action.objects.filter(objective__priority=priority)[0]
    place = Mrc.objects.filter(territory__slug="mauricie")[0]
    update_action(action, by=UserFactory(), mrcs=[place])
    by = UserFactory()

    copy = copy_element(priority, by=by)

    assert titles(Priority, version=version) == [
        (1, "Priorité numéro 1"), (2, "Priorité numéro 1 (copie)"), (3, "Priorité numéro 2"),
    ]  # fmt: skip
    assert titles(Objective, priority=copy) == [(1, "Objectif 1.1")]
    assert [title for _rank, title in titles(Action, objective__priority=copy)] == [
        "Action 1.1.1", "Action 1.1.2", "Action 1.1.3",
    ]  # fmt: skip
    assert Indicator.objects.filter(action__objective__priority=copy).count() == 3
    assert ActionPlace.objects.filter(action__objective__priority=copy).get().mrc == place
    lineages = {
        one
        for model in (Priority, Objective, Action, Indicator)
        for one in model.objects.filter(version=version).values_list("lineage", flat=True)
    }
    rows = sum(
        model.objects.filter(version=version).count()
        for model in (Priority, Objective, Action, Indicator)
    )
    assert len(lineages) == rows
    assert all(isinstance(one, UUID) for one in lineages)
    copied = Action.objects.filter(objective__priority=copy)[0]
    assert (copied.revision, copied.updated_by) == (0, by)


@pytest.mark.parametrize("model", [Priority, Objective, Action, Indicator])
def test_every_kind_of_element_is_copied(version: PlanVersion, model: type[Any]) -> None:
    element = model.objects.filter(version=version)[0]
    name = "name" if model is Indicator else "title"

    copy = copy_element(element, by=UserFactory())

    assert getattr(copy, name) == f"{getattr(element, name)} (copie)"
    assert copy.rank == element.rank + 1


def test_a_long_name_keeps_room_for_the_word(version: PlanVersion) -> None:
    priority = add_priority(version, by=UserFactory(), title="a" * 300)

    copy = copy_element(priority, by=UserFactory())

    assert len(copy.title) == 300
    assert copy.title.endswith("aaa (copie)")


def test_the_copy_keeps_the_national_priorities(version: PlanVersion) -> None:
    themes = list(NationalPriority.objects.filter(cycle__slug="2024-2029")[:2])
    priority = add_priority(version, by=UserFactory(), title="A", national_priorities=themes)

    copy = copy_element(priority, by=UserFactory())

    assert PriorityTheme.objects.filter(priority=copy).count() == 2


def test_a_frozen_version_is_neither_copied_nor_moved(version: PlanVersion) -> None:
    action = Action.objects.filter(version=version)[0]
    submit_version(version, by=UserFactory())

    for act in (lambda: copy_element(action, by=UserFactory()),
                lambda: move_element_to(action, by=UserFactory(), rank=3)):  # fmt: skip
        with pytest.raises(Refusal, match="ne change plus"):
            act()


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["up", "down", "to", "copy", "remove", "add"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(-2, 9),
    ),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_any_sequence_of_moves_keeps_ranks_from_one_to_n(
    version: PlanVersion, moves: list[tuple[str, int, int, int]]
) -> None:
    by = UserFactory()
    for act, which, where, rank in moves:
        elements = list(Objective.objects.filter(version=version).order_by("pk"))
        parents = list(Priority.objects.filter(version=version).order_by("pk"))
        parent = parents[where % len(parents)]
        if act == "add" or not elements:
            add_objective(parent, by=by, title="Autre")
            continue
        element = elements[which % len(elements)]
        if act in ("up", "down"):
            move_element(element, by=by, up=act == "up")
        elif act == "to":
            move_element_to(element, by=by, parent=parent, rank=rank)
        elif act == "copy":
            copy_element(element, by=by)
        else:
            remove_element(element, by=by)

    for priority in Priority.objects.filter(version=version):
        ranks = [rank for rank, _title in titles(Objective, priority=priority)]
        assert ranks == list(range(1, len(ranks) + 1))
