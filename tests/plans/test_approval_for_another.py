"""A plan approved by who stands in: « pour » in the version, the journal, the letter."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Document, JournalEntry, Membership, User
from alliances.permissions import standing_in
from alliances.services.stand_ins import stand_in
from plans.models import PlanVersion
from plans.services import approve_version
from tests.factories import UserFactory, person

from .factories import validate, version_in
from .pages import text_of

pytestmark = pytest.mark.django_db
BASE = "/alliances/mauricie/2024-2029/"


@pytest.fixture
def louise() -> User:
    return person("delegate", full_name="Louise Gagnon")


@pytest.fixture
def sophie(louise: User) -> User:
    user = person("analyst", full_name="Sophie Lavoie")
    stand_in(
        Membership.objects.get(user=louise), user=user, by=person("admin"),
        starts_on=clock.today(), ends_on=clock.today() + timedelta(days=5), reason="Vacances",
    )  # fmt: skip
    return user


def test_the_version_the_journal_and_the_letter_say_for_whom(louise: User, sophie: User) -> None:
    version = approve_version(version_in("validated", priorities=1), by=sophie)

    assert (version.approved_by, version.approved_for) == (sophie, louise)
    assert JournalEntry.objects.get(verb="approve_plan").acting_for == "Louise Gagnon"
    letter = Document.objects.get(kind="plan_approval").data["approved_by"]
    assert letter == {
        "name": "Sophie Lavoie",
        "title": "Pour Louise Gagnon, par délégation de la ministre",
    }


def test_who_approves_in_their_own_name_acts_for_nobody(louise: User) -> None:
    version = approve_version(version_in("validated", priorities=1), by=louise)

    assert version.approved_for is None
    assert JournalEntry.objects.get(verb="approve_plan").acting_for == ""
    letter = Document.objects.get(kind="plan_approval").data["approved_by"]
    assert letter["title"] == "Pour la ministre, par délégation"


def test_nobody_approves_what_they_or_the_absent_person_validated(
    louise: User, sophie: User
) -> None:
    own = validate(version_in("submitted", "mauricie", priorities=1), by=sophie)
    theirs = validate(version_in("submitted", "laval", priorities=1), by=louise)

    with pytest.raises(Refusal, match="Vous avez validé cette version"):
        approve_version(own, by=sophie)
    with pytest.raises(Refusal, match="Louise Gagnon a validé cette version"):
        approve_version(theirs, by=sophie)


def test_the_database_refuses_an_approval_for_oneself_or_for_who_validated(louise: User) -> None:
    version = version_in("validated", priorities=1)
    for absent in (louise, version.validated_by):
        with (
            pytest.raises(IntegrityError, match="plan_version_stand_in_two_people"),
            transaction.atomic(),
        ):
            PlanVersion.objects.filter(pk=version.pk).update(
                state="approved",
                approved_at=clock.now(),
                approved_by=louise,
                approved_for=absent,
                in_force_from=clock.today(),
            )


def test_the_pages_say_for_whom_before_and_after(
    client: Client, louise: User, sophie: User
) -> None:
    version = version_in("validated", priorities=1)
    client.force_login(sophie)
    before = text_of(client.get(f"{BASE}plan/1/"))
    approve_version(version, by=sophie)

    assert "Vous approuvez pour Louise Gagnon" in before
    assert "Approuvé par Sophie Lavoie, pour Louise Gagnon" in text_of(client.get(f"{BASE}plan/1/"))
    assert "pour Louise Gagnon" in text_of(client.get(f"{BASE}journal/"))


def test_the_last_day_passed_nobody_approves_for_another(louise: User, sophie: User) -> None:
    version = version_in("validated", priorities=1)
    with clock.at(clock.now() + timedelta(days=6)):
        later = User.objects.get(pk=sophie.pk)
        approved = approve_version(version, by=UserFactory())
        assert standing_in(later, "approve_plan", version) is None
    assert approved.approved_for is None
