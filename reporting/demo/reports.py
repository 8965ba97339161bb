"""The annual reports of the story, and the remarks they received."""

from datetime import date, timedelta
from decimal import Decimal

from alliances.money import ZERO
from alliances.services.comments import post_comment
from reporting.models import AnnualReport, ReportingPeriod
from reporting.selectors.checklist import POINTS
from reporting.selectors.figures import compute_figures
from reporting.services.analysis import save_analysis
from reporting.services.deadlines import extend_report, remind
from reporting.services.reports import (
    LineEntry,
    accept_report,
    open_report,
    recommend_report,
    return_report,
    save_report,
    submit_report,
)

from .chapter import Chapter
from .words import REPORT_TEXTS

RETURN_REASON = (
    "Les frais d’administration dépassent ceux de l’an dernier. Expliquez l’écart dans la note de"
    " la ligne, puis transmettez de nouveau."
)
UNPAID_BILL = Decimal("1840.00")
UNPAID_REASON = "Une facture de mars a été payée en avril."
SEEN = {
    "unbalanced": "L’écart est celui que la Table explique.",
    "no-project": "Le plan n’était pas encore approuvé : aucun projet ne pouvait être soutenu.",
    "people-halved": "La Table a changé sa façon de compter, vue avec elle.",
    "orphans": "Ces projets servent une priorité du plan d’avant.",
    "late-results": "La Table relance ces organisations cette semaine.",
}


class Reports(Chapter):
    """One territory's reports, year by year."""

    def write(self, year: int, day: date, *, months: int, finished: bool = True) -> None:
        self.on(day, self.coordination, lambda: self._open(year))
        self.on(
            day + timedelta(days=6),
            self.coordination,
            lambda: self._fill(year, months=months, finished=finished),
            hour=15,
        )

    def submit(self, year: int, day: date) -> None:
        self.on(day, self.direction, lambda: submit_report(self._report(year), by=self.direction))

    def remind(self, year: int, day: date) -> None:
        """The portal's own act, as the worker does it that morning."""
        period = ReportingPeriod.objects.get(cycle=self.alliance.cycle, fiscal_year=year)
        self.on(day, self.cast.portal, lambda: remind(self.alliance.pk, period.pk), hour=7)

    def extend(self, year: int, day: date, due_on: date, reason: str) -> None:
        analyst = self.cast.analyst
        period = ReportingPeriod.objects.get(cycle=self.alliance.cycle, fiscal_year=year)
        self.on(
            day,
            analyst,
            lambda: extend_report(
                self.alliance,
                period,
                by=analyst,
                due_on=due_on,
                reason=reason,
                expected_due_on=period.due_on,
            ),
        )

    def remark(self, year: int, day: date) -> None:
        self.on(day, self.advisor, lambda: self._remark(year))

    def send_back(self, year: int, day: date) -> None:
        self.on(
            day,
            self.advisor,
            lambda: return_report(self._report(year), by=self.advisor, reason=RETURN_REASON),
        )

    def recommend(self, year: int, day: date) -> None:
        self.on(
            day,
            self.advisor,
            lambda: self._recommend(year),
        )

    def accept(self, year: int, day: date) -> None:
        analyst = self.cast.analyst
        self.on(day, analyst, lambda: accept_report(self._report(year), by=analyst))

    def _recommend(self, year: int) -> None:
        report = self._report(year)
        self._analyse(report)
        recommend_report(
            report,
            by=self.advisor,
            note="Les dépenses suivent le plan et les écarts sont expliqués.",
        )

    def _analyse(self, report: AnnualReport) -> None:
        """Every point ticked, a word on each anomaly."""
        found = report.anomalies.values_list("rule", flat=True)
        save_analysis(
            report,
            by=self.advisor,
            checks=dict.fromkeys(POINTS, "yes"),
            seen={rule: SEEN[rule] for rule in found},
        )

    def _report(self, year: int) -> AnnualReport:
        return AnnualReport.objects.get(alliance=self.alliance, period__fiscal_year=year)

    def _open(self, year: int) -> None:
        period = ReportingPeriod.objects.get(cycle=self.alliance.cycle, fiscal_year=year)
        open_report(self.alliance, period, by=self.coordination)

    def _fill(self, year: int, *, months: int, finished: bool) -> None:
        report = self._report(year)
        yearly = Decimal(52_000 + 3_500 * self.rank) * (100 + 8 * (year - 2024)) / 100
        # A full-time person since May 2025: the adviser asks why.
        hired = year == 2025 and self.rank % 3 == 1
        administration = yearly * (14 if hired else 10) / 10 * months / 24
        reason = "Une ressource à temps plein depuis mai 2025." if hired else ""
        texts = dict(REPORT_TEXTS)
        if not finished:
            texts.pop("participation")
            texts.pop("next_year")
        lines = {
            "administration": LineEntry(administration.quantize(Decimal("0.01")), reason),
            "mobilisation": LineEntry((yearly * months / 10).quantize(Decimal("0.01"))),
            "other_income": LineEntry(Decimal("0.00")),
        }
        if finished:
            spent = sum((entry.amount or ZERO for entry in lines.values()), ZERO)
            lines["closing_balance"] = self._closing(report, spent, hired=hired)
        save_report(
            report, by=self.coordination, texts=texts, lines=lines, revision=report.revision
        )

    def _closing(self, report: AnnualReport, spent: Decimal, *, hired: bool) -> LineEntry:
        """What remains, but for a bill that was paid after the year."""
        figures = compute_figures(report.alliance, report.period)
        remains = figures.opening_balance + figures.received - figures.paid_to_projects - spent
        if remains < 0:
            return LineEntry(ZERO, "La Table a avancé ces sommes en attendant le versement.")
        if hired:
            return LineEntry(remains + UNPAID_BILL, UNPAID_REASON)
        return LineEntry(remains)

    def _remark(self, year: int) -> None:
        report = self._report(year)
        for field, body in (
            ("administration", "Qu’est-ce qui explique la hausse des frais d’administration?"),
            ("participation", "Combien de rencontres ces personnes ont-elles préparées?"),
        ):
            post_comment(report, by=self.advisor, alliance=self.alliance, body=body, field=field)
