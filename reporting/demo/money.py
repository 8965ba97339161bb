"""The demo's envelopes and tranches: published amounts kept, the others invented and labelled."""

from decimal import Decimal

from django.db.models import Sum

from alliances.identity import acting_as_portal
from alliances.models import Alliance, User
from alliances.money import CENT
from fqis.models import AllocationFigure, Envelope
from fqis.services import change_scenario, create_scenario, write_figures
from fqis.services.allocations import Figure

PUBLISHED_TOTAL = Decimal("145360000.00")


def invent_envelopes(alliances: list[Alliance]) -> dict[int, Decimal]:
    """A plausible amount in dollars for each envelope without a published one, by alliance id.

    A base for all and a share by population; with the published amounts they sum to 145.36 M$.
    """
    unknown = [a for a in alliances if a.envelope.amount is None]
    known = Envelope.objects.filter(alliance__cycle=alliances[0].cycle_id)
    with acting_as_portal():
        given = known.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    left = PUBLISHED_TOTAL - given
    base = Decimal("2450000.00")
    weights = {a.pk: Decimal(a.territory.population or 30_000) for a in unknown}
    total_weight = sum(weights.values(), Decimal(0))
    shared = left - base * len(unknown)
    amounts = {
        a.pk: base + (shared * weights[a.pk] / total_weight).quantize(Decimal(1)) for a in unknown
    }
    # What rounding left goes to the largest, so that the sum is exact.
    largest = max(amounts, key=lambda pk: amounts[pk])
    amounts[largest] += left - sum(amounts.values(), Decimal(0))
    return amounts


def simulate_split(alliances: list[Alliance], invented: dict[int, Decimal], by: User) -> None:
    """Three scenarios of the cycle's split, from invented former amounts; none is confirmed.

    Territories without published figures, and Indigenous organisations, are outside the formula.
    The last one gives each the amount of its envelope: the only one that signed conventions allow.
    """
    cycle = alliances[0].cycle
    former = {a.territory: Decimal(2_600_000 + 130_000 * a.territory.rank) for a in alliances}
    write_figures(
        cycle,
        [
            Figure(place, AllocationFigure.Kind.FORMER, amount, "2017-2024", "Donnée fictive")
            for place, amount in former.items()
        ],
        by=by,
    )
    fixed = {
        place.pk: (amount * 2, "Hors de la formule : montant convenu (fictif)")
        for place, amount in former.items()
        if place.population is None
    }
    for name, share in (("Moitié IDMS, moitié densité", 50), ("IDMS d’abord", 90)):
        scenario = create_scenario(cycle, name, by=by)
        change_scenario(
            scenario,
            by=by,
            total=scenario.total,
            increase=Decimal(5),
            idms_share=Decimal(share),
            fixed=fixed,
        )
    scenario = create_scenario(cycle, "Montants des conventions", by=by)
    change_scenario(
        scenario,
        by=by,
        total=scenario.total,
        increase=Decimal(0),
        idms_share=Decimal(50),
        fixed={
            a.territory_id: (invented[a.pk], "Montant de la convention (fictif)")
            for a in alliances
            if a.pk in invented
        },
    )


def split_tranches(amount: Decimal, years: int) -> list[Decimal]:
    """A first tranche of about a seventh, then equal ones; to the cent."""
    if amount == Decimal("5805682.00"):
        first = Decimal("820000.00")
    else:
        first = (amount / 7 / 5000).quantize(Decimal(1)) * 5000
    other = ((amount - first) / (years - 1)).quantize(CENT)
    last = amount - first - other * (years - 2)
    return [first, *([other] * (years - 2)), last]
