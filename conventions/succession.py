"""A convention takes its place after the one of the former cycle: no gap, no overlap.

Guide 2024, §4.1: the conventions of 2017-2024, extended to 31 October 2024, then those of the next
cycle from 1 November. The days are those of the cycles; ``Cycle.follows`` says which comes before.
"""

from datetime import timedelta

from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.templatetags.portal import date_long

from .models import Convention


def check_place(convention: Convention) -> None:
    """Refuses a convention over days that another one covers, and one that does not start on the
    day after the convention of the former cycle. Those of the territory stay locked."""
    others = list(
        Convention.objects.filter(
            territory_id=convention.territory_id, state__in=["sent", "signed", "ended"]
        )
        .exclude(pk=convention.pk)
        .select_related("alliance")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    former = convention.alliance.cycle.follows_id
    before = [one for one in others if former and one.alliance.cycle_id == former and one.is_signed]
    if before:
        last = max(before, key=lambda one: one.ends_on)
        day = last.ends_on + timedelta(days=1)
        if convention.starts_on != day:
            raise Refusal(
                _(
                    "La convention %(former)s finit le %(end)s : celle-ci doit commencer le"
                    " lendemain. Changez son début, ou prolongez d’abord la précédente."
                )
                % {"former": last.number, "end": date_long(last.ends_on)},
                field="starts_on",
            )
    for one in others:
        if one.starts_on <= convention.ends_on and convention.starts_on <= one.ends_on:
            raise Refusal(
                _("La convention %(number)s couvre déjà ces jours, du %(first)s au %(last)s.")
                % {
                    "number": one.number,
                    "first": date_long(one.starts_on),
                    "last": date_long(one.ends_on),
                },
                field="starts_on",
            )
