"""The Table's pages of the consensus, and the card the ministry reads."""

import gzip
import html
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from alliances.models import Document, User
from plans.models import Endorsement, PlanVersion, Priority
from plans.services.endorsements import link_of
from tests.factories import AllianceFactory, person
from tests.plans.agreement import (
    AGREE,
    DISAGREE,
    RESERVATION,
    BodyFactory,
    PartnerFactory,
    answered,
    asked,
    sha256_of,
)
from tests.plans.factories import draft_version, version_in, written_version
from tests.plans.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_tries")]
PLAN = "/alliances/mauricie/2024-2029/plan/"
BOARD = f"{PLAN}1/appuis/"


@pytest.fixture
def version(coordinator: User) -> PlanVersion:
    return written_version("mauricie", by=coordinator, priorities=1)


def test_the_table_asks_many_in_one_act(
    table: Client, version: PlanVersion, coordinator: User
) -> None:
    alliance = version.plan.alliance
    partners = [PartnerFactory(alliance, name, by=coordinator) for name in ("Aube", "Béguin")]
    body = BodyFactory(alliance)

    response = table.post(
        f"{BOARD}demander/",
        {
            "partners": [one.pk for one in partners],
            f"body_{body.pk}": "comite@table.example",
            "others": "Cégep, d@cegep.example\r\n\r\nCentre d’action <c@cab.example>",
            "language": "fr",
        },
        follow=True,
    )

    assert "5 demandes partent." in text_of(response)
    assert set(Endorsement.objects.values_list("name", flat=True)) == {
        "Aube",
        "Béguin",
        "Comité directeur",
        "Cégep",
        "Centre d’action",
    }


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "au moins un partenaire"),
        ({"others": "Sans adresse"}, "« Sans adresse » : écrivez le nom"),
        ({"others": "a@b.example"}, "écrivez le nom"),
        ({"others": "Logis, a@b"}, "courriel"),
        ({"partners": ["999999"]}, "n’est pas d’ici"),
        ({"partners": ["x"]}, "partenaires de cette Alliance"),
    ],
)
def test_a_faulty_request_keeps_what_was_typed(
    table: Client, version: PlanVersion, typed: dict[str, Any], sentence: str
) -> None:
    response = table.post(f"{BOARD}demander/", {"language": "fr", **typed})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert html.escape(typed.get("others", "")) in response.content.decode()
    assert not Endorsement.objects.exists()


def test_a_partner_of_another_territory_cannot_be_ticked(
    table: Client, version: PlanVersion, coordinator: User
) -> None:
    foreign = PartnerFactory(AllianceFactory("estrie"), "Ailleurs", by=coordinator)

    response = table.post(f"{BOARD}demander/", {"partners": [foreign.pk], "language": "fr"})

    assert response.status_code == 422
    assert "Ailleurs" not in text_of(response)
    assert not Endorsement.objects.exists()


def test_the_board_separates_what_no_longer_holds(
    table: Client, version: PlanVersion, coordinator: User
) -> None:
    before, after, silent = asked(version, "Aube", "Béguin", "Cible", by=coordinator)
    answered(before, RESERVATION, text="Et La Tuque?")
    Priority.objects.filter(version=version).update(title="Titre changé")
    answered(after, DISAGREE, text="Non merci.")

    words = text_of(table.get(BOARD))

    for said in (
        "0 d’accord",
        "1 en désaccord",
        "1 sans réponse",
        "1 sur un texte antérieur",
        "En désaccord",
        "Non merci.",
        "D’accord, avec une réserve, sur un texte antérieur",
        "Et La Tuque?",
        silent.email,
    ):
        assert said in words
    again = table.post(f"{BOARD}redemander/", {"appui": before.pk}, follow=True)
    assert "1 demande repart." in text_of(again)


def test_sending_again_and_cancelling_from_the_board(table: Client, row: Endorsement) -> None:
    sent = table.post(f"{BOARD}{row.pk}/renvoyer/", follow=True)
    cancelled = table.post(f"{BOARD}{row.pk}/annuler/", follow=True)
    twice = table.post(f"{BOARD}{row.pk}/annuler/", follow=True)

    assert "Un nouveau lien part : Moisson Mauricie" in text_of(sent)
    assert "Demande annulée : Moisson Mauricie" in text_of(cancelled)
    assert "déjà annulée" in text_of(twice)


