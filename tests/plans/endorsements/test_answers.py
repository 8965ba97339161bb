"""Answering by a link: what it opens, what an answer holds for."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Notification, User
from plans.models import Endorsement, PlanVersion
from plans.services import (
    cancel_endorsement,
    resend_endorsement,
    submit_version,
)
from plans.services.answers import Door, TextChanged, find
from plans.tasks import send_endorsements
from tests.plans.agreement import (
    AGREE,
    DISAGREE,
    RESERVATION,
    answered,
    asked,
    change_text,
    sha256_of,
    token,
)
from tests.plans.factories import written_version

pytestmark = pytest.mark.django_db


# --- The link


def test_a_link_opens_its_own_request_only(version: PlanVersion, coordinator: User) -> None:
    first, second = asked(version, "Moisson", "Logis", by=coordinator)
    stolen = re.sub(r"^\d+", str(second.pk), token(first))

    assert find(token(first)) == (Door.OPEN, first)
    assert find(stolen) == (Door.UNKNOWN, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text.replace(".", ".0", 1),
        lambda text: text.split("~")[0],
        lambda text: f"{text.split('~')[0]}~{'A' * 43}",
        lambda _: "",
        lambda _: "é" * 400,
    ],
)
def test_a_tampered_link_opens_nothing(row: Endorsement, change: Callable[[str], str]) -> None:
    assert find(change(token(row)))[0] is Door.UNKNOWN


def test_an_invitation_s_token_is_not_an_endorsement_s(row: Endorsement) -> None:
    from alliances.links import token_of

    assert find(token_of("alliances.invitation", row.pk, row.round))[0] is Door.UNKNOWN


def test_sending_again_closes_the_former_link(row: Endorsement, coordinator: User) -> None:
    former = token(row)
    send_endorsements()
    with clock.at(clock.now() + timedelta(days=12)):
        again = resend_endorsement(row, by=coordinator)

        assert find(former)[0] is Door.SUPERSEDED
        assert find(token(again))[0] is Door.OPEN
        assert again.expires_at == clock.now() + timedelta(days=30)
    assert send_endorsements() == 1


def test_a_round_to_come_opens_nothing(row: Endorsement) -> None:
    row.round += 1

    assert find(token(row))[0] is Door.UNKNOWN


def test_cancelling_closes_the_link(row: Endorsement, coordinator: User) -> None:
    cancel_endorsement(row, by=coordinator)

    assert find(token(row))[0] is Door.CANCELLED
    with pytest.raises(StaleAct, match="déjà annulée"):
        cancel_endorsement(row, by=coordinator)
    with pytest.raises(StaleAct, match="déjà annulée"):
        resend_endorsement(row, by=coordinator)


def test_who_was_cancelled_may_be_asked_again(row: Endorsement, coordinator: User) -> None:
    cancel_endorsement(row, by=coordinator)

    assert asked(row.version, "Moisson Mauricie", by=coordinator)[0].pk != row.pk


def test_a_link_expires_to_the_second(row: Endorsement) -> None:
    with clock.at(row.expires_at - timedelta(seconds=1)):
        assert find(token(row))[0] is Door.OPEN
    with clock.at(row.expires_at):
        assert find(token(row))[0] is Door.EXPIRED
        with pytest.raises(StaleAct, match="ne sert plus"):
            answered(row)


# --- Answering


@pytest.mark.parametrize("answer", [AGREE, RESERVATION, DISAGREE])
def test_an_answer_holds_for_the_text_that_was_read(row: Endorsement, answer: str) -> None:
    kept = answered(row, answer)

    assert kept.content_sha256 == sha256_of(row.version)
    assert (kept.answered_name, kept.answered_title) == ("Line Caron", "Directrice")
    line = JournalEntry.objects.get(verb="answer_endorsement")
    assert line.actor.is_portal
    assert line.data["answered_name"] == "Line Caron"


@pytest.mark.parametrize("answer", [RESERVATION, DISAGREE])
def test_a_reservation_or_a_disagreement_says_why(row: Endorsement, answer: str) -> None:
    with pytest.raises(Refusal) as refusal:
        answered(row, answer, text="  \n ")
    assert refusal.value.field == "text"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("name", {"name": " "}),
        ("title", {"title": ""}),
        ("answer", {"answer": "abstain"}),
        ("text", {"text": "x" * 5001}),
    ],
)
def test_an_answer_is_whole(row: Endorsement, field: str, words: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refusal:
        answered(row, **words)
    assert refusal.value.field == field
    assert Endorsement.objects.get().answer == ""


def test_an_answer_is_given_once(row: Endorsement) -> None:
    answered(row, AGREE)

    with pytest.raises(StaleAct, match="ne sert plus"):
        answered(row, DISAGREE)
    assert Endorsement.objects.get().answer == AGREE
    assert find(token(row))[0] is Door.ANSWERED


def test_a_text_that_changed_while_reading_is_refused(row: Endorsement, coordinator: User) -> None:
    read = sha256_of(row.version)
    change_text(row.version, coordinator)

    with pytest.raises(TextChanged, match="Relisez-le"):
        answered(row, sha256=read)
    assert Endorsement.objects.get().answer == ""
    assert answered(row).content_sha256 != read


def test_only_the_fingerprint_of_the_present_text_is_taken(row: Endorsement) -> None:
    for made_up in ("", "0" * 64, sha256_of(row.version).upper()):
        with pytest.raises(TextChanged):
            answered(row, sha256=made_up)


def test_a_submitted_version_still_receives_answers(coordinator: User) -> None:
    version = written_version("mauricie", by=coordinator, priorities=1)
    (row,) = asked(version, "Logis", by=coordinator)
    submit_version(version, by=coordinator)

    assert answered(row).answer == AGREE


def test_who_asked_is_told_of_a_reservation_and_of_the_end(
    version: PlanVersion, coordinator: User
) -> None:
    first, second, third = asked(version, "Aube", "Béguin", "Cible", by=coordinator)

    answered(first, AGREE)
    assert Notification.objects.filter(recipient=coordinator).count() == 0
    answered(second, RESERVATION)
    answered(third, AGREE)

    bodies = list(
        Notification.objects.filter(recipient=coordinator)
        .order_by("pk")
        .values_list("body", flat=True)
    )
    assert "La cible 1.1 est trop basse." in bodies[0]
    assert "Toutes les réponses demandées sont reçues." in bodies[1]
