"""What every part of one territory's story shares: who plays, and when."""

from collections.abc import Callable
from datetime import date

from alliances.models import Alliance, User

from .agenda import Agenda
from .people import Cast
from .profiles import Profile


class Chapter:
    """One territory in the story."""

    def __init__(self, profile: Profile, alliance: Alliance, cast: Cast, agenda: Agenda) -> None:
        self.profile, self.alliance, self.cast, self.agenda = profile, alliance, cast, agenda
        self.coordination = cast.of(alliance, "coordination")
        self.direction = cast.of(alliance, "direction")
        self.advisor = cast.of(alliance, "advisor")
        self.rank = alliance.territory.rank

    def on(self, day: date, by: User, act: Callable[[], object], *, hour: int = 10) -> None:
        """``by`` does ``act`` on ``day``, in the morning unless said."""
        self.agenda.add(day, by, act, hour=hour, cycle=self.alliance.cycle)

    @property
    def has_approved_plan(self) -> bool:
        return self.profile.plan in ("approved", "v2_submitted", "v3_draft")
