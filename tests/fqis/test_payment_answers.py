"""The finance system's answers: read first, applied once, exactly the good lines."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from openpyxl import Workbook

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as, acting_as_portal
from alliances.models import JournalEntry, Notification, User
from fqis import services
from fqis.models import PaymentAnswer, PaymentAnswerLine, PaymentLine, Versement
from fqis.payment_files import ANSWER_COLUMNS
from fqis.services.payment_answers import seal_of
from tests.factories import give_role, person

from .factories import issued_versement, recommended_versement
from .pages import said
from .test_concurrency import at_once

Row = dict[str, Any]


def csv_of(*rows: Row, separator: str = ";", encoding: str = "utf-8") -> bytes:
    lines = [separator.join(ANSWER_COLUMNS)]
    for row in rows:
        cells = [str(row.get(column, "")) for column in ANSWER_COLUMNS]
        lines.append(separator.join(f'"{cell}"' if separator in cell else cell for cell in cells))
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def paid(line: PaymentLine, **changes: Any) -> Row:
    notice = line.versement.notice
    assert notice is not None
    return {
        "numero_lot": line.batch.document.number,
        "numero_avis": notice.number,
        "montant": f"{line.amount:.2f}".replace(".", ","),
        "statut": "payé",
        "date": "2026-12-03",
        "reference": f"SAGIR-{notice.sequence}",
    } | changes


def rejected(line: PaymentLine, **changes: Any) -> Row:
    return paid(line, statut="rejeté", reference="", motif="Compte fermé.") | changes


def batch_of(*places: str, by: User | None = None) -> list[PaymentLine]:
    ids = [issued_versement(place, by=by).pk for place in places]
    batch = services.create_batch(ids, by=person("payments"))
    return list(batch.lines.select_related("batch__document", "versement__notice"))


def read(*rows: Row, by: User | None = None) -> PaymentAnswer:
    return services.read_answer(csv_of(*rows), by=by or person("payments"))[0]


def errors(answer: PaymentAnswer, *, by: User | None = None) -> list[str]:
    checked = services.check_answer(answer, by=by or person("payments"))
    return [one.error.replace("\u00a0", " ") for one in checked]


@pytest.mark.django_db
def test_the_whole_round_trip(worker: Any) -> None:
    """Notices sent, one paid, one rejected, corrected, sent again, paid."""
    told = person("direction", "laval")
    payments, budget = person("payments"), person("budget")
    waiting = [recommended_versement(place) for place in ("laval", "jamesie")]
    done = services.authorise_versements([one.pk for one in waiting], by=budget).done
    assert worker() >= 2
    batch = services.create_batch([one.pk for one in done], by=payments)
    first, second = batch.lines.select_related("batch__document", "versement__notice")
    answer, is_new = services.read_answer(csv_of(paid(first), rejected(second)), by=payments)
    assert is_new
    assert answer.document.number == "RP-2026-0001"

    checked = services.check_answer(answer, by=payments)
    assert [one.will for one in checked] == ["confirm", "reject"]
    assert not Versement.objects.paid().exists()

    services.apply_answer(answer, by=payments, seal=seal_of(checked))
    versement = Versement.objects.get(pk=first.versement_id)
    assert (versement.state, versement.paid_on) == ("paid", date(2026, 12, 3))
    assert (versement.payment_reference, versement.payment_confirmed_by) == ("SAGIR-1", payments)
    assert Notification.objects.filter(recipient=told, subject__contains="payé").exists()
    refused = PaymentLine.objects.get(pk=second.pk)
    assert (refused.situation, refused.rejected_reason) == ("rejected", "Compte fermé.")
    assert list(answer.lines.values_list("outcome", flat=True)) == ["confirmed", "rejected"]

    services.correct_payment(refused, by=payments, correction="Compte remplacé.")
    again = services.create_batch([second.versement_id], by=payments).lines.get()
    last = read(paid(again), by=payments)
    services.apply_answer(last, by=payments)
    assert Versement.objects.paid().count() == 2
    assert JournalEntry.objects.filter(verb="apply_payment_answer").count() == 2


@pytest.mark.django_db
def test_each_line_in_error_says_why_and_only_the_good_ones_are_applied() -> None:
    lines = batch_of("laval", "jamesie", "kativik", "gnc", "cssspnql")
    good, other, early, future, empty = lines
    payments = person("payments")
    answer = read(
        paid(good),
        paid(good, reference="SAGIR-9"),
        paid(good, numero_avis="AV-2026-0099"),
        paid(good, numero_lot="LP-2026-0099"),
        paid(other, montant="199999,99"),
        paid(early, date="2026-12-02"),
        paid(future, date="2026-12-04"),
        paid(empty, reference="SAGIR-1"),
        paid(other, statut="peut-être"),
        paid(other, date="3 décembre"),
        paid(other, montant="deux cents"),
        paid(other, reference=""),
        rejected(other, motif=""),
        by=payments,
    )
    assert errors(answer, by=payments) == [
        "",
        "Cet avis est déjà à une ligne plus haut.",
        "Aucun avis ne porte le numéro « AV-2026-0099 ».",
        "L’avis AV-2026-0001 n’est pas dans le lot « LP-2026-0099 ».",
        "L’avis est de 200 000,00 $ : le fichier dit 199 999,99 $.",
        "Le paiement ne peut précéder l’autorisation du 3 décembre 2026.",
        "La date du paiement est dans le futur.",
        "Cette référence a déjà servi à un autre paiement.",
        "Statut inconnu : « peut-être ». Écrivez « payé » ou « rejeté ».",
        "Date illisible : « 3 décembre ». Écrivez-la comme 2026-12-03.",
        "Montant illisible : « deux cents ».",
        "Un paiement a une référence.",
        "Un rejet a un motif.",
    ]
    services.apply_answer(answer, by=payments)
    assert [one.pk for one in Versement.objects.paid()] == [good.versement_id]
    outcomes = list(answer.lines.values_list("outcome", flat=True))
    assert outcomes == ["confirmed", *["refused"] * 12]
    assert not answer.lines.filter(outcome="refused", message="").exists()


@pytest.mark.django_db
def test_a_payment_dated_before_its_batch_is_refused() -> None:
    versement = issued_versement()
    with clock.at(clock.now().replace(day=8)):
        line = services.create_batch([versement.pk], by=person("payments")).lines.get()
        assert "précéder l’envoi du lot, le 8 décembre 2026" in errors(read(paid(line)))[0]


@pytest.mark.django_db
def test_who_authorised_confirms_no_line() -> None:
    both = give_role(person("budget"), "payments")
    mine, other = batch_of("laval", by=both)[0], batch_of("jamesie")[0]
    answer = read(paid(mine), paid(other), by=both)
    assert "Vous avez autorisé ce versement" in errors(answer, by=both)[0]
    services.apply_answer(answer, by=both)
    assert [one.pk for one in Versement.objects.paid()] == [other.versement_id]


@pytest.mark.django_db
def test_a_payment_confirmed_by_hand_is_not_confirmed_again() -> None:
    line, other = batch_of("laval", "jamesie")
    answer = read(paid(line), paid(other))
    services.confirm_payment(
        line.versement, by=person("payments"), paid_on=clock.today(), reference="F-1"
    )
    assert "l’a déjà confirmé payé le 3 décembre 2026" in errors(answer)[0]
    assert errors(answer)[1] == ""


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["same", "comma", "windows", "mark", "xlsx"])
def test_the_same_file_is_recognised_however_it_is_saved(kind: str) -> None:
    (line,) = batch_of("laval")
    payments = person("payments")
    row = paid(line)
    answer, _new = services.read_answer(csv_of(row), by=payments)
    again = {
        "same": lambda: csv_of(row),
        "comma": lambda: csv_of(row, separator=","),
        "windows": lambda: csv_of(row, encoding="cp1252"),
        "mark": lambda: csv_of(row, encoding="utf-8-sig"),
        "xlsx": lambda: workbook(row | {"montant": 200000.0, "date": date(2026, 12, 3)}),
    }[kind]()
    assert services.read_answer(again, by=payments) == (answer, False)
    services.apply_answer(answer, by=payments)
    assert services.read_answer(again, by=payments) == (answer, False)
    assert PaymentAnswer.objects.count() == 1


def workbook(*rows: Row) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.append(ANSWER_COLUMNS)
    for row in rows:
        book.active.append([row.get(column) for column in ANSWER_COLUMNS])
    output = BytesIO()
    book.save(output)
    return output.getvalue()


@pytest.mark.django_db
def test_an_answer_is_applied_once() -> None:
    payments = person("payments", full_name="Yves Bergeron")
    first, second = batch_of("laval", "jamesie")
    answer = read(paid(first), by=payments)
    services.apply_answer(answer, by=payments)
    with pytest.raises(StaleAct) as refusal:
        services.apply_answer(answer, by=payments)
    assert "Yves Bergeron l’a déjà appliquée le 3 décembre 2026 à 10 h 24." in said(refusal)
    for change in (
        lambda: PaymentAnswer.objects.update(applied_at=clock.now()),
        lambda: PaymentAnswer.objects.all().delete(),
        lambda: PaymentAnswerLine.objects.update(message="Autre"),
        lambda: PaymentAnswerLine.objects.create(answer=answer, number=9),
        lambda: PaymentAnswer.objects.create(
            document=second.batch.document, fingerprint=answer.fingerprint, read_by=payments
        ),
    ):
        with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
            change()


@pytest.mark.django_db
def test_an_answer_is_not_applied_while_a_line_has_no_outcome() -> None:
    (line,) = batch_of("laval")
    read(paid(line))
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAnswer.objects.update(applied_at=clock.now(), applied_by=person("payments"))


@pytest.mark.django_db
def test_an_answer_without_a_good_line_is_not_applied() -> None:
    (line,) = batch_of("laval")
    answer = read(paid(line, montant="1,00"))
    with pytest.raises(Refusal, match="Aucune ligne ne peut être appliquée"):
        services.apply_answer(answer, by=person("payments"))
    assert PaymentAnswer.objects.get().applied_at is None


@pytest.mark.django_db
def test_what_changed_since_the_dry_run_is_shown_before_it_is_applied() -> None:
    payments = person("payments")
    first, second = batch_of("laval", "jamesie")
    answer = read(paid(first), paid(second), by=payments)
    seal = seal_of(services.check_answer(answer, by=payments))
    services.reject_payment(second, by=payments, on=clock.today(), reason="Compte fermé.")
    with pytest.raises(StaleAct, match="La situation a changé"):
        services.apply_answer(answer, by=payments, seal=seal)
    assert not Versement.objects.paid().exists()


@pytest.mark.django_db
def test_only_the_payments_office_reads_and_applies() -> None:
    (line,) = batch_of("laval")
    answer = read(paid(line))
    for someone in (person("budget"), person("direction", "laval")):
        with pytest.raises(PermissionDenied):
            services.read_answer(csv_of(paid(line)), by=someone)
        with pytest.raises(PermissionDenied):
            services.apply_answer(answer, by=someone)


@pytest.mark.django_db
def test_a_table_reads_its_own_lines_and_no_batch_nor_answer(identity: Any) -> None:
    first, _second = batch_of("laval", "jamesie")
    read(paid(first))
    someone = person("direction", "laval")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    identity(someone)
    assert [one.pk for one in PaymentLine.objects.all()] == [first.pk]
    with connection.cursor() as cursor:
        for table in ("paymentbatch", "paymentanswer", "paymentanswerline"):
            cursor.execute(f"SELECT count(*) FROM fqis_{table}")
            assert cursor.fetchone() == (0,)


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
HEAD = ";".join(ANSWER_COLUMNS).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Ce fichier est vide"),
        (HEAD, "ne contient aucune ligne"),
        (b"x" * 1_000_001, "dépasse 1 Mo"),
        (b"a;b;c\r\n1;2;3\r\n", "La première ligne doit nommer les colonnes"),
        (b"%PDF-1.7\n\x81\x8d", "ni un CSV ni un XLSX lisible"),
        (b"PK\x03\x04 rien d'autre", "ni un CSV ni un XLSX lisible"),
        ("\ufeffnumero_lot".encode("utf-16"), "ni un CSV ni un XLSX lisible"),
        (HEAD + b'\r\n"' + b"x" * 200_000 + b'"', "ni un CSV ni un XLSX lisible"),
        (HEAD + b"\r\n1;2" * 2_001, "dépasse 2 000 lignes"),
    ],
)
def test_a_hostile_file_is_refused_with_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        services.read_answer(content, by=person("payments"))
    assert not PaymentAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_refused_with_a_sentence(part: str) -> None:
    from zipfile import ZipFile

    whole, broken = BytesIO(workbook({"numero_lot": "LP"})), BytesIO()
    with ZipFile(whole) as source, ZipFile(broken, "w") as target:
        for name in source.namelist():
            target.writestr(name, BOMB if name == part else source.read(name))
    with pytest.raises(Refusal):
        services.read_answer(broken.getvalue(), by=person("payments"))


@pytest.mark.django_db
def test_what_a_line_says_is_kept_within_bounds_and_without_control_characters() -> None:
    (line,) = batch_of("laval")
    answer = read(
        paid(line, reference="x" * 61),
        paid(line, numero_avis="é" * 5000),
        rejected(line, motif="Compte\u202e fermé\x07."),
    )
    assert "« reference » dépasse 60 caractères" in errors(answer)[0]
    assert "« numero_avis » dépasse 40 caractères" in errors(answer)[1]
    assert answer.lines.get(number=4).reason == "Compte  fermé ."


@pytest.mark.django_db
def test_the_dry_run_costs_the_same_for_1_and_30_lines(django_assert_num_queries: Any) -> None:
    (line,) = batch_of("laval")
    payments = person("payments")
    one = read(paid(line))
    many = read(*[paid(line, reference=f"F-{n}") for n in range(30)])
    services.check_answer(one, by=payments)
    for answer in (one, many):
        with django_assert_num_queries(4):
            services.check_answer(answer, by=payments)


def test_two_people_apply_the_same_answer_at_once(committed_db: Any) -> None:
    with acting_as_portal():
        lines = batch_of("laval", "jamesie", "kativik")
        people = [person("payments") for _ in range(4)]
        User.objects.filter(pk__in=[one.pk for one in people])
        for one in people:
            one.memberships.update(starts_on=date(2024, 11, 1))
        answer = read(*[paid(line) for line in lines])

    def act(pk: int) -> int:
        with acting_as(User.objects.get(pk=pk)):
            found = PaymentAnswer.objects.get(pk=answer.pk)
            return len(services.apply_answer(found, by=User.objects.get(pk=pk)))

    told = at_once(act, [one.pk for one in people])
    assert told.count("3") == 1
    assert sum("l’a déjà appliquée" in one for one in told) == 3
    with acting_as_portal():
        assert Versement.objects.paid().count() == 3
        assert JournalEntry.objects.filter(verb="confirm_payment").count() == 3
        assert Versement.objects.paid().total() == Decimal("600000.00")


def test_the_same_file_sent_twice_at_once_is_one_answer(committed_db: Any) -> None:
    with acting_as_portal():
        lines = batch_of("laval")
        payments = person("payments")
        payments.memberships.update(starts_on=date(2024, 11, 1))
        content = csv_of(paid(lines[0]))

    def act(number: int) -> bool:
        with acting_as(User.objects.get(pk=payments.pk)) as _:
            return services.read_answer(content, by=User.objects.get(pk=payments.pk))[1]

    told = at_once(act, [1, 2, 3, 4])
    assert sorted(told) == ["False", "False", "False", "True"]


def test_one_notice_goes_in_one_batch_when_two_people_send_it_at_once(committed_db: Any) -> None:
    with acting_as_portal():
        ids = [issued_versement(place).pk for place in ("laval", "jamesie")]
        payments = person("payments")
        payments.memberships.update(starts_on=date(2024, 11, 1))

    def act(order: list[int]) -> str:
        with acting_as(User.objects.get(pk=payments.pk)):
            made = services.create_batch(order, by=User.objects.get(pk=payments.pk))
            return made.document.number

    told = at_once(act, [ids, ids[::-1], ids[:1], ids[1:]])
    with acting_as_portal():
        assert PaymentLine.objects.count() == 2
        numbers = sorted(one for one in told if one.startswith("LP-"))
        assert numbers == [f"LP-2026-000{n}" for n in range(1, len(numbers) + 1)]
