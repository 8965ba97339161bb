"""Batches sent to payment: numbered, frozen, each notice once; a rejection and its correction."""

import csv
import hashlib
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Notification, User
from alliances.permissions import forget_rights
from fqis import services
from fqis.models import PaymentBatch, PaymentLine, Versement
from fqis.payment_files import BATCH_COLUMNS
from tests.factories import give_role, person

from .factories import issued_versement, recommended_versement, sent_line
from .pages import said

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, InternalError, ProgrammingError)


def rows(batch: PaymentBatch) -> list[dict[str, str]]:
    with batch.document.file.open("rb") as file:
        text = file.read().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_batch_is_a_frozen_file_with_one_line_for_each_notice() -> None:
    payments = person("payments")
    laval, jamesie = issued_versement("laval"), issued_versement("jamesie")
    batch = services.create_batch([jamesie.pk, laval.pk], by=payments)
    document = batch.document
    assert document.number == "LP-2026-0001"
    assert (batch.count, batch.total) == (2, Decimal("400000.00"))
    with document.file.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == document.sha256
    first, second = rows(batch)
    assert list(first) == BATCH_COLUMNS
    assert [first["numero_avis"], second["numero_avis"]] == ["AV-2026-0001", "AV-2026-0002"]
    assert (first["territoire"], first["montant"], first["devise"]) == ("Laval", "200000,00", "CAD")
    assert (first["ligne"], second["ligne"]) == ("1", "2")
    assert (first["lignes_du_lot"], first["total_du_lot"]) == ("2", "400000,00")
    assert first["beneficiaire_nom"] == laval.alliance.table.name
    assert first["beneficiaire_neq"] == laval.alliance.table.neq
    assert (first["date_lot"], first["exercice"]) == ("2026-12-03", "2024-2025")


def test_the_file_says_what_the_notice_froze_and_runs_no_formula() -> None:
    versement = recommended_versement()
    table = versement.alliance.table
    table.name = "=HYPERLINK(A1);Table"
    table.save()
    versement = services.authorise_versement(versement, by=person("budget"))
    assert versement.notice is not None
    services.issue_versement(versement.notice)
    table.name = "Un autre nom"
    table.save()
    batch = services.create_batch([versement.pk], by=person("payments"))
    assert rows(batch)[0]["beneficiaire_nom"] == "'=HYPERLINK(A1);Table"


def test_numbers_follow_each_other_in_the_fiscal_year_of_quebec() -> None:
    payments = person("payments")
    first = services.create_batch([issued_versement("laval").pk], by=payments)
    second = services.create_batch([issued_versement("jamesie").pk], by=payments)
    with clock.at(clock.now().replace(year=2027, month=3, day=31, hour=23)):
        third = services.create_batch([issued_versement("kativik").pk], by=payments)
    assert [one.document.number for one in (first, second, third)] == [
        "LP-2026-0001",
        "LP-2026-0002",
        "LP-2026-0003",
    ]


def test_a_batch_refuses_a_notice_already_sent_and_nothing_at_all() -> None:
    payments = person("payments")
    versement = issued_versement()
    services.create_batch([versement.pk], by=payments)
    other = issued_versement("jamesie")
    with pytest.raises(Refusal) as refusal:
        services.create_batch([versement.pk, other.pk], by=payments)
    assert "AV-2026-0001 : il est déjà dans un lot, depuis le 3 décembre 2026." in said(refusal)
    assert not other.payment_lines.exists()
    assert PaymentBatch.objects.count() == 1
    with pytest.raises(Refusal, match="Choisissez au moins un avis"):
        services.create_batch([], by=payments)


def test_a_batch_refuses_what_is_not_issued() -> None:
    versement = recommended_versement()
    with pytest.raises(Refusal, match="À autoriser"):
        services.create_batch([versement.pk], by=person("payments"))


def test_who_authorised_does_not_send_to_payment() -> None:
    both = give_role(person("budget"), "payments")
    versement = issued_versement(by=both)
    with pytest.raises(Refusal, match="vous l’avez autorisé"):
        services.create_batch([versement.pk], by=both)
    batch = services.create_batch([issued_versement("jamesie").pk], by=both)
    with pytest.raises(REFUSED), transaction.atomic():
        line(batch, versement)


def test_only_the_payments_office_sends_rejects_and_corrects() -> None:
    versement = issued_versement()
    with pytest.raises(PermissionDenied):
        services.create_batch([versement.pk], by=person("budget"))
    sent = sent_line(versement)
    with pytest.raises(PermissionDenied):
        services.reject_payment(sent, by=person("analyst"), on=clock.today(), reason="Non.")
    with pytest.raises(PermissionDenied):
        services.correct_payment(sent, by=person("analyst"), correction="Oui.")


def line(batch: PaymentBatch, versement: Versement, **changes: Any) -> PaymentLine:
    """Written past the service."""
    values = {"rank": 9, "amount": versement.amount} | changes
    return PaymentLine.objects.create(batch=batch, versement=versement, **values)


