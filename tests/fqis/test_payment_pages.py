"""Payments as people meet them: lists, a batch, an answer; and what the Table reads."""

import csv
import io
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from alliances import clock
from alliances.models import Notification, User
from alliances.tasks import send_notifications
from fqis import services
from fqis.models import PaymentAnswer, PaymentBatch, PaymentLine, Versement
from fqis.selectors import payments as selectors
from tests.factories import AllianceFactory, OrganisationFactory, new_territories
from tests.factories import person as today

from .factories import funded_alliance, issued_versement, recommended_versement, sent_line
from .pages import count, text
from .test_payment_answers import batch_of, csv_of, paid, rejected

pytestmark = pytest.mark.django_db
PAGES = ["payments", "payment_batches", "payment_answers"]


def person(role: str, territory: str | None = None, **fields: Any) -> User:
    """Somebody in office for long: the database reads its own clock, not the tests'."""
    someone = today(role, territory, **fields)
    someone.memberships.update(starts_on=date(2024, 11, 1))
    return someone


def upload(content: bytes, name: str = "reponse.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize("name", PAGES)
def test_the_money_of_every_territory_is_read_nationally(page: Any, name: str) -> None:
    for role in ("payments", "budget", "auditor"):
        assert page(person(role), reverse(name)).status_code == 200
    assert page(person("direction", "laval"), reverse(name)).status_code == 403


def test_the_payments_office_reaches_it_from_its_home_and_from_the_queue(page: Any) -> None:
    payments = person("payments")
    issued_versement("laval"), issued_versement("jamesie")
    home = text(page(payments, "/"))
    assert "2 versements à payer" in home
    assert reverse("payment_batch_new") in home
    queue = text(page(payments, "/versements/"))
    assert reverse("payments") in queue
    assert reverse("payment_batch_new") in queue


def test_a_batch_is_made_downloaded_answered_and_reconciled(page: Any) -> None:
    payments = person("payments", full_name="Yves Bergeron")
    ids = [issued_versement(place).pk for place in ("laval", "jamesie", "kativik")]
    shown = text(page(payments, reverse("payment_batch_new")))
    assert shown.count("checked") == 4
    made = page(payments, reverse("payment_batch_new"), {"v": ids})
    assert "Lot LP-2026-0001 prêt : 3 avis, 600 000,00 $." in text(made)
    batch = PaymentBatch.objects.get()
    file = page(payments, reverse("download_document", args=[batch.document_id]))
    lines = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig")), delimiter=";"))
    assert [line["numero_avis"][-1] for line in lines] == ["1", "2", "3"]
    assert file["Content-Disposition"].startswith("attachment")

    first, second, _third = batch.lines.select_related("batch__document", "versement__notice")
    content = csv_of(paid(first), rejected(second), paid(first, numero_avis="AV-2026-0099"))
    read = page(payments, reverse("payment_answer_new"), {"file": upload(content)})
    assert "Sera confirmé payé" in text(read)
    assert "Aucun avis ne porte le numéro « AV-2026-0099 »." in text(read)
    assert not Versement.objects.paid().exists()
    seal = read.context["seal"]
    done = text(
        page(payments, reverse("payment_answer_apply", args=["RP-2026-0001"]), {"seal": seal})
    )
    assert "Payés : 1. Rejetés : 1. Lignes non appliquées : 1." in done

    listing = page(payments, reverse("payments"))
    sums = {key: (one.count, str(one.amount)) for key, _label, one in listing.context["situations"]}
    assert sums == {
        "a-envoyer": (0, "0.00"),
        "envoye": (1, "200000.00"),
        "rejete": (1, "200000.00"),
        "paye": (1, "200000.00"),
    }
    assert [control.gap for control in listing.context["controls"]] == [0, 0, 0, 0]
    assert "Paiement rejeté" in text(listing)


def test_the_controls_show_a_gap() -> None:
    sent_line(issued_versement())
    found = selectors.notices()
    sums = selectors.totals(found) | {selectors.SENT: selectors.Amount(1)}
    assert [bool(one.gap) for one in selectors.controls(found, sums)] == [False, False, True, False]


def test_the_same_file_is_recognised_and_applied_once(page: Any) -> None:
    payments = person("payments", full_name="Yves Bergeron")
    (line,) = batch_of("laval")
    content = csv_of(paid(line))
    address = reverse("payment_answer_new")
    page(payments, address, {"file": upload(content)})
    again = text(page(payments, address, {"file": upload(content)}))
    assert "Ce fichier est la réponse RP-2026-0001, déjà lue par Yves Bergeron" in again
    apply = reverse("payment_answer_apply", args=["RP-2026-0001"])
    assert "La situation a changé" in text(page(payments, apply, {}))
    services.apply_answer(PaymentAnswer.objects.get(), by=payments)
    twice = page(payments, apply, {"seal": "x"})
    assert twice.status_code == 409
    assert "Yves Bergeron l’a déjà appliquée" in text(twice)
    last = text(page(payments, address, {"file": upload(content)}))
    assert "Rien n’est appliqué deux fois." in last


def test_a_file_that_is_no_answer_is_refused_under_its_field(page: Any) -> None:
    payments = person("payments")
    refused = page(payments, reverse("payment_answer_new"), {"file": upload(b"PK\x03\x04")})
    assert refused.status_code == 422
    assert "Ce fichier n’est ni un CSV ni un XLSX lisible." in text(refused)
    assert page(payments, reverse("payment_answer_new"), {}).status_code == 422
    assert not PaymentAnswer.objects.exists()


def test_a_reader_sees_the_dry_run_and_no_button(page: Any) -> None:
    (line,) = batch_of("laval")
    answer, _new = services.read_answer(csv_of(paid(line)), by=person("payments"))
    shown = text(page(person("auditor"), reverse("payment_answer", args=[answer.document.number])))
    assert "Sera confirmé payé" in shown
    assert "Appliquer" not in shown
    batch = text(page(person("auditor"), reverse("payment_batch", args=["LP-2026-0001"])))
    assert "Consigner un rejet" not in batch


def test_a_rejection_is_recorded_by_hand_then_corrected(page: Any) -> None:
    payments = person("payments")
    line = sent_line(issued_versement())
    act = reverse("payment_line_act", args=["LP-2026-0001", 1, "rejeter"])
    assert page(payments, act, {"on": "2026-12-04", "reason": "Non."}).status_code == 422
    page(payments, act, {"on": "2026-12-03", "reason": "Compte fermé."})
    assert PaymentLine.objects.get(pk=line.pk).rejected_reason == "Compte fermé."
    assert "Rejetés, à corriger d’abord" in text(page(payments, reverse("payment_batch_new")))
    fix = reverse("payment_line_act", args=["LP-2026-0001", 1, "corriger"])
    done = text(page(payments, fix, {"correction": "Compte remplacé."}))
    assert "L’avis peut aller dans un prochain lot." in done
    assert "checked" in text(page(payments, reverse("payment_batch_new")))
    assert page(payments, act.replace("rejeter", "payer"), {}).status_code == 404


def test_the_table_reads_that_its_payment_is_rejected_and_why(page: Any) -> None:
    line = sent_line(issued_versement())
    versement = line.versement
    someone = person("direction", "laval")
    alliance = versement.alliance
    addresses = [alliance.url("versement", versement.pk), alliance.url("finances")]
    assert "nvoyé au paiement" in text(page(someone, addresses[0]))
    services.reject_payment(line, by=person("payments"), on=clock.today(), reason="Compte fermé.")
    for address in addresses:
        shown = text(page(someone, address))
        assert "Paiement rejeté" in shown
        assert "Compte fermé." in shown
    card = text(page(someone, addresses[0]))
    assert "Ce paiement est rejeté." in card


def test_each_list_exports_what_is_filtered(page: Any) -> None:
    batch_of("laval")
    issued_versement("jamesie")
    address = f"{reverse('payments')}?situation=envoye&export=xlsx"
    rows = list(load_workbook(BytesIO(page(person("auditor"), address).content)).active.values)
    assert [row[2] for row in rows] == ["Territoire", "Laval"]
    for query in ("lot=lp-2026-0001", "exercice=2026&situation=envoye", "territoire=laval"):
        found = page(person("auditor"), f"{reverse('payments')}?{query}").context["page"]
        assert [str(one.alliance.territory) for one in found] == ["Laval"]


def test_every_list_costs_the_same_for_one_and_for_thirty(page: Any) -> None:
    payments = person("payments")
    many = [*(reverse(name) for name in PAGES), reverse("payment_batch_new")]

    def grow(places: list[str]) -> None:
        lines = batch_of(*places)
        services.read_answer(csv_of(*[paid(line) for line in lines]), by=payments)

    grow(["laval"])
    issued_versement("jamesie")
    one = [count(page, payments, address) for address in many]
    batch_one = count(page, payments, reverse("payment_batch", args=["LP-2026-0001"]))
    for place in new_territories(5):
        grow([place])
    assert [count(page, payments, address) for address in many] == one
    assert count(page, payments, reverse("payment_batch", args=["LP-2026-0002"])) == batch_one


# --- The notice, to each of those it concerns


def test_the_notice_goes_to_the_table_its_fiduciary_and_the_dgsq(
    worker: Any,
) -> None:
    told = [
        person("coordination", "laval"),
        person("direction", "laval"),
        person("advisor", "laval"),
    ]
    alliance = AllianceFactory("laval")
    alliance.fiduciary = OrganisationFactory(
        territory=alliance.territory, name="Fiduciaire", email="avis@fiduciaire.example"
    )
    alliance.save()
    connection.check_constraints()  # the parties were named before, not in the same act
    funded_alliance("laval")
    versement = Versement.objects.get(alliance=alliance, tranche__rank=1)
    services.recommend_versement(versement, by=person("analyst"))
    services.authorise_versement(versement, by=person("budget"))
    assert worker() >= 1
    mail.outbox.clear()
    send_notifications()
    letters = [one for one in mail.outbox if one.attachments]
    readers = sorted(one.to[0] for one in letters)
    assert readers == sorted([*(one.email for one in told), "avis@fiduciaire.example"])
    for letter in letters:
        ((name, content, kind),) = letter.attachments
        assert (name, kind) == ("AV-2026-0001.pdf", "application/pdf")
        assert content.startswith(b"%PDF-")
        assert "AV-2026-0001" in letter.subject
    links = {one.to[0]: "/finances/versements/" in one.body for one in letters}
    assert links.pop("avis@fiduciaire.example") is False
    assert all(links.values())
    mail.outbox.clear()
    send_notifications()
    assert mail.outbox == []


def test_the_same_notice_is_sent_once_to_each(worker: Any) -> None:
    someone = person("direction", "laval")
    services.authorise_versement(recommended_versement(), by=person("budget"))
    worker()
    letter = Notification.objects.get(recipient=someone, attachment__isnull=False)
    with pytest.raises(IntegrityError, match="notification_document_once"), transaction.atomic():
        Notification.objects.create(
            recipient=someone,
            territory=letter.territory,
            subject="Encore",
            body="Encore",
            attachment=letter.attachment,
        )
    with pytest.raises(IntegrityError, match="has_one_reader"), transaction.atomic():
        Notification.objects.create(subject="Personne", body="Personne")


def test_a_fiduciary_without_address_receives_nothing(worker: Any) -> None:
    alliance = AllianceFactory("laval")
    alliance.fiduciary = OrganisationFactory(territory=alliance.territory)
    alliance.save()
    connection.check_constraints()  # the parties were named before, not in the same act
    funded_alliance("laval")
    versement = Versement.objects.get(alliance=alliance, tranche__rank=1)
    services.recommend_versement(versement, by=person("analyst"))
    services.authorise_versement(versement, by=person("budget"))
    worker()
    assert not Notification.objects.exclude(address="").exists()


def test_the_analyst_writes_the_address_of_the_fiduciary(page: Any) -> None:
    alliance = AllianceFactory("laval")
    address = alliance.url("fiduciary_contact")
    analyst = person("analyst")
    none = page(analyst, address, {"email": "a@b.example"})
    assert "Cette alliance n’a pas de fiduciaire." in text(none)
    alliance.fiduciary = OrganisationFactory(territory=alliance.territory)
    alliance.save()
    connection.check_constraints()  # the parties were named before, not in the same act
    funded_alliance("laval")
    assert "Avis envoyés au fiduciaire" in text(page(analyst, alliance.url("finances")))
    assert page(analyst, address, {"email": "pas une adresse"}).status_code == 422
    page(analyst, address, {"email": "a@b.example"})
    alliance.fiduciary.refresh_from_db()
    assert alliance.fiduciary.email == "a@b.example"
    direction = person("direction", "laval")
    assert page(direction, address, {"email": "x@y.example"}).status_code == 403
    assert page(person("direction", "estrie"), address, {}).status_code == 404
