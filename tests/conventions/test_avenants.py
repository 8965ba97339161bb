"""Prepare, send, sign an avenant: what happens, and what is refused."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import Alliance, Document, JournalEntry, Milestone, Notification
from conventions.avenants import services
from conventions.avenants.changes import Changes, Parties
from conventions.models import Avenant, Convention, Tranche
from tests.factories import AllianceFactory, OrganisationFactory, person

from .avenants import (
    draft_avenant,
    moved,
    new_row,
    schedule,
    sent_avenant,
    sign_all,
    signed_avenant,
    with_spec,
)
from .factories import (
    AMOUNT,
    DRAFTED,
    draft_convention,
    sent_convention,
    signed_convention,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 9, 0, tzinfo=DRAFTED.tzinfo)
MARCH_2028 = date(2028, 3, 31)


@pytest.fixture(autouse=True)
def _second_of_june() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def convention() -> Convention:
    """Signed for a year less than its cycle: an avenant can extend it. No MRC signs it."""
    return signed_convention(AllianceFactory("laval"), ends_on=MARCH_2028)


@pytest.fixture
def region() -> Convention:
    """The same where each MRC signs."""
    return signed_convention(AllianceFactory("mauricie"), ends_on=MARCH_2028)


def again(convention: Convention) -> Convention:
    return Convention.objects.for_pages().get(pk=convention.pk)


class TestDraft:
    def test_opens_only_what_it_changes_and_keeps_what_was(self, convention: Convention) -> None:
        avenant = draft_avenant(convention, ends_on=date(2029, 3, 31))

        assert (avenant.number, avenant.state) == (1, "draft")
        assert (avenant.was_ends_on, avenant.ends_on) == (MARCH_2028, date(2029, 3, 31))
        assert (avenant.was_amount, avenant.amount) == (AMOUNT, None)
        assert avenant.table is None
        assert not avenant.lines.exists()
        assert again(convention).ends_on == MARCH_2028

    def test_forgets_the_parts_that_stay_the_same(self, convention: Convention) -> None:
        avenant = draft_avenant(
            convention,
            ends_on=date(2029, 3, 31),
            amount=AMOUNT,
            rows=schedule(convention),
            parties=Parties(convention.alliance.table, convention.alliance.fiduciary),
        )

        assert (avenant.amount, avenant.table) == (None, None)
        assert not avenant.lines.exists()

    def test_refuses_an_avenant_that_changes_nothing(self, convention: Convention) -> None:
        with pytest.raises(Refusal, match="ne change rien"):
            draft_avenant(convention, ends_on=MARCH_2028, rows=schedule(convention))

        assert not Avenant.objects.exists()

    def test_refuses_a_second_one_while_another_is_open(self, convention: Convention) -> None:
        draft_avenant(
            convention, by=person("analyst", full_name="Sophie Lavoie"), rows=moved(convention)
        )

        with pytest.raises(StaleAct, match="Sophie Lavoie a déjà préparé l’avenant no 1"):
            draft_avenant(convention, ends_on=date(2029, 3, 31))

    @pytest.mark.parametrize("role", ["direction", "coordination", "advisor", "delegate", "budget"])
    def test_is_for_the_analyst_alone(self, convention: Convention, role: str) -> None:
        regional = role in {"direction", "coordination", "advisor"}
        other = person(role, "laval" if regional else None)

        with pytest.raises(Refusal, match="Votre rôle"):
            draft_avenant(convention, by=other, rows=moved(convention))

    def test_needs_a_reason(self, convention: Convention) -> None:
        with pytest.raises(Refusal, match="motif"):
            draft_avenant(convention, reason="  ", rows=moved(convention))

    @pytest.mark.parametrize("make", [draft_convention, sent_convention])
    def test_waits_for_the_convention_to_be_signed(self, make: object) -> None:
        unsigned = make(AllianceFactory("laval"))  # type: ignore[operator]

        with pytest.raises(Refusal, match="Seule une convention signée"):
            draft_avenant(unsigned, rows=moved(unsigned))

    def test_refuses_an_end_beyond_the_cycle(self, convention: Convention) -> None:
        with pytest.raises(Refusal, match=r"au plus tard le 31.mars.2029") as refused:
            draft_avenant(convention, ends_on=date(2029, 4, 1))

        assert refused.value.field == "ends_on"

    def test_refuses_an_earlier_end(self, convention: Convention) -> None:
        with pytest.raises(Refusal, match=r"doit suivre le 31.mars.2028"):
            draft_avenant(convention, ends_on=date(2027, 3, 31))

    def test_refuses_tranches_that_do_not_sum(self, convention: Convention) -> None:
        rows = schedule(convention)

        with pytest.raises(Refusal, match="il y a"):
            draft_avenant(convention, rows=[*rows, new_row(2028, Decimal("0.01"))])
        with pytest.raises(Refusal, match="nouveau montant"):
            draft_avenant(convention, amount=AMOUNT + 1)

    def test_refuses_a_tranche_of_another_convention(self, convention: Convention) -> None:
        other = signed_convention(AllianceFactory("montreal"))
        rows = schedule(convention)

        with pytest.raises(Refusal, match="a changé pendant"):
            draft_avenant(convention, rows=[*rows[:-1], schedule(other)[-1]])
        with pytest.raises(Refusal, match="a changé pendant"):
            draft_avenant(convention, rows=[*rows[:-1], rows[0]])

    def test_refuses_a_party_of_elsewhere_or_not_eligible(self, convention: Convention) -> None:
        alliance = convention.alliance
        elsewhere = AllianceFactory("estrie").table
        other = OrganisationFactory(territory=convention.alliance.territory, legal_class="autre")

        with pytest.raises(Refusal, match="de ce territoire"):
            draft_avenant(convention, parties=Parties(elsewhere, None))
        with pytest.raises(Refusal, match="n’est pas admissible"):
            draft_avenant(convention, parties=Parties(other, None))
        with pytest.raises(Refusal, match="une autre organisation"):
            draft_avenant(convention, parties=Parties(alliance.table, alliance.table))

    def test_a_table_outside_the_register_needs_a_fiduciary(self, region: Convention) -> None:
        table = OrganisationFactory(
            territory=region.alliance.territory, name="Nouvelle Table", is_registered=False
        )

        with pytest.raises(Refusal, match="Nommez un fiduciaire"):
            draft_avenant(region, parties=Parties(table, None))

    def test_refuses_what_does_not_extend_a_convention_that_is_over(
        self, convention: Convention
    ) -> None:
        with clock.at(datetime(2028, 4, 1, 9, tzinfo=DRAFTED.tzinfo)):
            with pytest.raises(Refusal, match="peut seulement la prolonger"):
                draft_avenant(convention, rows=moved(convention))
            assert draft_avenant(convention, ends_on=date(2029, 3, 31)).number == 1


class TestUpdate:
    def test_replaces_what_it_changes(self, convention: Convention) -> None:
        avenant = draft_avenant(convention, rows=moved(convention))

        services.update_avenant(
            avenant,
            by=person("analyst"),
            reason="Autre motif",
            changes=Changes(ends_on=date(2028, 12, 31)),
        )

        avenant.refresh_from_db()
        assert (avenant.ends_on, avenant.reason) == (date(2028, 12, 31), "Autre motif")
        assert not avenant.lines.exists()

    def test_refuses_an_old_page(self, convention: Convention) -> None:
        avenant = draft_avenant(convention, rows=moved(convention))
        changes = Changes(ends_on=date(2028, 12, 31))
        marc = person("analyst", full_name="Marc Roy")
        services.update_avenant(avenant, by=marc, reason="x", changes=changes, revision=0)

        with pytest.raises(StaleAct, match="Marc Roy a modifié ce brouillon"):
            services.update_avenant(avenant, by=marc, reason="x", changes=changes, revision=0)
        with pytest.raises(StaleAct, match="Marc Roy a modifié ce brouillon"):
            services.send_avenant(avenant, by=marc, revision=0)

    def test_refuses_one_that_is_sent(self, convention: Convention) -> None:
        sophie = person("analyst", full_name="Sophie Lavoie")
        avenant = sent_avenant(convention, by=sophie, rows=moved(convention))

        with pytest.raises(StaleAct, match="Sophie Lavoie a déjà envoyé l’avenant no 1"):
            services.update_avenant(
                avenant, by=sophie, reason="x", changes=Changes(ends_on=date(2028, 12, 31))
            )
        with pytest.raises(StaleAct, match="a déjà envoyé"):
            services.send_avenant(avenant, by=sophie)


class TestSend:
    def test_asks_the_same_signatures_as_the_convention(self, region: Convention) -> None:
        avenant = sent_avenant(region, rows=moved(region))

        names = list(avenant.signatories.values_list("kind", "name"))
        assert names == list(region.signatories.values_list("kind", "name"))

    def test_a_new_table_and_its_fiduciary_sign_with_the_others(
        self, convention: Convention
    ) -> None:
        table = OrganisationFactory(
            territory=convention.alliance.territory, name="Nouvelle Table", is_registered=False
        )
        fiduciary = OrganisationFactory(
            territory=convention.alliance.territory, name="Centre fiduciaire"
        )

        avenant = sent_avenant(convention, parties=Parties(table, fiduciary))

        signs = {party.name: party.kind for party in avenant.signatories.all()}
        assert signs[convention.alliance.table.name] == "table"
        assert signs["Nouvelle Table"] == signs["Centre fiduciaire"] == "incoming"

    def test_queues_the_pdf_and_tells_who_signs(self, convention: Convention) -> None:
        with clock.at(DRAFTED):
            delegate, direction = person("delegate"), person("direction", "laval")
            elsewhere = person("direction", "estrie")
        Notification.objects.all().delete()

        avenant = sent_avenant(convention, ends_on=date(2029, 3, 31))

        assert avenant.document is not None
        assert avenant.document.kind == "avenant"
        assert avenant.document.data["was_ends_on"] == "2028-03-31"
        told = {one.recipient_id: one for one in Notification.objects.all()}
        assert {delegate.pk, direction.pk} <= told.keys()
        assert elsewhere.pk not in told
        assert "fin reportée au 31" in told[delegate.pk].body


class TestSign:
    def test_the_last_signature_applies_it(self, convention: Convention) -> None:
        analyst = person("analyst")
        avenant = sent_avenant(convention, ends_on=date(2029, 3, 31))
        table = avenant.signatories.get(kind="table")
        sign_all(avenant, on=date(2025, 6, 2), but=table.name)
        assert again(convention).ends_on == MARCH_2028

        services.record_avenant_signature(
            table, by=analyst, signed_on=date(2025, 6, 2), signer="Diane Beaulieu"
        )

        avenant.refresh_from_db()
        assert (avenant.state, avenant.signed_on) == ("signed", date(2025, 6, 2))
        assert again(convention).ends_on == date(2029, 3, 31)
        milestone = Milestone.objects.get(kind="avenant_signed")
        assert milestone.label == "Avenant no 1 signé"
        assert milestone.evidence == avenant.document
        assert JournalEntry.objects.filter(verb="sign_avenant").exists()

    def test_writes_the_schedule_it_carries(self, convention: Convention) -> None:
        """One tranche raised, one moved, one taken out, one added; ranks follow."""
        first, second, third, fourth, fifth = schedule(convention)
        rows = [
            first,
            with_spec(second, amount=Decimal("250000.00")),
            fourth,
            with_spec(third, fiscal_year=2027, waits_for_year=2026),
            new_row(2028, Decimal("250000.25"), "report_accepted", 2027),
        ]

        avenant = signed_avenant(convention, amount=AMOUNT + Decimal("100000.25"), rows=rows)

        found = again(convention)
        assert found.amount == Decimal("1100000.25")
        tranches = list(found.tranches.all())
        assert [one.rank for one in tranches] == [1, 2, 3, 4, 5]
        assert [one.pk for one in tranches[:4]] == [
            first.tranche_id, second.tranche_id, fourth.tranche_id, third.tranche_id,
        ]  # fmt: skip
        assert sum(one.amount for one in tranches) == found.amount
        removed = Tranche._base_manager.get(pk=fifth.tranche_id)
        assert removed.removed_with == avenant

    def test_changes_the_parties_of_the_alliance(self, convention: Convention) -> None:
        table = OrganisationFactory(territory=convention.alliance.territory, name="Nouvelle Table")

        signed_avenant(convention, parties=Parties(table, None))

        assert Alliance.objects.get(pk=convention.alliance_id).table == table
        second = sent_avenant(again(convention), rows=moved(convention))
        assert second.signatories.get(kind="table").name == "Nouvelle Table"

    def test_keeps_the_signed_file(self, convention: Convention) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))
        party = avenant.signatories.get(kind="table")

        signed = services.record_avenant_signature(
            party,
            by=person("direction", "laval"),
            signed_on=date(2025, 6, 2),
            signer="Diane Beaulieu",
            file=SimpleUploadedFile("signe.pdf", b"%PDF-1.7"),
        )

        assert signed.document is not None
        assert signed.document.state == Document.State.READY

    @pytest.mark.parametrize(
        ("role", "kind"),
        [("coordination", "table"), ("direction", "ministry"), ("direction", "mrc"),
         ("analyst", "ministry"), ("delegate", "table"), ("budget", "mrc")],
    )  # fmt: skip
    def test_refuses_who_does_not_sign_for_the_party(
        self, region: Convention, role: str, kind: str
    ) -> None:
        avenant = sent_avenant(region, rows=moved(region))
        party = avenant.signatories.filter(kind=kind).first()
        regional = role in {"direction", "coordination"}

        with pytest.raises(Refusal, match="Votre rôle"):
            services.record_avenant_signature(
                party,
                by=person(role, "mauricie" if regional else None),
                signed_on=date(2025, 6, 2),
                signer="X",
            )

    @pytest.mark.parametrize("day", [date(2025, 6, 3), date(2025, 6, 1)])
    def test_refuses_a_day_to_come_or_before_it_was_drafted(
        self, convention: Convention, day: date
    ) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))

        with pytest.raises(Refusal, match="signature") as refused:
            sign_all(avenant, on=day)

        assert refused.value.field == "signed_on"

    def test_refuses_a_signature_after_the_end_it_does_not_move(
        self, convention: Convention
    ) -> None:
        avenant = sent_avenant(convention, rows=moved(convention))

        with (
            clock.at(datetime(2028, 4, 3, 9, tzinfo=DRAFTED.tzinfo)),
            pytest.raises(Refusal, match="finie ce jour-là"),
        ):
            sign_all(avenant)

    def test_refuses_to_complete_without_a_party(self, region: Convention) -> None:
        avenant = sent_avenant(region, rows=moved(region))
        sign_all(avenant, but="MRC de Mékinac")

        with pytest.raises(Refusal, match="il manque MRC de Mékinac"):
            services.complete_avenant(avenant, by=person("analyst"))

    def test_the_next_one_starts_from_the_last(self, convention: Convention) -> None:
        signed_avenant(convention, ends_on=date(2028, 12, 31))

        second = draft_avenant(again(convention), ends_on=date(2029, 3, 31))

        assert (second.number, second.was_ends_on) == (2, date(2028, 12, 31))
