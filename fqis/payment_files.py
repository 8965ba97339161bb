"""The two files exchanged with the ministry's finance system: the batch that goes, the answer that
comes back. Their layout is written in ``docs/fichiers-de-paiement.md``. No bank data in either.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from alliances.exports import Cell, csv_file
from alliances.models import Document
from alliances.money import parse_money
from fqis.models import PaymentAnswerLine, Versement
from fqis.sheets import LineError, plain, read_rows

BATCH_KIND, BATCH_SERIES = "lot_paiement", "LP"
ANSWER_KIND, ANSWER_SERIES = "reponse_paiement", "RP"
BATCH_COLUMNS = [
    "numero_lot",
    "date_lot",
    "lignes_du_lot",
    "total_du_lot",
    "ligne",
    "numero_avis",
    "date_avis",
    "code_avis",
    "exercice",
    "territoire",
    "convention",
    "tranche",
    "beneficiaire_neq",
    "beneficiaire_nom",
    "montant",
    "devise",
]
ANSWER_COLUMNS = ["numero_lot", "numero_avis", "montant", "statut", "date", "reference", "motif"]
STATUSES = {
    "paye": PaymentAnswerLine.Status.PAID,
    "rejete": PaymentAnswerLine.Status.REJECTED,
}
LONGEST = {"numero_lot": 40, "numero_avis": 40, "reference": 60, "motif": 300}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


# --- What goes


def frozen_line(versement: Versement) -> dict[str, str | int]:
    """What a batch says of one notice, from the notice's own frozen data; amount in dollars."""
    notice = versement.notice
    assert notice is not None
    recipient = notice.data["recipient"]
    return {
        "numero_avis": notice.number,
        "date_avis": notice.dated_on.isoformat(),
        "code_avis": notice.typed_code,
        "exercice": notice.data["fiscal_year"],
        "territoire": versement.alliance.territory.name,
        "convention": notice.data["convention"],
        "tranche": notice.data["tranche"]["rank"],
        "beneficiaire_neq": recipient.get("neq", ""),
        "beneficiaire_nom": recipient["name"],
        "montant": str(versement.amount),
        "devise": "CAD",
    }


def batch_file(document: Document, lines: Sequence[dict[str, str | int]]) -> bytes:
    """The CSV of a batch: how many lines and how much are said on each, so that a file cut short
    is noticed."""
    amounts = [Decimal(str(line["montant"])) for line in lines]
    same: dict[str, Cell] = {
        "numero_lot": document.number,
        "date_lot": document.dated_on,
        "lignes_du_lot": len(lines),
        "total_du_lot": sum(amounts, Decimal(0)),
    }
    rows: list[list[Cell]] = []
    for rank, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1):
        whole: dict[str, Cell] = {**same, "ligne": rank, **line, "montant": amount}
        rows.append([whole[column] for column in BATCH_COLUMNS])
    return csv_file(BATCH_COLUMNS, rows)


# --- What comes back


@dataclass(frozen=True)
class ReadLine:
    """A line of an answer; ``unreadable`` says what it cannot be read for. Amount in dollars."""

    number: int
    batch_number: str = ""
    notice_number: str = ""
    amount: Decimal | None = None
    status: str = ""
    dated_on: date | None = None
    reference: str = ""
    reason: str = ""
    unreadable: str = ""


def read_answer_file(content: bytes) -> list[ReadLine] | LineError:
    """Every line of an answer, readable or not; or why the file is no answer at all."""
    rows = read_rows(content, ANSWER_COLUMNS)
    if isinstance(rows, LineError):
        return rows
    lines = [
        _read_line(number, [cell.strip() for cell in cells])
        for number, cells in enumerate(rows, start=2)
        if any(cell.strip() for cell in cells)
    ]
    return lines or LineError(0, _("Ce fichier ne contient aucune ligne."))


def fingerprint(lines: Iterable[ReadLine]) -> str:
    """The SHA-256 of what the lines say, however the file writes it."""
    said = [[str(value) for key, value in asdict(one).items() if key != "number"] for one in lines]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _read_line(number: int, cells: Sequence[str]) -> ReadLine:
    said = dict(zip(ANSWER_COLUMNS, cells, strict=True))
    line = ReadLine(
        number,
        batch_number=said["numero_lot"][:40],
        notice_number=said["numero_avis"][:40],
        amount=_amount(said["montant"]),
        status=STATUSES.get(plain(said["statut"]), ""),
        dated_on=_day(said["date"]),
        reference=said["reference"][:60],
        reason=said["motif"][:300],
    )
    return replace(line, unreadable=_unreadable(said, line))


def _unreadable(said: dict[str, str], line: ReadLine) -> str:
    for column, longest in LONGEST.items():
        if len(said[column]) > longest:
            return _("« %(column)s » dépasse %(n)s caractères.") % {"column": column, "n": longest}
    for column in ("numero_lot", "numero_avis"):
        if not said[column]:
            return _("« %(column)s » est vide.") % {"column": column}
    if line.amount is None:
        return _("Montant illisible : « %(value)s ».") % {"value": said["montant"][:60]}
    if not line.status:
        return _("Statut inconnu : « %(value)s ». Écrivez « payé » ou « rejeté ».") % {
            "value": said["statut"][:60]
        }
    if line.dated_on is None:
        return _("Date illisible : « %(value)s ». Écrivez-la comme 2026-12-03.") % {
            "value": said["date"][:60]
        }
    if line.status == PaymentAnswerLine.Status.PAID and not line.reference:
        return _("Un paiement a une référence.")
    if line.status == PaymentAnswerLine.Status.REJECTED and not line.reason:
        return _("Un rejet a un motif.")
    return ""


def _amount(text: str) -> Decimal | None:
    try:
        return parse_money(text) or None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
