from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry
from plans.models import (
    Action,
    CanvasSection,
    Indicator,
    NationalPriority,
    Objective,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)
from plans.selectors.starting import get_source, offer_of, section_after, sources_of
from plans.services import (
    add_action,
    add_objective,
    add_priority,
    open_version,
    remove_element,
    save_section_text,
    submit_version,
)
from plans.services.starting import TextChoice, take_from
from tests.factories import AllianceFactory, UserFactory

from .factories import PlanFactory, approved_plan, draft_version, version_in, write_all

pytestmark = pytest.mark.django_db


def earlier_version(territory: str = "mauricie", **size: int) -> PlanVersion:
    """A « plan de travail » of 2017-2024, written."""
    by = UserFactory()
    plan = PlanFactory(AllianceFactory(territory, "2017-2024"), cycle="2017-2024")
    return write_all(open_version(plan, by=by), by=by, **size)


def everything(source: PlanVersion) -> dict[type[Any], set[int]]:
    return {
        model: set(model.objects.filter(version=source).values_list("pk", flat=True))
        for model in (Priority, Objective, Action, Indicator)
    }


def write(version: PlanVersion, code: str, html: str) -> SectionText:
    section = CanvasSection.objects.get(canvas=version.plan.canvas_id, code=code)
    return save_section_text(version, section, by=UserFactory(), html=html, revision=0)


def text_in(version: PlanVersion, code: str) -> str:
    return SectionText.objects.get(version=version, section__code=code).html


def words(version: PlanVersion) -> dict[str, list[str]]:
    return {
        model.__name__: list(model.objects.filter(version=version).values_list(name, flat=True))
        for model, name in (
            (Priority, "title"), (Objective, "title"), (Action, "title"), (Indicator, "name"),
        )
    }  # fmt: skip


# --- The correspondence of the canvases


def test_every_section_of_2017_has_its_place_in_2024() -> None:
    sections = CanvasSection.objects.filter(canvas__cycle__slug="2017-2024")
    after = {one.code: section_after("2017-2024", one.code, "2024-2029") for one in sections}

    assert after["2a"] == "1a"
    assert after["4"] == "2c"
    known = CanvasSection.objects.filter(canvas__cycle__slug="2024-2029")
    assert set(after.values()) <= set(known.values_list("code", flat=True))


def test_the_same_cycle_keeps_its_codes() -> None:
    assert section_after("2024-2029", "10f", "2024-2029") == "10f"


# --- What can be a source


def test_the_sources_are_the_earlier_versions_and_the_cycle_before() -> None:
    before = earlier_version()
    first = approved_plan("mauricie")
    draft = open_version(first.plan, by=UserFactory(), reason="Suite")

    found = [source.version for source in sources_of(draft)]

    assert found == [first, before]
    assert [source.is_same_plan for source in sources_of(draft)] == [True, False]


def test_an_empty_version_and_another_territory_are_not_sources() -> None:
    earlier_version("laval")
    draft_version(AllianceFactory("mauricie", "2017-2024"))

    assert sources_of(draft_version("mauricie")) == []


def test_the_cycle_after_is_not_a_source() -> None:
    approved_plan("mauricie")

    assert sources_of(earlier_version()) == []


# --- From another cycle


def test_the_whole_plan_of_the_cycle_before_becomes_new() -> None:
    source, by = earlier_version(priorities=2), UserFactory()
    draft = draft_version("mauricie")

    taken = take_from(draft, source, by=by, kept=everything(source))

    assert words(draft) == words(source)
    assert taken.words == "2 priorités, 2 objectifs, 2 actions, 2 indicateurs"
    mine = Priority.objects.filter(version=draft)
    assert not set(mine.values_list("lineage")) & set(
        Priority.objects.filter(version=source).values_list("lineage")
    )
    assert set(mine.values_list("updated_by", flat=True)) == {by.pk}


