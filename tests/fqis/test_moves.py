"""Money moved between envelopes: tried, proposed, decided by another person, or withdrawn."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, User
from alliances.permissions import forget_rights
from fqis import services
from fqis.models import Envelope, EnvelopeMove
from tests.conventions.factories import with_envelope
from tests.factories import AllianceFactory

from .factories import funded_alliance
from .pages import count, text
from .test_allocations import person
from .test_rules import broken

pytestmark = pytest.mark.django_db


def envelope(slug: str, amount: str = "1000000.00") -> Envelope:
    return with_envelope(AllianceFactory(slug), Decimal(amount))


@pytest.fixture
def budget(db: None) -> User:
    return person("budget")


def proposal(budget: User, amount: str = "250000.00") -> EnvelopeMove:
    return services.propose_move(
        envelope("estrie"),
        envelope("outaouais"),
        by=budget,
        amount=Decimal(amount),
        reason="Retard",
    )


def decide(move: EnvelopeMove, **changes: Any) -> EnvelopeMove:
    asked = {"by": person("delegate"), "on": clock.today(), "reference": "L-12", **changes}
    return services.decide_move(move, **asked)


def amounts(move: EnvelopeMove) -> tuple[Decimal | None, Decimal | None]:
    return (
        Envelope.objects.get(pk=move.source_id).amount,
        Envelope.objects.get(pk=move.target_id).amount,
    )


def test_nothing_moves_before_the_decision_and_both_sides_after(budget: User) -> None:
    move = proposal(budget)
    assert amounts(move) == (Decimal(1_000_000), Decimal(1_000_000))
    decide(move)
    assert amounts(move) == (Decimal(750_000), Decimal(1_250_000))
    source = Envelope.objects.get(pk=move.source_id)
    assert "L-12" in source.source
    assert source.quality == "fictional"
    verbs = list(JournalEntry.objects.values_list("verb", flat=True))
    assert verbs.count("decide_envelope_move") == 1
    assert verbs.count("confirm_envelope") == 2
    with pytest.raises(StaleAct, match="a décidé ce déplacement"):
        decide(move)
    with pytest.raises(StaleAct):
        services.withdraw_move(move, by=budget)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 150_000_000)), max_size=4))
def test_the_sum_never_changes_and_nobody_falls_under_what_is_committed(db, tries) -> None:
    first, second = envelope("estrie"), envelope("outaouais")
    budget, delegate = person("budget"), person("delegate")
    for onward, wanted in tries:
        source, target = (first, second) if onward else (second, first)
        try:
            move = services.propose_move(
                Envelope.objects.get(pk=source.pk),
                Envelope.objects.get(pk=target.pk),
                by=budget,
                amount=Decimal(wanted) / 100,
                reason="Essai",
            )
            services.decide_move(move, by=delegate, on=clock.today(), reference="L-1")
            # As a commit would, before the next move.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except Refusal:
            pass
        left = [Envelope.objects.get(pk=one.pk).amount for one in (first, second)]
        assert all(amount is not None and amount > 0 for amount in left)
        assert sum(amount or 0 for amount in left) == Decimal(2_000_000)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": clock.today() + timedelta(days=4000)}, "dans le futur"),
        ({"reference": " "}, "référence"),
    ],
)
def test_a_decision_has_its_date_and_reference(budget: User, changes: Any, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        decide(proposal(budget), **changes)


def test_a_decision_follows_its_proposal(budget: User) -> None:
    with pytest.raises(Refusal, match="précéder la proposition"):
        decide(proposal(budget), on=clock.today() - timedelta(days=1))


def test_who_proposes_never_decides(budget: User) -> None:
    move = proposal(budget)
    with pytest.raises(PermissionDenied):
        decide(move, by=budget)
    both = person("delegate")
    own = services.propose_move(
        move.source, move.target, by=_with_budget(both), amount=Decimal(1), reason="x"
    )
    with pytest.raises(Refusal, match="une autre personne"):
        decide(own, by=both)


def _with_budget(someone: User) -> User:
    someone.groups.add(Group.objects.get(name="budget"))
    forget_rights(someone)
    return someone


def test_a_source_never_falls_under_its_signed_convention(budget: User) -> None:
    alliance = funded_alliance("laval")
    source = Envelope.objects.select_related("alliance__territory").get(alliance=alliance)
    move = services.propose_move(
        source, envelope("outaouais"), by=budget, amount=Decimal("0.01"), reason="x"
    )
    with pytest.raises(Refusal, match="la convention signée"):
        decide(move)
    broken(
        "envelope_covers_committed",
        lambda: Envelope.objects.filter(pk=source.pk).update(amount=Decimal("999999.99")),
    )


@pytest.mark.parametrize(
    ("amount", "sentence"), [("0", "dépasser zéro"), ("1000000", "L’enveloppe de départ")]
)
def test_a_proposal_says_what_it_cannot_be(budget: User, amount: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        proposal(budget, amount)
    one = envelope("estrie")
    with pytest.raises(Refusal, match="différents"):
        services.propose_move(one, one, by=budget, amount=Decimal(1), reason="x")
    proposal(budget)
    with pytest.raises(Refusal, match="déjà proposé"):
        proposal(budget)
    with pytest.raises(Refusal, match="motif"):
        services.propose_move(one, envelope("outaouais"), by=budget, amount=Decimal(1), reason=" ")
    with pytest.raises(PermissionDenied):
        services.propose_move(
            one, envelope("outaouais"), by=person("analyst"), amount=Decimal(1), reason="x"
        )


# --- Past the service


def test_the_database_holds_a_move_whole_or_not_at_all(budget: User) -> None:
    move = proposal(budget)
    move.decide(
        by=person("delegate"),
        on=clock.today(),
        reference="L",
        before=(Decimal(1_000_000), Decimal(1_000_000)),
    )
    broken("move_done", move.save)
    move = EnvelopeMove.objects.get(pk=move.pk)
    move.decide(by=budget, on=clock.today(), reference="L", before=(Decimal(1), Decimal(1)))
    broken("move_two_people", move.save)
    broken("move_fixed", lambda: EnvelopeMove.objects.filter(pk=move.pk).update(amount=5))
    decide(move)
    broken(
        "Cannot update", lambda: EnvelopeMove.objects.filter(pk=move.pk).update(reference="Autre")
    )
    broken("Cannot delete", lambda: EnvelopeMove.objects.filter(pk=move.pk).delete())


def test_a_table_reads_none_of_it(budget: User, identity: Any) -> None:
    proposal(budget)
    identity(person("direction", "estrie"))
    assert not EnvelopeMove.objects.exists()


# --- Pages


def test_budget_tries_then_proposes_and_the_delegate_decides(page: Any, budget: User) -> None:
    source, target = envelope("estrie"), envelope("outaouais")
    moves = reverse("envelope_moves")
    asked = f"?source={source.pk}&target={target.pk}&amount=1 000,00"
    shown = text(page(budget, moves + asked))
    assert "Sans effet" in shown
    assert "999 000,00 $" in shown
    assert "1 001 000,00 $" in shown
    assert not EnvelopeMove.objects.exists()
    typed = {"source": source.pk, "target": target.pk, "amount": "1 000,00", "reason": "Retard"}
    assert "Proposition enregistrée" in text(page(budget, moves, typed))
    move = EnvelopeMove.objects.get()
    address = reverse("envelope_move", args=[move.pk])
    assert "Consigner la décision" not in text(page(budget, address))
    delegate = person("delegate")
    assert "Consigner la décision" in text(page(delegate, address))
    given = {"decided_on": clock.today().isoformat(), "reference": "L-9"}
    decided = page(delegate, reverse("envelope_move_decide", args=[move.pk]), given)
    assert "Les deux enveloppes ont changé" in text(decided)
    again = page(delegate, reverse("envelope_move_decide", args=[move.pk]), given)
    assert "a décidé ce déplacement" in text(again)


@pytest.mark.parametrize("amount", ["-5", "1e3", "12,345.6", "99 999 999"])
def test_a_trial_that_cannot_be_read_shows_nothing(page: Any, budget: User, amount: str) -> None:
    source, target = envelope("estrie"), envelope("outaouais")
    asked = f"?source={source.pk}&target={target.pk}&amount={amount}"
    response = page(budget, reverse("envelope_moves") + asked)
    assert response.status_code == 200
    assert response.context["trial"] is None


def test_a_withdrawn_proposal_stays_readable(page: Any, budget: User) -> None:
    move = proposal(budget)
    shown = page(budget, reverse("envelope_move_withdraw", args=[move.pk]), {})
    assert "Proposition retirée" in text(shown)
    assert "Retirer la proposition" not in text(shown)


def test_the_list_costs_the_same_for_one_and_thirty(page: Any, budget: User) -> None:
    proposal(budget)
    one = count(page, budget, reverse("envelope_moves"))
    for cents in range(1, 6):
        proposal(budget, f"0.0{cents}")
    assert count(page, budget, reverse("envelope_moves")) == one
