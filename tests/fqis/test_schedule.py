"""What the money holds of the schedule, and how the versements follow an avenant."""

from datetime import date
from decimal import Decimal

import pytest

from alliances.errors import Refusal
from alliances.models import JournalEntry
from alliances.services.milestones import record_milestone
from conventions.avenants import services as avenants
from conventions.avenants.changes import Row
from conventions.models import Convention, Tranche
from fqis import services
from fqis.models import Versement
from tests.conventions.avenants import (
    draft_avenant,
    new_row,
    schedule,
    sent_avenant,
    sign_all,
    signed_avenant,
    with_spec,
)
from tests.conventions.factories import with_envelope
from tests.conventions.test_rules import refused
from tests.factories import person

from .factories import funded_alliance, issued_versement, paid_versement, recommended_versement

pytestmark = pytest.mark.django_db


def convention_of(versement: Versement) -> Convention:
    return Convention.objects.for_pages().get(alliance=versement.alliance_id)


@pytest.fixture
def convention() -> Convention:
    """Three tranches of 200 000, 300 000 and 500 000 $; the first is ready."""
    return Convention.objects.for_pages().get(alliance=funded_alliance())


def shifted(rows: list[Row], rank: int, amount: Decimal) -> list[Row]:
    """``amount`` dollars more in the tranche ``rank``, less in the last."""
    rows = list(rows)
    for index, change in ((rank - 1, amount), (len(rows) - 1, -amount)):
        rows[index] = with_spec(rows[index], amount=rows[index].spec.amount + change)
    return rows


def state_of(tranche_id: int | None) -> tuple[str, Decimal, int]:
    found = Versement.objects.get(tranche=tranche_id)
    return found.state, found.amount, found.fiscal_year


class TestUnderWay:
    @pytest.mark.parametrize(
        ("make", "why"),
        [
            (recommended_versement, "est recommandée"),
            (issued_versement, "est autorisée"),
            (paid_versement, "est payée"),
        ],
    )
    def test_its_tranche_neither_moves_nor_changes(self, make: object, why: str) -> None:
        convention = convention_of(make())  # type: ignore[operator]
        rows = schedule(convention)
        later = [with_spec(rows[0], fiscal_year=2025), *rows[1:]]

        for changed in (shifted(rows, 1, Decimal(1)), later):
            with pytest.raises(Refusal, match=rf"La 1re tranche {why}"):
                draft_avenant(convention, rows=changed)
        assert draft_avenant(convention, rows=shifted(rows, 2, Decimal(1))).number == 1

    def test_a_held_recommendation_holds_its_tranche_too(self) -> None:
        versement = recommended_versement()
        services.hold_versement(versement, by=person("analyst"), reason="Pièce manquante.")
        convention = convention_of(versement)

        with pytest.raises(Refusal, match="puis retenue"):
            draft_avenant(convention, rows=shifted(schedule(convention), 1, Decimal(1)))

    def test_recommended_during_the_signatures_stops_the_last_one(
        self, convention: Convention
    ) -> None:
        avenant = sent_avenant(convention, rows=shifted(schedule(convention), 1, Decimal(1)))
        sign_all(avenant, but=convention.alliance.table.name)
        versement = Versement.objects.get(tranche__rank=1)
        services.recommend_versement(versement, by=person("analyst"))

        with pytest.raises(Refusal, match="La 1re tranche est recommandée"):
            sign_all(avenant)

        convention.refresh_from_db()
        assert convention.tranches.get(rank=1).amount == Decimal("200000.00")
        avenants.withdraw_avenant(avenant, by=person("analyst"), reason="Versement parti.")

    def test_the_database_holds_it_past_the_services(self) -> None:
        convention = convention_of(issued_versement())
        row = schedule(convention)[0]

        for change in ("amount = amount - 1", "fiscal_year = 2025", "rank = 9"):
            refused(
                f"UPDATE conventions_tranche SET {change} WHERE id = %s",
                row.tranche_id,
                rule="ne change",
            )


