"""Who signs an avenant: who signed the convention, and who comes in."""

from conventions.models import Avenant, AvenantSignatory, Party


def parties_of(avenant: Avenant) -> list[AvenantSignatory]:
    """The parties in order, not yet saved: the ministry, the Table and its fiduciary of today, the
    MRCs of the convention, then the Table or the fiduciary that the avenant brings in."""
    kinds = Party.Kind
    alliance = avenant.convention.alliance
    signed = list(avenant.convention.signatories.select_related("mrc"))
    found = []
    for one in signed:
        if one.kind == kinds.TABLE:
            found.append(_party(kinds.TABLE, alliance.table.name, organisation=alliance.table))
        elif one.kind != kinds.FIDUCIARY:
            found.append(_party(one.kind, one.name, mrc=one.mrc))
    fiduciary = alliance.fiduciary
    had = any(one.kind == kinds.FIDUCIARY for one in signed)
    if fiduciary is not None and (had or not alliance.table.is_registered):
        party = _party(kinds.FIDUCIARY, fiduciary.name, organisation=fiduciary)
        found.insert(2, party)
    if avenant.table is not None:
        for new, was in (
            (avenant.table, avenant.was_table),
            (avenant.fiduciary, avenant.was_fiduciary),
        ):
            if new is not None and new != was:
                found.append(_party(kinds.INCOMING, new.name, organisation=new))
    for rank, party in enumerate(found, start=1):
        party.avenant, party.territory_id, party.rank = avenant, avenant.territory_id, rank
    return found


def _party(kind: str, name: str, **who: object) -> AvenantSignatory:
    return AvenantSignatory(kind=kind, name=name, **who)
