"""Scores: an evaluator's own, one criterion at a time."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import Refusal
from alliances.models import User
from alliances.permissions import require
from alliances.roles import VIEW
from fqis.models import MAX_SCORE, Committee, Criterion, Project, Score
from fqis.permissions import sits_on

KEEP = object()


@transaction.atomic
def write_score(
    project: Project,
    criterion: Criterion,
    *,
    by: User,
    value: Any = KEEP,
    comment: str | None = None,
) -> Score:
    """Writes what ``by`` gives on one criterion, from 0 to 5; what is not said stays. Written
    again until the decision, so not in the journal: the minutes keep the averages.

    Refuses whoever does not sit on the project's committee (403), a project decided or not given
    to it, a score out of the scale.
    """
    require(by, VIEW, project)
    # Keeps the grid and the decision still, without making evaluators wait for each other.
    committee = Committee.objects.select_related("alliance").get(pk=criterion.committee_id)
    if not sits_on(by, committee):
        raise PermissionDenied
    project = Project.objects.select_related("referral").get(pk=project.pk)
    referral = getattr(project, "referral", None)
    if referral is None or referral.committee_id != committee.pk:
        raise Refusal(_("Ce projet n’est pas confié à ce comité."))
    if project.state not in Project.DECIDABLE:
        raise Refusal(_("Ce projet est décidé : les notes ne changent plus."))
    if isinstance(value, int) and not 0 <= value <= MAX_SCORE:
        raise Refusal(_("Une note va de 0 à 5."), field="value")
    changes: dict[str, object] = {"territory_id": project.territory_id, "saved_at": clock.now()}
    if value is not KEEP:
        changes["value"] = value
    if comment is not None:
        changes["comment"] = comment.strip()[:2000]
    score, _made = Score.objects.update_or_create(
        project=project, criterion=criterion, evaluator=by, defaults=changes
    )
    return score
