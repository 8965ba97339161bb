"""What a return asks of the Table: corrections, each on its section, each answered."""

from collections.abc import Mapping

from alliances.models import Comment, User
from alliances.services.comments import ask_correction
from plans.models import CanvasRequirement, PlanVersion
from plans.selectors.review import to_correct
from plans.selectors.threads import becomes_correction, roots


def ask_corrections(
    version: PlanVersion, *, by: User, remarks: Mapping[int, str] | None = None
) -> list[Comment]:
    """Makes the corrections of the return just decided: its reason, a remark for each point of
    the checklist to correct, and the ministry's remarks that still have no answer.

    ``remarks`` gives the words of each point, by requirement; the checklist's notes otherwise.
    Remarks kept to the ministry are left alone.
    """
    if remarks is None:
        remarks = {one.requirement_id: one.note for one in to_correct(version)}
    made = [_ask(version, by, version.return_reason)]
    asked = {pk: text for pk, text in remarks.items() if text.strip()}
    requirements = CanvasRequirement.objects.filter(
        canvas=version.plan.canvas_id, pk__in=asked
    ).select_related("section")
    for one in requirements.order_by("rank"):
        made.append(_ask(version, by, asked[one.pk], one.section.code, one.label))
    made += _from_remarks(version)
    return made


def _ask(version: PlanVersion, by: User, body: str, field: str = "", quote: str = "") -> Comment:
    alliance = version.plan.alliance
    return ask_correction(version, by=by, alliance=alliance, body=body, field=field, quote=quote)


def _from_remarks(version: PlanVersion) -> list[Comment]:
    found = roots(version).filter(is_correction=False).prefetch_related("replies")
    kept = [one for one in found if becomes_correction(one)]
    Comment.objects.filter(pk__in=[one.pk for one in kept]).update(is_correction=True)
    return kept