def test_the_database_refuses_a_second_open_line_and_another_amount() -> None:
    batch = services.create_batch([issued_versement().pk], by=person("payments"))
    versement = batch.lines.get().versement
    with pytest.raises(IntegrityError, match="payment_line_open_once"), transaction.atomic():
        line(batch, versement)
    other = issued_versement("jamesie")
    with pytest.raises(IntegrityError), transaction.atomic():
        line(batch, other, amount=Decimal("1.00"))
    waiting = recommended_versement("kativik")
    with pytest.raises(IntegrityError), transaction.atomic():
        line(batch, waiting)
    with pytest.raises(IntegrityError), transaction.atomic():
        line(batch, other)
        # The total of the batch no longer is that of its lines.
        ask("INSERT INTO fqis_paymentbatch (document_id, count, total, created_at, created_by_id)"
            f" VALUES ({versement.notice_id}, 1, 5, now(), {batch.created_by_id})")  # fmt: skip
        ask("SET CONSTRAINTS ALL IMMEDIATE")


def ask(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE fqis_paymentbatch SET total = total + 1",
        "DELETE FROM fqis_paymentbatch",
        "UPDATE fqis_paymentline SET amount = amount + 1",
        "DELETE FROM fqis_paymentline",
    ],
)
def test_the_database_keeps_what_was_sent(sql: str) -> None:
    sent_line(issued_versement())
    with pytest.raises(REFUSED), transaction.atomic():
        ask(sql)


# --- Rejected, corrected, sent again


def rejected_line(versement: Versement | None = None, *, by: User | None = None) -> PaymentLine:
    return services.reject_payment(
        sent_line(versement or issued_versement()),
        by=by or person("payments"),
        on=clock.today(),
        reason="Compte fermé.",
    )


def test_a_rejection_tells_the_table_and_the_dgsq_why() -> None:
    told = [person("direction", "laval"), person("advisor", "laval")]
    rejected = rejected_line()
    for someone in told:
        letter = Notification.objects.get(recipient=someone, subject__contains="rejeté")
        assert "Compte fermé" in letter.body
    entry = JournalEntry.objects.get(verb="reject_payment")
    assert (entry.reason, entry.target_id) == ("Compte fermé.", rejected.versement_id)


def test_a_rejected_payment_goes_in_a_later_batch_once_corrected() -> None:
    payments = person("payments")
    rejected = rejected_line(by=payments)
    with pytest.raises(Refusal, match="son rejet n’est pas corrigé"):
        services.create_batch([rejected.versement_id], by=payments)
    with pytest.raises(IntegrityError), transaction.atomic():
        line(rejected.batch, rejected.versement)
    services.correct_payment(rejected, by=payments, correction="Coordonnées mises à jour.")
    again = services.create_batch([rejected.versement_id], by=payments)
    assert again.document.number == "LP-2026-0002"
    assert PaymentLine.objects.open().get().batch == again


def test_a_rejected_payment_is_not_confirmed_by_hand() -> None:
    rejected = rejected_line()
    payments, versement = person("payments"), rejected.versement
    with pytest.raises(Refusal, match="il repart dans un autre lot"):
        services.confirm_payment(versement, by=payments, paid_on=clock.today(), reference="F-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Versement.objects.filter(pk=versement.pk).update(
            paid_on=clock.today(),
            payment_reference="F-1",
            payment_confirmed_at=clock.now(),
            payment_confirmed_by=payments,
            state="paid",
        )


@pytest.mark.parametrize(
    ("days", "reason", "why"),
    [
        (1, "Compte fermé.", "dans le futur"),
        (-1, "Compte fermé.", "ne peut précéder l’envoi du lot"),
        (0, " ", "Écrivez le motif"),
    ],
)
def test_a_rejection_has_its_day_and_its_reason(days: int, reason: str, why: str) -> None:
    sent = sent_line(issued_versement())
    with pytest.raises(Refusal, match=why):
        services.reject_payment(
            sent, by=person("payments"), on=clock.today() + timedelta(days=days), reason=reason
        )


def test_a_rejection_and_a_correction_happen_once() -> None:
    payments = person("payments")
    rejected = rejected_line(by=payments)
    with pytest.raises(StaleAct, match="déjà rejeté"):
        services.reject_payment(rejected, by=payments, on=clock.today(), reason="Encore.")
    with pytest.raises(Refusal, match="Écrivez ce qui est corrigé"):
        services.correct_payment(rejected, by=payments, correction=" ")
    services.correct_payment(rejected, by=payments, correction="Corrigé.")
    with pytest.raises(StaleAct, match="l’a déjà corrigé le"):
        services.correct_payment(rejected, by=payments, correction="Encore.")
    with pytest.raises(REFUSED), transaction.atomic():
        PaymentLine.objects.update(rejected_reason="Autre")


def test_a_paid_line_is_not_rejected_and_who_authorised_rejects_nothing() -> None:
    both = give_role(person("budget"), "payments")
    sent = sent_line(issued_versement(by=both))
    with pytest.raises(Refusal, match="une autre personne consigne son rejet"):
        services.reject_payment(sent, by=both, on=clock.today(), reason="Non.")
    payments = person("payments")
    services.confirm_payment(sent.versement, by=payments, paid_on=clock.today(), reference="F-1")
    forget_rights(payments)
    with pytest.raises(StaleAct, match="confirmé payé"):
        services.reject_payment(sent, by=payments, on=clock.today(), reason="Non.")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLine.objects.update(
            rejected_on=date(2026, 12, 3),
            rejected_reason="Non.",
            rejected_at=clock.now(),
            rejected_by=payments,
        )