class TestAmount:
    def test_stays_within_the_envelope(self, convention: Convention) -> None:
        rows = [*schedule(convention), new_row(2026, Decimal("0.01"))]
        amount = convention.amount + Decimal("0.01")

        with pytest.raises(Refusal, match="L’enveloppe est de") as said:
            draft_avenant(convention, amount=amount, rows=rows)

        assert said.value.field == "amount"
        with_envelope(convention.alliance, amount)
        assert draft_avenant(convention, amount=amount, rows=rows).amount == amount

    def test_covers_what_is_committed(self) -> None:
        convention = convention_of(issued_versement())

        with pytest.raises(Refusal, match="Écrivez au moins 200"):
            draft_avenant(
                convention, amount=Decimal(1), rows=[new_row(2024, Decimal(1), "plan_approved")]
            )


class TestFollows:
    def test_the_new_amounts_and_years(self, convention: Convention) -> None:
        first, second, third = shifted(schedule(convention), 1, Decimal("1000.50"))
        moved = with_spec(second, fiscal_year=2026)

        signed_avenant(convention, rows=[first, moved, third])

        assert state_of(first.tranche_id) == ("ready", Decimal("201000.50"), 2024)
        assert state_of(second.tranche_id) == ("planned", Decimal("300000.00"), 2026)
        assert state_of(third.tranche_id) == ("planned", Decimal("498999.50"), 2026)
        assert JournalEntry.objects.filter(verb="follow_avenant").count() == 3

    def test_a_tranche_taken_out_gives_up_its_versement(self, convention: Convention) -> None:
        first, second, third = schedule(convention)
        second = with_spec(second, amount=second.spec.amount + third.spec.amount)

        signed_avenant(convention, rows=[first, second])

        gone = Versement.objects.get(tranche=third.tranche_id)
        assert (gone.state, gone.cancelled_reason) == (
            "cancelled",
            "L’avenant no 1 retire cette tranche.",
        )
        refused(
            "INSERT INTO fqis_versement (alliance_id, territory_id, tranche_id, fiscal_year,"
            " amount, state, planned_at, recommendation, payment_reference, held_reason, held_from,"
            " cancelled_reason) VALUES (%s, %s, %s, 2026, 1, 'planned', now(), '', '', '', '', '')",
            gone.alliance_id,
            gone.territory_id,
            gone.tranche_id,
            rule="Un avenant a retiré cette tranche",
        )

    def test_a_tranche_added_has_its_versement(self, convention: Convention) -> None:
        with_envelope(convention.alliance, Decimal("1000500.00"))
        rows = [*schedule(convention), new_row(2026, Decimal(500), "convention_signed")]

        signed_avenant(convention, amount=convention.amount + 500, rows=rows)

        added = Versement.objects.get(tranche__rank=4)
        assert (added.state, added.amount) == ("ready", Decimal("500.00"))

    def test_another_milestone_sends_it_back_to_wait_or_opens_it(
        self, convention: Convention
    ) -> None:
        first, second, third = schedule(convention)
        waits = with_spec(first, waits_for="plan_approved")
        opens = with_spec(second, waits_for="convention_signed")

        signed_avenant(convention, rows=[waits, opens, third])

        assert state_of(first.tranche_id)[0] == "planned"
        assert state_of(second.tranche_id)[0] == "ready"
        record_milestone(
            convention.alliance, "plan_approved", by=person("delegate"), on=date(2026, 12, 3)
        )
        assert state_of(first.tranche_id)[0] == "ready"

    def test_a_hold_stays_and_waits_for_the_new_milestone(self, convention: Convention) -> None:
        first, second, third = schedule(convention)
        held = Versement.objects.get(tranche=first.tranche_id)
        services.hold_versement(held, by=person("analyst"), reason="À vérifier.")

        signed_avenant(
            convention, rows=[with_spec(first, waits_for="plan_approved"), second, third]
        )

        held.refresh_from_db()
        assert (held.state, held.held_from) == ("held", "planned")
        services.release_versement(held, by=person("analyst"))
        assert state_of(first.tranche_id)[0] == "planned"

    def test_nothing_paid_ever_changes(self) -> None:
        versement = paid_versement()
        convention = convention_of(versement)
        before = Versement.objects.filter(pk=versement.pk).values().get()
        tranche = Tranche.objects.filter(rank=1).values().get()

        signed_avenant(convention, rows=shifted(schedule(convention), 2, Decimal("0.01")))

        assert Versement.objects.filter(pk=versement.pk).values().get() == before
        assert Tranche.objects.filter(rank=1).values().get() == tranche
