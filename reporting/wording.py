"""How a report's state reads: « Transmise » to the Table, « À analyser » to the DGSQ."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from alliances.roles import Side
from alliances.templatetags.portal import date_long, since_days
from reporting.models import AnnualReport, ReportingPeriod

State = AnnualReport.State


@dataclass(frozen=True)
class StateWord:
    """A glyph and its word. ``waits``: somebody must act; ``is_late``: in red; ``precision``:
    said to a screen reader and in exports, where the column leaves no room."""

    glyph: str
    word: str
    waits: bool = False
    is_late: bool = False
    precision: str = ""

    @property
    def full(self) -> str:
        """« À valider, version 2 »."""
        return f"{self.word}, {self.precision}" if self.precision else self.word


def state_word(
    report: AnnualReport | None,
    period: ReportingPeriod,
    side: Side = Side.DGSSAC,
    *,
    is_owed: bool,
) -> StateWord:
    """The state of a year's report for its reader; ``report`` is None when nothing was opened.

    Without a signed convention no report is owed (``is_owed``), so none is late.
    """
    if not period.is_open or (report is None and not is_owed):
        return StateWord("todo", _("À venir"))
    if report is None or report.state == State.DRAFT:
        if period.is_past_due:
            return StateWord("late", _("En retard"), waits=True, is_late=True)
        if report is not None:
            return StateWord("todo", _("Brouillon"))
        return StateWord("todo", _("À commencer") if side is Side.TABLE else _("Attendue"))
    if report.state == State.RETURNED:
        return StateWord("back", _("Retournée"), waits=True)
    if report.state == State.ACCEPTED:
        return StateWord("done", _("Acceptée"))
    return _in_analysis(report.state, side)


def _in_analysis(state: str, side: Side) -> StateWord:
    if state == State.SUBMITTED:
        if side is Side.TABLE:
            return StateWord("sent", _("Transmise"))
        return StateWord("run", _("À analyser"), waits=True)
    if side is Side.DGSSAC:
        return StateWord("run", _("À accepter"), waits=True)
    return StateWord("sent", _("Recommandée"))


def lede_of(
    report: AnnualReport | None, period: ReportingPeriod, side: Side, *, is_owed: bool
) -> str:
    """One line that says what is at stake: who has the report, since when, until when."""
    if not period.is_open:
        return _("Elle ouvre le %(day)s.") % {"day": date_long(period.opens_on)}
    if report is None and not is_owed:
        return _("Elle attend la signature de la convention.")
    if report is None or report.state == State.DRAFT:
        return _("À transmettre à la DGSQ au plus tard le %(day)s.") % {
            "day": date_long(period.due_on)
        }
    if report.state == State.SUBMITTED:
        return _submitted_lede(report, side)
    sentence, act = {
        State.RETURNED: (
            _("Retournée le %(day)s par %(who)s. Votre versement attend."),
            "returned",
        ),
        State.RECOMMENDED: (
            _("Recommandée le %(day)s par %(who)s. La DGSSAC doit l’accepter."),
            "recommended",
        ),
        State.ACCEPTED: (_("Acceptée le %(day)s par %(who)s. Elle ne change plus."), "accepted"),
    }[report.state]
    day, who = getattr(report, f"{act}_at"), getattr(report, f"{act}_by")
    return sentence % {"day": date_long(day), "who": who}


def _submitted_lede(report: AnnualReport, side: Side) -> str:
    words = {
        "day": date_long(report.submitted_at),
        "who": report.submitted_by,
        "since": since_days(report.submitted_at),
        "due": date_long(report.analysis_due_on),
    }
    if side is Side.DGSQ:
        return (
            _("Transmise le %(day)s par %(who)s. Vous l’avez %(since)s, échéance le %(due)s.")
            % words
        )
    return _("Transmise le %(day)s par %(who)s. La DGSQ l’analyse %(since)s.") % words
