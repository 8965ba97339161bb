"""Who is in which section now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from alliances import clock
from alliances.models import TerritoryGroupPermission, User
from plans.models import PlanVersion, Presence

GONE_AFTER = timedelta(seconds=90)


@dataclass(frozen=True)
class Present:
    """The people in one section, in one sentence."""

    section: str
    names: list[str]

    @property
    def words(self) -> str:
        """« Hélène Tremblay est dans cette section. »"""
        if len(self.names) == 1:
            return _("%(person)s est dans cette section.") % {"person": self.names[0]}
        people = _("%(people)s et %(last)s") % {
            "people": ", ".join(self.names[:-1]),
            "last": self.names[-1],
        }
        return _("%(people)s sont dans cette section.") % {"people": people}


def people_in(version: PlanVersion, *, but: User) -> dict[str, Present]:
    """Who writes where, by the section's code, but for one person; in one query.

    Who left no sign for 90 seconds is gone; who lost the right to write is not shown.
    """
    may_write = TerritoryGroupPermission.objects.filter(
        group__user=OuterRef("user"),
        content_object=OuterRef("territory"),
        permission__codename="edit_plan",
    )
    found = (
        Presence.objects.filter(version=version, seen_at__gt=clock.now() - GONE_AFTER)
        .exclude(user=but)
        .filter(Exists(may_write), user__is_active=True)
        .order_by("user__full_name")
        .values_list("section__code", "user__full_name")
    )
    return _by_section(found)


def _by_section(found: Iterable[tuple[str, str]]) -> dict[str, Present]:
    names: dict[str, list[str]] = {}
    for code, name in found:
        names.setdefault(code, []).append(name)
    return {code: Present(code, people) for code, people in names.items()}
