"""What rules find in a report that is submitted, and what the analysis answers (guide 2024, §5.1).

Each anomaly has a sentence and the way to its rows. A recommendation waits for an answer to each.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.money import ZERO
from alliances.templatetags.portal import count, date_long, money
from fqis.selectors.project_results import due_day
from reporting.models import AnnualReport, Anomaly, ReviewEntry
from reporting.selectors.figures import Figures
from reporting.selectors.statement import statement_of

Rule = Anomaly.Rule
Found = tuple[Rule, dict[str, Any]]


def find_anomalies(
    report: AnnualReport, figures: Figures, last: AnnualReport | None
) -> list[Found]:
    """What the rules find in the figures of a submission, beside last year's report."""
    statement = statement_of(report, figures)
    spent = statement.administration + statement.mobilisation
    found: list[Found] = []
    if statement.difference:
        found.append((Rule.UNBALANCED, {"amount": str(statement.difference)}))
    if spent and not figures.projects_supported:
        found.append((Rule.NO_PROJECT, {"amount": str(spent)}))
    before = Figures.from_frozen(last.figures).people_reached if last else 0
    if last and _is_halved(
        before, figures.people_reached, last.period.months, report.period.months
    ):
        found.append((Rule.PEOPLE_HALVED, {"now": figures.people_reached, "before": before}))
    if figures.projects_orphan:
        found.append((Rule.ORPHANS, {"n": figures.projects_orphan}))
    if figures.projects_late:
        found.append((Rule.LATE_RESULTS, {"n": figures.projects_late}))
    return found


def _is_halved(before: int, now: int, months_before: int, months_now: int) -> bool:
    """Less than half, month for month: five months and twelve compare."""
    return 2 * now * months_before < before * months_now


@dataclass(frozen=True)
class AnomalyLine:
    """An anomaly in words, and what the analysis answered, None while it waits."""

    rule: str
    title: str
    sentence: str
    url: str
    link: str
    answer: ReviewEntry | None


def anomalies_of(report: AnnualReport, entries: dict[str, ReviewEntry]) -> list[AnomalyLine]:
    """The anomalies of the last submission; ``entries`` are those of ``entries_of``. One query."""
    return [
        AnomalyLine(
            rule=one.rule,
            title=str(one.get_rule_display()),
            sentence=_sentence(report, one),
            url=_address(report, one),
            link=_("Voir l’état financier")
            if one.rule == Rule.UNBALANCED
            else _("Voir les lignes"),
            answer=entries.get(one.rule),
        )
        for one in Anomaly.objects.filter(report=report)
    ]


def _sentence(report: AnnualReport, anomaly: Anomaly) -> str:
    found = anomaly.found
    amount = money(Decimal(found.get("amount", ZERO)))
    number = found.get("n", 0)
    match anomaly.rule:
        case Rule.UNBALANCED:
            return _("Le solde déclaré s’écarte de %(amount)s du solde calculé.") % {
                "amount": amount
            }
        case Rule.NO_PROJECT:
            return _(
                "%(amount)s en administration et en mobilisation, sans projet dans l’année."
            ) % {"amount": amount}
        case Rule.PEOPLE_HALVED:
            return _(
                "%(now)s personnes rejointes, %(before)s l’an dernier : moins de la moitié, mois"
                " pour mois."
            ) % {"now": count(found["now"]), "before": count(found["before"])}
        case Rule.ORPHANS:
            return ngettext(
                "%(n)s projet ne sert aucune priorité du plan en vigueur le %(day)s.",
                "%(n)s projets ne servent aucune priorité du plan en vigueur le %(day)s.",
                number,
            ) % {"n": count(number), "day": date_long(report.period.year.last_day)}
    return ngettext(
        "%(n)s projet n’a pas envoyé ses résultats, attendus le %(day)s.",
        "%(n)s projets n’ont pas envoyé leurs résultats, attendus le %(day)s.",
        number,
    ) % {"n": count(number), "day": date_long(due_day(report.period.year))}


_FIGURES = {
    Rule.NO_PROJECT: "projects_supported",
    Rule.PEOPLE_HALVED: "people_reached",
    Rule.ORPHANS: "projects_orphan",
    Rule.LATE_RESULTS: "projects_late",
}


def _address(report: AnnualReport, anomaly: Anomaly) -> str:
    key = _FIGURES.get(Rule(anomaly.rule))
    if key is None:
        return f"{report.get_absolute_url()}#etat-financier"
    return report.alliance.url("report_figure", str(report.period), key)


def entries_of(report: AnnualReport) -> dict[str, ReviewEntry]:
    """The last word on each point since the report was submitted; nothing for the Table. A return
    to the DGSQ is under « back ». One query."""
    if report.submitted_at is None:
        return {}
    rows = ReviewEntry.objects.filter(report=report, said_at__gte=report.submitted_at)
    return {one.point or one.kind: one for one in rows.select_related("said_by")}
