"""The plan's sentences that several acts share."""

from datetime import datetime

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.templatetags.portal import date_long, time_fr

from .models import PlanVersion


def moment_words(moment: datetime) -> str:
    """« 3 décembre 2026 à 10 h 24 »."""
    return _("%(day)s à %(time)s") % {"day": date_long(moment), "time": time_fr(moment)}


def title_of(version: PlanVersion) -> str:
    """« PARC, version 3 »."""
    word = version.plan.alliance.cycle.plan_short
    return _("%(plan)s, version %(number)s") % {"plan": word, "number": version.number}


def _said(sentence: str, by: User | None, at: datetime | None) -> str:
    return sentence % {"person": by, "moment": moment_words(at)} if at else ""


def what_happened(version: PlanVersion) -> str:
    """Who last decided on ``version``, what and when."""
    state = PlanVersion.State
    if version.state == state.SUBMITTED:
        return _said(
            _("%(person)s l’a déjà transmise le %(moment)s."),
            version.submitted_by,
            version.submitted_at,
        )
    if version.state == state.RETURNED:
        return _said(
            _("%(person)s l’a retournée à la Table le %(moment)s."),
            version.returned_by,
            version.returned_at,
        )
    if version.state == state.VALIDATED:
        return _said(
            _("%(person)s l’a déjà validée le %(moment)s."),
            version.validated_by,
            version.validated_at,
        )
    if version.state in (state.APPROVED, state.SUPERSEDED):
        return _said(
            _("%(person)s l’a déjà approuvée le %(moment)s."),
            version.approved_by,
            version.approved_at,
        )
    return _("Elle est encore un brouillon : la Table ne l’a pas transmise.")


def why_frozen(version: PlanVersion) -> str:
    """Why ``version`` cannot be written, and what opens it again."""
    state = PlanVersion.State
    if version.state in (state.APPROVED, state.SUPERSEDED):
        return _(
            "Cette version est approuvée et ne change plus. Ouvrez une nouvelle version pour"
            " modifier le plan."
        )
    return _(
        "Cette version est transmise et ne change plus. La Table la reprend si la DGSSAC la"
        " retourne."
    )
