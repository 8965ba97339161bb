"""The letters that follow an act on a report: who is told, and in which words."""

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.services.notifications import notify, people_with
from reporting.models import AnnualReport


def _words(report: AnnualReport) -> dict[str, str]:
    return {"year": str(report.period), "territory": str(report.alliance.territory)}


def _tell(report: AnnualReport, right: str, subject: str, body: str, *, by: User) -> None:
    notify(
        people_with(right, report.alliance),
        alliance=report.alliance,
        subject=subject % _words(report),
        body=body,
        url=report.get_absolute_url(),
        but=by,
    )


def tell_submitted(report: AnnualReport, *, by: User) -> None:
    _tell(
        report,
        "review_report",
        _("Reddition %(year)s à analyser : %(territory)s"),
        _("%(who)s a transmis la reddition. Elle attend votre analyse.") % {"who": by},
        by=by,
    )


def tell_returned(report: AnnualReport, *, by: User) -> None:
    _tell(
        report,
        "edit_report",
        _("Reddition %(year)s retournée : %(territory)s"),
        _("%(who)s vous retourne la reddition. Motif : %(reason)s")
        % {"who": by, "reason": report.return_reason},
        by=by,
    )


def tell_recommended(report: AnnualReport, *, by: User) -> None:
    _tell(
        report,
        "accept_report",
        _("Reddition %(year)s à accepter : %(territory)s"),
        _("%(who)s recommande la reddition et le versement qui en dépend.") % {"who": by},
        by=by,
    )


def tell_handed_back(report: AnnualReport, *, by: User) -> None:
    """To the DGSQ; the reason is on the page of the analysis, which the Table does not open."""
    _tell(
        report,
        "review_report",
        _("Reddition %(year)s à analyser de nouveau : %(territory)s"),
        _("%(who)s vous rend la reddition. Le motif est sur la page de l’analyse.") % {"who": by},
        by=by,
    )


def tell_accepted(report: AnnualReport, *, by: User) -> None:
    subject = _("Reddition %(year)s acceptée : %(territory)s")
    body = _(
        "La DGSSAC a accepté la reddition. Une autre personne autorise maintenant le versement."
    )
    for right in ("edit_report", "review_report"):
        _tell(report, right, subject, body, by=by)
