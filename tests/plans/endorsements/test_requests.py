"""Asking for endorsements: who is asked, the letter, what an answer is worth."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Document, JournalEntry, Partner, User
from plans.models import Endorsement, PlanVersion, Priority
from plans.selectors.endorsements import Standing, askable, board_of
from plans.services import (
    answer_endorsement,
    approve_version,
    ask_again,
    ask_endorsements,
    attach_evidence,
    cancel_endorsement,
    resend_endorsement,
    submit_version,
    update_priority,
)
from plans.services.answers import Door, find
from plans.services.endorsements import link_of
from plans.tasks import send_endorsements
from tests.factories import AllianceFactory, UserFactory
from tests.plans.agreement import (
    AGREE,
    RESERVATION,
    BodyFactory,
    PartnerFactory,
    answered,
    asked,
    change_text,
    sha256_of,
    token,
)
from tests.plans.factories import draft_version, validate, written_version

pytestmark = pytest.mark.django_db


def undo_change(version: PlanVersion) -> None:
    Priority.objects.get(version=version, title="Logement").delete()


# --- Asking


def test_one_act_asks_partners_bodies_and_others(version: PlanVersion, coordinator: User) -> None:
    alliance = version.plan.alliance
    partners = [
        PartnerFactory(alliance, name, by=coordinator, email=f"{name.lower()}@org.example")
        for name in ("Moisson", "Logis")
    ]

    rows = ask_endorsements(
        version,
        by=coordinator,
        partners=partners,
        bodies=[(BodyFactory(alliance), "Comite@Table.example")],
        others=[("Cégep de Shawinigan", "direction@cegep.example")],
    )

    assert [(one.name, one.email) for one in rows] == [
        ("Moisson", "moisson@org.example"),
        ("Logis", "logis@org.example"),
        ("Comité directeur", "comite@table.example"),
        ("Cégep de Shawinigan", "direction@cegep.example"),
    ]
    assert JournalEntry.objects.get(verb="ask_endorsements").actor == coordinator


def test_the_link_lives_thirty_days(row: Endorsement) -> None:
    assert row.expires_at - row.asked_at == timedelta(days=30)


def test_nobody_is_asked_twice(version: PlanVersion, coordinator: User) -> None:
    partner = PartnerFactory(version.plan.alliance, "Moisson", by=coordinator)
    ask_endorsements(version, by=coordinator, partners=[partner])

    with pytest.raises(StaleAct, match="déjà demandé\u00a0: Moisson"):
        ask_endorsements(
            version, by=coordinator, partners=[partner], others=[("Logis", "l@org.example")]
        )
    assert Endorsement.objects.count() == 1


def test_the_same_organisation_twice_in_one_list_is_refused(
    version: PlanVersion, coordinator: User
) -> None:
    twice = [("Logis", "l@org.example"), ("logis", "L@org.example")]

    with pytest.raises(StaleAct, match="logis"):
        ask_endorsements(version, by=coordinator, others=twice)


def test_asking_nobody_is_refused(version: PlanVersion, coordinator: User) -> None:
    with pytest.raises(Refusal, match="au moins un partenaire"):
        ask_endorsements(version, by=coordinator)


def test_a_partner_of_another_territory_is_refused(version: PlanVersion, coordinator: User) -> None:
    foreign = PartnerFactory(AllianceFactory("estrie"), "Ailleurs", by=coordinator)

    with pytest.raises(Refusal, match="de cette Alliance") as refusal:
        ask_endorsements(version, by=coordinator, partners=[foreign])
    assert refusal.value.field == "partners"


def test_a_body_of_another_territory_is_refused(version: PlanVersion, coordinator: User) -> None:
    foreign = BodyFactory(AllianceFactory("estrie"))

    with pytest.raises(Refusal, match="de cette Alliance"):
        ask_endorsements(version, by=coordinator, bodies=[(foreign, "c@org.example")])


def test_a_partner_who_left_is_refused(version: PlanVersion, coordinator: User) -> None:
    partner = PartnerFactory(version.plan.alliance, "Moisson", by=coordinator)
    partner.left_on = clock.today()

    with pytest.raises(Refusal, match="ne participe plus"):
        ask_endorsements(version, by=coordinator, partners=[partner])


@pytest.mark.parametrize(
    "email", ["", "pas-un-courriel", "a@b.example\nBcc: tous@x.example", "a@b.example, c@d.example"]
)
def test_an_address_that_is_not_one_is_refused(
    version: PlanVersion, coordinator: User, email: str
) -> None:
    with pytest.raises(Refusal, match="entrez un courriel"):
        ask_endorsements(version, by=coordinator, others=[("Logis", email)])


def test_an_approved_version_asks_nobody_any_more(coordinator: User) -> None:
    version = written_version("mauricie", by=coordinator, priorities=1)
    (row,) = asked(version, "Logis", by=coordinator)
    submit_version(version, by=coordinator)
    validate(version)
    approve_version(version, by=UserFactory())

    with pytest.raises(Refusal, match="son consensus ne change plus"):
        asked(version, "Moisson", by=coordinator)
    with pytest.raises(Refusal, match="son consensus ne change plus"):
        resend_endorsement(row, by=coordinator)
    assert find(token(row))[0] is Door.CLOSED


def test_what_may_be_asked_leaves_out_who_already_is(
    version: PlanVersion, coordinator: User
) -> None:
    alliance = version.plan.alliance
    first, second = (PartnerFactory(alliance, name, by=coordinator) for name in ("Aube", "Béguin"))
    PartnerFactory(alliance, "Sans adresse", by=coordinator, email="")
    PartnerFactory(AllianceFactory("estrie"), "Ailleurs", by=coordinator)
    ask_endorsements(version, by=coordinator, partners=[first])

    left = askable(alliance, version)

    assert left.partners == [second]
    assert left.without_email == 1


# --- The letter


def test_the_worker_sends_each_letter_once(row: Endorsement) -> None:
    assert [send_endorsements(), send_endorsements()] == [1, 0]

    letter = mail.outbox[0]
    assert letter.to == [row.email]
    assert letter.reply_to == [row.asked_by.email]
    assert link_of(row) in letter.body
    assert "Moisson Mauricie" in letter.body
    assert "PARC, version 1" in letter.subject


def test_a_letter_that_fails_comes_back_and_stops_no_other(
    version: PlanVersion, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = asked(version, "Moisson", "Logis", by=coordinator)
    real = mail.EmailMessage.send

    def send(message: Any, *args: Any, **kwargs: Any) -> int:
        if message.to == [first.email]:
            raise ConnectionRefusedError
        return real(message, *args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMessage, "send", send)
        assert send_endorsements() == 1
    first.refresh_from_db()
    assert (first.sent_at, first.attempts) == (None, 1)
    assert send_endorsements() == 1
    assert [letter.to for letter in mail.outbox] == [[second.email], [first.email]]


def test_the_letter_speaks_the_asked_language(version: PlanVersion, coordinator: User) -> None:
    ask_endorsements(
        version, by=coordinator, others=[("Council", "c@council.example")], language="en"
    )
    send_endorsements()

    assert Endorsement.objects.get().language == "en"
    assert "Bonjour" not in mail.outbox[0].body


def test_a_name_never_adds_a_header(version: PlanVersion, coordinator: User) -> None:
    name = "Logis\r\nBcc: tous@x.example\r\n\r\nFaux texte"
    ask_endorsements(version, by=coordinator, others=[(name, "l@org.example")])
    coordinator.full_name = "Maude\r\nBcc: autre@x.example"
    coordinator.save(update_fields=["full_name"])

    assert send_endorsements() == 1

    letter = mail.outbox[0]
    assert letter.recipients() == ["l@org.example"]
    assert set(letter.message().keys()) & {"Bcc", "Cc"} == set()
    assert "\n" not in letter.subject


def test_nothing_is_sent_once_cancelled_expired_or_answered(
    version: PlanVersion, coordinator: User
) -> None:
    cancelled, late, done = asked(version, "Aube", "Béguin", "Cible", by=coordinator)
    cancel_endorsement(cancelled, by=coordinator)
    answered(done)
    Endorsement.objects.filter(pk=late.pk).update(expires_at=clock.now())

    assert send_endorsements() == 0


# --- What an answer is worth


def test_a_later_change_sets_answers_apart(version: PlanVersion, coordinator: User) -> None:
    before, after, silent = asked(version, "Aube", "Béguin", "Cible", by=coordinator)
    answered(before, AGREE)
    change_text(version, coordinator)
    answered(after, RESERVATION)

    board = board_of(version)

    assert [line.row for line in board.agreed] == []
    assert [line.row for line in board.earlier] == [before]
    assert [line.row for line in board.reserved] == [after]
    assert [line.row for line in board.waiting] == [silent]
    assert (board.answered, board.asked) == (1, 3)


def test_the_text_put_back_gives_the_answers_their_worth_again(
    row: Endorsement, version: PlanVersion, coordinator: User
) -> None:
    answered(row)
    change_text(version, coordinator)
    assert board_of(version).agreed == []

    undo_change(version)

    assert [line.row for line in board_of(version).agreed] == [row]


def test_asking_again_keeps_the_former_answer(version: PlanVersion, coordinator: User) -> None:
    partner = PartnerFactory(version.plan.alliance, "Moisson", by=coordinator)
    (former,) = ask_endorsements(version, by=coordinator, partners=[partner])
    answered(former, RESERVATION)
    change_text(version, coordinator)
    Partner.objects.filter(pk=partner.pk).update(email="nouveau@org.example")

    (again,) = ask_again(version, by=coordinator)

    assert (again.partner, again.email, again.answer) == (partner, "nouveau@org.example", "")
    board = board_of(version)
    assert [line.standing for line in board.past] == [Standing.REPLACED]
    assert board.past[0].row.text == "La cible 1.1 est trop basse."
    assert find(token(former))[0] is Door.ANSWERED
    assert find(token(again))[0] is Door.OPEN


def test_only_those_of_an_earlier_text_are_asked_again(
    version: PlanVersion, coordinator: User
) -> None:
    first, second = asked(version, "Aube", "Béguin", by=coordinator)
    answered(first)

    with pytest.raises(StaleAct, match="Aucune réponse"):
        ask_again(version, by=coordinator)
    change_text(version, coordinator)
    assert [one.name for one in ask_again(version, by=coordinator)] == ["Aube"]
    with pytest.raises(StaleAct, match="Aucune réponse"):
        ask_again(version, by=coordinator, rows=[second])


# --- Evidence


def test_the_evidence_is_a_document_of_the_alliance(row: Endorsement, coordinator: User) -> None:
    answered(row)
    file = SimpleUploadedFile("resolution.pdf", b"%PDF-1.7 resolution")

    kept = attach_evidence(row, file, by=coordinator)

    assert kept.evidence is not None
    assert kept.evidence.alliance == row.version.plan.alliance
    assert kept.evidence.subject_id == row.pk


def test_a_file_that_is_not_what_it_says_proves_nothing(
    row: Endorsement, coordinator: User
) -> None:
    with pytest.raises(Refusal):
        attach_evidence(row, SimpleUploadedFile("a.pdf", b"<html>"), by=coordinator)
    assert not Document.objects.exists()


# --- The cycle of 2017


def test_the_cycle_of_2017_asks_with_its_own_words(coordinator: User) -> None:
    version = draft_version(AllianceFactory("mauricie", "2017-2024"), by=coordinator)
    (row,) = asked(version, "Logis", by=coordinator)

    send_endorsements()

    assert "PARC" not in mail.outbox[0].subject + mail.outbox[0].body
    assert answered(row).answer == AGREE


def test_the_whole_month_passes_by_the_real_clock(version: PlanVersion, coordinator: User) -> None:
    with time_machine.travel("2025-03-01T12:00:00-05:00", tick=False):
        (row,) = asked(version, "Logis", by=coordinator)
    with time_machine.travel("2025-03-31T12:59:59-04:00", tick=False):
        assert find(token(row))[0] is Door.OPEN
    with time_machine.travel("2025-03-31T13:00:00-04:00", tick=False):
        assert find(token(row))[0] is Door.EXPIRED
        with pytest.raises(StaleAct):
            answer_endorsement(
                token(row), answer=AGREE, sha256=sha256_of(version), name="L", title="D"
            )


def test_editing_a_priority_also_changes_the_text(
    row: Endorsement, version: PlanVersion, coordinator: User
) -> None:
    answered(row)
    priority = Priority.objects.get(version=version)

    update_priority(priority, by=coordinator, revision=priority.revision, title="Autre titre")

    assert board_of(version).earlier
