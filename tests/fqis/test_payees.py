"""An avenant changes who is paid: notices to the former payee, and money versed again."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from alliances.errors import Refusal
from alliances.models import Document, JournalEntry, Notification
from conventions.avenants.changes import Parties
from conventions.models import Convention
from fqis import services
from fqis.documents import ANNULMENT_KIND
from fqis.models import Versement
from tests.conventions.avenants import schedule, sent_avenant, sign_all, signed_avenant, with_spec
from tests.conventions.factories import with_envelope
from tests.factories import OrganisationFactory, person

from .factories import (
    funded_alliance,
    issued_versement,
    paid_versement,
    recommended_versement,
    sent_line,
)
from .test_rules import broken, set_versement

pytestmark = pytest.mark.django_db


def convention_of(versement: Versement) -> Convention:
    return Convention.objects.for_pages().get(alliance=versement.alliance_id)


def other_table(versement: Versement) -> Parties:
    return Parties(OrganisationFactory(territory=versement.alliance.territory), None)


def all_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("is_issued", [True, False], ids=["issued", "authorised"])
def test_an_unpaid_notice_to_the_former_party_is_annulled_and_its_money_planned_again(
    is_issued: bool,
) -> None:
    person("coordination", "laval")
    if is_issued:
        versement = issued_versement()
    else:
        versement = services.authorise_versement(recommended_versement(), by=person("budget"))
    notice = versement.notice
    assert notice is not None

    signed_avenant(convention_of(versement), parties=other_table(versement))
    all_rules()

    versement.refresh_from_db()
    assert (versement.state, versement.notice) == ("cancelled", notice)
    assert versement.cancelled_reason == "L’avenant no 1 change la partie qui est payée."
    record = Document.objects.get(kind=ANNULMENT_KIND)
    assert (record.replaces, record.data["issued"]) == (notice, is_issued)
    again = Versement.objects.get(tranche=versement.tranche, state="ready")
    assert again.amount == versement.amount
    assert JournalEntry.objects.filter(verb="replace_notice").count() == 1
    told = Notification.objects.filter(subject__contains=f"{notice.number} annulé")
    assert told.exists()

    services.recommend_versement(again, by=person("analyst"))
    again = services.authorise_versement(again, by=person("budget"))
    assert again.notice is not None
    assert again.notice.sequence == (notice.sequence or 0) + 1


def test_what_is_sent_to_the_payments_system_makes_the_avenant_wait() -> None:
    versement = issued_versement()
    line = sent_line(versement)
    avenant = sent_avenant(convention_of(versement), parties=other_table(versement))

    with pytest.raises(Refusal, match="est envoyé au paiement"):
        sign_all(avenant)
    versement.refresh_from_db()
    assert versement.state == "issued"
    services.reject_payment(
        line, by=person("payments"), on=versement.issued_at.date(), reason="Compte fermé."
    )
    sign_all(avenant)
    versement.refresh_from_db()
    assert versement.state == "cancelled"


def test_a_paid_notice_stays_paid() -> None:
    versement = paid_versement()
    signed_avenant(convention_of(versement), parties=other_table(versement))
    all_rules()
    versement.refresh_from_db()
    assert versement.state == "paid"
    assert not Document.objects.filter(kind=ANNULMENT_KIND).exists()


def test_an_avenant_of_amounts_leaves_the_notices() -> None:
    versement = issued_versement()
    first, second, third = schedule(convention_of(versement))
    rows = [
        first,
        with_spec(second, amount=second.spec.amount - 1),
        with_spec(third, amount=third.spec.amount + 1),
    ]
    signed_avenant(convention_of(versement), rows=rows)
    versement.refresh_from_db()
    assert versement.state == "issued"


def test_nobody_cancels_an_issued_notice_by_hand() -> None:
    versement = issued_versement()
    with pytest.raises(Refusal, match="L’avis est émis"):
        services.cancel_versement(versement, by=person("analyst"), reason="Erreur.")
    fields: dict[str, Any] = {
        "state": "cancelled",
        "cancelled_at": versement.issued_at,
        "cancelled_by": person("analyst"),
        "cancelled_reason": "x",
    }
    broken("versement_issued_stays", set_versement(versement, **fields))


def test_the_database_refuses_another_payee_while_a_notice_is_owed(monkeypatch: Any) -> None:
    versement = issued_versement()
    avenant = sent_avenant(convention_of(versement), parties=other_table(versement))
    monkeypatch.setattr("fqis.services.schedule.replace_notices", lambda *_args, **_words: None)
    with (
        pytest.raises(IntegrityError, match="Un avis à l’ancienne partie n’est pas payé"),
        transaction.atomic(),
    ):
        sign_all(avenant)
        all_rules()


def test_a_raised_tranche_whose_versement_was_cancelled_is_versed_again() -> None:
    alliance = funded_alliance()
    convention = Convention.objects.for_pages().get(alliance=alliance)
    first, second, third = schedule(convention)
    versement = Versement.objects.get(tranche=second.tranche_id)
    services.cancel_versement(versement, by=person("analyst"), reason="Doublon.")
    amount = convention.amount + 500
    with_envelope(alliance, amount)

    signed_avenant(
        convention,
        amount=amount,
        rows=[first, with_spec(second, amount=second.spec.amount + 500), third],
    )

    added = Versement.objects.get(tranche=second.tranche_id, state="planned")
    assert added.amount == Decimal("500.00")
    broken("versement_within_tranche", set_versement(added, amount=Decimal("300500.01")))
