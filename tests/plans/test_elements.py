from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

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
    SectionText,
)
from plans.services import (
    IndicatorLine,
    add_action,
    add_indicator,
    add_objective,
    add_priority,
    approve_version,
    move_element,
    open_version,
    remove_element,
    save_action,
    submit_version,
    update_action,
    update_indicator,
    update_objective,
    update_priority,
)
from tests.factories import UserFactory

from .factories import draft_version, validate, version_in, write_action, written_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> PlanVersion:
    return draft_version()


@pytest.fixture
def objective(version: PlanVersion) -> Objective:
    priority = add_priority(version, by=UserFactory(), title="Se nourrir")
    return add_objective(priority, by=UserFactory(), title="Un point d’accès à 30 minutes")


# --- Writing


def test_a_priority_answers_national_priorities_of_its_cycle(version: PlanVersion) -> None:
    ours = NationalPriority.objects.get(cycle__slug="2024-2029", code="prevention")
    theirs = NationalPriority.objects.get(cycle__slug="2017-2024", code="loisirs")

    priority = add_priority(version, by=UserFactory(), title="Prévenir", national_priorities=[ours])

    assert list(priority.national_priorities.all()) == [ours]
    with pytest.raises(Refusal, match="autre cycle"):
        update_priority(priority, by=UserFactory(), national_priorities=[theirs])


def test_links_taken_away_go_and_the_others_stay(version: PlanVersion) -> None:
    themes = list(NationalPriority.objects.filter(cycle__slug="2024-2029"))
    priority = add_priority(
        version, by=UserFactory(), title="Prévenir", national_priorities=themes[:2]
    )

    update_priority(priority, by=UserFactory(), national_priorities=themes[1:3])

    assert list(priority.national_priorities.all()) == themes[1:3]


@pytest.mark.parametrize("title", ["", "   "])
def test_an_element_without_a_name_is_refused(version: PlanVersion, title: str) -> None:
    with pytest.raises(Refusal) as refusal:
        add_priority(version, by=UserFactory(), title=title)

    assert refusal.value.field == "title"


def test_an_action_takes_place_in_its_own_territory(objective: Objective) -> None:
    here = Mrc.objects.filter(territory__slug="mauricie")[0]
    elsewhere = Mrc.objects.filter(territory__slug="estrie")[0]

    action = add_action(objective, by=UserFactory(), title="Marchés mobiles", mrcs=[here])

    assert list(action.mrcs.all()) == [here]
    with pytest.raises(Refusal, match="autre territoire"):
        update_action(action, by=UserFactory(), mrcs=[elsewhere])


def test_a_target_needs_its_unit(objective: Objective) -> None:
    action = add_action(objective, by=UserFactory(), title="Marchés mobiles")

    with pytest.raises(Refusal, match="unité") as refusal:
        add_indicator(action, by=UserFactory(), name="Tonnes", target=Decimal("60"))

    assert refusal.value.field == "unit"
    indicator = add_indicator(action, by=UserFactory(), name="Tonnes", unit="t")
    assert update_indicator(indicator, by=UserFactory(), target=Decimal("60")).target == 60


def test_an_action_is_saved_with_its_indicators_or_not_at_all(objective: Objective) -> None:
    by = UserFactory()
    action = save_action(
        None,
        objective,
        by=by,
        fields={"title": "Marchés mobiles"},
        indicators=[IndicatorLine(fields={"name": "Marchés", "target": Decimal(4), "unit": "u"})],
    )
    first = action.indicators.get()

    with pytest.raises(Refusal):
        save_action(
            action,
            objective,
            by=by,
            fields={"title": "Autre titre"},
            indicators=[IndicatorLine(first.pk, 0, {"name": ""})],
        )
    action.refresh_from_db()
    assert action.title == "Marchés mobiles"
    save_action(
        action, objective, by=by, fields={"title": "Marchés"}, indicators=[IndicatorLine(first.pk)]
    )
    assert not action.indicators.exists()


def test_the_second_writer_of_an_element_is_told_who_wrote(objective: Objective) -> None:
    opened = objective.revision
    update_objective(objective, by=UserFactory(full_name="Maude Gélinas"), title="Le sien")

    with pytest.raises(StaleAct, match="Maude Gélinas a modifié cet élément"):
        update_objective(objective, by=UserFactory(), title="Le mien", revision=opened)


def test_writing_in_an_element_taken_out_is_refused(objective: Objective) -> None:
    remove_element(Objective.objects.get(pk=objective.pk), by=UserFactory())

    with pytest.raises(StaleAct, match="retiré"):
        update_objective(objective, by=UserFactory(), title="Le mien", revision=0)


