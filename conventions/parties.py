"""Who must sign a convention (guide 2017, « Mise en œuvre », step 3; guide 2024, §4.1)."""

from django.utils.translation import gettext as _

from alliances.cycle_words import words_of
from alliances.errors import Missing, Refusal
from alliances.models import Alliance, Cycle, Mrc

from .models import Convention, Signatory

_VOWELS = "AEIOUYÀÂÉÈÊÎÔÛaeiouyàâéèêîôû"


def mrc_name(mrc: Mrc) -> str:
    """« MRC de Maskinongé », « MRC du Domaine-du-Roy », « MRC des Basques »; a territory
    equivalent to an MRC keeps its own name."""
    if mrc.kind == Mrc.Kind.EQUIVALENT:
        return mrc.name
    if mrc.name.startswith("Le "):
        return f"MRC du {mrc.name[3:]}"
    if mrc.name.startswith("Les "):
        return f"MRC des {mrc.name[4:]}"
    return f"MRC d’{mrc.name}" if mrc.name[0] in _VOWELS else f"MRC de {mrc.name}"


def ministry_name(cycle: Cycle) -> str:
    """The ministry, by the name it had when the cycle began; it has no other in English."""
    with words_of(cycle, "fr"):
        return _("Ministère de l’Emploi et de la Solidarité sociale")


def _fiduciary(alliance: Alliance) -> bool:
    """Whether a fiduciary signs: the Table is not at the REQ. Who manages its own envelope may go
    without one."""
    if alliance.table.is_registered:
        return False
    if alliance.fiduciary is not None:
        return True
    if alliance.territory.manages_own_envelope:
        return False
    raise Refusal(
        _("Nommez d’abord un fiduciaire : %(table)s n’est pas inscrite au REQ.")
        % {"table": alliance.table},
        missing=[Missing(_("Fiduciaire du FQIS"), alliance.url("team"))],
    )


def parties_of(convention: Convention) -> list[Signatory]:
    """The parties, in the order they are listed, not yet saved.

    Refuses a Table that is not at the REQ and names no fiduciary, and a region whose MRCs cosign
    but are not known.
    """
    alliance = convention.alliance
    kinds = Signatory.Kind
    parties = [
        Signatory(kind=kinds.MINISTRY, name=ministry_name(alliance.cycle)),
        Signatory(kind=kinds.TABLE, name=alliance.table.name, organisation=alliance.table),
    ]
    if _fiduciary(alliance):
        fiduciary = alliance.fiduciary
        assert fiduciary is not None
        parties.append(Signatory(kind=kinds.FIDUCIARY, name=fiduciary.name, organisation=fiduciary))
    if alliance.territory.mrc_cosigns:
        mrcs = list(alliance.territory.mrcs.all())
        if not mrcs:
            raise Refusal(
                _("Aucune MRC n’est inscrite pour ce territoire, où chacune doit signer.")
            )
        parties += [Signatory(kind=kinds.MRC, name=mrc_name(mrc), mrc=mrc) for mrc in mrcs]
    for rank, party in enumerate(parties, start=1):
        party.convention, party.territory_id = convention, convention.territory_id
        party.rank = rank
    return parties
