"""The steps of a report inside the card « Où en est mon prochain versement? »."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, User
from alliances.money import ZERO
from alliances.templatetags.portal import date_long
from conventions.models import Tranche
from fqis.cards import DONE, TODO, Card, Condition, card_for, register_report_steps
from fqis.selectors import next_of
from fqis.selectors.envelopes import say_own_spending
from reporting.models import AnnualReport, FinancialLine, ReportingPeriod
from reporting.selectors.deadlines import moved_days, period_of
from reporting.selectors.overview import Story
from reporting.selectors.reports import advisers_of, unanswered_remarks

State = AnnualReport.State


def register() -> None:
    register_report_steps(report_steps)
    say_own_spending(own_spending)


def own_spending(alliance: Alliance) -> Decimal:
    """What the submitted reports say of administration and mobilisation, in dollars; one query."""
    lines = FinancialLine.objects.filter(
        report__alliance=alliance,
        report__submitted_at__isnull=False,
        category__in=["administration", "mobilisation"],
    )
    return lines.aggregate(total=Sum("amount"))["total"] or ZERO


def report_steps(alliance: Alliance, tranche: Tranche) -> list[Condition]:
    """Submitted, analysed and recommended, accepted: three conditions, four queries."""
    period = (
        ReportingPeriod.objects.filter(
            cycle_id=alliance.cycle_id, fiscal_year=tranche.waits_for_year
        )
        .select_related("cycle")
        .first()
    )
    if period is None:
        return []
    period = period_of(period, alliance.pk, moved_days([alliance.pk]))
    report = AnnualReport.objects.for_pages().filter(alliance=alliance, period=period).first()
    return steps_of(alliance, period, report)


def steps_of(
    alliance: Alliance,
    period: ReportingPeriod,
    report: AnnualReport | None,
    *,
    adviser: str | None = None,
) -> list[Condition]:
    """The same for rows already loaded; ``adviser`` names the DGSQ's person, looked up if None."""
    return [
        _submitted(alliance, period, report),
        _recommended(alliance, period, report, adviser),
        _accepted(alliance, period, report),
    ]


def card_of(story: Story, user: User, *, adviser: str) -> Card | None:
    """The card of the Alliance's page, from what its timeline has loaded."""
    versement = next_of(story.versements)
    waited = versement.tranche.waits_for_year if versement else 0
    period = next((one for one in story.periods if one.fiscal_year == waited), None)
    steps = (
        steps_of(story.alliance, period, story.reports.get(period.pk), adviser=adviser)
        if period
        else None
    )
    return card_for(
        story.alliance, user, versement=versement, report_steps=steps, milestones=story.milestones
    )


def _met(day: date) -> str:
    return _("Remplie le %(day)s") % {"day": date_long(day)}


def _submitted(
    alliance: Alliance, period: ReportingPeriod, report: AnnualReport | None
) -> Condition:
    label = _("Reddition %(year)s transmise") % {"year": period}
    url = alliance.url("report", str(period))
    if report is not None and not report.is_writable and report.submitted_at:
        return Condition(
            label,
            DONE,
            who=_("%(who)s, Table") % {"who": report.submitted_by},
            when=_met(clock.day_of(report.submitted_at)),
            url=url,
            link=_("Reddition"),
        )
    returned_at = report.returned_at if report and report.state == State.RETURNED else None
    since = period.opens_on if period.is_open else None
    return Condition(
        label,
        TODO,
        who=_("La Table corrige la reddition retournée.") if returned_at else _when_due(period),
        since=clock.day_of(returned_at) if returned_at else since,
        url=url,
        link=_("Reddition"),
        actor=_("la Table"),
        right="edit_report" if period.is_open else "",
        button=_("Continuer la reddition") if report else _("Commencer la reddition"),
        act_url=url,
        detail=report.return_reason if report and returned_at else "",
    )


def _when_due(period: ReportingPeriod) -> str:
    if not period.is_open:
        return _("Table. La reddition ouvre le %(day)s.") % {"day": date_long(period.opens_on)}
    return _("Table, au plus tard le %(day)s.") % {"day": date_long(period.due_on)}


def _recommended(
    alliance: Alliance,
    period: ReportingPeriod,
    report: AnnualReport | None,
    adviser: str | None,
) -> Condition:
    label = _("Reddition analysée et versement recommandé")
    if report is not None and report.recommended_at and report.state in _AFTER_RECOMMENDATION:
        return Condition(
            label,
            DONE,
            who=_("%(who)s, DGSQ") % {"who": report.recommended_by},
            when=_met(clock.day_of(report.recommended_at)),
            url=alliance.url("report", str(period)),
            link=_("Recommandation"),
        )
    if adviser is None:
        adviser = advisers_of([alliance.territory_id]).get(alliance.territory_id, "")
    place = _("DGSQ, %(territory)s") % {"territory": alliance.territory}
    submitted = report is not None and report.state == State.SUBMITTED
    url = alliance.url("report_review", str(period))
    return Condition(
        label,
        TODO,
        who=f"{adviser}, {place}" if adviser else place,
        since=clock.day_of(report.submitted_at)
        if submitted and report and report.submitted_at
        else None,
        url=alliance.url("report", str(period)) if submitted else "",
        link=_("Lire les remarques") if submitted else "",
        actor=_("la DGSQ"),
        right="review_report",
        button=_("Analyser la reddition"),
        act_url=url,
        detail=_analysis_detail(alliance, period, report),
    )


def _analysis_detail(
    alliance: Alliance, period: ReportingPeriod, report: AnnualReport | None
) -> str:
    """What the analysis waits for: the Table's answers, else its own last day."""
    due = date_long(report.analysis_due_on if report else period.analysis_due_on)
    remarks = unanswered_remarks([alliance.territory_id]) if report else {}
    if report is None or report.pk not in remarks:
        return _("Analyse attendue au plus tard le %(day)s.") % {"day": due}
    number, _last = remarks[report.pk]
    return ngettext(
        "La Table doit encore répondre à %(n)s remarque. Analyse attendue d’ici le %(day)s.",
        "La Table doit encore répondre à %(n)s remarques. Analyse attendue d’ici le %(day)s.",
        number,
    ) % {"n": number, "day": due}


_AFTER_RECOMMENDATION = {State.RECOMMENDED, State.ACCEPTED}


def _accepted(
    alliance: Alliance, period: ReportingPeriod, report: AnnualReport | None
) -> Condition:
    label = _("Reddition acceptée")
    if report is not None and report.accepted_at:
        return Condition(
            label,
            DONE,
            who=_("%(who)s, DGSSAC") % {"who": report.accepted_by},
            when=_met(clock.day_of(report.accepted_at)),
            url=alliance.url("report", str(period)),
            link=_("Reddition"),
        )
    waits = report is not None and report.state == State.RECOMMENDED
    return Condition(
        label,
        TODO,
        who=_("DGSSAC, analyse"),
        since=clock.day_of(report.recommended_at)
        if waits and report and report.recommended_at
        else None,
        actor=_("la DGSSAC (analyse)"),
        right="accept_report",
        button=_("Accepter la reddition"),
        act_url=alliance.url("report_review", str(period)),
    )