def test_the_evidence_is_deposited_and_linked(table: Client, row: Endorsement) -> None:
    answered(row)
    file = SimpleUploadedFile("resolution.pdf", b"%PDF-1.7 resolution")

    response = table.post(f"{BOARD}{row.pk}/preuve/", {"file": file}, follow=True)

    assert "Preuve déposée" in text_of(response)
    document = Document.objects.get(title="Appui\u00a0: Moisson Mauricie")
    assert f"/documents/{document.pk}/" in response.content.decode()
    bad = SimpleUploadedFile("a.pdf", b"<html>")
    assert table.post(f"{BOARD}{row.pk}/preuve/", {"file": bad}).status_code == 422
    assert table.post(f"{BOARD}{row.pk}/preuve/").status_code == 422


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_export_holds_exactly_what_is_filtered(
    table: Client, version: PlanVersion, coordinator: User, format: str
) -> None:
    first, second, _third = asked(version, "=Aube", "Béguin", "Cible", by=coordinator)
    answered(first, RESERVATION, text="=1+1")
    answered(second)

    response = table.get(BOARD, {"etat": RESERVATION, "export": format})

    if format == "csv":
        lines = response.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert lines[1].startswith("'=Aube;Autre;contact0@organisme.example")
        assert ";'=1+1;" in lines[1]
    else:
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
        assert [row[0] for row in rows] == ["Au nom de", "'=Aube"]
        assert rows[1][10] == sha256_of(version)


@pytest.mark.parametrize("export", [{}, {"export": "csv"}])
@pytest.mark.parametrize("role", ["partner", "advisor", "analyst", "auditor"])
def test_addresses_are_for_who_asks(
    client: Client, row: Endorsement, role: str, export: dict[str, str]
) -> None:
    client.force_login(person(role, "mauricie" if role in {"partner", "advisor"} else None))

    page = client.get(BOARD, export).content.decode()

    assert row.name in page
    assert row.email not in page


ACTS = ["demander/", "redemander/", "{pk}/renvoyer/", "{pk}/annuler/", "{pk}/preuve/"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["partner", "advisor", "analyst", "delegate", "auditor"])
def test_only_the_table_asks(client: Client, row: Endorsement, role: str, act: str) -> None:
    client.force_login(person(role, "mauricie" if role in {"partner", "advisor"} else None))

    assert client.post(BOARD + act.format(pk=row.pk)).status_code == 403


@pytest.mark.parametrize("act", ["", *ACTS])
def test_another_territory_finds_nothing(client: Client, row: Endorsement, act: str) -> None:
    client.force_login(person("direction", "estrie"))
    path = BOARD + act.format(pk=row.pk)

    assert client.get(path).status_code in {404, 405}
    assert client.post(path).status_code in {404, 405}
    draft_version("estrie")
    foreign = path.replace("mauricie", "estrie")
    if "{pk}" in act:
        assert client.post(foreign).status_code == 404


def test_the_request_of_another_version_is_not_found(table: Client, coordinator: User) -> None:
    first = version_in("approved", "mauricie", priorities=1)
    from plans.services import open_version

    second = open_version(first.plan, by=coordinator, reason="Nouvelle priorité")
    (row,) = asked(second, "Logis", by=coordinator)

    assert table.post(f"{PLAN}1/appuis/{row.pk}/annuler/").status_code == 404
    assert table.post(f"{PLAN}2/appuis/{row.pk}/annuler/").status_code == 302


def test_the_ministry_reads_the_count_beside_the_version(
    client: Client, version: PlanVersion, coordinator: User
) -> None:
    first, _second = asked(version, "Aube", "Béguin", by=coordinator)
    answered(first, RESERVATION)
    client.force_login(person("analyst"))

    for path in (PLAN, f"{PLAN}1/"):
        words = text_of(client.get(path))
        assert "1 réponse sur 2" in words
        assert "1 avec une réserve" in words


def test_the_board_costs_the_same_for_one_and_three_hundred(
    table: Client, version: PlanVersion, coordinator: User
) -> None:
    def visit(path: str) -> tuple[int, int]:
        table.get(path)
        with CaptureQueriesContext(connection) as seen:
            page = table.get(path)
        assert page.status_code == 200
        return len(seen), len(gzip.compress(page.content))

    def partners(number: int) -> None:
        for n in range(number):
            PartnerFactory(version.plan.alliance, f"Partenaire {n} de {number}", by=coordinator)

    (first,) = asked(version, "Premier", by=coordinator)
    answered(first, RESERVATION)
    partners(1)
    paths = [BOARD, PLAN, f"{PLAN}1/", f"{BOARD}demander/"]
    few = [visit(path) for path in paths]
    rows = asked(version, *(f"Organisme {n}" for n in range(299)), by=coordinator)
    sha256 = sha256_of(version)
    for rank, row in enumerate(rows[:200]):
        answered(row, [AGREE, RESERVATION, DISAGREE][rank % 3], sha256=sha256)
    partners(60)
    many = [visit(path) for path in paths]

    assert [one[0] for one in few] == [one[0] for one in many]
    assert max(one[1] for one in many) < 100_000


def test_the_link_is_under_the_portal_s_address(row: Endorsement, settings: Any) -> None:
    settings.PUBLIC_URL = "https://alliances.example"

    assert link_of(row).startswith("https://alliances.example/appui/")
