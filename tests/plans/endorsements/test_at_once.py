"""The same link twice at once, and the plan changed at that moment; the transactions commit."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import pytest
from django.db import DatabaseError, connection

from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import JournalEntry
from plans.models import Endorsement, Priority
from plans.services import add_priority, ask_endorsements, endorsements
from plans.services.answers import TextChanged
from plans.tasks import send_endorsements
from tests.conftest import CommittedDatabase
from tests.factories import person
from tests.plans.agreement import AGREE, DISAGREE, answered, asked, sha256_of
from tests.plans.factories import draft_version
from tests.plans.test_concurrency import told


def test_one_link_answered_twice_at_once_keeps_one_answer(committed_db: CommittedDatabase) -> None:
    with acting_as_portal() as portal:
        coordinator = person("coordination", "mauricie")
        version = draft_version("mauricie", by=coordinator)
        (row,) = asked(version, "Logis", by=coordinator)
        sha256 = sha256_of(version)
    answers = iter([AGREE, DISAGREE, AGREE, DISAGREE])

    outcomes = told([portal] * 4, lambda _one: answered(row, next(answers), sha256=sha256))

    assert outcomes.count("") == 1
    assert all("ne sert plus" in one for one in outcomes if one)
    with acting_as_portal():
        assert JournalEntry.objects.filter(verb="answer_endorsement").count() == 1


def test_an_answer_waits_for_who_is_writing_the_plan(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        coordinator = person("coordination", "mauricie")
        version = draft_version("mauricie", by=coordinator)
        add_priority(version, by=coordinator, title="Logement")
        (row,) = asked(version, "Logis", by=coordinator)
        read = sha256_of(version)
    writing = Event()

    def write() -> None:
        with acting_as(coordinator):
            Priority.objects.filter(version=version).update(title="Habitation")
            writing.set()
            time.sleep(0.5)
        connection.close()

    def answer() -> str:
        writing.wait(timeout=30)
        try:
            with acting_as_portal():
                answered(row, sha256=read)
        except TextChanged as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        done = pool.submit(write)
        outcome = pool.submit(answer).result(timeout=60)
        done.result(timeout=60)

    assert "Relisez-le" in outcome
    with acting_as_portal():
        assert Endorsement.objects.get().answer == ""


def test_two_people_ask_the_same_partner_once(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        people = [person("coordination", "mauricie"), person("direction", "mauricie")]
        version = draft_version("mauricie", by=people[0])

    first, second = told(
        people,
        lambda user: ask_endorsements(version, by=user, others=[("Logis", "l@org.example")]),
    )

    assert first == ""
    assert "déjà demandé\u00a0: Logis" in second


def test_two_workers_send_one_letter(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        coordinator = person("coordination", "mauricie")
        version = draft_version("mauricie", by=coordinator)
        asked(version, *(f"Organisme {n}" for n in range(6)), by=coordinator)
    sent = []

    def run() -> None:
        try:
            sent.append(send_endorsements())
        except Refusal as refusal:
            raise AssertionError from refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        for one in [pool.submit(run) for _ in range(3)]:
            one.result(timeout=60)

    assert sum(sent) == 6


def test_a_worker_killed_before_its_commit_leaves_the_letter_to_send(
    committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as_portal():
        coordinator = person("coordination", "mauricie")
        version = draft_version("mauricie", by=coordinator)
        asked(version, "Logis", by=coordinator)

    def die(row: Endorsement) -> None:
        Endorsement.objects.filter(pk=row.pk).update(attempts=5)
        connection.connection.close()
        raise SystemExit

    def run() -> None:
        with suppress(SystemExit, DatabaseError):
            send_endorsements()
        connection.close()

    with monkeypatch.context() as killed, ThreadPoolExecutor(1) as pool:
        killed.setattr(endorsements, "send", die)
        pool.submit(run).result(timeout=60)

    with acting_as_portal():
        assert Endorsement.objects.get().attempts == 0
    assert send_endorsements() == 1
