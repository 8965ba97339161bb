"""What empowers a Table: its resolution, the REQ, its fiduciary."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from alliances import clock
from alliances.errors import Refusal
from alliances.models import Alliance
from conventions import services
from conventions.empowerment import services as empowerment
from conventions.models import Convention, Resolution
from tests.factories import AllianceFactory, OrganisationFactory, person

from .factories import A_PDF, draft_convention, sent_convention, with_resolution

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("resolution.pdf", A_PDF)


def unregistered(alliance: Alliance) -> Alliance:
    return empowerment.record_registration(alliance, by=person("analyst"), is_registered=False)


class TestBeforeSending:
    def test_refuses_a_table_without_resolution_and_says_where_to_file_it(
        self, alliance: Alliance
    ) -> None:
        convention = draft_convention(alliance)
        with pytest.raises(Refusal, match=r"il manque.: la résolution") as refused:
            services.send_convention(convention, by=person("analyst"))
        assert refused.value.missing[0].url == f"{alliance.url('empowerment')}#resolution"

    def test_lists_all_that_is_missing_at_once(self, alliance: Alliance) -> None:
        alliance = unregistered(alliance)
        labels = [one.label for one in empowerment.missing_to_send(alliance)]
        assert labels == [
            "La résolution qui habilite la Table à signer",
            "Le fiduciaire du FQIS",
        ]

    @pytest.mark.parametrize("slug", ["montreal", "laval", "kativik", "cssspnql", "gnc"])
    def test_the_guide_asks_no_fiduciary_of_who_manages_its_envelope(self, slug: str) -> None:
        alliance = unregistered(AllianceFactory(slug))
        with_resolution(alliance)
        sent = sent_convention(alliance)
        assert sorted(party.kind for party in sent.signatories.all()) == ["ministry", "table"]

    def test_jamesie_signs_alone_and_still_needs_a_fiduciary(self) -> None:
        alliance = unregistered(AllianceFactory("jamesie"))
        assert empowerment.needs_fiduciary(alliance)

    def test_a_named_fiduciary_signs(self, alliance: Alliance) -> None:
        alliance = unregistered(alliance)
        empowerment.name_fiduciary(
            alliance, by=person("coordination", "mauricie"), name="CDC", neq="1140000001"
        )
        sent = sent_convention(AllianceFactory("mauricie"))
        assert sent.signatories.get(kind="fiduciary").name == "CDC"

    def test_the_page_of_the_draft_lists_what_is_missing(
        self, client: Client, alliance: Alliance
    ) -> None:
        draft_convention(alliance)
        client.force_login(person("analyst"))
        client.post(alliance.url("convention_send"), {"revision": "0"})
        page = client.get(alliance.url("convention")).text
        assert f'href="{alliance.url("empowerment")}#resolution"' in page
        assert Convention.objects.get().state == "draft"


class TestRefusals:
    def test_a_resolution_in_the_future(self, alliance: Alliance) -> None:
        with pytest.raises(Refusal, match="avenir"):
            empowerment.record_resolution(
                alliance,
                by=person("analyst"),
                adopted_on=clock.today() + timedelta(days=1),
                file=a_file(),
            )

    @pytest.mark.parametrize("role", ["partner", "advisor", "delegate", "auditor"])
    def test_who_neither_governs_nor_prepares(self, alliance: Alliance, role: str) -> None:
        by = person(role, "mauricie" if role in ("partner", "advisor") else None)
        with pytest.raises(Refusal, match="rôle"):
            empowerment.record_resolution(
                alliance, by=by, adopted_on=date(2024, 10, 1), file=a_file()
            )

    def test_parties_already_signing(self, alliance: Alliance) -> None:
        sent_convention(alliance)
        with pytest.raises(Refusal, match="avenant"):
            unregistered(alliance)

    def test_a_fiduciary_of_a_registered_table(self, alliance: Alliance) -> None:
        with pytest.raises(Refusal, match="n’a pas besoin"):
            empowerment.name_fiduciary(alliance, by=person("analyst"), name="CDC", neq="1140000001")

    @pytest.mark.parametrize("neq", ["", "114000000", "114000000x", "１１４０００００００"])
    def test_a_neq_that_is_not_ten_digits(self, alliance: Alliance, neq: str) -> None:
        alliance = unregistered(alliance)
        with pytest.raises(Refusal, match="dix chiffres"):
            empowerment.name_fiduciary(alliance, by=person("analyst"), name="CDC", neq=neq)

    def test_the_neq_of_another_organisation(self, alliance: Alliance) -> None:
        other = OrganisationFactory()
        with pytest.raises(Refusal, match="déjà ce NEQ"):
            empowerment.record_registration(
                alliance, by=person("analyst"), is_registered=True, neq=other.neq
            )

    def test_a_stranger_does_not_see_the_page(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("direction", "estrie"))
        assert client.get(alliance.url("empowerment")).status_code == 404
        client.force_login(person("partner", "mauricie"))
        assert client.post(alliance.url("empowerment"), {"act": "resolution"}).status_code == 403


class TestPage:
    def test_the_table_files_its_resolution(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("coordination", "mauricie"))
        posted = {
            "act": "resolution",
            "resolution-adopted_on": "2024-10-21",
            "resolution-file": a_file(),
        }
        assert client.post(alliance.url("empowerment"), posted).status_code == 302
        assert Resolution.objects.in_force(alliance).adopted_on == date(2024, 10, 21)  # type: ignore[union-attr]

    def test_a_refusal_keeps_what_was_typed(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("analyst"))
        posted = {
            "act": "registration",
            "registration-is_registered": "non",
            "registration-neq": "12",
        }
        response = client.post(alliance.url("empowerment"), posted)
        assert response.status_code == 422
        assert 'value="12"' in response.text


def test_the_database_refuses_to_send_without_a_resolution(alliance: Alliance) -> None:
    convention = draft_convention(alliance)
    with pytest.raises(DatabaseError, match="habilite"), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(
            state="sent", sent_at=clock.now(), sent_by=person("analyst")
        )


def test_the_database_refuses_to_send_without_the_fiduciary(alliance: Alliance) -> None:
    convention = draft_convention(unregistered(alliance))
    with_resolution(alliance)
    with pytest.raises(DatabaseError, match="fiduciaire"), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(
            state="sent", sent_at=clock.now(), sent_by=person("analyst")
        )


def test_the_database_keeps_every_resolution(alliance: Alliance) -> None:
    resolution = with_resolution(alliance)
    for change in ("update", "delete"):
        with pytest.raises(DatabaseError), transaction.atomic():
            found = Resolution.objects.filter(pk=resolution.pk)
            found.delete() if change == "delete" else found.update(adopted_on=date(2020, 1, 1))
