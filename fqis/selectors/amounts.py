"""The amounts proposed for an envelope: the ministry's own work until one is confirmed."""

from alliances.models import Alliance, User
from alliances.permissions import role_of
from fqis.models import Allocation, Envelope, EnvelopeAmount


def amounts_of(envelope: Envelope | None, reader: User) -> list[EnvelopeAmount]:
    """The latest first. A Table reads none: its envelope says what was confirmed."""
    role = role_of(reader, envelope)
    if envelope is None or role is None or not role.is_ministry:
        return []
    return list(envelope.amounts.select_related("proposed_by", "confirmed_by", "withdrawn_by"))


def why_fixed(alliance: Alliance, envelope: Envelope | None) -> str:
    """``published`` or ``split`` when no amount can be proposed any more; « » otherwise."""
    if envelope is not None and envelope.quality == Envelope.Quality.PUBLISHED:
        return "published"
    confirmed = Allocation.objects.filter(cycle=alliance.cycle_id, state=Allocation.State.CONFIRMED)
    return "split" if confirmed.exists() else ""
