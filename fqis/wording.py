"""Sentences that several refusals and letters share: who did what, when, for how much."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from alliances import clock
from alliances.errors import StaleAct
from alliances.models import User
from alliances.templatetags.portal import date_long, french_ordinal, money, time_fr
from fqis.models import Versement

__all__ = [
    "already",
    "date_long",
    "in_future",
    "local_day",
    "money",
    "ordinal_words",
    "time_fr",
    "versement_name",
]


def local_day(moment: datetime) -> date:
    """The day of ``moment`` in Montréal."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def in_future(day: date) -> bool:
    return day > clock.today()


def already(who: User | None, moment: datetime | None, did: str) -> StaleAct:
    """« Hélène Tremblay l’a déjà autorisé le 3 décembre 2026 à 10 h 24. »"""
    return StaleAct(
        _("%(who)s l’a déjà %(did)s le %(day)s à %(time)s.")
        % {
            "who": who or _("Une autre personne"),
            "did": did,
            "day": date_long(moment),
            "time": time_fr(moment),
        }
    )


def versement_name(versement: Versement) -> str:
    """« le versement 2026-2027, 3e tranche, de 1 246 420,50 $ »"""
    return _("le versement %(year)s, %(rank)s tranche, de %(amount)s") % {
        "year": versement.year,
        "rank": french_ordinal(versement.tranche.rank),
        "amount": money(versement.amount),
    }


def ordinal_words(rank: int) -> str:
    """« troisième tranche »"""
    words = [
        _("première tranche"),
        _("deuxième tranche"),
        _("troisième tranche"),
        _("quatrième tranche"),
        _("cinquième tranche"),
        _("sixième tranche"),
    ]
    if rank <= len(words):
        return words[rank - 1]
    return _("%(rank)s tranche") % {"rank": french_ordinal(rank)}
