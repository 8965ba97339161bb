"""Two people at the same moment, in transactions that really commit."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from django.db import IntegrityError, connection

from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Milestone, User
from plans.models import Action, CanvasSection, PlanVersion, Priority, SectionText
from plans.services import (
    approve_version,
    hold_field,
    hold_text,
    move_element_to,
    save_field,
    save_held_text,
    save_section_text,
    submit_version,
    validate_version,
)
from tests.conftest import CommittedDatabase
from tests.factories import UserFactory, person

from .factories import review_all, version_in, written_version


def told(people: Sequence[User], act: Callable[[User], object]) -> list[str]:
    """What each person is told when all act at once; nothing when the act was done."""
    start = Barrier(len(people))

    def run(user: User) -> str:
        start.wait()
        try:
            with acting_as(user):
                act(user)
        except Refusal as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(run, people))


def test_one_validation_and_a_sentence_for_the_second(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = review_all(version_in("submitted", priorities=1), by=UserFactory())
        analysts = [person("analyst", full_name=name) for name in ("Sophie Lavoie", "Marc Roy")]

    first, second = told(
        analysts, lambda user: validate_version(version, by=user, note="DGSQ absente.")
    )

    assert first == ""
    assert "l’a déjà validée le" in second


def test_one_approval_and_one_milestone(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = version_in("validated", priorities=1)
        delegates = [person("delegate") for _ in range(2)]

    first, second = told(delegates, lambda user: approve_version(version, by=user))

    assert first == ""
    assert "l’a déjà approuvée le" in second
    with acting_as_portal():
        assert Milestone.objects.filter(kind="plan_approved").count() == 1


def test_two_writers_of_one_text_keep_both(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1)
        section = CanvasSection.objects.get(canvas=version.plan.canvas, code="2c")
        writers = [person("coordination", "mauricie"), person("direction", "mauricie")]

    def write(user: User) -> SectionText:
        return save_section_text(version, section, by=user, html=f"<p>{user.email}</p>", revision=1)

    first, second = told(writers, write)

    assert first == ""
    assert "a enregistré un autre texte" in second


PLACE = {"territory": "mauricie", "cycle": "2024-2029", "number": 1}


def test_two_people_in_one_field_at_once_keep_both(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1)
        action = Action.objects.get(version=version)
        writers = [person("coordination", "mauricie"), person("direction", "mauricie")]

    def write(user: User) -> None:
        held = hold_field(Action, action.pk, "lead", **PLACE)
        assert held is not None
        time.sleep(0.2)
        save_field(held, by=user, value=user.email, base="CDC")

    first, second = told(writers, write)

    assert first == ""
    assert "a enregistré autre chose dans ce champ" in second
    with acting_as_portal():
        assert Action.objects.get(pk=action.pk).revision == 1


def test_two_people_in_two_fields_at_once_both_write(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1)
        action = Action.objects.get(version=version)
        writers = [person("coordination", "mauricie"), person("direction", "mauricie")]
    fields = dict(
        zip(
            [one.pk for one in writers],
            [("lead", "CDC"), ("population", "Ménages à faible revenu")],
            strict=True,
        )
    )

    def write(user: User) -> None:
        field, base = fields[user.pk]
        held = hold_field(Action, action.pk, field, **PLACE)
        assert held is not None
        time.sleep(0.2)
        save_field(held, by=user, value="Nouveau", base=base)

    assert told(writers, write) == ["", ""]
    with acting_as_portal():
        found = Action.objects.get(pk=action.pk)
        assert (found.lead, found.population, found.revision) == ("Nouveau", "Nouveau", 2)


def test_two_people_in_a_blank_section_at_once_keep_both(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        written_version("mauricie", priorities=1)
        SectionText.objects.all().delete()
        writers = [person("coordination", "mauricie"), person("direction", "mauricie")]

    def write(user: User) -> None:
        held = hold_text("2c", **PLACE)
        assert held is not None
        time.sleep(0.2)
        save_held_text(held, by=user, html=f"<p>{user.email}</p>", revision=0)

    first, second = told(writers, write)

    assert first == ""
    assert "a enregistré un autre texte" in second


def test_two_people_who_move_at_once_keep_a_valid_order(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1, objectives=1, actions=6)
        people = [person("coordination", "mauricie"), person("direction", "mauricie")]
        actions = list(Action.objects.filter(version=version).order_by("rank"))
    turns = dict(zip([one.pk for one in people], [(actions[0], 6), (actions[5], 1)], strict=True))

    def move(user: User) -> None:
        action, rank = turns[user.pk]
        move_element_to(action, by=user, rank=rank)

    assert told(people, move) == ["", ""]
    with acting_as_portal():
        order = list(Action.objects.order_by("rank").values_list("rank", "title"))
        assert [rank for rank, _title in order] == [1, 2, 3, 4, 5, 6]
        assert (order[0][1], order[-1][1]) == ("Action 1.1.6", "Action 1.1.1")


def test_who_writes_past_the_services_waits_for_who_submits(
    committed_db: CommittedDatabase,
) -> None:
    with acting_as_portal():
        version = written_version("mauricie", priorities=1)
        direction = person("direction", "mauricie")
    submitted = Event()

    def submit() -> None:
        with acting_as(direction):
            submit_version(version, by=direction)
            submitted.set()
            time.sleep(0.5)
        connection.close()

    def write() -> str:
        submitted.wait(timeout=30)
        try:
            with acting_as(direction):
                Priority.objects.filter(version=version).update(title="Glissée après coup")
        except IntegrityError as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        done = pool.submit(submit)
        answer = pool.submit(write).result(timeout=60)
        done.result(timeout=60)

    assert "est figée" in answer
    with acting_as_portal():
        assert PlanVersion.objects.get().state == "submitted"
        assert not Priority.objects.filter(title="Glissée après coup").exists()
