"""The letters that follow an act on a report: who is told, and in which words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances.models import Alliance, User
from alliances.services.notifications import notify, people_with
from alliances.templatetags.portal import date_long, money
from plans.notifications import holders, spoken
from reporting.models import AnnualReport, ReportExtension, ReportingPeriod


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
    body = _("%(who)s recommande la reddition et le versement qui en dépend.") % {"who": by}
    if report.held_amount is not None:
        body += " " + _("À retenir : %(amount)s.") % {"amount": money(report.held_amount)}
    _tell(
        report,
        "accept_report",
        _("Reddition %(year)s à accepter : %(territory)s"),
        body,
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


def tell_extended(extension: ReportExtension, *, by: User) -> None:
    """To the Table and its DGSQ: the new due date of their report, and why."""
    alliance, period = extension.alliance, extension.period
    for readers in spoken(
        holders(alliance, ["edit_report", "submit_report", "review_report"]), alliance
    ):
        notify(
            readers,
            alliance=alliance,
            subject=_("%(alliance)s : délai accordé pour la reddition %(year)s")
            % {"alliance": alliance, "year": period},
            body=_(
                "%(person)s accorde un délai : la reddition est à transmettre au plus tard le"
                " %(day)s, et non le %(before)s. Motif : %(reason)s"
            )
            % {
                "person": by,
                "day": date_long(extension.due_on),
                "before": date_long(extension.was_due_on),
                "reason": extension.reason,
            },
            url=alliance.url("report", str(period)),
            but=by,
        )


def _reminder_words(alliance: Alliance, period: ReportingPeriod, days_left: int) -> tuple[str, str]:
    """The subject and the body of a reminder, in the language spoken."""
    number = abs(days_left)
    due = {
        "alliance": alliance,
        "year": period,
        "day": date_long(period.due_on),
        "n": number,
    }
    if days_left > 0:
        subject = ngettext(
            "%(alliance)s : la reddition %(year)s est à transmettre dans %(n)s jour",
            "%(alliance)s : la reddition %(year)s est à transmettre dans %(n)s jours",
            number,
        )
        body = _(
            "La reddition %(year)s est à transmettre au plus tard le %(day)s. Le portail a déjà"
            " rempli les chiffres qu’il connaît. La DGSSAC peut accorder un délai, avec un motif."
        )
    elif days_left == 0:
        subject = _("%(alliance)s : la reddition %(year)s est à transmettre aujourd’hui")
        body = _("La reddition %(year)s est à transmettre aujourd’hui, %(day)s.")
    else:
        subject = ngettext(
            "%(alliance)s : la reddition %(year)s est en retard de %(n)s jour",
            "%(alliance)s : la reddition %(year)s est en retard de %(n)s jours",
            number,
        )
        body = _(
            "La reddition %(year)s était à transmettre au plus tard le %(day)s et ne l’est pas"
            " encore. Le versement qu’elle ouvre attend."
        )
    return subject % due, body % due


def remind_due(alliance: Alliance, period: ReportingPeriod, *, days_left: int, late: bool) -> None:
    """To who writes and submits the report; once it is late, also to the DGSQ and the analysts."""
    rights = ["edit_report", "submit_report"]
    if late:
        rights += ["review_report", "accept_report"]
    for readers in spoken(holders(alliance, rights), alliance):
        subject, body = _reminder_words(alliance, period, days_left)
        url = alliance.url("report", str(period))
        notify(readers, alliance=alliance, subject=subject, body=body, url=url)
