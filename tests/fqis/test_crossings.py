"""What two parts of the money do to each other: avenants, parked parts, deductions, envelopes,
batches and answers, each act after the other one."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.urls import reverse

from alliances import clock
from alliances.errors import Refusal
from conventions import services as conventions
from conventions.models import Convention
from fqis import services
from fqis.models import Envelope, Recovery, Versement
from fqis.services.splits import Part
from tests.conventions.avenants import draft_avenant, schedule, sent_avenant, sign_all, with_spec
from tests.conventions.factories import (
    draft_convention,
    sent_convention,
    sign,
    signed_convention,
    with_envelope,
    with_resolution,
)
from tests.conventions.test_rules import refused
from tests.factories import AllianceFactory, person

from .factories import funded_alliance, issued_versement, paid_versement, sent_line
from .pages import text

pytestmark = pytest.mark.django_db


def convention_of(versement: Versement) -> Convention:
    return Convention.objects.for_pages().get(alliance=versement.alliance_id)


def nth(convention: Convention, rank: int) -> Versement:
    return Versement.objects.filter(parked_from=None).get(
        tranche__convention=convention, tranche__rank=rank
    )


def deducted(amount: Decimal = Decimal("12000.00")) -> tuple[Convention, Recovery]:
    """A recovery on the first tranche, deducted from the second one."""
    versement = paid_versement()
    convention = convention_of(versement)
    recovery = services.propose_recovery(
        versement, by=person("analyst"), kind="balance", amount=amount, reason="Solde."
    )
    recovery = services.decide_recovery(recovery, by=person("budget"))
    return convention, services.deduct_recovery(
        recovery, by=person("analyst"), versement=nth(convention, 2)
    )


def all_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TestDeductionAndAvenant:
    @pytest.mark.parametrize("change", [Decimal("5000.00"), Decimal("-280000.00")])
    def test_a_tranche_that_bears_a_deduction_keeps_its_amount(self, change: Decimal) -> None:
        convention, _recovery = deducted()
        first, second, third = schedule(convention)
        rows = [
            first,
            with_spec(second, amount=second.spec.amount + change),
            with_spec(third, amount=third.spec.amount - change),
        ]

        with pytest.raises(Refusal, match="La 2e tranche porte un recouvrement déduit"):
            draft_avenant(convention, rows=rows)

    def test_nor_is_it_taken_out(self) -> None:
        convention, _recovery = deducted()
        first, second, third = schedule(convention)
        whole = with_spec(third, amount=second.spec.amount + third.spec.amount)

        with pytest.raises(Refusal, match="porte un recouvrement déduit"):
            draft_avenant(convention, rows=[first, whole])

    def test_deducted_during_the_signatures_stops_the_last_one(self) -> None:
        versement = paid_versement()
        convention = convention_of(versement)
        first, second, third = schedule(convention)
        rows = [
            first,
            with_spec(second, amount=second.spec.amount - 1),
            with_spec(third, amount=third.spec.amount + 1),
        ]
        avenant = sent_avenant(convention, rows=rows)
        recovery = services.propose_recovery(
            versement, by=person("analyst"), kind="balance", amount=Decimal(9), reason="Solde."
        )
        recovery = services.decide_recovery(recovery, by=person("budget"))
        services.deduct_recovery(recovery, by=person("analyst"), versement=nth(convention, 2))

        with pytest.raises(Refusal, match="porte un recouvrement déduit"):
            sign_all(avenant)
        assert nth(convention, 2).amount == Decimal("299991.00")

    def test_the_other_tranches_still_move(self) -> None:
        convention, _recovery = deducted()
        first, second, third = schedule(convention)

        sign_all(sent_avenant(convention, rows=[first, second, with_spec(third, fiscal_year=2027)]))
        all_rules()

        assert nth(convention, 2).amount == Decimal("288000.00")
        assert nth(convention, 3).fiscal_year == 2027


class TestPartsAndAvenant:
    def test_a_part_given_up_does_not_come_back_with_an_avenant(self) -> None:
        convention = Convention.objects.for_pages().get(alliance=funded_alliance())
        part = services.park_versement(
            nth(convention, 2), by=person("analyst"), amount=Decimal("50000.00"), reason="Doute."
        )
        services.cancel_versement(part, by=person("analyst"), reason="Non admissible.")
        first, second, third = schedule(convention)

        sign_all(sent_avenant(convention, rows=[first, with_spec(second, fiscal_year=2026), third]))

        assert (nth(convention, 2).amount, nth(convention, 2).fiscal_year) == (
            Decimal("250000.00"),
            2026,
        )

    @pytest.mark.parametrize(
        ("change", "left"),
        [("40.00", "250040.00"), ("-50000.00", "250000.00"), ("-60000", "240000")],
    )
    def test_a_raise_adds_and_a_cut_limits(self, change: str, left: str) -> None:
        convention = Convention.objects.for_pages().get(alliance=funded_alliance())
        part = services.park_versement(
            nth(convention, 2), by=person("analyst"), amount=Decimal("50000.00"), reason="Doute."
        )
        services.cancel_versement(part, by=person("analyst"), reason="Non admissible.")
        first, second, third = schedule(convention)
        rows = [
            first,
            with_spec(second, amount=second.spec.amount + Decimal(change)),
            with_spec(third, amount=third.spec.amount - Decimal(change)),
        ]

        sign_all(sent_avenant(convention, rows=rows))
        all_rules()

        assert nth(convention, 2).amount == Decimal(left)

    def test_a_part_left_alone_takes_no_more_than_itself(self) -> None:
        convention = Convention.objects.for_pages().get(alliance=funded_alliance())
        main = nth(convention, 2)
        part = services.park_versement(
            main, by=person("analyst"), amount=Decimal("50000.00"), reason="Doute."
        )
        services.cancel_versement(
            Versement.objects.get(pk=main.pk), by=person("analyst"), reason="Doublon."
        )
        first, second, third = schedule(convention)

        sign_all(sent_avenant(convention, rows=[first, with_spec(second, fiscal_year=2026), third]))
        services.release_versement(part, by=person("analyst"))

        part.refresh_from_db()
        assert (part.amount, part.state) == (Decimal("50000.00"), "planned")

    def test_a_cancelled_versement_is_planned_only_once(self) -> None:
        convention = Convention.objects.for_pages().get(alliance=funded_alliance())
        services.cancel_versement(nth(convention, 2), by=person("analyst"), reason="Doublon.")
        first, second, third = schedule(convention)

        sign_all(sent_avenant(convention, rows=[first, second, with_spec(third, fiscal_year=2027)]))
        services.plan_versements(convention.alliance, by=person("analyst"))

        assert Versement.objects.filter(alliance=convention.alliance_id).count() == 3


class TestEnvelopeAtSignature:
    @staticmethod
    def give(convention: Convention, amount: str) -> None:
        with_envelope(convention.alliance, Decimal(amount))

    def test_a_convention_above_it_is_not_sent(self) -> None:
        alliance = AllianceFactory("laval")
        services.open_envelope(alliance)
        with_resolution(alliance)
        draft = draft_convention(alliance)
        self.give(draft, "999999.99")

        with pytest.raises(Refusal, match="L’enveloppe est de 999"):
            conventions.send_convention(draft, by=person("analyst"))

    def test_one_that_shrank_since_stops_the_last_signature(self) -> None:
        alliance = AllianceFactory("laval")
        services.open_envelope(alliance)
        convention = sent_convention(alliance)
        self.give(convention, "999999.99")
        *others, last = convention.signatories.order_by("rank")
        for party in others:
            sign(party)

        with pytest.raises(Refusal, match="la convention ne peut pas la dépasser"):
            sign(last)
        refused(
            "UPDATE conventions_convention SET state = 'signed', signed_on = '2024-11-29'"
            " WHERE id = %s",
            convention.pk,
            rule="La convention dépasse l’enveloppe",
        )

    def test_to_the_cent_it_is_signed(self) -> None:
        exact = AllianceFactory("laval")
        with_envelope(exact, Decimal("1000000.00"))
        assert signed_convention(exact).is_signed

    def test_nothing_is_sent_while_it_is_to_confirm(self) -> None:
        alliance = AllianceFactory("jamesie")
        with_resolution(alliance)
        draft = draft_convention(alliance)

        with pytest.raises(Refusal, match="L’enveloppe de cette alliance est à confirmer"):
            conventions.send_convention(draft, by=person("analyst"))
        refused(
            "UPDATE conventions_convention SET state = 'sent', sent_at = now(), sent_by_id = %s"
            " WHERE id = %s",
            draft.created_by_id,
            draft.pk,
            rule="L’enveloppe est à confirmer : rien ne s’engage avant",
        )
        with_envelope(alliance, draft.amount)
        assert conventions.send_convention(draft, by=person("analyst")).state == "sent"

    def test_a_lower_one_never_goes_under_what_is_signed(self) -> None:
        alliance = funded_alliance()
        signed = Convention.objects.get(alliance=alliance)
        with pytest.raises(Refusal, match="la convention signée les engage"):
            services.propose_amount(
                alliance.envelope,
                by=person("budget"),
                amount=signed.amount - 1,
                quality="confirmed",
                source="Lettre",
                on=clock.today(),
                reference="L-2",
            )
        refused(
            "UPDATE fqis_envelope SET amount = amount - 1 WHERE alliance_id = %s",
            alliance.pk,
            rule="L’enveloppe passe sous ce qui est engagé",
        )

    def test_a_move_decided_between_two_signatures_is_seen(self) -> None:
        budget, delegate = person("budget"), person("delegate")
        envelopes = []
        for slug in ("laval", "outaouais"):
            envelopes.append(with_envelope(AllianceFactory(slug), Decimal("1000000.00")))
        convention = sent_convention(envelopes[0].alliance)
        *others, last = convention.signatories.order_by("rank")
        for party in others:
            sign(party)
        move = services.propose_move(*envelopes, by=budget, amount=Decimal(1), reason="Retard")
        services.decide_move(move, by=delegate, on=clock.today(), reference="L-1")

        with pytest.raises(Refusal, match="L’enveloppe est de 999"):
            sign(last)
        all_rules()


class TestPaymentsAndTheRest:
    def test_what_is_in_a_batch_is_neither_cancelled_nor_parked_nor_deducted_from(self) -> None:
        versement = issued_versement()
        sent_line(versement)
        analyst = person("analyst")

        with pytest.raises(Refusal):
            services.cancel_versement(versement, by=analyst, reason="Erreur.")
        with pytest.raises(Refusal):
            services.park_versement(versement, by=analyst, amount=Decimal(1), reason="Erreur.")
        with pytest.raises(Refusal):
            services.hold_versement(versement, by=analyst, reason="Erreur.")
        with pytest.raises(Refusal):
            services.propose_recovery(
                versement, by=analyst, kind="balance", amount=Decimal(1), reason="Erreur."
            )

    def test_paid_by_hand_it_is_not_sent_again(self) -> None:
        with pytest.raises(Refusal, match="Rien n’est envoyé"):
            services.create_batch([paid_versement().pk], by=person("payments"))


def test_two_subregions_told_apart_by_an_accent_are_one() -> None:
    alliance = funded_alliance("mauricie")
    parts = [Part(name="Vallée", percent=Decimal(5)), Part(name="vallee", percent=Decimal(5))]

    with pytest.raises(Refusal, match="presque le même nom"):
        services.write_split(
            alliance.envelope,
            by=person("coordination", alliance.territory),
            parts=parts,
            shares={},
        )


def test_the_database_covers_what_was_deducted_from_a_tranche(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last signature of an avenant, with the question of the money left out."""
    convention, _recovery = deducted()
    first, second, third = schedule(convention)
    rows = [
        first,
        with_spec(second, amount=second.spec.amount - 1),
        with_spec(third, amount=third.spec.amount + 1),
    ]
    monkeypatch.setattr("conventions.watch.fixed_tranches", lambda _convention: {})

    with pytest.raises(IntegrityError, match="déduit de cette tranche"), transaction.atomic():
        sign_all(sent_avenant(convention, rows=rows))
        all_rules()


def test_the_sum_of_the_others_is_not_told_to_a_table(identity: Any) -> None:
    mine = funded_alliance("laval")
    funded_alliance("mauricie")

    def told() -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute("SELECT fqis_envelopes_of(%s)", [mine.cycle_id])
            return Decimal(cursor.fetchone()[0])

    whole = Envelope.objects.filter(alliance__cycle=mine.cycle).aggregate(sum=Sum("amount"))["sum"]
    own = mine.envelope.amount
    for person_here, sees in (
        (person("budget"), whole),
        (person("direction", mine.territory), own),
        (person("advisor", mine.territory), own),
        (None, 0),
    ):
        identity(person_here)
        assert told() == sees


def test_an_id_longer_than_any_number_chooses_nothing(page: Any) -> None:
    long = "9" * 5000
    for address in (f"/versements/?v={long}", f"/enveloppes/repartitions/comparer/?r={long}"):
        assert page(person("budget"), address).status_code in (200, 302)
    answer = page(person("payments"), reverse("payment_batch_new"), {"v": long})
    assert "Choisissez au moins un avis" in text(answer)
