"""The acts on an annual report: open, write, submit, return, recommend, accept (guide 2024, §5.1).

Each act locks the report before it looks at its state, so that of two people at once the second
is told who acted and when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Missing, Refusal, StaleAct
from alliances.models import Alliance, MilestoneKind, User
from alliances.permissions import can
from alliances.services import journal
from alliances.services.milestones import record_milestone
from alliances.templatetags.portal import date_long, money, time_fr
from conventions.models import Convention
from fqis.models import Versement
from fqis.services.holds import park_versement
from fqis.services.versements import ask_for_recommendation, may_recommend, recommend_versement
from reporting.completeness import missing_from
from reporting.documents import create_report_documents
from reporting.models import (
    AnnualReport,
    Anomaly,
    FinancialLine,
    ReportingPeriod,
    ReviewEntry,
)
from reporting.notifications import (
    tell_accepted,
    tell_handed_back,
    tell_recommended,
    tell_returned,
    tell_submitted,
)
from reporting.selectors.anomalies import Found, anomalies_of, entries_of, find_anomalies
from reporting.selectors.figures import compute_figures
from reporting.selectors.reports import previous_report, versement_opened_by

State = AnnualReport.State


@dataclass(frozen=True)
class LineEntry:
    """An amount in dollars, None when the Table left it empty, and its explanation."""

    amount: Decimal | None
    note: str = ""


class StaleText(StaleAct):
    """Somebody saved the report since this page was opened; ``report`` holds what is saved."""

    def __init__(self, message: str, report: AnnualReport) -> None:
        super().__init__(message)
        self.report = report


def lock_report(report: AnnualReport) -> AnnualReport:
    found = AnnualReport.objects.select_for_update(of=("self",)).for_pages()
    return found.get(pk=report.pk)


def _require(by: User, right: str, report: AnnualReport, message: str) -> None:
    if not can(by, right, report):
        raise Refusal(message)


def who_and_when(report: AnnualReport) -> str:
    """Who brought the report where it is: what the second of two people is told."""
    year = report.period
    last = {
        State.SUBMITTED: (_("%(who)s l’a déjà transmise le %(day)s à %(time)s."), "submitted"),
        State.RETURNED: (_("%(who)s l’a déjà retournée le %(day)s à %(time)s."), "returned"),
        State.RECOMMENDED: (
            _("%(who)s l’a déjà recommandée le %(day)s à %(time)s."),
            "recommended",
        ),
        State.ACCEPTED: (_("%(who)s l’a déjà acceptée le %(day)s à %(time)s."), "accepted"),
    }.get(report.state)
    if last is None:
        return _("La reddition %(year)s est encore un brouillon de la Table.") % {"year": year}
    sentence, act = last
    at = getattr(report, f"{act}_at")
    words = {"who": getattr(report, f"{act}_by"), "day": date_long(at), "time": time_fr(at)}
    return sentence % words


@transaction.atomic
def open_report(alliance: Alliance, period: ReportingPeriod, *, by: User) -> AnnualReport:
    """Opens the report of a year, or gives the one already opened.

    Refuses a year of another cycle, a year that is not over and an Alliance whose convention is
    not signed.
    """
    if not can(by, "edit_report", alliance):
        raise Refusal(_("Seule la Table écrit sa reddition."))
    if period.cycle_id != alliance.cycle_id:
        raise Refusal(_("Cet exercice n’est pas de ce cycle."))
    if not period.is_open:
        raise Refusal(
            _("La reddition %(year)s ouvre le %(day)s.")
            % {"year": period, "day": date_long(period.opens_on)}
        )
    if not Convention.objects.signed().filter(alliance=alliance).exists():
        raise Refusal(_("La reddition attend la signature de la convention."))
    report, created = AnnualReport.objects.get_or_create(
        alliance=alliance,
        period=period,
        defaults={"territory_id": alliance.territory_id, "created_by": by},
    )
    if created:
        journal.record(
            by=by,
            verb="open_report",
            summary=_("a commencé la reddition %(year)s") % {"year": period},
            alliance=alliance,
            target=report,
            url=alliance.url("report", str(period)),
        )
    return report


@transaction.atomic
def save_report(
    report: AnnualReport,
    *,
    by: User,
    texts: Mapping[str, str],
    lines: Mapping[str, LineEntry],
    revision: int,
) -> AnnualReport:
    """Saves the texts and the financial lines that are given, and leaves the others.

    ``revision`` is the one the page showed: refuses when somebody saved since, and a report that
    was submitted.
    """
    _require(by, "edit_report", report, _("Seule la Table écrit sa reddition."))
    locked = lock_report(report)
    if not locked.is_writable:
        raise StaleAct(who_and_when(locked))
    if locked.revision != revision:
        raise StaleText(_who_saved(locked), locked)
    for name in texts.keys() & set(AnnualReport.TEXTS):
        setattr(locked, name, texts[name].strip())
    for category, entry in lines.items():
        _save_line(locked, category, entry)
    locked.revision += 1
    locked.updated_at, locked.updated_by = clock.now(), by
    locked.save()
    return locked


def _who_saved(report: AnnualReport) -> str:
    return _(
        "%(who)s a enregistré cette reddition le %(day)s à %(time)s, après l’ouverture de votre"
        " page. Rien n’est perdu."
    ) % {
        "who": report.updated_by,
        "day": date_long(report.updated_at),
        "time": time_fr(report.updated_at),
    }


def _save_line(report: AnnualReport, category: str, entry: LineEntry) -> None:
    line = FinancialLine.objects.filter(report=report, category=category)
    if entry.amount is None and not entry.note.strip():
        line.delete()
        return
    FinancialLine.objects.update_or_create(
        report=report,
        category=category,
        defaults={"amount": entry.amount, "note": entry.note.strip()},
        create_defaults={
            "amount": entry.amount,
            "note": entry.note.strip(),
            "territory_id": report.territory_id,
        },
    )


@transaction.atomic
def submit_report(report: AnnualReport, *, by: User) -> AnnualReport:
    """Submits the report to the DGSQ with the figures of the moment.

    Refuses somebody who is not the Table's direction, a report already submitted, and an
    incomplete one, listing what is missing: also the explanation of a financial statement that
    does not balance.
    """
    _require(by, "submit_report", report, _("Seule la direction de la Table transmet."))
    locked = lock_report(report)
    if not locked.is_writable:
        raise StaleAct(who_and_when(locked))
    figures = compute_figures(locked.alliance, locked.period)
    missing = missing_from(locked, figures)
    if missing:
        raise Refusal(_("La reddition n’est pas complète."), missing=missing)
    locked.figures = figures.frozen()
    _write_anomalies(locked, find_anomalies(locked, figures, previous_report(locked)))
    locked.submit(by=by)
    locked.save()
    _journal(locked, by, "submit_report", _("a transmis la reddition %(year)s"))
    tell_submitted(locked, by=by)
    return locked


def _write_anomalies(report: AnnualReport, found: Iterable[Found]) -> None:
    """Those of this submission take the place of those of the one before."""
    Anomaly.objects.filter(report=report).delete()
    Anomaly.objects.bulk_create(
        Anomaly(report=report, territory_id=report.territory_id, rule=rule, found=values)
        for rule, values in found
    )


@transaction.atomic
def return_report(report: AnnualReport, *, by: User, reason: str) -> AnnualReport:
    """Sends the report back to the Table, by the DGSQ, or by the DGSSAC once recommended.

    Refuses an empty reason and a report that is not in the hands of ``by``.
    """
    locked = lock_report(report)
    if locked.state not in {State.SUBMITTED, State.RECOMMENDED}:
        raise StaleAct(who_and_when(locked))
    if locked.state == State.RECOMMENDED and not can(by, "accept_report", locked):
        raise StaleAct(who_and_when(locked))
    if locked.state == State.SUBMITTED:
        _require(by, "review_report", locked, _("Cette reddition est entre les mains de la DGSQ."))
    if not reason.strip():
        raise Refusal(_("Écrivez le motif du retour : la Table le lira."), field="reason")
    locked.send_back(by=by, reason=reason.strip())
    locked.save()
    _journal(locked, by, "return_report", _("a retourné la reddition %(year)s"), reason=reason)
    tell_returned(locked, by=by)
    return locked


@transaction.atomic
def recommend_report(
    report: AnnualReport,
    *,
    by: User,
    note: str,
    held_amount: Decimal | None = None,
    held_reason: str = "",
) -> AnnualReport:
    """Recommends to the DGSSAC the versement that this report opens, whole or without
    ``held_amount`` dollars, held for ``held_reason`` (guide 2024, §3.2).

    Refuses somebody who is not of the DGSQ, an empty note, a report already decided, an anomaly
    without an answer, and a part of nothing, of everything or without a reason.
    """
    _require(by, "review_report", report, _("Seule la DGSQ recommande."))
    locked = lock_report(report)
    if locked.state != State.SUBMITTED:
        raise StaleAct(who_and_when(locked))
    if not note.strip():
        raise Refusal(
            _("Écrivez le motif de votre recommandation : la DGSSAC et la Table le lisent."),
            field="reason",
        )
    _refuse_unanswered(locked)
    if held_amount is not None:
        _check_held(locked, held_amount, held_reason)
    locked.recommend(
        by=by,
        note=note.strip(),
        held_amount=held_amount,
        held_reason=held_reason.strip() if held_amount is not None else "",
    )
    locked.save()
    _journal(locked, by, "recommend_report", _("a recommandé la reddition %(year)s"), reason=note)
    tell_recommended(locked, by=by)
    return locked


def _refuse_unanswered(report: AnnualReport) -> None:
    waiting = [one for one in anomalies_of(report, entries_of(report)) if one.answer is None]
    if not waiting:
        return
    page = report.alliance.url("report_review", str(report.period))
    raise Refusal(
        ngettext(
            "%(n)s anomalie attend votre réponse, « Vu » et un mot : %(names)s.",
            "%(n)s anomalies attendent votre réponse, « Vu » et un mot : %(names)s.",
            len(waiting),
        )
        % {"n": len(waiting), "names": ", ".join(one.title for one in waiting)},
        missing=[Missing(one.title, f"{page}#id_seen_{one.rule}") for one in waiting],
    )


def _check_held(report: AnnualReport, amount: Decimal, reason: str) -> None:
    versement = versement_opened_by(report.alliance, report.period)
    if versement is None:
        raise Refusal(_("Aucune tranche n’attend cette reddition."), field="held_amount")
    if not 0 < amount < versement.amount:
        raise Refusal(
            _("Retenez une partie au-dessus de zéro et au-dessous de %(amount)s.")
            % {"amount": money(versement.amount)},
            field="held_amount",
        )
    if not reason.strip():
        raise Refusal(_("Dites pourquoi cette partie est retenue."), field="held_reason")


@transaction.atomic
def hand_back_report(report: AnnualReport, *, by: User, reason: str) -> AnnualReport:
    """Gives a recommended report back to the DGSQ, which analyses it again. The Table only sees
    that it is in analysis: the reason stays in the ministry.

    Refuses somebody who is not of the DGSSAC's analysis, an empty reason and a report that is not
    recommended any more.
    """
    _require(by, "accept_report", report, _("Seule l’analyse de la DGSSAC rend à la DGSQ."))
    locked = lock_report(report)
    if locked.state != State.RECOMMENDED:
        raise StaleAct(who_and_when(locked))
    if not reason.strip():
        raise Refusal(_("Écrivez le motif du retour : la DGSQ le lira."), field="reason")
    ReviewEntry.objects.create(
        report=locked, kind=ReviewEntry.Kind.BACK, word=reason.strip(), said_by=by
    )
    locked.hand_back()
    locked.save()
    _journal(locked, by, "hand_back_report", _("a rendu la reddition %(year)s à la DGSQ"))
    tell_handed_back(locked, by=by)
    return locked


@transaction.atomic
def accept_report(report: AnnualReport, *, by: User) -> AnnualReport:
    """Accepts the report: records the milestone, freezes its documents and passes the DGSQ's
    recommendation on to the versement that waited for it.

    Refuses somebody who is not of the DGSSAC's analysis, the person who recommended, and a report
    that is not recommended any more.
    """
    _require(by, "accept_report", report, _("Seule l’analyse de la DGSSAC accepte."))
    locked = lock_report(report)
    if locked.state != State.RECOMMENDED:
        raise StaleAct(who_and_when(locked))
    if locked.recommended_by == by:
        raise Refusal(
            _("Vous l’avez recommandée le %(day)s. Une autre personne doit accepter.")
            % {"day": date_long(locked.recommended_at)}
        )
    locked.accept(by=by)
    locked.document = create_report_documents(locked, by=by)
    locked.save()
    _journal(locked, by, "accept_report", _("a accepté la reddition %(year)s"))
    record_milestone(
        locked.alliance,
        MilestoneKind.REPORT_ACCEPTED,
        by=by,
        on=clock.today(),
        fiscal_year=locked.period.fiscal_year,
        url=locked.get_absolute_url(),
        evidence=locked.document,
    )
    _recommend_versements(locked, by=by)
    tell_accepted(locked, by=by)
    return locked


def _recommend_versements(report: AnnualReport, *, by: User) -> None:
    """The adviser's recommendation becomes the versement's: another person authorises it. The part
    they hold back is put aside by who accepts."""
    adviser = report.recommended_by
    assert adviser is not None
    opened = Versement.objects.filter(
        alliance=report.alliance,
        state=Versement.State.READY,
        tranche__waits_for=MilestoneKind.REPORT_ACCEPTED,
        tranche__waits_for_year=report.period.fiscal_year,
    )
    held = report.held_amount
    for versement in opened.select_related("tranche", "alliance__territory", "alliance__cycle"):
        if held is not None:
            park_versement(versement, by=by, amount=held, reason=report.held_reason)
            held = None
        if not may_recommend(adviser, versement):
            # They left since: whoever accompanies the Table now recommends it.
            ask_for_recommendation(versement, by=adviser)
            continue
        recommend_versement(
            versement,
            by=adviser,
            note=report.recommendation,
            recommended_at=report.recommended_at,
        )


def _journal(report: AnnualReport, by: User, verb: str, summary: str, *, reason: str = "") -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"year": report.period},
        alliance=report.alliance,
        target=report,
        reason=reason.strip(),
        url=report.get_absolute_url(),
    )
