"""The DGSQ's opinion on a plan that the Table transmitted (guide 2024, §4.1 step 5)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from alliances.errors import Refusal, StaleAct
from alliances.models import User
from plans import notifications
from plans.models import Opinion, PlanVersion
from plans.selectors.review import opinion_on
from plans.wording import moment_words, what_happened

from .locking import locked
from .traces import record_act
from .versions import same_submission


@transaction.atomic
def give_opinion(
    version: PlanVersion,
    *,
    by: User,
    stance: str,
    text: str = "",
    submitted_at: datetime | None = None,
) -> Opinion:
    """Says what the DGSQ thinks of a submission; every party reads it. Written once.

    Refuses when the version is decided on or another text was transmitted since, when the opinion
    is already given, and reserves or a refusal without a text.
    """
    version = locked(version)
    if version.state != PlanVersion.State.SUBMITTED or version.submitted_at is None:
        raise StaleAct(what_happened(version))
    same_submission(version, submitted_at)
    earlier = opinion_on(version)
    if earlier is not None:
        raise StaleAct(
            _("%(person)s a déjà donné l’avis de la DGSQ le %(moment)s.")
            % {"person": earlier.given_by, "moment": moment_words(earlier.given_at)}
        )
    if stance not in Opinion.Stance.values:
        raise Refusal(_("Choisissez un avis."), field="stance")
    if stance != Opinion.Stance.FAVOURABLE and not text.strip():
        sentence = (
            _("Écrivez vos réserves : la Table et la DGSSAC les lisent.")
            if stance == Opinion.Stance.RESERVES
            else _("Dites pourquoi : la Table et la DGSSAC le lisent.")
        )
        raise Refusal(sentence, field="text")
    opinion = Opinion.objects.create(
        version=version,
        territory_id=version.territory_id,
        submitted_at=version.submitted_at,
        stance=stance,
        text=text.strip(),
        given_by=by,
    )
    record_act(
        version,
        by=by,
        verb="give_opinion",
        summary=_("a donné l’avis de la DGSQ sur la %(plan)s"),
        reason=opinion.text,
    )
    notifications.tell_opinion(version, opinion, by=by)
    return opinion
