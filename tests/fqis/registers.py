"""Registers that a Table keeps, as files, and the worker that reads them."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from alliances.models import Alliance, User
from fqis.models import RegisterImport
from fqis.services import imports as services
from fqis.tasks import work_on_import
from tests.conventions.factories import with_envelope

from .factories import planned_alliance

HEADINGS = [
    "Titre du projet", "Organisme porteur", "NEQ", "Forme", "Priorité", "Reçu le", "Début", "Fin",
    "Montant demandé", "État", "Décidé le", "Montant accordé", "Signé le", "Payé", "Payé le",
    "Motif", "Personnes rejointes",
]  # fmt: skip


# What may be wrong in a line: the cells it changes, the field and the rule that name it.
BROKEN: list[tuple[dict[str, str], str, str]] = [
    ({"titre": ""}, "title", "needed"),
    ({"titre": "x" * 201}, "title", "too_long"),
    ({"porteur": ""}, "organisation", "needed"),
    ({"neq": "12345"}, "neq", "neq"),
    ({"neq": "114000000X"}, "neq", "neq"),
    ({"forme": "Ligue"}, "legal_class", "class"),
    ({"forme": ""}, "legal_class", "class_needed"),
    ({"forme": "Entreprise"}, "organisation", "not_eligible"),
    ({"priorite": "Inconnue"}, "priority", "priority"),
    ({"priorite": ""}, "priority", "priority_needed"),
    ({"decide": "2025-05-01", "recu": "2025-04-01"}, "priority", "no_plan"),
    ({"recu": "31/02/2025"}, "received_on", "date"),
    ({"recu": ""}, "received_on", "needed"),
    ({"recu": "2027-01-01", "decide": "2027-01-02"}, "received_on", "future"),
    ({"fin": "2025-01-01"}, "ends_on", "before_start"),
    ({"fin": "2030-09-01"}, "ends_on", "five_years"),
    ({"demande": "douze"}, "requested", "money"),
    ({"demande": "0"}, "requested", "above_zero"),
    ({"demande": "-5"}, "requested", "money"),
    ({"etat": "Peut-être"}, "state", "state"),
    ({"decide": ""}, "decided_on", "needed"),
    ({"decide": "2025-05-30"}, "decided_on", "before_received"),
    ({"accorde": ""}, "granted", "needed"),
    ({"accorde": "13 000"}, "granted", "above_requested"),
    ({"etat": "Reçu", "decide": ""}, "granted", "only_supported"),
    ({"etat": "Refusé", "accorde": ""}, "reason", "reason"),
    ({"etat": "En cours"}, "agreed_on", "needed"),
    ({"signe": "2025-06-15"}, "agreed_on", "before_decided"),
    ({"paye": "11 000", "paye_le": "2025-08-01"}, "paid", "above_granted"),
    ({"paye": "1 000"}, "paid_on", "needed"),
    ({"paye": "1 000", "paye_le": "2025-07-10", "signe": "2025-07-15"}, "paid_on",
     "before_agreed"),
    ({"paye": "1 000", "paye_le": "2025-08-01"}, "agreed_on", "signed_needed"),
    ({"rejointes": "plusieurs"}, "people_reached", "number"),
]  # fmt: skip


def row(number: int = 1, **changes: str) -> list[str]:
    """A line that nothing refuses: an accepted project of 10 000 $."""
    values = {
        "titre": f"Cuisine {number}", "porteur": f"Cuisines {number}", "neq": f"118000{number:04d}",
        "forme": "OBNL", "priorite": "1", "recu": "2025-06-01", "debut": "2025-09-01",
        "fin": "2026-08-31", "demande": "12 000,00", "etat": "Accepté", "decide": "2025-07-01",
        "accorde": "10 000,00 $", "signe": "", "paye": "", "paye_le": "", "motif": "",
        "rejointes": "",
    } | changes  # fmt: skip
    return list(values.values())


def as_csv(rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([headings, *rows])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[object]], headings: Sequence[str] = HEADINGS) -> bytes:
    book = Workbook()
    assert book.active is not None
    for line in [headings, *rows]:
        book.active.append(list(line))
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def upload(content: bytes, name: str = "registre.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def funded(territory: str = "laval", amount: str = "1000000.00") -> Alliance:
    """An Alliance with a plan in force and a known envelope."""
    alliance = planned_alliance(territory)
    with_envelope(alliance, Decimal(amount))
    return alliance


def checked(
    alliance: Alliance, by: User, content: bytes, name: str = "registre.csv"
) -> RegisterImport:
    """Brought, matched as guessed, and read by the worker."""
    source = services.bring_register(alliance, upload(content, name), by=by)
    services.match_columns(source, source.mapping, by=by)
    work_on_import(source.pk)
    return fresh(source)


def applied(alliance: Alliance, by: User, content: bytes) -> RegisterImport:
    source = checked(alliance, by, content)
    assert source.faults_count == 0, list(source.faults.values_list("line", "field", "code"))
    services.apply_import(source, by=by)
    work_on_import(source.pk)
    return fresh(source)


def undone(source: RegisterImport, by: User) -> RegisterImport:
    services.undo_import(source, by=by)
    work_on_import(source.pk)
    return fresh(source)


def fresh(source: RegisterImport) -> RegisterImport:
    return RegisterImport.objects.select_related("alliance__territory", "alliance__cycle").get(
        pk=source.pk
    )


def codes(source: RegisterImport) -> set[tuple[int, str, str]]:
    return set(source.faults.values_list("line", "field", "code"))
