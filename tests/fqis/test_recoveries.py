"""Recovering money of a paid versement: two persons, a numbered letter, one settlement."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Notification, User
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Recovery, Versement
from fqis.selectors import recovery_todos
from tests.factories import new_territories, person

from .factories import issued_versement, paid_versement, recommended_versement
from .pages import count, text
from .test_rules import broken

pytestmark = pytest.mark.django_db


def propose(versement: Versement | None = None, **words: Any) -> Recovery:
    versement = versement or paid_versement()
    words.setdefault("by", person("advisor", versement.territory))
    words.setdefault("amount", Decimal("12000.00"))
    words.setdefault("reason", "Le loyer est compté deux fois.")
    return services.propose_recovery(versement, kind="overpayment", **words)


def decided(versement: Versement | None = None, *, by: User | None = None) -> Recovery:
    return services.decide_recovery(propose(versement), by=by or person("budget"))


def receive(recovery: Recovery, **words: Any) -> Recovery:
    words = {"by": person("payments"), "received_on": clock.today(), "reference": "REMB-1"} | words
    return services.receive_recovery(recovery, **words)


def to_come(recovery: Recovery) -> Versement:
    return Versement.objects.get(alliance=recovery.alliance, tranche__rank=2)


def test_the_adviser_proposes_and_the_budget_office_decides_with_a_letter(worker: Any) -> None:
    told = [person("direction", "laval"), person("payments")]
    recovery = decided()
    assert recovery.letter is not None
    assert (recovery.state, recovery.letter.number) == ("decided", "RV-2026-0001")
    assert recovery.letter.data["amount_words"] == "douze mille dollars"
    assert recovery.letter.data["versement"]["notice"] == "AV-2026-0001"
    assert worker() >= 1
    recovery.letter.refresh_from_db()
    assert recovery.letter.state == "ready"
    for someone in told:
        assert Notification.objects.filter(recipient=someone, subject__contains="RV-2026").exists()


def test_who_proposed_does_not_decide() -> None:
    both = person("analyst")
    both.groups.add(*person("budget").groups.all())
    recovery = propose(by=both)
    with pytest.raises(Refusal, match="une autre personne doit le décider"):
        services.decide_recovery(recovery, by=both)
    letter = decided(paid_versement("jamesie")).letter
    other = propose(paid_versement("kativik"), by=both)
    broken(
        "recovery_two_persons",
        lambda: Recovery.objects.filter(pk=other.pk).update(
            state="decided", decided_by=both, decided_at=clock.now(), letter=letter
        ),
    )


def test_who_decided_does_not_record_the_refund() -> None:
    both = person("budget")
    both.groups.add(*person("payments").groups.all())
    recovery = decided(by=both)
    with pytest.raises(Refusal, match="une autre personne doit consigner"):
        receive(recovery, by=both)


def test_recovering_never_exceeds_what_was_paid() -> None:
    versement = paid_versement()
    propose(versement, amount=Decimal("150000.00"))
    with pytest.raises(Refusal, match="50\u00a0000,00"):
        propose(versement, amount=Decimal("50000.01"))
    broken(
        "recovery_within_versement",
        lambda: Recovery.objects.create(
            alliance=versement.alliance,
            versement=versement,
            kind="balance",
            amount=Decimal("50000.01"),
            reason="x",
            proposed_by=person("analyst"),
        ),
    )


def test_what_is_dropped_may_be_asked_again() -> None:
    versement = paid_versement()
    recovery = propose(versement, amount=Decimal("200000.00"))
    services.drop_recovery(recovery, by=person("budget"), reason="Erreur de lecture.")
    assert propose(versement, amount=Decimal("200000.00")).state == "proposed"


def test_only_a_paid_versement_is_recovered() -> None:
    with pytest.raises(Refusal, match="payé"):
        propose(issued_versement(), by=person("analyst"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [({"amount": Decimal(0)}, "dépasser zéro"), ({"reason": " "}, "motif")],
)
def test_a_proposal_says_how_much_and_why(words: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        propose(**words)


def test_each_act_is_for_its_office() -> None:
    versement = paid_versement()
    recovery = propose(versement)
    for other in (person("payments"), person("direction", "laval"), person("budget")):
        with pytest.raises(PermissionDenied):
            propose(versement, by=other)
    for other in (person("analyst"), person("direction", "laval")):
        with pytest.raises(PermissionDenied):
            services.decide_recovery(recovery, by=other)
    with pytest.raises(Http404):
        services.drop_recovery(recovery, by=person("direction", "mauricie"), reason="x")


def test_the_money_comes_back_once() -> None:
    recovery = receive(decided())
    assert (recovery.state, recovery.reference) == ("received", "REMB-1")
    with pytest.raises(StaleAct, match="déjà réglé"):
        receive(recovery, reference="REMB-2")


def test_a_refund_has_its_own_reference_and_no_date_to_come() -> None:
    versement = paid_versement()
    receive(decided(versement))
    second = decided(versement)
    with pytest.raises(Refusal, match="déjà servi"):
        receive(second)
    with pytest.raises(Refusal, match="futur"):
        receive(second, reference="R2", received_on=clock.today() + timedelta(days=1))
    with pytest.raises(Refusal, match="référence"):
        receive(second, reference=" ")


def test_a_deduction_lowers_a_versement_to_come_and_its_notice_says_so() -> None:
    recovery = decided()
    versement = to_come(recovery)
    done = services.deduct_recovery(recovery, by=person("analyst"), versement=versement)
    versement.refresh_from_db()
    assert (done.state, versement.amount) == ("deducted", Decimal("288000.00"))
    versement = services.make_ready(versement, by=person("analyst"))
    versement = services.recommend_versement(versement, by=person("analyst"))
    versement = services.authorise_versement(versement, by=person("budget"))
    assert versement.notice is not None
    assert versement.notice.data["deductions"] == [{"letter": "RV-2026-0001", "amount": "12000.00"}]


def test_what_was_deducted_does_not_come_back_by_another_way() -> None:
    recovery = decided()
    services.deduct_recovery(recovery, by=person("analyst"), versement=to_come(recovery))
    versement = services.make_ready(to_come(recovery), by=person("analyst"))
    with pytest.raises(Refusal, match="288\u00a0000,00"):
        services.recommend_versement(
            versement, by=person("analyst"), amount=Decimal("288000.01"), note="Reprendre."
        )
    with pytest.raises(Refusal, match="déduit de ce versement"):
        services.cancel_versement(versement, by=person("analyst"), reason="Non.")
    broken(
        "versement_within_tranche",
        lambda: Versement.objects.filter(pk=versement.pk).update(amount=Decimal("288000.01")),
    )
    broken(
        "versement_keeps_deductions",
        lambda: Versement.objects.filter(pk=versement.pk).update(
            state="cancelled",
            cancelled_at=clock.now(),
            cancelled_by=person("analyst"),
            cancelled_reason="x",
        ),
    )


def test_a_deduction_chooses_a_versement_of_the_same_alliance_that_covers_it() -> None:
    recovery = decided()
    analyst = person("analyst")
    elsewhere = recommended_versement("jamesie", by=analyst)
    with pytest.raises(Refusal, match="de cette alliance"):
        services.deduct_recovery(recovery, by=analyst, versement=elsewhere)
    with pytest.raises(Refusal, match="de cette alliance"):
        services.deduct_recovery(recovery, by=analyst, versement=recovery.versement)
    small = [
        TrancheSpec(2024, Decimal("20000.00"), "convention_signed"),
        TrancheSpec(2025, Decimal("12000.00"), "plan_approved"),
    ]
    other = decided(paid_versement("kativik", tranches=small))
    with pytest.raises(Refusal, match="ne couvre pas"):
        services.deduct_recovery(other, by=analyst, versement=to_come(other))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"amount": Decimal(1)}, "recovery_fixed"),
        ({"state": "proposed"}, "recovery_"),
        ({"letter": None}, "recovery_"),
        ({"state": "received"}, "recovery_settled_has_proof"),
        ({"settled_at": clock.now()}, "recovery_settled_at_and_by"),
    ],
)
def test_what_is_decided_does_not_change(values: dict[str, Any], rule: str) -> None:
    recovery = decided()
    broken(rule, lambda: Recovery.objects.filter(pk=recovery.pk).update(**values))


def test_a_recovery_is_never_deleted_and_stays_in_its_territory(identity: Any) -> None:
    recovery = propose()
    broken("Cannot delete", lambda: Recovery.objects.filter(pk=recovery.pk).delete())
    there, here = person("direction", "mauricie"), person("direction", "laval")
    identity(there)
    assert not Recovery.objects.exists()
    identity(here)
    assert Recovery.objects.count() == 1


# --- Pages


def test_each_office_finds_its_part_on_accueil() -> None:
    proposed = propose()
    budget, payments, director = person("budget"), person("payments"), person("direction", "laval")
    assert [one.button for one in recovery_todos.todo(budget)] == ["Décider le recouvrement"]
    assert recovery_todos.todo(director) == []
    services.decide_recovery(proposed, by=budget)
    assert recovery_todos.todo(budget) == []
    assert [one.button for one in recovery_todos.todo(payments)] == ["Consigner le remboursement"]
    assert "RV-2026-0001" in recovery_todos.todo(director)[0].title


def test_a_recovery_goes_from_its_versement_to_the_refund_by_the_pages(page: Any) -> None:
    versement = paid_versement()
    alliance = versement.alliance
    address = alliance.url("versement_act", versement.pk, "recouvrer")
    typed = {"kind": "balance", "amount": "1 500,00", "reason": "Solde d’un projet abandonné."}
    done = text(page(person("advisor", "laval"), address, typed))
    assert "Recouvrement proposé" in done and "Solde non utilisé" in done
    recovery = Recovery.objects.get()
    decide = alliance.url("recovery_act", recovery.pk, "decider")
    assert "Recouvrement décidé" in text(page(person("budget"), decide, {}))
    refused = page(person("budget"), decide, {})
    assert refused.status_code == 422
    assert "l’a déjà décidé" in text(refused)
    refund = alliance.url("recovery_act", recovery.pk, "rembourser")
    typed = {"received_on": "2026-12-03", "reference": "REMB-9"}
    assert "Remboursement consigné" in text(page(person("payments"), refund, typed))
    read = text(page(person("partner", "laval"), alliance.url("recovery", recovery.pk)))
    assert "REMB-9" in read and "<form" not in read.split("<main", 1)[1]


def test_a_deduction_offers_only_versements_of_the_alliance(page: Any) -> None:
    recovery = decided()
    elsewhere = recommended_versement("jamesie")
    address = recovery.alliance.url("recovery_act", recovery.pk, "deduire")
    refused = page(person("analyst"), address, {"versement": elsewhere.pk})
    assert refused.status_code == 422
    done = page(person("analyst"), address, {"versement": to_come(recovery).pk})
    assert "Déduction faite" in text(done)


def test_a_recovery_of_another_alliance_is_not_here(page: Any) -> None:
    recovery = propose()
    jamesie = paid_versement("jamesie").alliance
    assert page(person("budget"), jamesie.url("recovery", recovery.pk)).status_code == 404
    act = jamesie.url("recovery_act", recovery.pk, "decider")
    assert page(person("budget"), act, {}).status_code == 404
    unknown = recovery.alliance.url("recovery_act", recovery.pk, "effacer")
    assert page(person("budget"), unknown, {}).status_code == 404


def test_finances_costs_the_same_for_1_and_30_recoveries(page: Any) -> None:
    new_territories(1)
    versement = paid_versement()
    budget = person("budget")
    propose(versement, amount=Decimal(10))
    addresses = [versement.alliance.url("finances"), versement.alliance.url("ledger"), "/"]
    once = [count(page, budget, address) for address in addresses]
    for _one in range(29):
        propose(versement, amount=Decimal(10))
    assert [count(page, budget, address) for address in addresses] == once
