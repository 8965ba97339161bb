"""Two contents of a plan: whatever was edited, the comparison applied to one gives the other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.comparison import (
    ACTION,
    INDICATOR,
    OBJECTIVE,
    PRIORITY,
    SECTION,
    Comparison,
    apply,
    compare,
)
from plans.selectors.content import (
    ActionContent,
    IndicatorContent,
    ObjectiveContent,
    PlanContent,
    PriorityContent,
    SectionContent,
)
from plans.sequences import longest_increasing, matches


def indicator(key: str, **fields: Any) -> IndicatorContent:
    values = {
        "name": "Tonnes livrées",
        "baseline": Decimal("38.00"),
        "target": Decimal("60.00"),
        "unit": "tonnes",
        "frequency": "",
    }
    return IndicatorContent(key, **{**values, **fields})


def action(key: str, *indicators: IndicatorContent, **fields: Any) -> ActionContent:
    values: dict[str, Any] = {
        "title": f"Action {key}",
        "means": "Un camion partagé",
        "population": "Ménages",
        "mrcs": ["Mékinac"],
        "people_to_reach": 900,
        "expected_result": "",
        "lead": "CDC",
        "collaborators": "",
        "starts_on": date(2025, 4, 1),
        "ends_on": None,
        "budget": None,
    }
    return ActionContent(lineage=key, **{**values, **fields}, indicators=list(indicators))


def objective(key: str, *actions: ActionContent, title: str = "Objectif") -> ObjectiveContent:
    return ObjectiveContent(key, title, list(actions))


def priority(key: str, *objectives: ObjectiveContent, **fields: Any) -> PriorityContent:
    values: dict[str, Any] = {
        "title": f"Priorité {key}",
        "national": ["Sécurité alimentaire"],
        "regional_link": "",
        "local_link": "",
    }
    return PriorityContent(key, **{**values, **fields}, objectives=list(objectives))


def section(code: str, html: str = "") -> SectionContent:
    return SectionContent(code, f"Section {code}", "Groupe", "text", html)


PLAN = PlanContent(
    [section("1a", "<p>Le comité régional.</p>"), section("1b"), section("2a")],
    [
        priority(
            "p1",
            objective("o1", action("a1", indicator("i1")), action("a2"), action("a3")),
            objective("o2", action("a4")),
        ),
        priority("p2", objective("o3")),
    ],
)


def with_objective(place: int, *actions: ActionContent) -> PlanContent:
    first = PLAN.priorities[0]
    objectives = list(first.objectives)
    objectives[place] = replace(objectives[place], actions=list(actions))
    return replace(PLAN, priorities=[replace(first, objectives=objectives), PLAN.priorities[1]])


def kinds_and_keys(found: list[Any]) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in found]


def test_the_same_content_has_no_difference():
    assert not compare(PLAN, PLAN)
    assert compare(PLAN, replace(PLAN)) == Comparison()


def test_a_changed_field_says_before_and_after():
    changed = action("a2", lead="CDC de Mékinac", people_to_reach=1200)

    found = compare(PLAN, with_objective(0, action("a1", indicator("i1")), changed, action("a3")))

    assert kinds_and_keys(found.changed) == [(ACTION, "a2")]
    assert [(one.name, one.before, one.after) for one in found.changed[0].fields] == [
        ("people_to_reach", 900, 1200),
        ("lead", "CDC", "CDC de Mékinac"),
    ]
    assert not (found.added or found.removed or found.moved)


def test_what_is_added_is_not_taken_as_moving_what_follows_it():
    found = compare(
        PLAN,
        with_objective(0, action("a9"), action("a1", indicator("i1")), action("a2"), action("a3")),
    )

    assert kinds_and_keys(found.added) == [(ACTION, "a9")]
    assert found.moved == []


def test_an_action_brought_to_the_front_moves_alone():
    found = compare(
        PLAN, with_objective(0, action("a3"), action("a1", indicator("i1")), action("a2"))
    )

    assert kinds_and_keys(found.moved) == [(ACTION, "a3")]
    assert (found.moved[0].before.index, found.moved[0].after.index) == (2, 0)


def test_an_action_taken_to_another_objective_keeps_its_indicators():
    first = PLAN.priorities[0]
    o1, o2 = first.objectives
    new = replace(
        PLAN,
        priorities=[
            replace(
                first,
                objectives=[
                    replace(o1, actions=o1.actions[1:]),
                    replace(o2, actions=[*o2.actions, o1.actions[0]]),
                ],
            ),
            PLAN.priorities[1],
        ],
    )

    found = compare(PLAN, new)

    assert kinds_and_keys(found.moved) == [(ACTION, "a1")]
    assert (found.moved[0].before.parent, found.moved[0].after.parent) == ("o1", "o2")
    assert not (found.added or found.removed or found.changed)


def test_a_removed_priority_takes_all_it_holds():
    found = compare(PLAN, replace(PLAN, priorities=PLAN.priorities[1:]))

    assert [one.kind for one in found.removed].count(ACTION) == 4
    assert {OBJECTIVE, PRIORITY, INDICATOR} <= {one.kind for one in found.removed}


def test_an_action_saved_from_a_removed_priority_is_moved():
    saved = PLAN.priorities[0].objectives[0].actions[0]
    kept = PLAN.priorities[1]
    new = replace(
        PLAN,
        priorities=[
            replace(kept, objectives=[replace(kept.objectives[0], actions=[saved])]),
        ],
    )

    found = compare(PLAN, new)

    assert kinds_and_keys(found.moved) == [(ACTION, "a1")]
    assert (INDICATOR, "i1") not in kinds_and_keys(found.removed)
    assert apply(found, PLAN) == new


def test_only_a_changed_text_is_compared_word_by_word():
    sections = [section("1a", "<p>Le comité local.</p>"), *PLAN.sections[1:]]

    found = compare(PLAN, replace(PLAN, sections=sections))

    assert kinds_and_keys(found.changed) == [(SECTION, "1a")]
    (pair,) = found.texts["1a"]
    assert pair.before == "<p>Le comité <del>régional</del>.</p>"
    assert pair.after == "<p>Le comité <ins>local</ins>.</p>"
    assert list(found.texts) == ["1a"]


@pytest.mark.parametrize(
    ("numbers", "length"), [([], 0), ([3, 1, 2], 2), ([1, 2, 3], 3), ([3, 2, 1], 1)]
)
def test_the_longest_increasing_run_is_kept(numbers: list[int], length: int):
    assert len(longest_increasing(numbers)) == length


# --- Any sequence of edits

HTML = st.sampled_from(
    [
        "",
        "<p>Un deux trois quatre cinq.</p>",
        "<p>Un deux trois.</p><ul><li>Un</li><li>Deux</li></ul>",
        "<h3>Titre</h3><p>Un <strong>deux</strong> trois &amp; quatre.</p><p>Suite.</p>",
    ]
)
WORDS = st.text("aéz <&’0\n", max_size=12)
VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    SECTION: {"html": HTML},
    PRIORITY: {"title": WORDS, "national": st.lists(WORDS, max_size=2), "local_link": WORDS},
    OBJECTIVE: {"title": WORDS},
    ACTION: {
        "title": WORDS,
        "means": WORDS,
        "mrcs": st.lists(WORDS, max_size=3),
        "people_to_reach": st.none() | st.integers(0, 9),
        "ends_on": st.none() | st.dates(),
        "budget": st.none() | st.decimals(0, 9, places=2),
    },
    INDICATOR: {"name": WORDS, "target": st.none() | st.decimals(0, 9, places=2)},
}


class Editor:
    """A plan as nested lists that edits change in place."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw, self.made = data.draw, 0
        self.sections = dict.fromkeys(("1a", "1b", "2a"), "")
        # kind → key → its values; and the order of the children of each parent
        self.values: dict[str, dict[str, dict[str, Any]]] = {
            kind: {} for kind in (PRIORITY, OBJECTIVE, ACTION, INDICATOR)
        }
        self.children: dict[tuple[str, str], list[str]] = {(PRIORITY, ""): []}

    ABOVE = {OBJECTIVE: PRIORITY, ACTION: OBJECTIVE, INDICATOR: ACTION}
    MAKERS: dict[str, Any] = {
        PRIORITY: priority, OBJECTIVE: objective, ACTION: action, INDICATOR: indicator,
    }  # fmt: skip

    def lists_of(self, kind: str) -> list[str]:
        return sorted(parent for of, parent in self.children if of == kind)

    def edit(self) -> None:
        kind = self.draw(st.sampled_from([SECTION, *self.values]))
        if kind == SECTION:
            self.sections[self.draw(st.sampled_from(sorted(self.sections)))] = self.draw(HTML)
            return
        act = self.draw(st.sampled_from(["add", "add", "change", "remove", "move"]))
        keys = sorted(self.values[kind])
        if act == "add":
            self.add(kind)
        elif keys:
            getattr(self, act)(kind, self.draw(st.sampled_from(keys)))

    def place(self, kind: str, key: str) -> bool:
        parents = self.lists_of(kind)
        if not parents:
            return False
        family = self.children[kind, self.draw(st.sampled_from(parents))]
        family.insert(self.draw(st.integers(0, len(family))), key)
        return True

    def add(self, kind: str) -> None:
        self.made += 1
        key = f"{kind}-{self.made}"
        if self.place(kind, key):
            self.values[kind][key] = {}
            below = {above: one for one, above in self.ABOVE.items()}.get(kind)
            if below:
                self.children[below, key] = []

    def change(self, kind: str, key: str) -> None:
        name = self.draw(st.sampled_from(sorted(VALUES[kind])))
        self.values[kind][key][name] = self.draw(VALUES[kind][name])

    def take(self, kind: str, key: str) -> None:
        for (of, _parent), family in self.children.items():
            if of == kind and key in family:
                family.remove(key)

    def move(self, kind: str, key: str) -> None:
        self.take(kind, key)
        self.place(kind, key)

    def remove(self, kind: str, key: str) -> None:
        self.take(kind, key)
        del self.values[kind][key]
        below = {above: one for one, above in self.ABOVE.items()}.get(kind)
        if below:
            for child in list(self.children[below, key]):
                self.remove(below, child)
            del self.children[below, key]

    def content(self) -> PlanContent:
        def built(kind: str, parent: str) -> list[Any]:
            below = {above: one for one, above in self.ABOVE.items()}.get(kind)
            return [
                self.MAKERS[kind](
                    key, *(built(below, key) if below else []), **self.values[kind][key]
                )
                for key in self.children.get((kind, parent), [])
            ]

        sections = [section(code, html) for code, html in self.sections.items()]
        return PlanContent(sections, built(PRIORITY, ""))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_sequence_of_edits_is_told_whole(data: st.DataObject):
    editor = Editor(data)
    for _edit in range(data.draw(st.integers(0, 15))):
        editor.edit()
    old = editor.content()
    for _edit in range(data.draw(st.integers(0, 15))):
        editor.edit()
    new = editor.content()

    found = compare(old, new)

    assert apply(found, old) == new
    assert bool(found) == (old != new)
    assert apply(compare(new, old), new) == old


@given(st.permutations(range(7)))
def test_a_reordering_moves_as_few_as_can_be(order: list[int]):
    actions = [action(f"a{n}") for n in range(7)]
    old = PlanContent([], [priority("p", objective("o", *actions))])
    new = PlanContent([], [priority("p", objective("o", *(actions[n] for n in order)))])

    found = compare(old, new)

    assert len(found.moved) == 7 - len(longest_increasing(order))
    assert apply(found, old) == new


@given(st.lists(st.integers(0, 5), max_size=30), st.lists(st.integers(0, 5), max_size=30))
def test_matches_are_equal_and_in_order(old: list[int], new: list[int]):
    found = matches(old, new)

    assert all(old[i] == new[j] for i, j in found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))
