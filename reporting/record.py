"""An accepted report as data: what its sheets and its JSON say, frozen with it.

Amounts are dollars as text, « 1234.50 », days are ISO; the words are those of the territory's
language. Nothing of what the ministry keeps to itself is in it.
"""

import json
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from alliances import clock
from alliances.exports import XLSX, Cell, Sheet, workbook
from alliances.models import Document
from alliances.services.documents import Made
from reporting.models import AnnualReport
from reporting.selectors.figures import Figures, figure_rows
from reporting.selectors.statement import Statement, statement_of

# What this shape is called: another one takes another name.
SCHEMA = "reddition/1"


def report_record(report: AnnualReport) -> dict[str, Any]:
    """The contract of the JSON document; each table of it is a sheet of the XLSX one."""
    figures = Figures.from_frozen(report.figures)
    statement = statement_of(report, figures)
    return {
        "schema": SCHEMA,
        "territory": report.alliance.territory.slug,
        "alliance": str(report.alliance),
        "cycle": report.alliance.cycle.slug,
        "fiscal_year": str(report.period),
        "months": report.period.months,
        "acts": [_act(report, act) for act in ("submitted", "recommended", "accepted")],
        "recommendation": {
            "note": report.recommendation,
            "held_amount": _text(report.held_amount),
            "held_reason": report.held_reason,
        },
        "statement": _statement(statement),
        "by_priority": figures.by_priority,
        "lines": [
            {
                "key": line.category,
                "label": str(line.get_category_display()),
                "amount": _text(line.amount),
                "note": line.note,
            }
            for line in report.lines.all()
        ],
        "figures": [
            {
                "key": row.key,
                "label": row.label,
                "value": _text(row.value) if row.is_money else int(row.value),
                "of": row.of,
                "unit": "CAD" if row.is_money else "",
            }
            for row in figure_rows(report.alliance, figures, str(report.period))
        ],
        "texts": [
            {"key": key, "label": label, "text": text}
            for key, (label, text) in zip(AnnualReport.TEXTS, report.texts, strict=True)
        ],
        "frozen_figures": report.figures,
    }


def _text(amount: Decimal | int | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _act(report: AnnualReport, act: str) -> dict[str, str]:
    at, by = getattr(report, f"{act}_at"), getattr(report, f"{act}_by")
    return {"act": act, "by": str(by), "on": clock.day_of(at).isoformat()}


def _statement(statement: Statement) -> list[dict[str, str | None]]:
    said = [
        ("opening_balance", _("Solde d’ouverture"), statement.opening),
        ("received", _("Reçu du FQIS"), statement.received),
        ("other_income", _("Autres revenus"), statement.other_income),
        ("administration", _("Frais d’administration"), statement.administration),
        ("mobilisation", _("Coordination et mobilisation"), statement.mobilisation),
        ("projects", _("Soutien aux projets"), statement.projects),
        ("computed_balance", _("Solde de fermeture calculé"), statement.computed),
        ("closing_balance", _("Solde de fermeture déclaré"), statement.closing),
        ("difference", _("Écart"), statement.difference),
    ]
    return [{"key": key, "label": label, "amount": _text(amount)} for key, label, amount in said]


def as_json(document: Document) -> Made:
    """The record, readable and always written the same way."""
    text = json.dumps(document.data, ensure_ascii=False, indent=2, sort_keys=True)
    return Made(f"{text}\n".encode(), "json", "application/json")


# The sheets, in their order, with the columns that the tables of the record have.
_SHEETS = {
    "statement": ["label", "amount"],
    "by_priority": ["title", "amount"],
    "figures": ["label", "value", "of", "unit"],
    "lines": ["label", "amount", "note"],
    "texts": ["label", "text"],
    "acts": ["act", "by", "on"],
}


def as_workbook(document: Document) -> Made:
    """A sheet for each table of the record; amounts are numbers, and no text runs."""
    sheets = [
        Sheet(
            table, columns, [[_cell(row, one) for one in columns] for row in document.data[table]]
        )
        for table, columns in _SHEETS.items()
    ]
    return Made(workbook(sheets), "xlsx", XLSX)


def _cell(row: dict[str, Any], column: str) -> Cell:
    value: Cell = row[column]
    is_amount = column == "amount" or (column == "value" and row["unit"])
    return Decimal(str(value)) if is_amount and value is not None else value
