"""The bodies and their seats: what they hold, what they refuse, what the database holds."""

from datetime import date

import pytest
from django.db import transaction

from alliances import clock
from alliances.errors import StaleAct
from alliances.models import (
    Alliance,
    GovernanceBody,
    SeatCount,
    User,
)
from alliances.registers import bodies_of, seat_history, trend_words
from alliances.services import governance
from tests.factories import UserFactory

from .registers import held_by_the_database, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(alliance: Alliance, who: User) -> GovernanceBody:
    return governance.add_body(
        alliance, "Comité directeur", by=who, mandate="Décider.", meetings_per_year=6
    )


def count(body: GovernanceBody, on: date, held: int, seats: int = 14) -> SeatCount:
    return governance.count_seats(body, by=UserFactory(), on=on, seats=seats, lived_experience=held)


def test_a_body_is_written_once_however_it_is_spelled(
    alliance: Alliance, who: User, body: GovernanceBody
) -> None:
    with refused("existe déjà", "name"):
        governance.add_body(alliance, " COMITE  directeur", by=who)
    with held_by_the_database("body_once"), transaction.atomic():
        GovernanceBody.objects.create(alliance=alliance, name="comité Directeur")
    with refused("Écrivez le nom", "name"):
        governance.add_body(alliance, "   ", by=who)


def test_a_body_changes_and_the_second_writer_is_told(who: User, body: GovernanceBody) -> None:
    governance.change_body(body, by=who, revision=0, support="Transport payé.")
    with pytest.raises(StaleAct, match="Maude Gélinas a modifié"):
        governance.change_body(body, by=who, revision=0, support="Garderie.")
    body.refresh_from_db()
    assert (body.support, body.mandate, body.revision) == ("Transport payé.", "Décider.", 1)


def test_a_dissolved_body_keeps_its_counts_and_can_sit_again(
    who: User, body: GovernanceBody
) -> None:
    count(body, date(2026, 1, 20), 3)
    closed = governance.close_body(body, by=who, on=date(2026, 6, 1))
    assert list(SeatCount.objects.latest_by(date(2026, 5, 31)).values_list("seats")) == [(14,)]
    assert not SeatCount.objects.latest_by(date(2026, 6, 1)).exists()
    assert governance.reopen_body(closed, by=who).closed_on is None
    assert SeatCount.objects.latest_by(date(2026, 6, 1)).exists()


def test_the_days_of_a_body_stay_in_order(who: User, body: GovernanceBody) -> None:
    count(body, date(2026, 1, 20), 3)
    with refused("siégeait encore", "on"):
        governance.close_body(body, by=who, on=date(2026, 1, 19))
    with held_by_the_database("Des sièges sont comptés après"), transaction.atomic():
        GovernanceBody.objects.filter(pk=body.pk).update(closed_on=date(2026, 1, 19))
    with refused("dans l’avenir", "on"):
        governance.close_body(body, by=who, on=date(2999, 1, 1))
    governance.close_body(body, by=who, on=date(2026, 6, 1))
    with refused("est dissoute depuis", "on"):
        count(body, date(2026, 6, 2), 3)
    with held_by_the_database("Cette instance est dissoute"), transaction.atomic():
        SeatCount.objects.create(
            body=body, on=date(2026, 6, 2), seats=4, lived_experience=1, counted_by=who
        )


def test_closing_or_reopening_twice_is_told(who: User, body: GovernanceBody) -> None:
    with pytest.raises(StaleAct, match="siège déjà"):
        governance.reopen_body(body, by=who)
    governance.close_body(body, by=who, on=clock.today())
    with pytest.raises(StaleAct, match="déjà dissoute"):
        governance.close_body(body, by=who, on=clock.today())


def test_a_dissolved_body_does_not_sit_again_under_a_name_taken_meanwhile(
    alliance: Alliance, who: User, body: GovernanceBody
) -> None:
    governance.close_body(body, by=who, on=clock.today())
    governance.add_body(alliance, "Comité directeur", by=who)
    with refused("existe déjà", "name"):
        governance.reopen_body(body, by=who)


def test_a_day_is_counted_once(who: User, body: GovernanceBody) -> None:
    count(body, clock.today(), 1)
    with refused("déjà comptés", "on"):
        count(body, clock.today(), 2)
    with held_by_the_database("seat_count_once_a_day"), transaction.atomic():
        SeatCount.objects.create(
            body=body, on=clock.today(), seats=6, lived_experience=1, counted_by=who
        )


def test_the_database_refuses_more_seats_held_than_there_are(
    who: User, body: GovernanceBody
) -> None:
    with refused("plus de sièges tenus", "lived_experience"):
        count(body, clock.today(), 15)
    with held_by_the_database("seat_count_within_seats"), transaction.atomic():
        SeatCount.objects.create(body=body, seats=2, lived_experience=3, counted_by=who)


def test_the_seats_of_all_the_bodies_make_one_share_day_after_day(
    alliance: Alliance, who: User, body: GovernanceBody
) -> None:
    other = governance.add_body(alliance, "Comité local", by=who)
    governance.add_body(alliance, "Forum", by=who)
    count(body, date(2025, 1, 20), 1, seats=10)
    count(other, date(2025, 6, 1), 3, seats=10)
    count(body, date(2026, 1, 20), 4, seats=10)
    governance.close_body(other, by=who, on=date(2026, 3, 1))

    history = seat_history(bodies_of(alliance))

    assert [(one.on, one.held, one.seats) for one in history] == [
        (date(2025, 1, 20), 1, 10),
        (date(2025, 6, 1), 4, 20),
        (date(2026, 1, 20), 7, 20),
        (date(2026, 3, 1), 4, 10),
    ]
    assert trend_words(history).startswith("La part augmente")
    assert trend_words([]) == ""


def test_no_share_is_left_once_every_body_is_dissolved(who: User, body: GovernanceBody) -> None:
    count(body, date(2025, 1, 20), 1)
    governance.close_body(body, by=who, on=date(2026, 3, 1))
    assert len(seat_history(bodies_of(body.alliance))) == 1
