"""What the DGSQ says while it analyses: the checklist, an answer to each anomaly."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import User
from alliances.permissions import can
from reporting.models import AnnualReport, ReviewEntry
from reporting.selectors.anomalies import anomalies_of, entries_of
from reporting.selectors.checklist import POINTS
from reporting.services.reports import lock_report, who_and_when

Kind, Answer = ReviewEntry.Kind, ReviewEntry.Answer


@transaction.atomic
def save_analysis(
    report: AnnualReport, *, by: User, checks: Mapping[str, str], seen: Mapping[str, str]
) -> int:
    """Keeps what is new: ``checks`` answers a point of the list, ``seen`` is a word on an anomaly.
    The Table reads none of it. Returns how many answers were written.

    Refuses somebody who is not of the DGSQ, a report that is not in analysis, an anomaly seen
    without a word.
    """
    if not can(by, "review_report", report):
        raise Refusal(_("Seule la DGSQ analyse."))
    locked = lock_report(report)
    if locked.state != AnnualReport.State.SUBMITTED:
        raise StaleAct(who_and_when(locked))
    entries = entries_of(locked)
    rows = [
        ReviewEntry(kind=Kind.CHECK, point=point, answer=answer)
        for point, answer in checks.items()
        if point in POINTS and answer and not _is_said(entries.get(point), answer)
    ]
    found = {one.rule for one in anomalies_of(locked, entries)}
    for rule in found & seen.keys():
        word = seen[rule].strip()
        if not word:
            raise Refusal(_("Dites un mot de ce que vous avez vu."), field=f"word_{rule}")
        if not _is_said(entries.get(rule), Answer.SEEN, word):
            rows.append(ReviewEntry(kind=Kind.ANOMALY, point=rule, answer=Answer.SEEN, word=word))
    for row in rows:
        row.report, row.territory_id, row.said_by = locked, locked.territory_id, by
    ReviewEntry.objects.bulk_create(rows)
    return len(rows)


def _is_said(entry: ReviewEntry | None, answer: str, word: str = "") -> bool:
    return entry is not None and (entry.answer, entry.word) == (answer, word)