def test_the_national_priorities_of_another_cycle_are_left_and_said() -> None:
    source = earlier_version(priorities=1)
    theme = NationalPriority.objects.get(cycle__slug="2017-2024", code="transport")
    add_priority(source, by=UserFactory(), title="Bouger", national_priorities=[theme])
    draft = draft_version("mauricie")

    offer = offer_of(draft, source)
    taken = take_from(draft, source, by=UserFactory(), kept=everything(source))

    assert offer.themes == taken.themes == ["Transport"]
    assert not PriorityTheme.objects.filter(version=draft).exists()


def test_dates_outside_the_cycle_are_left_and_counted() -> None:
    source = earlier_version(priorities=1)
    Action.objects.filter(version=source).update(
        starts_on=date(2019, 4, 1), ends_on=date(2020, 3, 31)
    )
    draft = draft_version("mauricie")

    assert offer_of(draft, source).late == 1
    assert take_from(draft, source, by=UserFactory(), kept=everything(source)).late == 1
    assert Action.objects.get(version=draft).starts_on is None


def test_a_dropped_parent_drops_what_is_under_it() -> None:
    source = earlier_version(priorities=2)
    draft, kept = draft_version("mauricie"), everything(source)
    first = Priority.objects.filter(version=source).earliest("rank")
    kept[Priority] = {first.pk}

    take_from(draft, source, by=UserFactory(), kept=kept)

    assert words(draft) == {
        "Priority": ["Priorité numéro 1"],
        "Objective": ["Objectif 1.1"],
        "Action": ["Action 1.1.1"],
        "Indicator": ["Tonnes livrées"],
    }


def test_what_is_taken_comes_after_what_is_there() -> None:
    source, draft = earlier_version(priorities=2), draft_version("mauricie")
    add_priority(draft, by=UserFactory(), title="Déjà là")

    take_from(draft, source, by=UserFactory(), kept=everything(source))

    ranks = Priority.objects.filter(version=draft).values_list("rank", "title")
    assert list(ranks) == [(1, "Déjà là"), (2, "Priorité numéro 1"), (3, "Priorité numéro 2")]


# --- Texts


def test_a_text_fills_an_empty_section() -> None:
    source, draft = earlier_version(), draft_version("mauricie")

    take_from(draft, source, by=UserFactory(), texts=[TextChoice("2a", "1a")])

    assert text_in(draft, "1a") == "<p>Texte de la section 2a.</p>"


def test_two_texts_for_one_section_follow_each_other() -> None:
    source, draft = earlier_version(), draft_version("mauricie")
    write(draft, "1c", "<p>Le mien.</p>")

    take_from(draft, source, by=UserFactory(), texts=[TextChoice("3", "1c"), TextChoice("5", "1c")])

    assert text_in(draft, "1c") == (
        "<p>Le mien.</p><p>Texte de la section 3.</p><p>Texte de la section 5.</p>"
    )


def test_a_text_replaces_only_the_one_that_was_read() -> None:
    source, draft = earlier_version(), draft_version("mauricie")
    mine = write(draft, "1a", "<p>Le mien.</p>")
    choice = TextChoice("2a", "1a", replaces=True)

    with pytest.raises(StaleAct, match="Relisez-le"):
        take_from(draft, source, by=UserFactory(), texts=[choice], seen={"1a": mine.revision - 1})
    with pytest.raises(StaleAct):
        take_from(draft, source, by=UserFactory(), texts=[choice])
    assert text_in(draft, "1a") == "<p>Le mien.</p>"

    take_from(draft, source, by=UserFactory(), texts=[choice], seen={"1a": mine.revision})
    assert text_in(draft, "1a") == "<p>Texte de la section 2a.</p>"


def test_a_refused_text_takes_nothing_at_all() -> None:
    source, draft = earlier_version(), draft_version("mauricie")
    write(draft, "1a", "<p>Le mien.</p>")

    with pytest.raises(StaleAct):
        take_from(
            draft,
            source,
            by=UserFactory(),
            kept=everything(source),
            texts=[TextChoice("2a", "1a", replaces=True)],
        )

    assert not Priority.objects.filter(version=draft).exists()


# --- Within a plan


