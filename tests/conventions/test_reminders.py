"""Reminding a party of its signature: who is written to, once a day, with its trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, JournalEntry, Notification
from conventions.models import Signatory, SignatureReminder
from conventions.reminders import remind_party
from conventions.selectors import signature_rows
from tests.factories import AllianceFactory, OrganisationFactory, person

from .avenants import moved, sent_avenant
from .factories import draft_convention, sent_convention, sign, signed_convention

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def party(alliance: Alliance, kind: str) -> Signatory:
    found = Signatory.objects.filter(convention__alliance=alliance, kind=kind).first()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "role", "place"),
    [
        ("ministry", "delegate", None),
        ("table", "direction", "mauricie"),
        ("mrc", "coordination", "mauricie"),
    ],
)
def test_those_who_sign_or_gather_the_sheet_are_written_to(
    alliance: Alliance, kind: str, role: str, place: str | None
) -> None:
    someone = person(role, place, full_name="Zoé Roy")
    sent_convention(alliance)
    reminder = remind_party(party(alliance, kind), by=person("analyst"))
    assert "Zoé Roy" in reminder.told
    letter = Notification.objects.filter(recipient=someone).latest("pk")
    assert "attend la signature de" in letter.body
    assert JournalEntry.objects.get(verb="remind_party").alliance == alliance


def test_a_fiduciary_is_written_to_at_its_own_address(alliance: Alliance) -> None:
    alliance.fiduciary = OrganisationFactory(name="CDC", email="cdc@exemple.example")
    alliance.save()
    alliance.table.is_registered = False
    alliance.table.save()
    sent_convention(alliance)
    reminder = remind_party(party(alliance, "fiduciary"), by=person("analyst"))
    assert "CDC (cdc@exemple.example)" in reminder.told
    assert Notification.objects.filter(address="cdc@exemple.example").exists()


def test_once_a_day_then_the_tracker_counts_again(alliance: Alliance) -> None:
    person("direction", "mauricie")
    convention = sent_convention(alliance)
    analyst = person("analyst", full_name="Léa Roy")
    table = party(alliance, "table")
    remind_party(table, by=analyst)
    with pytest.raises(StaleAct, match="Léa Roy a déjà relancé cette partie"):
        remind_party(table, by=person("analyst"))
    row = next(one for one in signature_rows(convention, analyst) if one.signatory == table)
    assert row.last_reminder is not None
    assert row.remind_on == clock.today() + timedelta(days=14)
    with clock.at(clock.now() + timedelta(days=1)):
        remind_party(table, by=analyst)
    assert table.reminders.count() == 2


def test_a_party_that_signed_or_is_not_asked_is_not_reminded(alliance: Alliance) -> None:
    signed = signed_convention(alliance)
    with pytest.raises(StaleAct, match="a déjà consigné"):
        remind_party(signed.signatories.all()[0], by=person("analyst"))


def test_nobody_to_write_to_is_said(alliance: Alliance) -> None:
    sent_convention(alliance)
    with pytest.raises(Refusal, match="Personne ne peut être relancé"):
        remind_party(party(alliance, "mrc"), by=person("analyst"))


@pytest.mark.parametrize("role", ["delegate", "budget", "auditor", "direction", "advisor"])
def test_reminding_is_for_who_records_signatures(alliance: Alliance, role: str) -> None:
    place = "mauricie" if role in ("direction", "advisor") else None
    sent_convention(alliance)
    with pytest.raises(PermissionDenied):
        remind_party(party(alliance, "table"), by=person(role, place))


def test_the_parties_of_an_avenant_are_reminded_too(client: Client, alliance: Alliance) -> None:
    person("direction", "mauricie", full_name="Zoé Roy")
    signed = signed_convention(alliance)
    avenant = sent_avenant(signed, rows=moved(signed))
    table = avenant.signatories.get(kind="table")
    client.force_login(person("analyst"))
    page = client.post(alliance.url("avenant_remind", table.pk), follow=True)
    text = page.text.replace("\u00a0", " ")
    assert "est relancée : Zoé Roy" in text
    assert "Relancée le" in text
    assert table.reminders.count() == 1


def test_a_party_of_another_alliance_does_not_exist(client: Client, alliance: Alliance) -> None:
    sent_convention(AllianceFactory("estrie"))
    theirs = party(AllianceFactory("estrie"), "table")
    client.force_login(person("analyst"))
    assert client.post(alliance.url("convention_remind", theirs.pk)).status_code == 404
    assert client.get(alliance.url("convention_remind", theirs.pk)).status_code == 405


def test_the_database_keeps_the_trace_whole(alliance: Alliance) -> None:
    person("direction", "mauricie")
    convention = sent_convention(alliance)
    table, ministry = party(alliance, "table"), party(alliance, "ministry")
    reminder = remind_party(table, by=person("analyst"))
    sign(ministry)
    same: dict[str, Any] = {
        "convention": convention,
        "sent_on": clock.today(),
        "sent_by": person("analyst"),
        "told": "x",
    }

    def create(**changes: Any) -> Any:
        return lambda: SignatureReminder.objects.create(**(same | changes))

    draft = draft_convention(AllianceFactory("laval"))
    for write, rule in (
        (create(signatory=table), "once_a_day"),
        (create(signatory=ministry), "pas attendue"),
        (create(), "pas attendue|one_party"),
        (create(convention=draft, signatory=table), "pas attendue|territory"),
        (create(signatory=party(alliance, "mrc"), told=""), "told_somebody"),
        (
            lambda: SignatureReminder.objects.filter(pk=reminder.pk).update(told="y"),
            "Cannot update or delete",
        ),
        (
            lambda: SignatureReminder.objects.filter(pk=reminder.pk).delete(),
            "Cannot update or delete",
        ),
    ):
        with pytest.raises(DatabaseError, match=rule), transaction.atomic():
            write()
