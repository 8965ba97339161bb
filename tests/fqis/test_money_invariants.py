"""Random acts by several people at once: received ≤ tranche ≤ convention ≤ envelope ≤ cycle, read
from the database after each act, and all along by another connection while threads act."""

import random
from collections.abc import Callable
from contextvars import copy_context
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances import clock
from alliances.errors import Refusal
from alliances.identity import acting_as, acting_as_portal
from alliances.models import Alliance, User
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Recovery, Versement
from tests.factories import person

from .factories import funded_alliance
from .test_concurrency import at_once

PARTS = [
    TrancheSpec(2024, Decimal("300.00"), "convention_signed"),
    TrancheSpec(2025, Decimal("200.00"), "convention_signed"),
    TrancheSpec(2026, Decimal("100.00"), "convention_signed"),
]
# One snapshot of every limit that is broken; nothing when all hold.
BROKEN = """
SELECT 'tranche', t.id FROM conventions_tranche t WHERE t.amount < (
    SELECT coalesce(sum(v.amount), 0) FROM fqis_versement v
    WHERE v.tranche_id = t.id AND v.state <> 'cancelled'
) + (
    SELECT coalesce(sum(r.amount), 0) FROM fqis_recovery r
    JOIN fqis_versement v ON v.id = r.deducted_from_id
    WHERE v.tranche_id = t.id AND r.state = 'deducted')
UNION ALL
SELECT 'received', t.id FROM conventions_tranche t WHERE t.amount < (
    SELECT coalesce(sum(v.amount), 0) FROM fqis_versement v
    WHERE v.tranche_id = t.id AND v.state = 'paid')
UNION ALL
SELECT 'convention', c.id FROM conventions_convention c WHERE c.amount <> (
    SELECT sum(t.amount) FROM conventions_tranche t WHERE t.convention_id = c.id)
UNION ALL
SELECT 'convention above envelope', c.id FROM conventions_convention c
JOIN fqis_envelope e ON e.alliance_id = c.alliance_id WHERE c.amount > e.amount
UNION ALL
SELECT 'envelope', e.id FROM fqis_envelope e WHERE e.amount < (
    SELECT coalesce(sum(v.amount), 0) FROM fqis_versement v
    WHERE v.alliance_id = e.alliance_id AND v.state IN ('authorised', 'issued', 'paid'))
UNION ALL
SELECT 'cycle', c.id FROM alliances_cycle c WHERE c.envelope_total < (
    SELECT sum(e.amount) FROM fqis_envelope e
    JOIN alliances_alliance a ON a.id = e.alliance_id WHERE a.cycle_id = c.id)
UNION ALL
SELECT 'recovery', v.id FROM fqis_versement v WHERE v.amount < (
    SELECT coalesce(sum(r.amount), 0) FROM fqis_recovery r
    WHERE r.versement_id = v.id AND r.state <> 'dropped')
"""
ACTS = [
    "recommend", "authorise", "issue", "pay", "hold", "release", "park", "cancel", "propose",
    "decide", "drop", "receive", "deduct", "confirm",
]  # fmt: skip


def broken_limits() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        return cursor.fetchall()


class People:
    """Two of each office: nobody is always the same."""

    def __init__(self) -> None:
        self.budget = [person("budget"), person("budget")]
        self.analyst = [person("analyst"), person("analyst")]
        self.payments = [person("payments"), person("payments")]
        self.delegate = person("delegate")


def play(act: str, chance: random.Random, alliance: Alliance, people: People) -> None:
    """One act of one person on something chosen at random; a refusal is an answer."""
    rank = chance.randrange(2)
    versement = chance.choice(list(Versement.objects.filter(alliance=alliance)))
    recoveries = list(Recovery.objects.filter(alliance=alliance))
    amount = Decimal(chance.randrange(1, 40_000)) / 100
    reason, reference = "Hasard.", f"R{chance.getrandbits(60)}"
    analyst, budget, payments = people.analyst[rank], people.budget[rank], people.payments[rank]
    on_versement: dict[str, Callable[[], object]] = {
        "recommend": lambda: services.recommend_versement(
            versement, by=analyst, amount=amount, note=reason
        ),
        "authorise": lambda: services.authorise_versements([versement.pk], by=budget),
        "issue": lambda: versement.notice and services.issue_versement(versement.notice),
        "pay": lambda: services.confirm_payment(
            versement, by=payments, paid_on=clock.today(), reference=reference
        ),
        "hold": lambda: services.hold_versement(versement, by=analyst, reason=reason),
        "release": lambda: services.release_versement(versement, by=analyst),
        "park": lambda: services.park_versement(versement, by=budget, amount=amount, reason=reason),
        "cancel": lambda: services.cancel_versement(versement, by=analyst, reason=reason),
        "propose": lambda: services.propose_recovery(
            versement, by=analyst, kind="balance", amount=amount, reason=reason
        ),
        "confirm": lambda: services.confirm_amount(
            services.propose_amount(
                alliance.envelope,
                by=budget,
                amount=600 + amount,
                quality="fictional",
                source=reason,
                on=clock.today(),
                reference=reference,
            ),
            by=people.delegate,
        ),
    }
    if act in on_versement:
        on_versement[act]()
    elif recoveries:
        recovery = chance.choice(recoveries)
        {
            "decide": lambda: services.decide_recovery(recovery, by=budget),
            "drop": lambda: services.drop_recovery(recovery, by=budget, reason=reason),
            "receive": lambda: services.receive_recovery(
                recovery, by=payments, received_on=clock.today(), reference=reference
            ),
            "deduct": lambda: services.deduct_recovery(recovery, by=analyst, versement=versement),
        }[act]()


@pytest.mark.django_db
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), acts=st.lists(st.sampled_from(ACTS), min_size=10, max_size=30))
def test_every_limit_holds_after_each_act(seed: int, acts: list[str]) -> None:
    chance = random.Random(seed)
    with transaction.atomic():
        alliance = funded_alliance(envelope=Decimal("600.00"), tranches=PARTS)
        people = People()
        for act in acts:
            try:
                with transaction.atomic():
                    play(act, chance, alliance, people)
            except Refusal:
                continue
            assert not broken_limits(), act
        transaction.set_rollback(True)


@pytest.mark.slow
def test_every_limit_holds_at_every_moment_while_six_people_act_at_once(committed_db: Any) -> None:
    with acting_as_portal():
        alliance = funded_alliance(envelope=Decimal("600.00"), tranches=PARTS)
        people = People()
        doer = User.objects.portal()
    seen: list[tuple[str, int]] = []
    over = Event()

    def watch() -> None:
        while not over.is_set():
            with acting_as_portal():
                seen.extend(broken_limits())
        connection.close()

    def act_often(seed: int) -> int:
        chance, done = random.Random(seed), 0
        for _turn in range(40):
            try:
                with acting_as(doer):
                    play(chance.choice(ACTS), chance, alliance, people)
                    done += 1
            except Refusal:
                continue
        return done

    watcher = Thread(target=copy_context().run, args=(watch,))
    watcher.start()
    try:
        done = at_once(act_often, [*range(6)])
    finally:
        over.set()
        watcher.join(timeout=60)
    assert seen == []
    assert sum(int(one) for one in done) > 60
