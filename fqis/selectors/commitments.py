"""What holds an envelope back: its conventions and versements, and the parts it was shared into."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from alliances.money import ZERO
from conventions.models import Convention
from fqis.allocation import parts_of
from fqis.models import SubEnvelope, Versement


def committed_of(alliance_id: int) -> tuple[Decimal, Decimal]:
    """What an envelope cannot go under, in dollars: its versements authorised or paid, and those
    with the whole of a signed convention. The second is never smaller."""
    paid = dict(
        Versement.objects.filter(alliance=alliance_id)
        .committed()
        .order_by()
        .values_list("tranche__convention")
        .annotate(total=Sum("amount"))
    )
    signed = dict(
        Convention.objects.filter(alliance=alliance_id, state=Convention.State.SIGNED).values_list(
            "pk", "amount"
        )
    )
    every = {pk: max(signed.get(pk, ZERO), paid.get(pk, ZERO)) for pk in {*paid, *signed}}
    return sum(paid.values(), ZERO), sum(every.values(), ZERO)


def amounts_of(envelope: Decimal, parts: Sequence[SubEnvelope]) -> list[Decimal]:
    """What each part takes of an envelope, in dollars, in their order."""
    given = {rank: one.amount for rank, one in enumerate(parts) if one.amount is not None}
    percents = {rank: one.percent for rank, one in enumerate(parts) if one.percent is not None}
    amounts = parts_of(envelope, given, percents)
    return [amounts[rank] for rank in range(len(parts))]
