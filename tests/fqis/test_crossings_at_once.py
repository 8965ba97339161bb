"""Every act that locks money, mixed by six people on two Alliances at once: no deadlock, no other
error than a sentence, and every limit at the end."""

import random
from decimal import Decimal
from typing import Any

import pytest

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Alliance, User
from conventions.avenants import services as avenants
from conventions.models import Avenant, Convention
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Envelope, EnvelopeMove, PaymentBatch, Recovery, Versement
from tests.conventions.avenants import schedule, sent_avenant, sign_all, with_spec
from tests.factories import person

from .factories import funded_alliance
from .test_concurrency import at_once
from .test_money_invariants import broken_limits

PLACES = ["laval", "jamesie"]
PARTS = [TrancheSpec(2024, Decimal("1000.00"), "convention_signed")] * 6 + [
    TrancheSpec(2025, Decimal("1000.00"), "plan_approved")
] * 2
TURNS = 20


class Mixed:
    """The acts, each on something chosen at random; two of each office."""

    def __init__(self, alliances: list[Alliance]) -> None:
        self.alliances = alliances
        self.budget = [person("budget"), person("budget")]
        self.analyst = [person("analyst"), person("analyst")]
        self.payments = [person("payments"), person("payments")]
        self.delegate = person("delegate")

    def recommend(self, chance: random.Random) -> None:
        for versement in Versement.objects.filter(state="ready").order_by("pk")[:3]:
            services.recommend_versement(versement, by=chance.choice(self.analyst))

    def authorise(self, chance: random.Random) -> None:
        ids = list(Versement.objects.to_authorise().values_list("pk", flat=True))
        chance.shuffle(ids)
        done = services.authorise_versements(ids, by=chance.choice(self.budget)).done
        for versement in sorted(done, key=lambda one: one.pk):
            if versement.notice is not None and chance.random() < 0.7:
                services.issue_versement(versement.notice)

    def cancel(self, chance: random.Random) -> None:
        found = list(Versement.objects.filter(state__in=["planned", "authorised", "held"]))
        if found and chance.random() < 0.3:
            services.cancel_versement(
                chance.choice(found), by=chance.choice(self.analyst), reason="Hasard."
            )

    def park(self, chance: random.Random) -> None:
        found = list(Versement.objects.filter(state__in=["ready", "recommended"]))
        if found:
            services.park_versement(
                chance.choice(found),
                by=chance.choice(self.analyst),
                amount=Decimal(chance.randrange(1, 300)),
                reason="Hasard.",
            )

    def release(self, chance: random.Random) -> None:
        found = list(Versement.objects.filter(state="held"))
        if found:
            services.release_versement(chance.choice(found), by=chance.choice(self.analyst))

    def batch(self, chance: random.Random) -> None:
        ids = list(
            Versement.objects.filter(state="issued", payment_lines=None).values_list(
                "pk", flat=True
            )
        )
        chance.shuffle(ids)
        services.create_batch(ids, by=chance.choice(self.payments))

    def pay(self, chance: random.Random) -> None:
        found = list(Versement.objects.filter(state="issued"))
        if found:
            services.confirm_payment(
                chance.choice(found),
                by=chance.choice(self.payments),
                paid_on=clock.today(),
                reference=f"R{chance.getrandbits(60)}",
            )

    def recover(self, chance: random.Random) -> None:
        paid = list(Versement.objects.paid())
        if paid:
            recovery = services.propose_recovery(
                chance.choice(paid),
                by=chance.choice(self.analyst),
                kind="balance",
                amount=Decimal(chance.randrange(1, 200)),
                reason="Hasard.",
            )
            services.decide_recovery(recovery, by=chance.choice(self.budget))

    def deduct(self, chance: random.Random) -> None:
        open_ones = list(Recovery.objects.filter(state="decided"))
        later = list(Versement.objects.filter(state__in=["ready", "recommended"]))
        if open_ones and later:
            services.deduct_recovery(
                chance.choice(open_ones),
                by=chance.choice(self.analyst),
                versement=chance.choice(later),
            )

    def amend(self, chance: random.Random) -> None:
        """Moves a dollar between the last two tranches, or signs the avenant that does."""
        alliance = chance.choice(self.alliances)
        convention = Convention.objects.for_pages().get(alliance=alliance)
        avenant = Avenant.objects.open().filter(convention=convention).first()
        if avenant is None:
            *rows, before, last = schedule(convention)
            step = Decimal(chance.choice([-1, 1]))
            sent_avenant(
                convention,
                by=self.analyst[0],
                rows=[
                    *rows,
                    with_spec(before, amount=before.spec.amount + step),
                    with_spec(last, amount=last.spec.amount - step),
                ],
            )
            return
        try:
            sign_all(avenant)
        except Refusal:
            avenants.withdraw_avenant(avenant, by=self.analyst[0], reason="Argent parti.")

    def move(self, chance: random.Random) -> None:
        waiting = EnvelopeMove.objects.filter(state="proposed").first()
        if waiting is not None:
            services.decide_move(waiting, by=self.delegate, on=clock.today(), reference="L-1")
            return
        source, target = chance.sample(
            list(Envelope.objects.filter(alliance__in=self.alliances)), 2
        )
        services.propose_move(
            source,
            target,
            by=chance.choice(self.budget),
            amount=Decimal(chance.randrange(1, 900)),
            reason="Hasard.",
        )


ACTS = [
    "recommend", "authorise", "cancel", "park", "release", "batch", "pay", "recover", "deduct",
    "amend", "amend", "move",
]  # fmt: skip


@pytest.mark.slow
def test_every_act_on_the_money_mixed_by_six_people_ends_without_a_deadlock(
    committed_db: Any,
) -> None:
    with acting_as_portal():
        alliances = [
            funded_alliance(place, envelope=Decimal("9000.00"), tranches=PARTS) for place in PLACES
        ]
        mixed, doer = Mixed(alliances), User.objects.portal()

    def act_often(seed: int) -> str:
        chance, done = random.Random(seed), set[str]()
        for _turn in range(TURNS):
            name = chance.choice(ACTS)
            try:
                with acting_as(doer):
                    getattr(mixed, name)(chance)
                    done.add(name)
            except Refusal:
                continue
        return " ".join(done)

    said = " ".join(at_once(act_often, [*range(6)])).split()

    with acting_as_portal():
        assert not broken_limits()
        assert {"authorise", "park", "pay", "deduct"} <= set(said)
        assert Avenant.objects.signed().exists()
        assert EnvelopeMove.objects.filter(state="decided").exists()
        assert PaymentBatch.objects.exists()
