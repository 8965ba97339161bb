"""The cycle before, 2017-2024, for a few territories: ententes, « plans de travail », versements.

Its amounts are published for Lanaudière and Montréal, and invented for the others.
"""

from datetime import date, timedelta
from decimal import Decimal

import fqis.reference
from alliances.identity import acting_as_portal
from alliances.models import Alliance, Cycle, MilestoneKind
from alliances.money import CENT
from conventions.schedules import preparation_of, split
from conventions.services import create_convention
from conventions.terms import TrancheSpec
from fqis.models import Envelope

from .agenda import Agenda
from .concertation import Concertation
from .earlier_words import MEANS, PARTNERS, PRIORITIES, SECTION_TEXTS
from .extensions import Extensions
from .payments import Payments
from .people import Cast
from .plan import PlanStory
from .profiles import EARLIER

CYCLE = "2017-2024"
INVENTED = {
    "mauricie": Decimal("5120000.00"),
    "laurentides": Decimal("5480000.00"),
    "jamesie": Decimal("1540000.00"),
}
STARTS_ON, ENDS_ON = date(2018, 11, 1), date(2023, 3, 31)
# The years the ministry pays in: at the signature, at the plan's approval, and the rest.
YEARS = [2018, 2019, 2020]


def open_alliances() -> list[Alliance]:
    """The Alliances of the earlier cycle, held by the Tables that hold the present ones."""
    with acting_as_portal():
        cycle = Cycle.objects.get(slug=CYCLE)
        slugs = [profile.slug for profile in EARLIER]
        for present in Alliance.objects.filter(territory__slug__in=slugs).exclude(cycle=cycle):
            Alliance.objects.get_or_create(
                territory_id=present.territory_id,
                cycle=cycle,
                defaults={"table_id": present.table_id},
            )
        fqis.reference.load_envelopes()
        return list(Alliance.objects.for_pages().filter(cycle=cycle))


def tell_earlier(alliance: Alliance, cast: Cast) -> None:
    """The whole cycle of one territory, told to its end."""
    agenda = Agenda()
    profile = next(one for one in EARLIER if one.slug == alliance.territory.slug)
    signed_on = profile.signed_on
    assert signed_on is not None
    payments = EarlierPayments(profile, alliance, cast, agenda)
    if profile.slug in INVENTED:
        payments.confirm_envelope(INVENTED[profile.slug])
    payments.sign_convention()
    _paid(payments, 2018, signed_on + timedelta(days=4))
    around = EarlierConcertation(profile, alliance, cast, agenda)
    plan = EarlierPlan(profile, alliance, cast, agenda)
    around.register(signed_on + timedelta(days=20))
    plan.write(signed_on + timedelta(days=45))
    submitted = signed_on + timedelta(days=88)
    around.agree(submitted - timedelta(days=10))
    plan.submit(submitted)
    plan.validate(submitted + timedelta(days=24))
    approved = max(submitted + timedelta(days=40), date(2019, 4, 4))
    plan.approve(approved)
    _paid(payments, 2019, approved + timedelta(days=5))
    _paid(payments, 2020, date(2020, 5, 4) + timedelta(days=payments.rank))
    Extensions(profile, alliance, cast, agenda).tell()
    agenda.play()


def _paid(payments: Payments, year: int, day: date) -> None:
    payments.recommend(year, day)
    payments.authorise(year, day + timedelta(days=3))
    payments.pay(year, day + timedelta(days=14))


class EarlierPayments(Payments):
    """An entente of 2018 to 2023, paid on the schedule of its guide."""

    envelope_day = date(2018, 9, 24)

    def _draft(self) -> None:
        amount = Envelope.objects.get(alliance=self.alliance).amount
        assert amount is not None
        kinds = [MilestoneKind.CONVENTION_SIGNED, *[MilestoneKind.PLAN_APPROVED] * 2]
        create_convention(
            self.alliance,
            by=self.cast.analyst,
            amount=amount,
            starts_on=STARTS_ON,
            ends_on=ENDS_ON,
            tranches=[
                TrancheSpec(year, part, kind)
                for year, part, kind in zip(YEARS, self._parts(amount), kinds, strict=True)
            ],
        )

    def _parts(self, amount: Decimal) -> list[Decimal]:
        """The plan's preparation and a year of administration, then two halves of the rest."""
        first = preparation_of(self.alliance.cycle) + (amount / 10).quantize(CENT)
        halves = split(amount - first, len(YEARS) - 1)
        assert halves is not None
        return [first, *halves]


class EarlierPlan(PlanStory):
    """A « plan de travail »: every section of 2017, the whole logic in its priorities."""

    texts = SECTION_TEXTS
    priorities = PRIORITIES
    means = MEANS


class EarlierConcertation(Concertation):
    """The people around a « plan de travail »."""

    partners = PARTNERS
    counted_again = date(2021, 1, 20)
    index_year = 2016
