"""The documents of an accepted report, frozen and already written in the Table's language: the PDF
to read, the sheets and the JSON to count again."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliances import clock
from alliances.cycle_words import words_of
from alliances.models import Document, User
from alliances.services.documents import Renderer, create_document, register_renderer
from alliances.templatetags.portal import money
from reporting.models import AnnualReport
from reporting.record import as_json, as_workbook, report_record
from reporting.selectors.figures import Figures, figure_rows
from reporting.selectors.statement import statement_of, statement_rows

KIND = "annual_report"
SHEETS, JSON = "annual_report_xlsx", "annual_report_json"


def register() -> None:
    register_renderer(
        KIND, Renderer("documents/annual_report.html", label=gettext_lazy("Reddition de comptes"))
    )
    register_renderer(
        SHEETS, Renderer(build=as_workbook, label=gettext_lazy("Reddition, feuilles de calcul"))
    )
    register_renderer(JSON, Renderer(build=as_json, label=gettext_lazy("Reddition, données JSON")))


def create_report_documents(report: AnnualReport, *, by: User) -> Document:
    """Freezes the report as it is accepted, in the territory's language; returns the PDF's row."""
    language = report.alliance.territory.default_language
    with words_of(report.alliance.cycle, language):
        record = report_record(report)
        year = {"year": report.period}

        def freeze(kind: str, title: str, data: dict[str, Any]) -> Document:
            return create_document(
                kind,
                by=by,
                title=title % year,
                data=data,
                alliance=report.alliance,
                subject=report,
                language=language,
            )

        pdf = freeze(KIND, _("Reddition %(year)s"), report_data(report))
        freeze(SHEETS, _("Reddition %(year)s, feuilles de calcul"), record)
        freeze(JSON, _("Reddition %(year)s, données JSON"), record)
    return pdf


def report_data(report: AnnualReport) -> dict[str, Any]:
    """The contract of ``documents/annual_report.html``: texts, formatted figures, people, days."""
    figures = Figures.from_frozen(report.figures)
    return {
        "alliance": str(report.alliance),
        "fiscal_year": str(report.period),
        "sections": _sections(report),
        "figures": [
            {"label": row.label, "value": row.text}
            for row in figure_rows(report.alliance, figures, str(report.period))
        ],
        "tables": [
            _statement_table(report, figures),
            {
                "title": _("Explications de la Table"),
                "columns": [_("Poste"), _("Explication")],
                "rows": [
                    [line.get_category_display(), line.note]
                    # That of the closing balance is under the statement.
                    for line in report.lines.exclude(category="closing_balance").exclude(note="")
                ],
            },
        ],
        "submitted": _act(report, "submitted"),
        "recommended": _act(report, "recommended") | {"note": report.recommendation},
        "accepted": _act(report, "accepted"),
    }


def _statement_table(report: AnnualReport, figures: Figures) -> dict[str, Any]:
    statement = statement_of(report, figures)
    rows = statement_rows(report.alliance, statement, figures, str(report.period))
    return {
        "title": _("État financier"),
        "columns": [_("Poste"), _("Montant")],
        "rows": [[row.written_label, money(row.amount)] for row in rows],
        "note": _("Écart expliqué par la Table : %(reason)s") % {"reason": statement.reason}
        if statement.difference
        else "",
    }


def _sections(report: AnnualReport) -> list[dict[str, Any]]:
    written = []
    for title, text in report.texts:
        if text:
            paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
            written.append({"title": title[:1].upper() + title[1:], "paragraphs": paragraphs})
    return written


def _act(report: AnnualReport, act: str) -> dict[str, str]:
    at = getattr(report, f"{act}_at")
    return {"by": str(getattr(report, f"{act}_by")), "on": clock.day_of(at).isoformat()}
