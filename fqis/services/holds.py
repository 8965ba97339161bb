"""Holding a versement back, letting it go, giving it up: always with a reason."""

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from alliances.errors import Refusal
from alliances.models import User
from alliances.permissions import require
from alliances.services import journal
from alliances.services.notifications import notify, people_with
from fqis.models import Versement
from fqis.services.versements import changed, lock_versement, make_reached_ready
from fqis.wording import versement_name

State = Versement.State


def _reason(text: str) -> str:
    if not text.strip():
        raise Refusal(_("Écrivez le motif."), field="reason")
    return text.strip()


def _record(versement: Versement, *, by: User, verb: str, summary: str, reason: str = "") -> None:
    journal.record(
        by=by,
        verb=verb,
        summary=summary % {"versement": versement_name(versement)},
        alliance=versement.alliance,
        target=versement,
        reason=reason,
        url=versement.alliance.url("versement", versement.pk),
    )


@transaction.atomic
def hold_versement(versement: Versement, *, by: User, reason: str) -> Versement:
    """Holds back a versement that is not authorised yet. Refuses without a reason."""
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    text = _reason(reason)
    try:
        versement.hold(by=by, reason=text)
    except TransitionNotAllowed:
        raise changed(versement) from None
    versement.save()
    _record(
        versement,
        by=by,
        verb="hold_versement",
        summary=_("a retenu %(versement)s"),
        reason=text,
    )
    alliance = versement.alliance
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : versement retenu") % {"alliance": alliance},
        body=_("%(who)s retient %(versement)s. Motif : %(reason)s")
        % {"who": by, "versement": versement_name(versement), "reason": text},
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


@transaction.atomic
def release_versement(versement: Versement, *, by: User, note: str = "") -> Versement:
    """Lifts a hold: the versement goes back to where it was, or further when its milestone came
    meanwhile. Refuses one that is not held."""
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    if versement.state != State.HELD:
        raise Refusal(_("Ce versement n’est plus retenu."))
    release = {
        "planned": versement.release_to_planned,
        "ready": versement.release_to_ready,
        "recommended": versement.release_to_recommended,
    }[versement.held_from]
    release()
    versement.save()
    _record(
        versement,
        by=by,
        verb="release_versement",
        summary=_("a levé la retenue sur %(versement)s"),
        reason=note.strip(),
    )
    make_reached_ready(versement.alliance, by=by)
    versement = lock_versement(versement.pk)
    alliance = versement.alliance
    notify(
        {*people_with("edit_report", alliance), *people_with("review_report", alliance)},
        alliance=alliance,
        subject=_("%(alliance)s : retenue levée") % {"alliance": alliance},
        body=_("%(who)s a levé la retenue sur %(versement)s.")
        % {"who": by, "versement": versement_name(versement)},
        url=alliance.url("versement", versement.pk),
        but=by,
    )
    return versement


@transaction.atomic
def cancel_versement(versement: Versement, *, by: User, reason: str) -> Versement:
    """Gives up a versement for good. Refuses without a reason, and once it is authorised."""
    require(by, "hold_versement", versement)
    versement = lock_versement(versement.pk)
    text = _reason(reason)
    try:
        versement.cancel(by=by, reason=text)
    except TransitionNotAllowed:
        raise changed(versement) from None
    versement.save()
    _record(
        versement,
        by=by,
        verb="cancel_versement",
        summary=_("a annulé %(versement)s"),
        reason=text,
    )
    return versement
