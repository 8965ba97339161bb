"""The plan's sentences that several acts share."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from alliances.models import User
from alliances.permissions import can
from alliances.templatetags.portal import date_long, since_days, time_fr

from .models import PlanVersion


def moment_words(moment: datetime) -> str:
    """« 3 décembre 2026 à 10 h 24 »."""
    return _("%(day)s à %(time)s") % {"day": date_long(moment), "time": time_fr(moment)}


def title_of(version: PlanVersion) -> str:
    """« PARC, version 3 »."""
    word = version.plan.alliance.cycle.plan_short
    return _("%(plan)s, version %(number)s") % {"plan": word, "number": version.number}


def name_of(version: PlanVersion) -> str:
    """« version 3 du PARC », inside a sentence."""
    word = version.plan.alliance.cycle.plan_short
    # « PARC » is an acronym; the word of 2017, « Plan de travail », begins no sentence here.
    word = word if word.isupper() else word.lower()
    return _("version %(number)s du %(plan)s") % {"plan": word, "number": version.number}


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
    if version.state == state.ABANDONED:
        return _said(
            _("%(person)s l’a abandonnée le %(moment)s."),
            version.abandoned_by,
            version.abandoned_at,
        )
    return _("Elle est encore un brouillon : la Table ne l’a pas transmise.")


def why_frozen(version: PlanVersion) -> str:
    """Why ``version`` cannot be written, and what opens it again."""
    state = PlanVersion.State
    if version.state == state.ABANDONED:
        return _("Cette version est abandonnée. Ouvrez une nouvelle version pour modifier le plan.")
    if version.state in (state.APPROVED, state.SUPERSEDED):
        return _(
            "Cette version est approuvée et ne change plus. Ouvrez une nouvelle version pour"
            " modifier le plan."
        )
    return _(
        "Cette version est transmise et ne change plus. La Table la reprend si la DGSSAC la"
        " retourne."
    )


@dataclass(frozen=True)
class StateWords:
    """A version's state as its reader says it: a glyph, a word, the plate beside a title."""

    glyph: str
    word: str
    plate: str


def state_words(version: PlanVersion, reader: User) -> StateWords:
    """« Transmis » to the Table reads « À valider » to who validates."""
    state = PlanVersion.State
    if version.state == state.SUBMITTED and can(reader, "validate_plan", version):
        return StateWords("run", _("À valider"), "run")
    if version.state == state.VALIDATED and can(reader, "approve_plan", version):
        return StateWords("run", _("À approuver"), "run")
    return {
        state.DRAFT: StateWords("run", _("Brouillon"), "run"),
        state.SUBMITTED: StateWords("sent", _("Transmis"), "run"),
        state.RETURNED: StateWords("back", _("Retourné"), "warn"),
        state.VALIDATED: StateWords("sent", _("Validé"), "run"),
        state.APPROVED: StateWords("done", _("En vigueur"), "done"),
        state.SUPERSEDED: StateWords("none", _("Remplacé"), ""),
        state.ABANDONED: StateWords("no", _("Abandonné"), ""),
    }[state(version.state)]


@dataclass(frozen=True)
class Turn:
    """Who must act on a version, and since when, in two short sentences."""

    who: str
    since: str


def turn_of(version: PlanVersion) -> Turn | None:
    """Whose turn it is; None once the version is approved."""
    state = PlanVersion.State
    if version.state == state.DRAFT:
        return Turn(_("C’est à la Table d’agir."), _("Elle écrit cette version."))
    if version.state == state.RETURNED:
        return Turn(
            _("C’est à la Table d’agir."),
            _("Elle corrige le plan %(since)s.") % {"since": since_days(version.returned_at)},
        )
    if version.state == state.SUBMITTED:
        return Turn(
            _("En attente de la DGSSAC."),
            _("Elle lit le plan %(since)s.") % {"since": since_days(version.submitted_at)},
        )
    if version.state == state.VALIDATED:
        return Turn(
            _("En attente de la délégation de la ministre."),
            _("Elle lit le plan %(since)s.") % {"since": since_days(version.validated_at)},
        )
    return None


def last_act(version: PlanVersion) -> str:
    """« Transmis par Hélène Tremblay, 3 décembre 2026 » : the act behind the state."""
    state = PlanVersion.State
    words, by, at = {
        state.DRAFT: (_("Ouvert par %(person)s"), version.created_by, version.created_at),
        state.SUBMITTED: (
            _("Transmis par %(person)s"), version.submitted_by, version.submitted_at,
        ),
        state.RETURNED: (_("Retourné par %(person)s"), version.returned_by, version.returned_at),
        state.VALIDATED: (_("Validé par %(person)s"), version.validated_by, version.validated_at),
        state.APPROVED: (_("Approuvé par %(person)s"), version.approved_by, version.approved_at),
        state.SUPERSEDED: (_("Approuvé par %(person)s"), version.approved_by, version.approved_at),
        state.ABANDONED: (
            _("Abandonné par %(person)s"), version.abandoned_by, version.abandoned_at,
        ),
    }[state(version.state)]  # fmt: skip
    said = words % {"person": by}
    if version.approved_for is not None:
        said = _("%(act)s, pour %(absent)s") % {"act": said, "absent": version.approved_for}
    return f"{said}, {date_long(at)}"