# --- Order


def ranks(version: PlanVersion) -> list[tuple[int, str]]:
    return list(Priority.objects.filter(version=version).values_list("rank", "title"))


def test_elements_move_and_the_ends_hold(version: PlanVersion) -> None:
    a, b, c = (add_priority(version, by=UserFactory(), title=t) for t in "ABC")

    move_element(c, by=UserFactory(), up=True)
    move_element(a, by=UserFactory(), up=True)
    move_element(b, by=UserFactory(), up=False)

    assert ranks(version) == [(1, "A"), (2, "C"), (3, "B")]


def test_what_is_removed_leaves_no_hole_and_a_trace(version: PlanVersion) -> None:
    a, _b, _c = (add_priority(version, by=UserFactory(), title=t) for t in "ABC")

    remove_element(a, by=UserFactory())

    assert ranks(version) == [(1, "B"), (2, "C")]
    assert JournalEntry.objects.filter(verb="remove_element").count() == 1


# --- What the database holds

ELEMENTS = [SectionText, Priority, PriorityTheme, Objective, Action, ActionPlace, Indicator]


def full_version(state: str) -> PlanVersion:
    version = written_version(priorities=1)
    priority = Priority.objects.get(version=version)
    theme = NationalPriority.objects.filter(cycle__slug="2024-2029")[0]
    update_priority(priority, by=UserFactory(), national_priorities=[theme])
    place = Mrc.objects.filter(territory__slug="mauricie")[0]
    update_action(Action.objects.get(version=version), by=UserFactory(), mrcs=[place])
    if state != "draft":
        submit_version(version, by=UserFactory())
        if state == "approved":
            validate(version)
            approve_version(version, by=UserFactory())
    return version


@pytest.mark.parametrize("model", ELEMENTS)
@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_nothing_of_a_frozen_version_is_written_past_the_services(
    model: type[Any], state: str
) -> None:
    version = full_version(state)
    row = model.objects.filter(version=version)[0]
    copy = model.objects.get(pk=row.pk)
    copy.pk = None
    if hasattr(copy, "lineage"):
        copy.lineage = uuid4()

    acts = [
        lambda: model.objects.filter(pk=row.pk).update(version=row.version),
        lambda: model.objects.filter(pk=row.pk)._raw_delete("default"),
        copy.save,
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match="est figée"), transaction.atomic():
            act()


@pytest.mark.parametrize("model", ELEMENTS)
def test_everything_of_a_draft_can_be_written(model: type[Any]) -> None:
    version = full_version("draft")

    assert model.objects.filter(version=version).update(version=version) > 0


def test_an_element_never_moves_into_a_frozen_version() -> None:
    frozen = version_in("approved", priorities=1)
    draft = open_version(frozen.plan, by=UserFactory(), reason="Suite")

    with pytest.raises(IntegrityError, match="est figée"), transaction.atomic():
        Priority.objects.filter(version=draft).update(version=frozen)


def test_an_element_is_of_the_version_of_its_parent() -> None:
    frozen = version_in("approved", priorities=1)
    draft = open_version(frozen.plan, by=UserFactory(), reason="Suite")
    old = Priority.objects.get(version=frozen)

    with pytest.raises(IntegrityError, match="même version"), transaction.atomic():
        Objective.objects.create(
            version=draft, priority=old, title="Ailleurs", rank=1, updated_by=UserFactory()
        )


@pytest.mark.parametrize("state", ["submitted", "validated", "approved", "superseded"])
def test_no_service_writes_in_a_frozen_version(state: str) -> None:
    version = version_in(state, priorities=1)
    by = UserFactory()
    priority = Priority.objects.get(version=version)
    objective = Objective.objects.get(version=version)
    action = Action.objects.get(version=version)
    indicator = Indicator.objects.get(version=version)
    acts = [
        lambda: add_priority(version, by=by, title="Autre"),
        lambda: update_priority(priority, by=by, title="Autre"),
        lambda: add_objective(priority, by=by, title="Autre"),
        lambda: update_objective(objective, by=by, title="Autre"),
        lambda: write_action(objective, by=by, title="Autre"),
        lambda: update_action(action, by=by, title="Autre"),
        lambda: add_indicator(action, by=by, name="Autre"),
        lambda: update_indicator(indicator, by=by, name="Autre"),
        lambda: remove_element(action, by=by),
        lambda: move_element(action, by=by, up=True),
    ]

    for act in acts:
        with pytest.raises(Refusal, match="ne change plus"):
            act()
