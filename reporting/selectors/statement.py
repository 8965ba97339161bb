"""The financial statement of a report: what came in, went out and remains (guide 2024, §5.1).

Amounts are in dollars. Opening balance, versements and projects are known by the portal; the Table
declares the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from alliances.models import Alliance
from alliances.money import ZERO
from reporting.models import AnnualReport, FinancialLine
from reporting.selectors.figures import Figures, figure_row, priority_row

Category = FinancialLine.Category


@dataclass(frozen=True)
class Statement:
    """``closing`` is None while the Table did not declare it, ``reason`` explains its difference
    with what is computed."""

    opening: Decimal = ZERO
    received: Decimal = ZERO
    other_income: Decimal = ZERO
    administration: Decimal = ZERO
    mobilisation: Decimal = ZERO
    projects: Decimal = ZERO
    closing: Decimal | None = None
    reason: str = ""

    @property
    def computed(self) -> Decimal:
        """What must remain at the end of the year."""
        came = self.opening + self.received + self.other_income
        return came - self.administration - self.mobilisation - self.projects

    @property
    def difference(self) -> Decimal | None:
        """Declared less computed; None while nothing is declared."""
        return None if self.closing is None else self.closing - self.computed

    @property
    def is_balanced(self) -> bool:
        return self.difference == 0

    @property
    def lacks_reason(self) -> bool:
        return bool(self.difference) and not self.reason.strip()


def statement_of(report: AnnualReport, figures: Figures) -> Statement:
    """From the figures of a report and its lines, already read."""
    lines = {line.category: line for line in report.lines.all()}
    said = {key: line.amount or ZERO for key, line in lines.items()}
    closing = lines.get(Category.CLOSING_BALANCE)
    return Statement(
        opening=figures.opening_balance,
        received=figures.received,
        other_income=said.get(Category.OTHER_INCOME, ZERO),
        administration=said.get(Category.ADMINISTRATION, ZERO),
        mobilisation=said.get(Category.MOBILISATION, ZERO),
        projects=figures.paid_to_projects,
        closing=closing.amount if closing else None,
        reason=closing.note if closing else "",
    )


def known_money(report_ids: Iterable[int]) -> dict[int, Figures]:
    """Of the figures of each report, those its statement takes; as the database counts them, in
    one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, k.opening, k.received, k.paid FROM unnest(%s::bigint[]) AS r (id),"
            " LATERAL reporting_known_money(r.id) k",
            [list(report_ids)],
        )
        return {
            pk: Figures(opening_balance=opening, received=received, paid_to_projects=paid)
            for pk, opening, received, paid in cursor.fetchall()
        }


@dataclass(frozen=True)
class StatementRow:
    """``sign`` says whether the amount comes in or goes out; ``url`` leads to the rows of what the
    portal knows. ``kind``: empty, « part » of the row above, or « total »."""

    label: str
    amount: Decimal | None
    sign: str = ""
    url: str = ""
    kind: str = ""

    @property
    def written_label(self) -> str:
        """« − Frais d’administration », « dont Logement »."""
        if self.kind == "part":
            return _("dont %(label)s") % {"label": self.label}
        return f"{self.sign} {self.label}".strip()


def statement_rows(
    alliance: Alliance, statement: Statement, figures: Figures, year: str
) -> list[StatementRow]:
    """The statement of « 2025-2026 » in the order in which it is added up."""

    def known(key: str, sign: str = "") -> StatementRow:
        row = figure_row(alliance, figures, year, key)
        return StatementRow(row.label, Decimal(row.value), sign, row.url)

    parts = [
        (one["title"] or _("Sans priorité"), priority_row(alliance, figures, year, one["lineage"]))
        for one in figures.by_priority
    ]
    return [
        known("opening_balance"),
        known("received", "+"),
        StatementRow(str(Category.OTHER_INCOME.label), statement.other_income, "+"),
        StatementRow(str(Category.ADMINISTRATION.label), statement.administration, "−"),
        StatementRow(str(Category.MOBILISATION.label), statement.mobilisation, "−"),
        known("paid_to_projects", "−"),
        *(
            StatementRow(title, Decimal(row.value), url=row.url, kind="part")
            for title, row in parts
        ),
        StatementRow(_("Solde de fermeture calculé"), statement.computed, "=", kind="total"),
        StatementRow(str(Category.CLOSING_BALANCE.label), statement.closing),
        StatementRow(_("Écart à expliquer"), statement.difference, kind="total")
        if statement.difference
        else StatementRow(_("Écart"), statement.difference, kind="total"),
    ]
