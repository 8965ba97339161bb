"""Who stands in for an absent person: their rights, their days, their name in the acts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import JournalEntry, Membership, Notification, User
from alliances.permissions import can, forget_rights, standing_in
from alliances.services.people import apply_memberships, end_role, grant_role
from alliances.services.stand_ins import stand_in
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, UserFactory, person

MONTREAL = ZoneInfo("America/Montreal")


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=MONTREAL)


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user, ended_at=None, stands_in_for=None)


@pytest.fixture
def louise(db: None) -> User:
    user = person("delegate", full_name="Louise Gagnon")
    Membership.objects.filter(user=user).update(starts_on=date(2024, 4, 1))
    return user


@pytest.fixture
def sophie(db: None) -> User:
    return person("analyst", full_name="Sophie Lavoie")


def replace(absent: User, user: User, **changes: object) -> Membership:
    values: dict[str, object] = {
        "user": user,
        "by": person("admin"),
        "starts_on": clock.today(),
        "ends_on": clock.today() + timedelta(days=10),
        "reason": "Vacances",
        **changes,
    }
    return stand_in(role_of(absent), **values)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_stand_in_has_the_rights_at_once_and_acts_for_the_absent(
    louise: User, sophie: User
) -> None:
    alliance = AllianceFactory()

    replace(louise, sophie)

    assert can(sophie, "approve_plan", alliance)
    assert standing_in(sophie, "approve_plan", alliance) == louise
    assert standing_in(louise, "approve_plan", alliance) is None
    assert standing_in(sophie, "validate_plan", alliance) is None  # in her own name
    entry = JournalEntry.objects.get(verb="stand_in")
    assert (entry.reason, "Louise Gagnon" in entry.summary) == ("Vacances", True)
    assert {one.recipient for one in Notification.objects.all()} == {louise, sophie}


@pytest.mark.django_db
def test_the_rights_start_and_end_with_the_days(louise: User, sophie: User) -> None:
    alliance = AllianceFactory()

    def may_approve(day: datetime) -> bool:
        with clock.at(day):
            apply_memberships()
            found = User.objects.get(pk=sophie.pk)
            return can(found, "approve_plan", alliance)

    with clock.at(at(2026, 12, 1, 9)):
        replace(louise, sophie, starts_on=date(2026, 12, 21), ends_on=date(2027, 1, 4))

    assert not may_approve(at(2026, 12, 20, 0, 5))
    assert may_approve(at(2026, 12, 21, 0, 5))
    assert may_approve(at(2027, 1, 4, 23, 0))
    assert not may_approve(at(2027, 1, 5, 0, 5))


@pytest.mark.django_db
def test_an_early_end_takes_the_rights_back_at_once(louise: User, sophie: User) -> None:
    made = replace(louise, sophie)

    end_role(made, by=person("admin"))

    forget_rights(sophie)
    assert not can(sophie, "approve_plan", AllianceFactory())
    assert can(sophie, "validate_plan", AllianceFactory())
    assert "remplacement de Louise Gagnon par Sophie Lavoie" in (
        JournalEntry.objects.get(verb="end_stand_in").summary
    )


@pytest.mark.django_db
def test_the_same_person_stands_in_again_after_the_last_day(louise: User, sophie: User) -> None:
    with clock.at(at(2026, 7, 1, 9)):
        first = replace(louise, sophie, ends_on=date(2026, 7, 10))

    with clock.at(at(2026, 12, 1, 9)):
        replace(louise, sophie, ends_on=date(2026, 12, 10))

    first.refresh_from_db()
    assert first.ended_by == User.objects.portal()


@pytest.mark.django_db
def test_a_role_whose_last_day_is_past_can_be_given_again(sophie: User) -> None:
    admin = person("admin")
    with clock.at(at(2026, 7, 1, 9)):
        grant_role(sophie, "budget", by=admin, ends_on=date(2026, 7, 10))

    with clock.at(at(2026, 12, 1, 9)):
        assert grant_role(sophie, "budget", by=admin).ended_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"reason": " "}, "reason", "pourquoi"),
        ({"ends_on": date(2026, 11, 30)}, "ends_on", "suit son début"),
        (
            {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 12, 5)},
            "starts_on",
            "aujourd’hui ou plus tard",
        ),
    ],
)
def test_days_out_of_order_and_no_reason_are_refused(
    louise: User, sophie: User, changes: dict[str, object], field: str, sentence: str
) -> None:
    with clock.at(at(2026, 12, 1, 9)), pytest.raises(Refusal, match=sentence) as refusal:
        replace(louise, sophie, **changes)

    assert refusal.value.field == field


@pytest.mark.django_db
def test_nobody_stands_in_for_themself(louise: User) -> None:
    with pytest.raises(Refusal, match="soi-même"):
        replace(louise, louise)


@pytest.mark.django_db
def test_the_absent_person_holds_the_role_until_the_end(louise: User, sophie: User) -> None:
    held = role_of(louise)
    Membership.objects.filter(pk=held.pk).update(ends_on=clock.today() + timedelta(days=3))
    with pytest.raises(Refusal, match="se termine le"):
        replace(louise, sophie)

    end_role(held, by=person("admin"))
    with pytest.raises(Refusal, match="ne tient pas ce rôle"):
        stand_in(
            held, user=sophie, by=person("admin"), starts_on=clock.today(),
            ends_on=clock.today(), reason="Vacances",
        )  # fmt: skip


@pytest.mark.django_db
def test_a_coordination_a_second_stand_in_and_the_other_side_are_refused(
    louise: User, sophie: User
) -> None:
    coordination = person("coordination", "mauricie")
    with pytest.raises(Refusal, match="ne tient pas ce rôle"):
        replace(coordination, person("direction", "mauricie"))
    with pytest.raises(Refusal, match="l’autre côté"):
        replace(louise, coordination)
    with pytest.raises(Refusal, match="a déjà ce rôle"):
        replace(louise, person("delegate"))

    replace(louise, sophie)

    with pytest.raises(Refusal, match="Sophie Lavoie remplace déjà Louise Gagnon"):
        replace(louise, person("budget"))


@pytest.mark.django_db
def test_a_role_held_for_another_is_not_passed_on(louise: User, sophie: User) -> None:
    made = replace(louise, sophie)

    with pytest.raises(Refusal, match="ne tient pas ce rôle"):
        stand_in(
            made, user=person("budget"), by=person("admin"), starts_on=clock.today(),
            ends_on=clock.today(), reason="Vacances",
        )  # fmt: skip


@pytest.mark.django_db
def test_only_who_manages_people_replaces(louise: User, sophie: User, client: Client) -> None:
    with pytest.raises(Refusal, match="ne pouvez pas"):
        replace(louise, sophie, by=louise)

    client.force_login(louise)
    assert client.get(f"/personnes/roles/{role_of(louise).pk}/remplacer/").status_code == 403


@pytest.mark.django_db
def test_the_direction_of_a_table_is_replaced_on_its_territory_only(client: Client) -> None:
    direction, deputy = person("direction", "mauricie"), person("coordination", "mauricie")

    replace(direction, deputy)

    forget_rights(deputy)
    assert can(deputy, "submit_plan", AllianceFactory("mauricie"))
    assert standing_in(deputy, "submit_plan", AllianceFactory("mauricie")) == direction
    assert not can(deputy, "submit_plan", AllianceFactory("laval"))
    # What the deputy does as coordination too is in their own name.
    assert standing_in(deputy, "edit_plan", AllianceFactory("mauricie")) is None


@pytest.mark.django_db
def test_the_database_wants_another_person_and_a_last_day(louise: User, sophie: User) -> None:
    for changes in ({"stands_in_for": sophie}, {"stands_in_for": louise, "ends_on": None}):
        with (
            pytest.raises(IntegrityError, match="membership_stand_in_is_another_until"),
            transaction.atomic(),
        ):
            Membership.objects.create(
                user=sophie, role="delegate", **{"ends_on": clock.today(), **changes}
            )


@pytest.mark.django_db
def test_the_page_shows_the_refusal_beside_its_field_then_the_replacement(
    client: Client, louise: User, sophie: User
) -> None:
    client.force_login(person("admin"))
    address = f"/personnes/roles/{role_of(louise).pk}/remplacer/"
    today = clock.today()
    typed = {
        "user": sophie.pk,
        "starts_on": today.isoformat(),
        "ends_on": (today - timedelta(days=1)).isoformat(),
        "reason": "Congé de trois semaines",
    }

    refused = client.post(address, typed)
    done = client.post(
        address, {**typed, "ends_on": (today + timedelta(days=9)).isoformat()}, follow=True
    )

    assert refused.status_code == 422
    assert "suit son début" in refused.text
    assert "Congé de trois semaines" in refused.text
    assert "Sophie Lavoie remplace Louise Gagnon du" in done.text
    assert "remplacement par Sophie Lavoie" in done.text
    assert "Remplacements en cours et à venir" in client.get("/personnes/").text
    assert "remplace Louise Gagnon" in client.get(f"/personnes/{sophie.pk}/").text


# --- Two people at once


def told(people: Sequence[User], act: Callable[[User], object]) -> list[str]:
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


def test_two_administrators_give_one_stand_in(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        absent = person("delegate", full_name="Louise Gagnon")
        admins = [person("admin"), person("admin")]
        chosen = dict(zip([one.pk for one in admins], [UserFactory(), UserFactory()], strict=True))
        absence = role_of(absent)
    day = clock.today()

    first, second = told(
        admins,
        lambda by: stand_in(
            absence, user=chosen[by.pk], by=by, starts_on=day, ends_on=day, reason="Vacances"
        ),
    )

    assert first == ""
    assert "remplace déjà Louise Gagnon" in second
    with acting_as_portal():
        assert Membership.objects.filter(stands_in_for=absent).count() == 1
