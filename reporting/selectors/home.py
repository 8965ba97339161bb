"""What Accueil says beside the tasks: its first line, the recent acts, the Alliances at hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alliances import clock
from alliances.models import Alliance, JournalEntry, User
from alliances.money import integer_in_words
from alliances.permissions import territories_of
from alliances.templatetags.portal import date_short, day_name, time_fr
from alliances.todo import Todo
from reporting.selectors.reports import territories_with


def current_alliances(user: User) -> list[Alliance]:
    """The Alliances of the cycle of today on the person's territories; kept on the instance, which
    lives for one request: the navigation needs them too."""
    cached: list[Alliance] | None = getattr(user, "_current_alliances", None)
    if cached is None:
        today = clock.today()
        cached = list(
            Alliance.objects.for_pages().filter(
                territory_id__in=territories_of(user),
                cycle__starts_on__lte=today,
                cycle__closes_on__gte=today,
            )
        )
        user._current_alliances = cached  # type: ignore[attr-defined]
    return cached


def lede_of(todos: Sequence[Todo], today: date) -> str:
    """« Lundi 23 novembre 2026. Cinq choses vous attendent, dont une en retard. »"""
    day = capfirst(day_name(today))
    late = sum(todo.is_late for todo in todos)
    if not todos:
        return _("%(day)s. Rien ne vous attend.") % {"day": day}
    things = ngettext("%(n)s chose vous attend", "%(n)s choses vous attendent", len(todos)) % {
        "n": _in_words(len(todos)).capitalize()
    }
    if not late:
        return f"{day}. {things}."
    if late == len(todos):
        sentence = ngettext(
            "%(day)s. %(things)s, en retard.", "%(day)s. %(things)s, toutes en retard.", late
        )
        return sentence % {"day": day, "things": things}
    return _("%(day)s. %(things)s, dont %(late)s en retard.") % {
        "day": day,
        "things": things,
        "late": _in_words(late),
    }


def _in_words(number: int) -> str:
    """A count of « choses »: words in French up to twenty, figures after and in English."""
    if number > 20 or not (translation.get_language() or "fr").startswith("fr"):
        return str(number)
    return "une" if number == 1 else integer_in_words(number)


@dataclass(frozen=True)
class Activity:
    """One recent act. ``when``: « Aujourd’hui, 9 h 12 » or « 20 nov. »."""

    when: str
    at: str
    who: str
    what: str
    url: str


def activity_of(user: User, alliances: Sequence[Alliance]) -> list[Activity]:
    """The last acts on the person's Alliances, if they may read the journal; one query."""
    readable = set(territories_with(user, "view_journal"))
    ids = [alliance.pk for alliance in alliances if alliance.territory_id in readable]
    entries = JournalEntry.objects.filter(alliance__in=ids).select_related("actor")[:6]
    return [
        Activity(_when(entry), entry.at.isoformat(), str(entry.actor), entry.summary, entry.url)
        for entry in (entries if ids else [])
    ]


def _when(entry: JournalEntry) -> str:
    if clock.day_of(entry.at) == clock.today():
        return _("Aujourd’hui, %(time)s") % {"time": time_fr(entry.at)}
    return date_short(entry.at)