def test_an_element_brought_back_keeps_its_lineage_and_its_themes() -> None:
    first = approved_plan("mauricie", priorities=2)
    draft = open_version(first.plan, by=UserFactory(), reason="Suite")
    lost = Priority.objects.filter(version=draft).earliest("rank")
    lineage = lost.lineage
    PlanVersion.objects.filter(pk=draft.pk).update(base=None)
    remove_element(lost, by=UserFactory())

    take_from(draft, first, by=UserFactory(), kept=everything(first))

    back = Priority.objects.get(version=draft, lineage=lineage)
    assert back.rank == 2
    assert sorted(words(draft)["Action"]) == sorted(words(first)["Action"])


def test_what_the_draft_has_is_not_written_twice_but_receives_its_own() -> None:
    first = version_in("approved", priorities=1, actions=2)
    draft = open_version(first.plan, by=UserFactory(), reason="Suite")
    remove_element(Action.objects.filter(version=draft).earliest("rank"), by=UserFactory())

    offer = offer_of(draft, first)
    taken = take_from(draft, first, by=UserFactory(), kept=everything(first))

    assert offer.new_elements == 2
    assert taken.words == "1 action, 1 indicateur"
    assert Priority.objects.filter(version=draft).count() == 1


# --- Refusals


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_frozen_version_takes_nothing(state: str) -> None:
    source, version = earlier_version(), version_in(state)

    with pytest.raises(Refusal, match="ne change plus"):
        take_from(version, source, by=UserFactory(), kept=everything(source))


def test_another_territory_s_plan_is_refused() -> None:
    source = earlier_version("laval")

    with pytest.raises(Refusal, match="point de départ"):
        take_from(draft_version("mauricie"), source, by=UserFactory(), kept=everything(source))


def test_nothing_chosen_is_refused() -> None:
    with pytest.raises(Refusal, match="au moins"):
        take_from(draft_version("mauricie"), earlier_version(), by=UserFactory())


def test_the_act_is_in_the_journal() -> None:
    source, by = earlier_version(priorities=1), UserFactory()

    take_from(draft_version("mauricie"), source, by=by, kept=everything(source))

    entry = JournalEntry.objects.get(verb="take_from_plan")
    assert entry.actor == by
    assert "1 priorité" in entry.summary
    assert entry.data["source"] == source.pk


# --- Size


def _queries(source: PlanVersion, draft: PlanVersion) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        offer_of(draft, source)
        take_from(draft, source, by=UserFactory.create(), kept=everything(source))
    return len(queries)


def grow(source: PlanVersion, actions: int) -> None:
    by = UserFactory()
    priority = add_priority(source, by=by, title="Grande")
    objective = add_objective(priority, by=by, title="Tout faire")
    first = add_action(objective, by=by, title="Action 1")
    rows = []
    for rank in range(2, actions + 1):
        rows.append(
            Action(
                version=source,
                territory_id=source.territory_id,
                objective=objective,
                rank=rank,
                title=f"Action {rank}",
                updated_by=by,
            )
        )
    Action.objects.bulk_create(rows)
    Indicator.objects.bulk_create(
        Indicator(
            version=source,
            territory_id=source.territory_id,
            action=action,
            rank=1,
            name="Personnes",
            updated_by=by,
        )
        for action in [first, *rows]
        for _ in range(2)
    )


def test_five_hundred_actions_cost_as_many_queries_as_one() -> None:
    small, large = earlier_version("mauricie", priorities=1), earlier_version("laval", priorities=1)
    grow(small, 1)
    grow(large, 500)

    one = _queries(small, draft_version("mauricie"))
    many = _queries(large, draft_version("laval"))

    assert one == many
    assert Action.objects.filter(version__plan__alliance__territory__slug="laval").count() >= 1000


def test_a_source_is_found_by_its_address() -> None:
    source, draft = earlier_version(), draft_version("mauricie")

    assert get_source(draft, "2017-2024", 1) == source
    assert get_source(draft, "2017-2024", 2) is None
    assert get_source(draft, "2024-2029", 1) is None


def test_a_version_sent_meanwhile_is_refused() -> None:
    source = earlier_version()
    draft = version_in("draft", priorities=1)
    submit_version(draft, by=UserFactory())

    with pytest.raises(Refusal, match="transmise"):
        take_from(draft, source, by=UserFactory(), kept=everything(source))
