"""The Convention tab, as each person sees it."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from alliances.models import Alliance
from conventions import services
from conventions.models import Convention
from tests.factories import AllianceFactory, person

from .factories import (
    AMOUNT,
    TRANCHES,
    draft_convention,
    sent_convention,
    sign,
    signed_convention,
    with_resolution,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance() -> Alliance:
    return AllianceFactory("mauricie")


def posted(**changes: str) -> dict[str, str]:
    """The draft form as a browser sends it: one tranche of the whole amount."""
    return {
        "amount": "1 000 000,00",
        "starts_on": "2024-11-01",
        "ends_on": "2029-03-31",
        "revision": "",
        "tranche-TOTAL_FORMS": "1",
        "tranche-INITIAL_FORMS": "0",
        "tranche-0-fiscal_year": "2024",
        "tranche-0-amount": "1 000 000,00",
        "tranche-0-waits_for": "convention_signed",
    } | changes


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\u00a0", " ").replace("&nbsp;", " ")


class TestTab:
    def test_offers_the_analyst_to_prepare_a_convention(
        self, client: Client, alliance: Alliance
    ) -> None:
        client.force_login(person("analyst"))

        assert alliance.url("convention_new") in text(client.get(alliance.url("convention")))

    def test_tells_the_table_that_the_dgssac_prepares_it(
        self, client: Client, alliance: Alliance
    ) -> None:
        draft_convention(alliance)
        client.force_login(person("coordination", "mauricie"))

        page = text(client.get(alliance.url("convention")))

        assert "elle prépare la convention" in page
        assert "C-04-2024" not in page

    def test_shows_who_is_missing(self, client: Client, alliance: Alliance) -> None:
        convention = sent_convention(alliance)
        sign(convention.signatories.get(name="MRC de Mékinac"))
        client.force_login(person("coordination", "mauricie"))

        page = text(client.get(alliance.url("convention")))

        assert "1 signature sur 8" in page
        assert "Il manque 7 signatures à la convention C-04-2024 de 1 000 000 $." in page
        assert "convention/signatures/" not in page

    def test_offers_the_direction_to_sign_for_the_table(
        self, client: Client, alliance: Alliance
    ) -> None:
        convention = sent_convention(alliance)
        client.force_login(person("direction", "mauricie"))

        page = text(client.get(alliance.url("convention")))

        table = convention.signatories.get(kind="table")
        assert page.count(alliance.url("convention_sign", table.pk)) == 2
        assert page.count("convention/signatures/") == 2

    def test_asks_as_many_queries_for_two_parties_as_for_eighteen(
        self,
        client: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        few, many = AllianceFactory("laval"), AllianceFactory("monteregie")
        sent_convention(few)
        sent_convention(many)
        client.force_login(person("analyst"))
        client.get(few.url("convention"))

        counts = []
        for alliance in (few, many):
            with django_assert_max_num_queries(40) as captured:
                assert client.get(alliance.url("convention")).status_code == 200
            counts.append(len(captured))

        assert counts[0] == counts[1]

    def test_another_territory_does_not_exist(self, client: Client, alliance: Alliance) -> None:
        sent_convention(alliance)
        client.force_login(person("direction", "laval"))

        assert client.get(alliance.url("convention")).status_code == 404


class TestDraft:
    def test_the_new_form_proposes_a_row_for_each_year(
        self, client: Client, alliance: Alliance
    ) -> None:
        client.force_login(person("analyst"))

        response = client.get(alliance.url("convention_new"))

        rows = response.context["tranches"].forms
        assert [row.initial["waits_for"] for row in rows] == [
            "convention_signed",
            "plan_approved",
            "report_accepted:2025",
            "report_accepted:2026",
            "report_accepted:2027",
        ]

    def test_creates_the_draft(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_new"), posted(), follow=True)

        convention = Convention.objects.get()
        assert (convention.amount, convention.ends_on) == (AMOUNT, date(2029, 3, 31))
        assert "Le brouillon de la convention C-04-2024 est créé" in text(response)

    @pytest.mark.parametrize("amount", ["12,345.6", "-5", "1e9", "", "abc", "0"])
    def test_refuses_an_amount_that_could_be_read_two_ways(
        self, client: Client, alliance: Alliance, amount: str
    ) -> None:
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_new"), posted(amount=amount))

        assert response.status_code == 422
        assert response.context["form"].errors["amount"]
        assert not Convention.objects.exists()

    def test_a_refusal_keeps_what_was_typed(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("analyst"))

        response = client.post(
            alliance.url("convention_new"), posted(**{"tranche-0-amount": "999 999,75"})
        )

        assert response.status_code == 422
        assert "il manque 0,25 $" in text(response)
        assert "999 999,75" in text(response)

    def test_adds_a_row_without_javascript_and_checks_nothing_yet(
        self, client: Client, alliance: Alliance
    ) -> None:
        client.force_login(person("analyst"))

        response = client.post(
            alliance.url("convention_new"), posted(amount="12,345.6", add_tranche="1")
        )

        assert response.status_code == 200
        assert len(response.context["tranches"].forms) == 2
        assert "12,345.6" in text(response)
        assert "erreur" not in text(response).split("<main")[1].split("</main")[0]

    def test_drops_the_rows_ticked_for_removal(self, client: Client, alliance: Alliance) -> None:
        client.force_login(person("analyst"))
        two = posted(
            **{
                "tranche-TOTAL_FORMS": "2",
                "tranche-1-fiscal_year": "",
                "tranche-1-amount": "",
                "tranche-1-waits_for": "",
                "tranche-1-DELETE": "on",
            }
        )

        client.post(alliance.url("convention_new"), two)

        assert Convention.objects.get().tranches.count() == 1

    def test_a_second_analyst_is_told_who_created_it(
        self, client: Client, alliance: Alliance
    ) -> None:
        draft_convention(alliance, by=person("analyst", full_name="Sophie Lavoie"))
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_new"), posted())

        assert response.status_code == 422
        assert "Sophie Lavoie a déjà créé la convention C-04-2024" in text(response)

    def test_a_stale_draft_is_not_overwritten(self, client: Client, alliance: Alliance) -> None:
        convention = draft_convention(alliance)
        services.update_convention(
            convention,
            by=person("analyst", full_name="Marc Roy"),
            amount=AMOUNT,
            starts_on=convention.starts_on,
            ends_on=convention.ends_on,
            tranches=TRANCHES,
        )
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_edit"), posted(revision="0"))

        assert response.status_code == 422
        assert "Marc Roy a modifié ce brouillon" in text(response)

    @pytest.mark.parametrize(
        "role", ["direction", "coordination", "advisor", "delegate", "auditor"]
    )
    def test_is_not_for_others(self, client: Client, alliance: Alliance, role: str) -> None:
        regional = role in {"direction", "coordination", "advisor"}
        client.force_login(person(role, "mauricie" if regional else None))

        assert client.get(alliance.url("convention_new")).status_code == 403
        assert client.post(alliance.url("convention_send")).status_code == 403


class TestSend:
    def test_sends_and_says_what_comes_next(self, client: Client, alliance: Alliance) -> None:
        draft_convention(alliance)
        with_resolution(alliance)
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_send"), {"revision": "0"}, follow=True)

        assert Convention.objects.get().state == Convention.State.SENT
        assert "La convention C-04-2024 est envoyée" in text(response)

    def test_a_double_click_sends_once(self, client: Client, alliance: Alliance) -> None:
        sent_convention(alliance, by=person("analyst", full_name="Sophie Lavoie"))
        client.force_login(person("analyst"))

        response = client.post(alliance.url("convention_send"), {"revision": "0"}, follow=True)

        assert "Sophie Lavoie a déjà envoyé la convention C-04-2024" in text(response)


class TestSign:
    def test_the_direction_signs_with_the_signed_file(
        self, client: Client, alliance: Alliance
    ) -> None:
        table = sent_convention(alliance).signatories.get(kind="table")
        client.force_login(person("direction", "mauricie", full_name="Diane Beaulieu"))
        url = alliance.url("convention_sign", table.pk)
        assert client.get(url).context["form"].initial["signer"] == "Diane Beaulieu"

        response = client.post(
            url,
            {
                "signer": "Diane Beaulieu",
                "signed_on": "2024-11-29",
                "file": SimpleUploadedFile("signee.pdf", b"%PDF-1.7"),
            },
            follow=True,
        )

        table.refresh_from_db()
        assert table.signer == "Diane Beaulieu"
        assert table.document is not None
        assert "La signature est consignée pour la convention C-04-2024" in text(response)

    def test_a_refusal_shows_under_its_field(self, client: Client, alliance: Alliance) -> None:
        table = sent_convention(alliance).signatories.get(kind="table")
        client.force_login(person("direction", "mauricie"))

        response = client.post(
            alliance.url("convention_sign", table.pk),
            {"signer": "Diane Beaulieu", "signed_on": "2024-11-01"},
        )

        assert response.status_code == 422
        assert "ne peut pas la précéder" in response.context["form"].errors["signed_on"][0]

    def test_the_last_signature_says_that_all_is_signed(
        self, client: Client, alliance: Alliance
    ) -> None:
        convention = sent_convention(alliance)
        for party in convention.signatories.exclude(kind="ministry"):
            sign(party)
        ministry = convention.signatories.get(kind="ministry")
        client.force_login(person("delegate"))

        response = client.post(
            alliance.url("convention_sign", ministry.pk),
            {"signer": "Julie Gagnon", "signed_on": "2024-12-01"},
            follow=True,
        )

        assert "La convention C-04-2024 est signée par toutes les parties" in text(response)

    @pytest.mark.parametrize("role", ["coordination", "partner"])
    def test_is_not_for_who_does_not_sign(
        self, client: Client, alliance: Alliance, role: str
    ) -> None:
        table = sent_convention(alliance).signatories.get(kind="table")
        client.force_login(person(role, "mauricie"))

        assert client.get(alliance.url("convention_sign", table.pk)).status_code == 403

    def test_the_party_of_another_alliance_does_not_exist(
        self, client: Client, alliance: Alliance
    ) -> None:
        table = sent_convention(AllianceFactory("laval")).signatories.get(kind="table")
        client.force_login(person("analyst"))

        assert client.get(alliance.url("convention_sign", table.pk)).status_code == 404

    def test_a_signed_convention_leads_back_to_its_page(
        self, client: Client, alliance: Alliance
    ) -> None:
        table = signed_convention(alliance).signatories.get(kind="table")
        client.force_login(person("analyst"))

        response = client.get(alliance.url("convention_sign", table.pk))

        assert response.status_code == 302
