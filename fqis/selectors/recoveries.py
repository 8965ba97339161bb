"""Recoveries as screens need them."""

from django.db.models import QuerySet

from alliances.models import Alliance
from fqis.models import Recovery, Versement


def recoveries_of(alliance: Alliance) -> list[Recovery]:
    """The recoveries of an Alliance, the latest first. One query."""
    return list(Recovery.objects.filter(alliance=alliance).for_pages().order_by("-pk"))


def recovery_of(alliance: Alliance, pk: int) -> Recovery | None:
    return Recovery.objects.filter(alliance=alliance, pk=pk).for_pages().first()


def deductible_from(recovery: Recovery) -> QuerySet[Versement]:
    """The versements to come of the same Alliance that are higher than the recovery."""
    return (
        Versement.objects.filter(alliance=recovery.alliance, amount__gt=recovery.amount)
        .exclude(state__in=[*Versement.COMMITTED, Versement.State.CANCELLED])
        .exclude(pk=recovery.versement_id)
        .select_related("tranche")
        .order_by("tranche__rank", "pk")
    )
