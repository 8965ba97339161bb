"""Prepare, send, sign: what happens, and what is refused."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import (
    Alliance,
    Document,
    JournalEntry,
    Milestone,
    MilestoneKind,
    Notification,
)
from conventions import services
from conventions.models import Convention, Signatory
from tests.factories import AllianceFactory, OrganisationFactory, person

from .factories import (
    AMOUNT,
    DRAFTED,
    SIGNED_ON,
    TRANCHES,
    draft_convention,
    sent_convention,
    sign,
    signed_convention,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def of_kind(convention: Convention, kind: str) -> Signatory:
    found = convention.signatories.filter(kind=kind).first()
    assert found is not None
    return found


def update(convention: Convention, **changes: object) -> Convention:
    terms = {
        "by": person("analyst"),
        "amount": AMOUNT,
        "starts_on": convention.starts_on,
        "ends_on": convention.ends_on,
        "tranches": TRANCHES,
    } | changes
    return services.update_convention(convention, **terms)  # type: ignore[arg-type]


class TestCreate:
    def test_numbers_the_convention_by_region_and_year(self, alliance: Alliance) -> None:
        assert draft_convention(alliance).number == "C-04-2024"

    def test_an_organisation_without_region_is_numbered_by_its_name(self) -> None:
        assert draft_convention(AllianceFactory("gnc")).number == "C-GNC-2024"

    def test_a_second_convention_of_the_same_year_takes_a_suffix(self, alliance: Alliance) -> None:
        first = signed_convention(alliance)
        first.terminate()
        first.save()

        assert draft_convention(alliance).number == "C-04-2024-2"

    def test_writes_the_journal(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)

        entry = JournalEntry.objects.get(verb="create_convention")
        assert entry.summary == "a préparé la convention C-04-2024 de 1 000 000,00 $".replace(
            "1 000 000,00 $", "1\u00a0000\u00a0000,00\u00a0$"
        )
        assert entry.target_id == convention.pk

    def test_refuses_a_second_current_convention_and_says_who_made_the_first(
        self, alliance: Alliance
    ) -> None:
        draft_convention(alliance, by=person("analyst", full_name="Sophie Lavoie"))

        with pytest.raises(StaleAct, match="Sophie Lavoie a déjà créé la convention C-04-2024"):
            draft_convention(alliance)

    def test_refuses_a_person_who_does_not_prepare_conventions(self, alliance: Alliance) -> None:
        with pytest.raises(Refusal, match="Votre rôle"):
            draft_convention(alliance, by=person("direction", "mauricie"))


class TestUpdate:
    def test_replaces_the_terms_and_the_tranches(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        spec = [TRANCHES[0]._replace(amount=Decimal("500.25"))]

        update(convention, amount=Decimal("500.25"), tranches=spec)

        convention.refresh_from_db()
        assert convention.amount == Decimal("500.25")
        assert [tranche.amount for tranche in convention.tranches.all()] == [Decimal("500.25")]

    def test_refuses_a_draft_that_somebody_changed_meanwhile(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        update(convention, by=person("analyst", full_name="Marc Roy"), revision=0)

        with pytest.raises(StaleAct, match="Marc Roy a modifié ce brouillon le"):
            update(convention, revision=0)

    def test_refuses_a_convention_already_sent(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance, by=person("analyst", full_name="Sophie Lavoie"))

        with pytest.raises(StaleAct, match="Sophie Lavoie a déjà envoyé la convention C-04-2024"):
            update(convention)

    def test_refuses_tranches_that_do_not_sum_and_changes_nothing(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)

        with pytest.raises(Refusal, match="il manque"):
            update(convention, tranches=TRANCHES[:4])

        assert convention.tranches.count() == 5


class TestSend:
    def test_lists_the_ministry_the_table_and_every_mrc(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)

        names = list(convention.signatories.values_list("name", flat=True))
        assert names[0] == "Ministère de l’Emploi et de la Solidarité sociale"
        assert names[1] == alliance.table.name
        assert sorted(names[2:]) == [
            "La Tuque",
            "MRC de Maskinongé",
            "MRC de Mékinac",
            "MRC des Chenaux",
            "Shawinigan",
            "Trois-Rivières",
        ]

    @pytest.mark.parametrize("slug", ["montreal", "laval", "jamesie", "kativik", "cssspnql", "gnc"])
    def test_asks_no_mrc_where_the_territory_signs_alone(self, slug: str) -> None:
        convention = sent_convention(AllianceFactory(slug))

        assert not convention.signatories.filter(kind=Signatory.Kind.MRC).exists()

    def test_adds_the_fiduciary_of_a_table_that_is_not_registered(self, alliance: Alliance) -> None:
        alliance.table.is_registered = False
        alliance.table.save()
        alliance.fiduciary = OrganisationFactory(name="Fiduciaire du Centre")
        alliance.save()

        convention = sent_convention(alliance)

        assert of_kind(convention, "fiduciary").name == "Fiduciaire du Centre"

    def test_refuses_a_table_without_registration_nor_fiduciary(self, alliance: Alliance) -> None:
        alliance.table.is_registered = False
        alliance.table.save()
        alliance.fiduciary = None
        alliance.save()

        with pytest.raises(Refusal, match="il manque : le fiduciaire du FQIS"):
            sent_convention(alliance)

        assert not Signatory.objects.exists()

    def test_needs_no_fiduciary_where_the_territory_manages_its_envelope(self) -> None:
        alliance = AllianceFactory("montreal")
        alliance.table.is_registered = False
        alliance.table.save()
        alliance.fiduciary = None
        alliance.save()

        convention = sent_convention(alliance)

        assert {s.kind for s in convention.signatories.all()} == {"ministry", "table"}

    def test_refuses_a_region_whose_mrcs_are_not_known(self, alliance: Alliance) -> None:
        other = AllianceFactory("laval").territory
        alliance.territory.mrcs.update(territory=other)

        with pytest.raises(Refusal, match="Aucune MRC n’est inscrite"):
            sent_convention(alliance)

    def test_queues_the_pdf_and_tells_who_signs(self, alliance: Alliance) -> None:
        with clock.at(DRAFTED):
            delegate = person("delegate")
            direction = person("direction", "mauricie")
            elsewhere = person("direction", "laval")

        convention = sent_convention(alliance)

        assert convention.document is not None
        assert convention.document.state == Document.State.PENDING
        told = {n.recipient for n in Notification.objects.select_related("recipient")}
        assert {delegate, direction} <= told
        assert elsewhere not in told

    def test_refuses_to_send_twice(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)

        with pytest.raises(StaleAct, match="a déjà envoyé la convention"):
            services.send_convention(convention, by=person("analyst"))

    def test_refuses_a_draft_changed_since_it_was_read(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        update(convention)

        with pytest.raises(StaleAct, match="a modifié ce brouillon"):
            services.send_convention(convention, by=person("analyst"), revision=0)


class TestSign:
    def test_the_last_signature_signs_the_convention(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)
        parties = list(convention.signatories.all())
        for party in parties[:-1]:
            sign(party, on=date(2024, 11, 20))
        convention.refresh_from_db()
        assert convention.state == Convention.State.SENT

        sign(parties[-1], on=SIGNED_ON)

        convention.refresh_from_db()
        assert convention.state == Convention.State.SIGNED
        assert convention.signed_on == SIGNED_ON

    def test_a_convention_is_signed_on_the_latest_day_whatever_the_order(
        self, alliance: Alliance
    ) -> None:
        convention = sent_convention(alliance)
        parties = list(convention.signatories.all())
        sign(parties[0], on=SIGNED_ON)
        for party in parties[1:]:
            sign(party, on=SIGNED_ON - timedelta(days=5))

        convention.refresh_from_db()
        assert convention.signed_on == SIGNED_ON

    def test_a_signed_convention_records_its_milestone(self, alliance: Alliance) -> None:
        convention = signed_convention(alliance)

        milestone = Milestone.objects.get(kind=MilestoneKind.CONVENTION_SIGNED)
        assert milestone.on == SIGNED_ON
        assert milestone.fiscal_year == 0
        assert milestone.detail == "MESS, Table et 6 MRC ou territoires équivalents"
        assert milestone.evidence == convention.document

    def test_keeps_the_signed_file(self, alliance: Alliance) -> None:
        party = of_kind(sent_convention(alliance), "mrc")
        file = SimpleUploadedFile("signee.pdf", b"%PDF-1.7 signed")

        services.record_signature(
            party, by=person("analyst"), signed_on=SIGNED_ON, signer="Préfet", file=file
        )

        party.refresh_from_db()
        assert party.document is not None
        assert party.document.kind == "signed_convention"

    def test_refuses_a_file_that_is_not_what_its_name_says(self, alliance: Alliance) -> None:
        party = of_kind(sent_convention(alliance), "mrc")
        file = SimpleUploadedFile("signee.pdf", b"not a pdf")

        with pytest.raises(Refusal, match="malgré son nom"):
            services.record_signature(
                party, by=person("analyst"), signed_on=SIGNED_ON, signer="Préfet", file=file
            )

        party.refresh_from_db()
        assert party.signed_on is None

    def test_tells_the_second_person_who_signed_first(self, alliance: Alliance) -> None:
        party = of_kind(sent_convention(alliance), "mrc")
        first = person("analyst", full_name="Sophie Lavoie")
        montreal = DRAFTED.tzinfo
        with clock.at(datetime(2024, 12, 3, 10, 24, tzinfo=montreal)):
            sign(party, by=first)

        with pytest.raises(StaleAct) as refused:
            sign(party)

        assert str(refused.value).replace("\u00a0", " ") == (
            "Sophie Lavoie a déjà consigné la signature de cette partie"
            " le 3 décembre 2024, 10 h 24."
        )

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (lambda: clock.today() + timedelta(days=1), "dans l’avenir"),
            (lambda: date(2024, 11, 3), "a été préparée le"),
        ],
    )
    def test_refuses_a_day_out_of_order(
        self, alliance: Alliance, day: object, sentence: str
    ) -> None:
        party = of_kind(sent_convention(alliance), "mrc")

        with pytest.raises(Refusal, match=sentence) as refused:
            sign(party, on=day())  # type: ignore[operator]

        assert refused.value.field == "signed_on"

    def test_refuses_a_signature_without_a_name(self, alliance: Alliance) -> None:
        party = of_kind(sent_convention(alliance), "mrc")

        with pytest.raises(Refusal, match="Entrez le nom"):
            services.record_signature(party, by=person("analyst"), signed_on=SIGNED_ON, signer="  ")

    def test_refuses_a_signature_on_a_terminated_convention(self, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        party = Signatory.objects.create(convention=convention, kind="table", name="Table", rank=1)

        with pytest.raises(Refusal, match="n’est pas en signature"):
            sign(party)

    @pytest.mark.parametrize(
        ("kind", "role", "may"),
        [
            ("ministry", "delegate", True),
            ("ministry", "analyst", False),
            ("ministry", "direction", False),
            ("table", "direction", True),
            ("table", "analyst", True),
            ("table", "coordination", False),
            ("table", "delegate", False),
            ("mrc", "analyst", True),
            ("mrc", "direction", False),
            ("mrc", "advisor", False),
            ("mrc", "delegate", False),
        ],
    )
    def test_each_party_is_signed_by_those_who_may(
        self, alliance: Alliance, kind: str, role: str, may: bool
    ) -> None:
        party = of_kind(sent_convention(alliance), kind)
        regional = role in {"direction", "coordination", "advisor"}
        by = person(role, "mauricie" if regional else None)

        if may:
            sign(party, by=by)
        else:
            with pytest.raises(Refusal, match="Votre rôle ne permet pas"):
                sign(party, by=by)

        party.refresh_from_db()
        assert (party.signed_on is not None) is may

    def test_the_convention_is_not_signed_while_an_mrc_is_missing(self, alliance: Alliance) -> None:
        convention = sent_convention(alliance)
        for party in convention.signatories.exclude(name="MRC de Mékinac"):
            sign(party)

        with pytest.raises(Refusal) as refused:
            services.complete_signatures(convention, by=person("analyst"))

        assert str(refused.value) == "La convention n’est pas signée : il manque MRC de Mékinac."
        assert [missing.label for missing in refused.value.missing] == ["MRC de Mékinac"]

    def test_refuses_to_sign_a_signed_convention_again(self, alliance: Alliance) -> None:
        convention = signed_convention(alliance)

        with pytest.raises(StaleAct):
            services.complete_signatures(convention, by=person("analyst"))

        assert Milestone.objects.filter(kind=MilestoneKind.CONVENTION_SIGNED).count() == 1

    def test_tells_the_table_and_the_dgsq(self, alliance: Alliance) -> None:
        with clock.at(DRAFTED):
            coordination = person("coordination", "mauricie")
            adviser = person("advisor", "mauricie")

        signed_convention(alliance)

        subjects = Notification.objects.filter(subject__contains="est signée")
        assert {coordination.pk, adviser.pk} <= set(subjects.values_list("recipient", flat=True))
