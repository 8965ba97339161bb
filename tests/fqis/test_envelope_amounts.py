"""The amount of one envelope, proposed then confirmed; the rules tried past the service."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Notification
from fqis import services
from fqis.models import Envelope, EnvelopeAmount
from tests.conventions.factories import with_envelope
from tests.factories import AllianceFactory, person

from .test_allocations import propose
from .test_rules import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def envelope() -> Envelope:
    """Estrie's, to confirm."""
    return services.open_envelope(AllianceFactory("estrie"))


def test_nothing_changes_before_another_person_confirms(envelope: Envelope) -> None:
    person("coordination", "estrie")
    proposal = propose(envelope, Decimal("900000.00"))
    envelope.refresh_from_db()
    assert (envelope.amount, envelope.quality) == (None, "unknown")
    services.confirm_amount(proposal, by=person("delegate"))
    envelope.refresh_from_db()
    assert (envelope.amount, envelope.quality) == (Decimal("900000.00"), "confirmed")
    assert (envelope.decided_on, envelope.reference) == (clock.today(), "L-1")
    entry = JournalEntry.objects.get(verb="confirm_envelope")
    assert (entry.data["reference"], entry.data["after"]) == ("L-1", "900000.00")
    assert Notification.objects.filter(subject__contains="enveloppe confirmée").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": " "}, "Écrivez la source"),
        ({"reference": " "}, "Écrivez la référence"),
        ({"quality": "unknown"}, "Dites d’où vient"),
        ({"on": date(2099, 1, 1)}, "dans le futur"),
    ],
)
def test_an_amount_says_its_decision(
    envelope: Envelope, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        propose(envelope, Decimal(5), **changes)


def test_one_amount_waits_at_a_time(envelope: Envelope) -> None:
    first = propose(envelope, Decimal(5), by=person("budget", full_name="Luc Roy"))
    with pytest.raises(StaleAct, match="Luc Roy a proposé"):
        propose(envelope, Decimal(6))
    services.withdraw_amount(first, by=person("budget"))
    assert propose(envelope, Decimal(6)).state == "proposed"


def test_each_act_has_its_right(envelope: Envelope) -> None:
    for other in (person("analyst"), person("delegate"), person("direction", "estrie")):
        with pytest.raises(PermissionDenied):
            propose(envelope, Decimal(5), by=other)
    proposal = propose(envelope, Decimal(5))
    for other in (person("budget"), person("analyst"), person("direction", "estrie")):
        with pytest.raises(PermissionDenied):
            services.confirm_amount(proposal, by=other)
    with pytest.raises(PermissionDenied):
        services.withdraw_amount(proposal, by=person("delegate"))


def test_a_confirmed_amount_is_asked_again_what_it_may_give(envelope: Envelope) -> None:
    total = envelope.alliance.cycle.envelope_total
    given = sum(
        one.amount or 0 for one in Envelope.objects.filter(alliance__cycle=envelope.alliance.cycle)
    )
    room = total - given
    proposal = propose(envelope, room)
    with_envelope(AllianceFactory("outaouais"), Decimal(10))
    with pytest.raises(Refusal, match="Le total du cycle"):
        services.confirm_amount(proposal, by=person("delegate"))


# --- Past the service


def test_no_envelope_changes_without_a_decision(envelope: Envelope) -> None:
    said = {"quality": "confirmed", "source": "x", "reference": "x", "decided_on": clock.today()}
    whole = said | {"confirmed_at": clock.now(), "confirmed_by": person("delegate")}
    change = Envelope.objects.filter(pk=envelope.pk).update
    broken("envelope_confirmed_has_decision", lambda: change(amount=5, quality="confirmed"))
    broken("envelope_as_decided", lambda: change(amount=5, quality="published", source="x"))
    broken("envelope_as_decided", lambda: change(amount=5, **whole))
    with_envelope(envelope.alliance, Decimal(9))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for changes in (
        {"amount": Decimal(10)},
        {"quality": "rounded"},
        {"reference": "Autre"},
        {"decided_on": date(2020, 1, 1)},
        {"confirmed_at": clock.now() + timedelta(days=1)},
    ):
        broken("envelope_as_decided", lambda changes=changes: change(**changes))


def test_a_decision_serves_once(envelope: Envelope) -> None:
    with_envelope(envelope.alliance, Decimal(9))
    first = Envelope.objects.get(pk=envelope.pk)
    with clock.at(clock.now() + timedelta(days=1)):
        with_envelope(envelope.alliance, Decimal(5))
        with clock.at(clock.now() + timedelta(days=1)):
            with_envelope(envelope.alliance, Decimal(7))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    broken(
        "envelope_as_decided",
        lambda: Envelope.objects.filter(pk=envelope.pk).update(
            amount=first.amount, confirmed_at=first.confirmed_at
        ),
    )


def test_a_confirmed_amount_is_given_and_stays(envelope: Envelope) -> None:
    budget = person("budget")
    proposal = propose(envelope, Decimal(5), by=budget)
    fields = {"state": "confirmed", "confirmed_at": clock.now()}
    change = EnvelopeAmount.objects.filter(pk=proposal.pk).update
    broken("envelopeamount_two_people", lambda: change(**fields, confirmed_by=budget))
    broken("envelopeamount_given", lambda: change(**fields, confirmed_by=person("delegate")))
    broken("envelopeamount_confirmed_at_and_by", lambda: change(state="confirmed"))
    broken("envelopeamount_withdrawn_at_and_by", lambda: change(state="withdrawn"))
    broken("envelopeamount_fixed", lambda: change(amount=6))
    broken(
        "envelopeamount_positive",
        lambda: EnvelopeAmount.objects.create(
            envelope=AllianceFactory("laval").envelope,
            amount=0,
            quality="confirmed",
            source="x",
            reference="x",
            decided_on=clock.today(),
            proposed_by=budget,
        ),
    )
    broken(
        "envelopeamount_sourced",
        lambda: EnvelopeAmount.objects.create(
            envelope=AllianceFactory("laval").envelope,
            amount=1,
            quality="confirmed",
            source="x",
            reference="",
            decided_on=clock.today(),
            proposed_by=budget,
        ),
    )
    broken(
        "envelopeamount_one_open",
        lambda: EnvelopeAmount.objects.create(
            envelope=envelope,
            amount=1,
            quality="confirmed",
            source="x",
            reference="x",
            decided_on=clock.today(),
            proposed_by=budget,
        ),
    )
    services.confirm_amount(proposal, by=person("delegate"))
    broken("Cannot update", lambda: change(reference="Autre"))
    broken("Cannot delete", lambda: EnvelopeAmount.objects.filter(pk=proposal.pk).delete())


def test_only_the_reference_data_open_an_envelope_with_an_amount(identity: Any) -> None:
    alliance = AllianceFactory("estrie", "2017-2024")
    direction = person("direction", "estrie")
    identity(direction)
    broken(
        "envelope_opened_empty",
        lambda: Envelope.objects.create(
            alliance=alliance, amount=5, quality="published", source="x"
        ),
    )
    assert Envelope.objects.create(alliance=alliance).amount is None


def test_a_table_reads_none_of_it(envelope: Envelope, identity: Any) -> None:
    propose(envelope, Decimal(5))
    identity(person("direction", "estrie"))
    assert not EnvelopeAmount.objects.exists()
