"""Where a person is in the editor now. It helps people speak to each other; it stops nobody."""

from alliances import clock
from alliances.models import User
from plans.models import CanvasSection, PlanVersion, Presence


def note_presence(version: PlanVersion, section: CanvasSection, *, by: User) -> None:
    """Says that ``by`` has ``section`` open: one row per person and version, written over."""
    Presence.objects.bulk_create(
        [
            Presence(
                version=version,
                territory_id=version.territory_id,
                section=section,
                user=by,
                seen_at=clock.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["version", "user"],
        update_fields=["section", "seen_at"],
    )
