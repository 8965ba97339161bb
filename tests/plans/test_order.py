"""The order of the elements: moved, copied, always from 1 to n."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Mrc
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
    IndicatorLine,
    add_objective,
    add_priority,
    copy_element,
    move_element,
    move_element_to,
    open_version,
    remove_element,
    save_action,
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


# --- In the journal


def lines() -> list[str]:
    moves = JournalEntry.objects.filter(verb="move_element")
    return list(moves.order_by("pk").values_list("summary", flat=True))


def test_a_move_is_one_line_of_the_journal_with_both_numbers(version: PlanVersion) -> None:
    here, there = Objective.objects.filter(version=version).order_by("priority__rank")
    action, by = Action.objects.get(objective=here, rank=2), UserFactory()
    indicator = Indicator.objects.get(action=action)

    move_element(action, by=by, up=True)
    move_element_to(action, by=by, parent=there, rank=4)
    move_element(Priority.objects.get(version=version, rank=1), by=by, up=False)
    move_element_to(here, by=by, parent=there.priority)
    move_element_to(indicator, by=by, parent=Action.objects.get(objective=there, rank=1))

    assert lines() == [
        "a déplacé « Action 1.1.2 » : 1.1.2 devient 1.1.1",
        "a déplacé « Action 1.1.2 » : 1.1.1 devient 2.1.4",
        "a déplacé « Priorité numéro 1 » : 1 devient 2",
        "a déplacé « Objectif 1.1 » : 2.1 devient 1.2",
        "a déplacé « Tonnes livrées » : 1.1.4.1 devient 1.1.1.2",
    ]
    entry = JournalEntry.objects.filter(verb="move_element").order_by("pk")[1]
    assert (entry.actor, entry.target_id, entry.data["before"], entry.data["after"]) == (
        by, action.pk, "1.1.1", "2.1.4",
    )  # fmt: skip


def test_a_move_that_moves_nothing_leaves_no_line(version: PlanVersion) -> None:
    first = Priority.objects.get(version=version, rank=1)
    move_element(first, by=UserFactory(), up=True)
    move_element_to(first, by=UserFactory(), rank=1)
    assert lines() == []


def test_the_journal_shortens_a_long_name_and_keeps_the_numbers() -> None:
    version = draft_version()
    long = add_priority(version, by=UserFactory(), title="a" * 300)
    add_priority(version, by=UserFactory(), title="B")

    move_element(long, by=UserFactory(), up=False)

    assert lines()[0].endswith("a… » : 1 devient 2")
    assert len(lines()[0]) == 300


@pytest.mark.parametrize(
    ("model", "verb"),
    [
        (Priority, "add_priority"), (Objective, "add_objective"), (Action, "add_action"),
        (Indicator, "add_indicator"),
    ],
)  # fmt: skip
def test_a_copy_is_one_line_whatever_is_under_it(
    version: PlanVersion, model: type[Any], verb: str
) -> None:
    before = JournalEntry.objects.count()
    copy = copy_element(model.objects.filter(version=version)[0], by=UserFactory())

    assert JournalEntry.objects.count() == before + 1
    entry = JournalEntry.objects.latest("pk")
    assert (entry.verb, entry.target_id) == (verb, copy.pk)
    assert str(copy) in entry.summary


def test_an_action_added_with_its_indicators_is_one_line(version: PlanVersion) -> None:
    objective, by = Objective.objects.filter(version=version)[0], UserFactory()
    before = JournalEntry.objects.count()
    new = [IndicatorLine(fields={"name": name}) for name in ("Trajets", "Repas")]

    action = save_action(None, objective, by=by, fields={"title": "Rouler"}, indicators=new)
    assert JournalEntry.objects.count() == before + 1
    assert action.indicators.count() == 2

    save_action(action, objective, by=by, fields={}, indicators=new[:1])
    assert JournalEntry.objects.latest("pk").summary == "a ajouté l’indicateur « Trajets »"
    assert JournalEntry.objects.count() == before + 2
