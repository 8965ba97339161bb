"""A modification opens only the sections chosen; the database keeps the others as in force."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.models import Comment, JournalEntry, Mrc
from alliances.services.comments import post_comment
from plans import selectors
from plans.models import (
    Action,
    ActionPlace,
    CanvasSection,
    Indicator,
    NationalPriority,
    Objective,
    OpenedSection,
    PlanVersion,
    Priority,
    PriorityTheme,
    SectionText,
)
from plans.services import (
    abandon_version,
    approve_version,
    open_section,
    open_version,
    submit_version,
)
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, UserFactory, person

from .factories import approved_plan, validate, version_in, written_version
from .pages import text_of
from .test_concurrency import told

PLAN = "/alliances/mauricie/2024-2029/plan/"
Write = Callable[[PlanVersion], Any]


def section(version: PlanVersion, code: str) -> CanvasSection:
    return CanvasSection.objects.get(canvas=version.plan.canvas, code=code)


def modify(base: PlanVersion, *codes: str) -> PlanVersion:
    chosen = [section(base, code) for code in codes]
    return open_version(base.plan, by=UserFactory(), reason="La Tuque", sections=chosen)


@pytest.fixture
def base(db: None) -> PlanVersion:
    return approved_plan("mauricie", priorities=1)


def test_a_modification_takes_over_the_plan_and_opens_what_is_chosen(base: PlanVersion) -> None:
    version = modify(base, "2c", "5")

    assert version.base == base
    assert [one.section.code for one in selectors.opened_sections(version)] == ["2c", "5"]
    assert SectionText.objects.filter(version=version).count() == 20
    entry = JournalEntry.objects.get(verb="open_plan_version", target_id=version.pk)
    assert entry.summary == "a ouvert la version 2 du PARC"
    assert (entry.reason, entry.data["sections"]) == ("La Tuque", ["2c", "5"])


def test_a_modification_of_nothing_or_of_another_canvas_is_refused(base: PlanVersion) -> None:
    other = CanvasSection.objects.filter(canvas__cycle__slug="2017-2024")

    for sections, sentence in (([], "au moins une section"), (other, "partie du canevas")):
        with pytest.raises(Refusal, match=sentence) as refusal:
            open_version(base.plan, by=UserFactory(), reason="Suite", sections=sections)
        assert refusal.value.field == "sections"


# --- What the database holds, past the services

ROWS: dict[str, tuple[str, Write]] = {
    "text": ("2c", lambda v: _texts(v, "2c").update(html="<p>Glissé.</p>")),
    "text taken out": ("2c", lambda v: _texts(v, "2c").delete()),
    "priority": ("3", lambda v: Priority.objects.filter(version=v).update(title="Autre")),
    "priority added": (
        "3", lambda v: Priority.objects.create(version=v, title="Autre", rank=9, **_by(v)),
    ),
    "theme": ("3", lambda v: _theme(v)),
    "objective": ("4", lambda v: Objective.objects.filter(version=v).update(title="Autre")),
    "action title": ("5", lambda v: Action.objects.filter(version=v).update(title="Autre")),
    "action budget": ("5", lambda v: Action.objects.filter(version=v).update(budget=Decimal(5))),
    "action population": ("6", lambda v: Action.objects.filter(version=v).update(population="x")),
    "action result": ("7", lambda v: Action.objects.filter(version=v).update(expected_result="x")),
    "action lead": ("9", lambda v: Action.objects.filter(version=v).update(lead="x")),
    "place": ("6", lambda v: _place(v)),
    "indicator": ("8", lambda v: Indicator.objects.filter(version=v).update(target=Decimal(9))),
    "indicator added": (
        "8",
        lambda v: Indicator.objects.create(
            version=v, action=Action.objects.get(version=v), name="x", rank=9, **_by(v)
        ),
    ),
}  # fmt: skip


def _texts(version: PlanVersion, code: str) -> Any:
    return SectionText.objects.filter(version=version, section__code=code)


def _by(version: PlanVersion) -> dict[str, Any]:
    return {"territory_id": version.territory_id, "updated_by": UserFactory()}


def _theme(version: PlanVersion) -> None:
    PriorityTheme.objects.create(
        version=version,
        territory_id=version.territory_id,
        priority=Priority.objects.get(version=version),
        national_priority=NationalPriority.objects.filter(cycle__slug="2024-2029")[0],
    )


def _place(version: PlanVersion) -> None:
    ActionPlace.objects.create(
        version=version,
        territory_id=version.territory_id,
        action=Action.objects.get(version=version),
        mrc=Mrc.objects.filter(territory=version.territory_id)[0],
    )


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_written_in_its_open_section_only(base: PlanVersion, row: str) -> None:
    code, write = ROWS[row]
    version = modify(base, "1b")

    with (
        pytest.raises(IntegrityError, match="pas ouverte par la modification"),
        transaction.atomic(),
    ):
        write(version)
    open_section(version, section(version, code), by=UserFactory())

    write(version)  # the section is open: the same writing is done


def test_a_new_action_is_written_whole_and_an_old_one_by_its_open_parts(
    base: PlanVersion,
) -> None:
    version = modify(base, "5")
    objective = Objective.objects.get(version=version)
    added = Action.objects.create(
        version=version, objective=objective, title="Neuve", rank=2, **_by(version)
    )

    Action.objects.filter(pk=added.pk).update(lead="CDC", population="Toutes", expected_result="x")
    Indicator.objects.create(version=version, action=added, name="x", rank=1, **_by(version))
    ActionPlace.objects.create(
        version=version, territory_id=version.territory_id, action=added,
        mrc=Mrc.objects.filter(territory=version.territory_id)[0],
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="pas ouverte"), transaction.atomic():
        Action.objects.filter(version=version, title="Action 1.1.1").update(lead="x")


def test_the_priorities_of_2017_open_the_whole_logic(db: None) -> None:
    base = version_in("approved", AllianceFactory("laval", "2017-2024"), priorities=1)
    closed, logic = modify(base, "2a"), section(base, "1")

    with pytest.raises(IntegrityError, match="pas ouverte"), transaction.atomic():
        Action.objects.filter(version=closed).update(lead="x")
    open_section(closed, logic, by=UserFactory())

    Action.objects.filter(version=closed).update(lead="x", population="y")
    Objective.objects.filter(version=closed).update(title="Autre")
    Indicator.objects.filter(version=closed).update(target=Decimal(9))
    assert JournalEntry.objects.get(verb="open_plan_section").summary == (
        "a ouvert la section 1 dans la version 2 du plan de travail"
    )


def test_what_a_version_modifies_is_said_once_and_is_in_force(base: PlanVersion) -> None:
    version = modify(base, "2c")
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(base=None)
    whole = written_version("laval", priorities=1)
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
        PlanVersion.objects.filter(pk=whole.pk).update(base=base)


# --- Opening one more section


def test_one_more_section_opens_while_the_modification_is_written(base: PlanVersion) -> None:
    version = modify(base, "2c")
    maude = UserFactory(full_name="Maude Gélinas")

    open_section(version, section(version, "3"), by=maude)

    with pytest.raises(StaleAct, match="Maude Gélinas a déjà ouvert cette section"):
        open_section(version, section(version, "3"), by=UserFactory())
    submit_version(version, by=UserFactory())
    with pytest.raises(Refusal, match="ne change plus"):
        open_section(version, section(version, "4"), by=UserFactory())
    with pytest.raises(IntegrityError, match="est figée"), transaction.atomic():
        OpenedSection.objects.create(
            version=version, territory_id=version.territory_id,
            section=section(version, "4"), opened_by=maude,
        )  # fmt: skip


def test_a_whole_plan_has_nothing_to_open(db: None) -> None:
    version = written_version("mauricie", priorities=1)

    with pytest.raises(Refusal, match="Toutes les sections"):
        open_section(version, section(version, "3"), by=UserFactory())


def test_a_modification_goes_the_same_way_to_the_version_in_force(base: PlanVersion) -> None:
    version = modify(base, "2c")
    SectionText.objects.filter(version=version, section__code="2c").update(html="<p>La Tuque</p>")
    submit_version(version, by=UserFactory())
    validate(version)
    later = version_in_force_tomorrow(version)

    base.refresh_from_db()
    assert (base.state, later.state) == ("superseded", "approved")
    assert later.base == base


def version_in_force_tomorrow(version: PlanVersion) -> PlanVersion:
    with clock.at(clock.now() + timedelta(days=1)):
        return approve_version(version, by=UserFactory())


# --- Giving up


def test_an_abandoned_draft_stays_readable_and_another_one_opens(base: PlanVersion) -> None:
    version = modify(base, "2c")
    alliance, by = base.plan.alliance, person("coordination", "mauricie")
    post_comment(version, by=by, alliance=alliance, body="Attendons le budget.", field="2c")

    abandon_version(version, by=by)

    version.refresh_from_db()
    assert (version.state, version.abandoned_by) == ("abandoned", by)
    assert Comment.objects.get().resolved_by == by
    assert JournalEntry.objects.get(verb="abandon_plan_version").summary == (
        "a abandonné la version 2 du PARC"
    )
    assert modify(base, "2c").number == 3
    assert selectors.version_in_force(alliance) == base


@pytest.mark.parametrize("state", ["submitted", "returned", "validated", "approved"])
def test_what_was_transmitted_is_not_abandoned(db: None, state: str) -> None:
    version = version_in(state, priorities=1)

    with pytest.raises(StaleAct):
        abandon_version(version, by=UserFactory())


def test_the_first_plan_is_not_abandoned(db: None) -> None:
    version = written_version("mauricie", priorities=1)

    with pytest.raises(Refusal, match="Aucun plan n’est en vigueur"):
        abandon_version(version, by=UserFactory())


def test_the_database_keeps_an_abandoned_version_as_it_is(base: PlanVersion) -> None:
    version = abandon_version(modify(base, "2c"), by=UserFactory())

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk).update(state="draft")
    with pytest.raises(IntegrityError, match="est figée"), transaction.atomic():
        SectionText.objects.filter(version=version).update(html="<p>Repris</p>")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        PlanVersion.objects.filter(pk=version.pk)._raw_delete("default")


# --- The pages


def test_the_form_asks_why_and_which_sections_by_group(client: Client, base: PlanVersion) -> None:
    client.force_login(person("coordination", "mauricie"))
    page = client.get(PLAN)
    refused = client.post(f"{PLAN}nouvelle-version/", {"reason": "La Tuque grandit."})
    chosen = section(base, "2c")
    done = client.post(
        f"{PLAN}nouvelle-version/", {"reason": "La Tuque grandit.", "sections": [chosen.pk]}
    )

    assert "2. État de la situation" in text_of(page)
    assert refused.status_code == 422
    assert "Choisissez au moins une section à modifier." in text_of(refused)
    assert "La Tuque grandit." in refused.text
    assert done["Location"] == f"{PLAN}2/2c/"


def test_the_table_opens_a_section_then_gives_the_draft_up(
    client: Client, base: PlanVersion
) -> None:
    modify(base, "2c")
    client.force_login(person("coordination", "mauricie"))
    assert "Ouvrir aussi cette section" in text_of(client.get(f"{PLAN}2/2a/"))

    client.post(f"{PLAN}2/2a/ouvrir/")
    opened = text_of(client.get(f"{PLAN}2/2a/"))
    done = client.post(f"{PLAN}2/abandonner/", follow=True)

    assert "Ouvrir aussi cette section" not in opened
    assert "abandonné. La version en vigueur ne change pas." in text_of(done)
    assert "Abandonné" in text_of(client.get(f"{PLAN}2/"))
    client.force_login(person("partner", "mauricie"))
    assert client.post(f"{PLAN}2/abandonner/").status_code == 403
    assert client.post(f"{PLAN}2/2a/ouvrir/").status_code == 403


# --- Two people at once


def test_two_people_open_one_version(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        base = approved_plan("mauricie", priorities=1)
        people = [person("coordination", "mauricie"), person("direction", "mauricie")]
        chosen = [section(base, "2c")]

    first, second = told(
        people, lambda by: open_version(base.plan, by=by, reason="Suite", sections=chosen)
    )

    assert first == ""
    assert "a déjà ouvert la version 2" in second


def test_one_transmits_what_the_other_abandons(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        base = approved_plan("mauricie", priorities=1)
        version = modify(base, "2c")
        direction, coordination = (person(r, "mauricie") for r in ("direction", "coordination"))

    def act(user: Any) -> object:
        if user == direction:
            return submit_version(version, by=user)
        return abandon_version(version, by=user)

    first, second = told([direction, coordination], act)

    assert first == ""
    assert "l’a déjà transmise" in second or "l’a abandonnée" in second
