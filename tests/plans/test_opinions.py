"""The DGSQ's opinion on a submission: once, read by all, on the text as it stands."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.models import JournalEntry, Notification
from plans import selectors
from plans.models import Opinion
from plans.services import give_opinion, return_version, submit_version, validate_version
from tests.conftest import CommittedDatabase
from tests.factories import UserFactory, person

from .factories import answer_corrections, review_all, version_in
from .pages import text_of
from .test_concurrency import told

PLAN = "/alliances/mauricie/2024-2029/plan/1/"


@pytest.mark.django_db
def test_the_opinion_is_kept_told_and_written_in_the_journal() -> None:
    version = version_in("submitted", priorities=1)
    adviser = person("advisor", "mauricie", full_name="Marc Roy")
    analyst, table = person("analyst"), person("coordination", "mauricie")

    opinion = give_opinion(version, by=adviser, stance="reserves", text=" Chiffrez la cible. ")

    assert (opinion.text, opinion.submitted_at) == ("Chiffrez la cible.", version.submitted_at)
    told_people = {one.recipient for one in Notification.objects.filter(subject__contains="avis")}
    assert told_people == {analyst, table}
    entry = JournalEntry.objects.get(verb="give_opinion")
    assert entry.summary == "a donné l’avis de la DGSQ sur la version 1 du PARC"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stance", "field"), [("", "stance"), ("reserves", "text"), ("unfavourable", "text")]
)
def test_reserves_need_words_and_a_stance_is_chosen(stance: str, field: str) -> None:
    version = version_in("submitted", priorities=1)

    with pytest.raises(Refusal) as refusal:
        give_opinion(version, by=UserFactory(), stance=stance, text="  ")

    assert refusal.value.field == field


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "returned", "validated", "approved"])
def test_only_a_submitted_version_receives_an_opinion(state: str) -> None:
    version = version_in(state, priorities=1)
    before = Opinion.objects.count()

    with pytest.raises(StaleAct):
        give_opinion(version, by=UserFactory(), stance="favourable")

    assert Opinion.objects.count() == before


@pytest.mark.django_db
def test_another_text_transmitted_since_is_another_question() -> None:
    version = version_in("submitted", priorities=1)
    give_opinion(version, by=UserFactory(), stance="favourable")
    return_version(version, by=UserFactory(), reason="À préciser.")
    answer_corrections(version, by=person("coordination", "mauricie"))
    again = submit_version(version, by=UserFactory())

    with pytest.raises(StaleAct, match="un autre texte"):
        give_opinion(
            again, by=UserFactory(), stance="favourable", submitted_at=version.submitted_at
        )

    assert selectors.opinion_on(again) is None
    give_opinion(again, by=UserFactory(), stance="favourable", submitted_at=again.submitted_at)
    assert len(selectors.opinions_of(again)) == 2


@pytest.mark.django_db
def test_the_database_keeps_one_opinion_with_its_words() -> None:
    version = version_in("submitted", priorities=1)
    given = give_opinion(version, by=UserFactory(), stance="favourable")
    row = {
        "version": version,
        "territory_id": version.territory_id,
        "submitted_at": version.submitted_at,
        "given_by": UserFactory(),
    }

    for changes, name in (
        ({"stance": "favourable"}, "opinion_once_per_submission"),
        ({"stance": "reserves"}, "opinion_reserves_have_text"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Opinion.objects.create(**row, **changes)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Opinion.objects.filter(pk=given.pk).update(text="Autre")


@pytest.mark.django_db
def test_the_adviser_has_it_to_do_until_it_is_given(signed_in: Callable[..., Client]) -> None:
    version = version_in("submitted", priorities=1)
    adviser = person("advisor", "mauricie")
    analyst = person("analyst")
    assert [one.title for one in selectors.todo(adviser)] == [
        "Donner l’avis de la DGSQ sur la version 1 du PARC"
    ]

    give_opinion(version, by=adviser, stance="favourable")

    assert selectors.todo(adviser) == []
    assert "Avis de la DGSQ : Favorable." in selectors.todo(analyst)[0].detail


@pytest.mark.django_db
def test_the_page_takes_the_opinion_and_every_party_reads_it(
    signed_in: Callable[..., Client],
) -> None:
    version = version_in("submitted", priorities=1)
    client = signed_in("advisor")
    assert "Donner l’avis de la DGSQ" in text_of(client.get(PLAN))

    refused = client.post(f"{PLAN}avis/", {"stance": "unfavourable", "text": ""})
    client.post(
        f"{PLAN}avis/",
        {
            "stance": "unfavourable",
            "text": "Le portrait oublie La Tuque.",
            "submitted_at": version.submitted_at.isoformat(),
        },
    )

    assert refused.status_code == 422
    assert "Dites pourquoi" in text_of(refused)
    for role in ("coordination", "partner", "analyst", "delegate", "auditor"):
        assert "Le portrait oublie La Tuque." in text_of(signed_in(role).get(PLAN))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["coordination", "direction", "partner", "analyst", "delegate"])
def test_only_the_adviser_gives_it(signed_in: Callable[..., Client], role: str) -> None:
    version_in("submitted", priorities=1)

    answer = signed_in(role).post(f"{PLAN}avis/", {"stance": "favourable"})

    assert answer.status_code == 403
    assert not Opinion.objects.exists()


@pytest.mark.django_db
def test_validation_needs_the_opinion_or_says_why_without() -> None:
    version = review_all(version_in("submitted", priorities=1), by=UserFactory())

    with pytest.raises(Refusal, match="La DGSQ n’a pas donné son avis") as refusal:
        validate_version(version, by=UserFactory(), note=" ")
    validated = validate_version(version, by=UserFactory(), note="Entente du 2 décembre.")

    assert refusal.value.field == "note"
    assert validated.validation_note == "Entente du 2 décembre."
    assert JournalEntry.objects.get(verb="validate_plan").reason == "Entente du 2 décembre."


def test_two_advisers_give_one_opinion(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = version_in("submitted", priorities=1)
        advisers = [person("advisor", "mauricie") for _ in range(2)]

    first, second = told(advisers, lambda user: give_opinion(version, by=user, stance="favourable"))

    assert first == ""
    assert "a déjà donné l’avis de la DGSQ le" in second
    with acting_as_portal():
        assert Opinion.objects.count() == 1
