"""The analyst's checklist on a submission: the points of §4.2, in order or to correct."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans.models import PlanVersion, ReviewPoint
from plans.selectors.review import points_of, requirements_of
from plans.wording import what_happened

from .locking import locked
from .traces import record_act
from .versions import same_submission


@dataclass(frozen=True)
class PointEntry:
    """What a person says of one point. ``seen`` is when the line they read was decided, None when
    it was not."""

    requirement_id: int
    verdict: str
    note: str = ""
    seen: datetime | None = None


class PointConflict(StaleAct):
    """Somebody decided otherwise on these points since they were read."""

    def __init__(self, message: str, *, rows: dict[int, ReviewPoint]) -> None:
        super().__init__(message)
        self.rows = rows


def _changed(entry: PointEntry, row: ReviewPoint | None) -> bool:
    return row is None or (row.verdict, row.note) != (entry.verdict, entry.note)


def _check(entries: Sequence[PointEntry], version: PlanVersion) -> None:
    known = {one.pk: one for one in requirements_of(version)}
    for one in entries:
        if one.requirement_id not in known or one.verdict not in ReviewPoint.Verdict.values:
            raise Refusal(_("Ce point ne fait pas partie de l’analyse de ce plan."))
        if one.verdict == ReviewPoint.Verdict.TO_CORRECT and not one.note:
            raise Refusal(
                _("Dites ce qui est à corriger : la Table le reçoit."),
                field=f"note-{one.requirement_id}",
            )


def _refuse_conflicts(entries: Sequence[PointEntry], rows: dict[int, ReviewPoint]) -> None:
    others = {
        one.requirement_id: row
        for one in entries
        if (row := rows.get(one.requirement_id)) is not None and row.reviewed_at != one.seen
    }
    if others:
        first = next(iter(others.values()))
        raise PointConflict(
            _("%(person)s a décidé autrement de « %(point)s » depuis que vous lisez cette page.")
            % {"person": first.reviewed_by, "point": first.requirement},
            rows=others,
        )


@transaction.atomic
def save_points(
    version: PlanVersion,
    entries: Sequence[PointEntry],
    *,
    by: User,
    submitted_at: datetime | None = None,
) -> int:
    """Keeps what the analyst says of one point or of several; returns how many changed.

    Refuses when the version is no longer submitted or another text was since, a correction that
    does not say what to correct, and a point that somebody else decided otherwise since it was
    read (``PointConflict``): nothing is then kept.
    """
    version = locked(version)
    if version.state != PlanVersion.State.SUBMITTED or version.submitted_at is None:
        raise StaleAct(what_happened(version))
    same_submission(version, submitted_at)
    entries = [
        PointEntry(one.requirement_id, one.verdict, one.note.strip(), one.seen) for one in entries
    ]
    _check(entries, version)
    rows = points_of(version)
    changed = [one for one in entries if _changed(one, rows.get(one.requirement_id))]
    _refuse_conflicts(changed, rows)
    for one in changed:
        ReviewPoint.objects.update_or_create(
            version=version,
            submitted_at=version.submitted_at,
            requirement_id=one.requirement_id,
            defaults={
                "territory_id": version.territory_id,
                "verdict": one.verdict,
                "note": one.note,
                "reviewed_at": clock.now(),
                "reviewed_by": by,
            },
        )
    if changed:
        n = len(changed)
        record_act(
            version,
            by=by,
            verb="review_plan",
            summary=ngettext(
                "a analysé %(n)s point de la %%(plan)s",
                "a analysé %(n)s points de la %%(plan)s",
                n,
            )
            % {"n": n},
        )
    return len(changed)
