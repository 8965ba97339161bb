from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import User
from alliances.permissions import forget_rights, rights_of
from plans import selectors
from plans.models import Action, Plan
from plans.services import return_version, submit_version
from tests.factories import AllianceFactory, UserFactory, person

from .factories import approved_plan, draft_version, validate, version_in, written_version

pytestmark = pytest.mark.django_db


def titles(user: User) -> list[str]:
    return [todo.title for todo in selectors.todo(user)]


def waits(user: User) -> list[tuple[str, str]]:
    return [(one.what, one.who) for one in selectors.waiting(user)]


def test_the_coordination_has_the_plan_to_finish_with_its_progress() -> None:
    draft_version("mauricie")

    todo = selectors.todo(person("coordination", "mauricie"))[0]

    assert (todo.title, todo.progress) == ("Terminer la version 1 du PARC", (0, 15))
    assert todo.url.endswith("/plan/1/ecrire/")


def test_a_complete_plan_waits_for_the_direction() -> None:
    written_version("mauricie")
    coordination = person("coordination", "mauricie")

    assert titles(coordination) == []
    assert waits(coordination) == [
        ("Transmission de la version 1 du PARC", "Direction de la Table")
    ]
    assert titles(person("direction", "mauricie")) == ["Transmettre la version 1 du PARC"]


def test_each_step_waits_for_one_role() -> None:
    version = written_version("mauricie")
    table = person("coordination", "mauricie")
    analyst, delegate = person("analyst"), person("delegate")

    submit_version(version, by=UserFactory())
    assert titles(analyst) == ["Valider la version 1 du PARC"]
    assert (titles(table), titles(delegate)) == ([], [])
    assert waits(table) == [("Validation de la version 1 du PARC", "DGSSAC")]

    validate(version)
    assert titles(delegate) == ["Approuver la version 1 du PARC"]
    assert titles(analyst) == []
    assert waits(table) == [("Approbation de la version 1 du PARC", "Délégation de la ministre")]

    return_version(version, by=UserFactory(), reason="À préciser.")
    assert titles(delegate) == []
    assert waits(analyst) == [("Transmission de la version 1 du PARC", "Table")]


def test_a_returned_plan_is_to_correct() -> None:
    version = version_in("submitted")
    return_version(version, by=UserFactory(full_name="Sophie Lavoie"), reason="À préciser.")
    Action.objects.filter(version=version).update(lead="")

    todo = selectors.todo(person("coordination", "mauricie"))[0]

    assert (todo.title, todo.detail) == (
        "Corriger la version 1 du PARC",
        "Retourné par Sophie Lavoie. 1 correction attend votre réponse.",
    )  # fmt: skip


def test_a_late_plan_says_so_and_a_second_version_never_does() -> None:
    version = draft_version("mauricie")
    Plan.objects.filter(pk=version.plan_id).update(due_on=clock.today() - timedelta(days=2))
    coordination = person("coordination", "mauricie")
    assert selectors.todo(coordination)[0].is_late

    second = approved_plan("laval")
    Plan.objects.filter(pk=second.plan_id).update(due_on=clock.today() - timedelta(days=2))
    following = draft_version(second.plan.alliance)
    Action.objects.filter(version=following).update(lead="")

    todo = selectors.todo(person("coordination", "laval"))[0]
    assert (todo.title, todo.is_late) == ("Terminer la version 2 du PARC", False)


@pytest.mark.parametrize("role", ["partner"])
def test_who_decides_nothing_has_nothing_to_do(role: str) -> None:
    version_in("submitted")

    assert titles(person(role, "mauricie")) == []


def test_the_lists_take_the_same_queries_for_one_plan_and_for_many() -> None:
    analyst, coordination = person("analyst"), person("coordination", "mauricie")
    draft_version("mauricie")
    version_in("submitted", "laval", priorities=1)

    def count(user: User) -> int:
        forget_rights(user)
        with CaptureQueriesContext(connection) as captured:
            selectors.todo(user)
            selectors.waiting(user)
        return len(captured)

    before = count(analyst), count(coordination)
    for place in ("estrie", "lanaudiere", "outaouais"):
        version_in("submitted", place, priorities=1)
    for place in ("monteregie", "laurentides"):
        draft_version(place)

    assert (count(analyst), count(coordination)) == before


def test_both_lists_come_from_five_queries() -> None:
    draft_version("mauricie")
    coordination = person("coordination", "mauricie")
    rights_of(coordination)

    with CaptureQueriesContext(connection) as captured:
        lists = selectors.todo_and_waiting(coordination)

    assert len(captured) == 5
    assert lists == (selectors.todo(coordination), selectors.waiting(coordination))


def test_the_states_of_twenty_plans_take_two_queries() -> None:
    alliances = [AllianceFactory(place) for place in ("mauricie", "laval", "estrie")]
    approved_plan(alliances[0], priorities=1)
    version_in("submitted", alliances[1], priorities=1)

    with CaptureQueriesContext(connection) as captured:
        states = selectors.plan_states(alliances)

    assert len(captured) == 2
    assert [states[one.pk].state for one in alliances] == ["approved", "submitted", ""]
    assert states[alliances[0].pk].in_force is not None


def test_a_plan_of_another_territory_is_not_seen(identity: object) -> None:
    draft_version("laval")
    coordination = person("coordination", "mauricie")
    identity(coordination)  # type: ignore[operator]

    assert titles(coordination) == []
