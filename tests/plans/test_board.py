"""All the plans on one board, and one section across territories."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.models import User
from plans.models import (
    Action,
    CanvasSection,
    Endorsement,
    Opinion,
    Plan,
    PlanVersion,
    SectionText,
)
from plans.selectors.board import board_of, in_order
from plans.selectors.content import content_of, fingerprint
from plans.services import open_version, update_action
from tests.factories import AllianceFactory, UserFactory, person

from .factories import (
    PlanFactory,
    approved_plan,
    draft_version,
    version_in,
    write_all,
    written_version,
)
from .pages import text_of

pytestmark = pytest.mark.django_db
BOARD = "/plans/"


def rows_of(response: Any) -> list[str]:
    """The rows of the table, as words."""
    body = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]


def sign_in(client: Client, role: str, territory: str | None = None) -> User:
    user = person(role, territory)
    client.force_login(user)
    return user


def late(territory: str, days: int) -> Plan:
    plan = PlanFactory(territory, due_on=clock.today() - timedelta(days=days))
    open_version(plan, by=UserFactory())
    return plan


def ask(version: PlanVersion, answer: str = "", **fields: Any) -> Endorsement:
    """A demand for an endorsement and what was answered, written without its letters."""
    given = {
        "text": "Une réserve" if answer in ("reservation", "disagree") else "",
        "answered_at": clock.now(),
        "answered_name": "Une personne",
        "content_sha256": fingerprint(content_of(version)),
    }
    return Endorsement.objects.create(
        version=version,
        name="Un partenaire",
        email="partenaire@exemple.example",
        asked_by=UserFactory(),
        expires_at=clock.now() + timedelta(days=30),
        answer=answer,
        **(given if answer else {}),
        **fields,
    )


# --- Who reads it


@pytest.mark.parametrize(
    ("role", "territory", "status"),
    [
        ("analyst", None, 200),
        ("delegate", None, 200),
        ("auditor", None, 200),
        ("advisor", "mauricie", 200),
        ("coordination", "mauricie", 403),
        ("partner", "mauricie", 403),
        ("admin", None, 403),
    ],
)
@pytest.mark.parametrize(
    "address", [BOARD, "/plans/section/2c/", "/plans/section/", "/plans/recherche/?q=camion"]
)
def test_the_pages_across_territories_are_the_ministry_s(
    client: Client, role: str, territory: str | None, status: int, address: str
) -> None:
    approved_plan("mauricie", priorities=1)
    sign_in(client, role, territory)
    assert client.get(address, follow=True).status_code == status


def test_an_adviser_only_sees_the_territories_they_follow(client: Client) -> None:
    draft_version("laval")
    draft_version("mauricie")
    sign_in(client, "advisor", "mauricie")

    assert [row.split()[0] for row in rows_of(client.get(BOARD))] == ["Mauricie"]
    assert "Laval" not in text_of(client.get("/plans/section/2c/"), part="main")
    assert "Laval" not in client.get(f"{BOARD}?export=csv").text


# --- What it says


def test_a_row_says_the_state_the_lateness_and_the_versions(client: Client) -> None:
    late("laval", 12)
    approved_plan("mauricie", priorities=1)
    open_version(
        Plan.objects.get(alliance__territory__slug="mauricie"),
        by=UserFactory(),
        reason="Nouvelle priorité",
    )
    sign_in(client, "analyst")

    rows = {row.split()[0]: row for row in rows_of(client.get(BOARD))}

    assert "Brouillon" in rows["Laval"]
    assert "En retard de 12 jours" in rows["Laval"].replace("\xa0", " ")
    assert re.search(r"0 sur \d+", rows["Laval"])
    assert "Version 1" in rows["Mauricie"]
    assert "Version 2" in rows["Mauricie"]
    assert "À venir" in rows["Outaouais"]


def test_the_state_reads_for_its_reader(client: Client) -> None:
    version_in("submitted", "mauricie", priorities=1)
    sign_in(client, "analyst")
    assert "À valider" in text_of(client.get(f"{BOARD}?etat=submitted"), part="main")
    sign_in(client, "auditor")
    assert "Transmis" in rows_of(client.get(f"{BOARD}?etat=submitted"))[0]


def test_the_opinion_shown_is_on_the_last_submission() -> None:
    version = version_in("submitted", "mauricie", priorities=1)
    user = person("analyst")

    def shown() -> Opinion | None:
        row = next(
            row for row in board_of(user, version.plan.alliance.cycle) if row.standing.current
        )
        return row.opinion

    assert shown() is None
    before = version.submitted_at - timedelta(days=20)
    Opinion.objects.create(
        version=version, submitted_at=before, stance="favourable", given_by=UserFactory()
    )
    assert shown() is None
    last = Opinion.objects.create(
        version=version, submitted_at=version.submitted_at, stance="favourable",
        given_by=UserFactory(),
    )  # fmt: skip
    assert shown() == last


def test_endorsements_are_counted_without_those_cancelled(client: Client) -> None:
    version = draft_version("mauricie")
    for answer in ("agree", "agree", "reservation", "disagree", ""):
        ask(version, answer)
    ask(version, cancelled_at=clock.now(), cancelled_by=UserFactory())
    sign_in(client, "analyst")

    row = next(row for row in rows_of(client.get(BOARD)) if row.startswith("Mauricie"))

    assert "3 sur 5" in row
    assert "1 réserve, 1 désaccord" in row
    assert "texte antérieur" not in row


def test_an_endorsement_holds_for_the_text_it_was_given_on(client: Client) -> None:
    version = written_version("mauricie", priorities=1)
    other = written_version("laval", priorities=1)
    for answer in ("agree", "disagree", ""):
        ask(version, answer)
    ask(other, "agree")
    update_action(Action.objects.get(version=version), by=UserFactory(), lead="Une autre")
    ask(version, "reservation")
    sign_in(client, "analyst")

    found = {row.split()[0]: row for row in rows_of(client.get(BOARD))}

    assert "1 sur 4" in found["Mauricie"]
    assert "2 sur un texte antérieur" in found["Mauricie"]
    assert "désaccord" not in found["Mauricie"]
    assert "1 sur 1" in found["Laval"]
    sheet = client.get(f"{BOARD}?export=csv").content.decode("utf-8-sig").splitlines()
    assert sheet[0].endswith("Sur un texte antérieur")
    line = next(one for one in sheet if one.startswith("Mauricie"))
    assert line.split(";")[-5:] == ["4", "0", "1", "0", "2"]


# --- Filters, order, export


def names(response: Any) -> list[str]:
    body = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    return re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', body)


def test_filters_and_order_live_in_the_address_and_the_export_follows(client: Client) -> None:
    late("laval", 12)
    late("estrie", 40)
    draft_version("outaouais")
    approved_plan("mauricie", priorities=1)
    sign_in(client, "analyst")

    def seen(query: str) -> list[str]:
        found = names(client.get(f"{BOARD}?{query}"))
        sheet = client.get(f"{BOARD}?{query}&export=csv").content.decode("utf-8-sig")
        assert [line.split(";")[0] for line in sheet.splitlines()[1:]] == found
        return found

    assert seen("etat=approved") == ["Mauricie"]
    assert seen("retard=oui") == ["Estrie", "Laval"]
    assert seen("retard=oui&tri=-territoire") == ["Laval", "Estrie"]
    assert seen("etat=draft&tri=echeance") == ["Estrie", "Laval", "Outaouais"]
    assert seen("etat=draft&tri=-echeance") == ["Laval", "Estrie", "Outaouais"]
    assert len(seen("etat=fantaisie&tri=rien")) == 20
    assert "Montréal" in seen("nature=ville")
    assert "Mauricie" not in seen("nature=ville")
    sheet = client.get(f"{BOARD}?export=xlsx")
    assert sheet["Content-Type"].endswith("sheet")


def test_what_has_no_value_comes_last_in_both_directions() -> None:
    late("laval", 12)
    user, cycle = person("analyst"), AllianceFactory("laval").cycle
    rows = board_of(user, cycle)
    for sort in ("echeance", "-echeance", "depuis", "-depuis"):
        assert in_order(rows, sort)[0].alliance.territory.slug == "laval"


def test_the_cycle_before_has_its_own_words(client: Client) -> None:
    AllianceFactory("mauricie", "2017-2024")
    plan = PlanFactory("mauricie", cycle="2017-2024")
    open_version(plan, by=UserFactory())
    sign_in(client, "analyst")

    page = client.get(f"{BOARD}?cycle=2017-2024")

    assert names(page) == ["Mauricie"]
    assert "/alliances/mauricie/2017-2024/plan/1/" in page.text
    code = CanvasSection.objects.filter(canvas__cycle__slug="2017-2024").first().code
    assert client.get(f"/plans/section/{code}/?cycle=2017-2024").status_code == 200


def test_the_board_costs_the_same_for_one_plan_and_for_twenty(client: Client) -> None:
    ask(draft_version("mauricie"), "agree")
    sign_in(client, "analyst")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(BOARD).status_code == 200
        return len(captured)

    count()
    one = count()
    for plan in AllianceFactory("mauricie").cycle.alliances.exclude(territory__slug="mauricie"):
        version = open_version(PlanFactory(plan.territory.slug), by=UserFactory())
        ask(version)
        ask(version, "agree")
    assert Plan.objects.count() >= 20
    assert count() == one


# --- One section across territories


def write(version: PlanVersion, code: str, html: str) -> None:
    SectionText.objects.create(
        version=version,
        section=CanvasSection.objects.get(canvas=version.plan.canvas, code=code),
        html=html,
        updated_by=UserFactory(),
    )


def test_the_version_in_force_is_read_and_the_open_one_where_there_is_none(
    client: Client,
) -> None:
    approved_plan("mauricie", priorities=1)
    open_version(
        Plan.objects.get(alliance__territory__slug="mauricie"), by=UserFactory(), reason="Suite"
    )
    write(draft_version("laval"), "2c", "<p>Les quartiers de <strong>Laval</strong></p>")
    sign_in(client, "analyst")

    page = client.get("/plans/section/2c/?territoire=mauricie&territoire=laval")

    assert "Version 1, en vigueur depuis" in text_of(page, part="main")
    assert "Version 1, pas encore en vigueur (brouillon)" in text_of(page, part="main")
    assert "Texte de la section 2c." in text_of(page, part="main")
    assert "<strong>Laval</strong>" in page.text


@pytest.mark.parametrize(
    ("kind", "shown", "hidden"),
    [
        ("priorities", ["Priorité numéro 1", "Action 1.1.1"], ["Un camion réfrigéré partagé"]),
        ("objectives", ["Objectif 1.1"], ["Action 1.1.1"]),
        ("means", ["Action 1.1.1", "Un camion réfrigéré partagé"], ["Ménages à faible revenu"]),
        ("indicators", ["Tonnes livrées", "38 → 60 tonnes"], ["Un camion réfrigéré partagé"]),
        ("people", ["CDC"], ["Ménages à faible revenu"]),
    ],
)
def test_a_section_of_the_logic_shows_its_titles(
    client: Client, kind: str, shown: list[str], hidden: list[str]
) -> None:
    version = write_all(draft_version("mauricie"), by=UserFactory(), priorities=1)
    code = CanvasSection.objects.get(canvas=version.plan.canvas, kind=kind).code
    sign_in(client, "analyst")

    page = text_of(client.get(f"/plans/section/{code}/?territoire=mauricie"), part="main")

    assert [words for words in shown if words not in page] == []
    assert [words for words in hidden if words in page] == []


def test_the_form_leads_to_the_address_of_the_section(client: Client) -> None:
    draft_version("mauricie")
    sign_in(client, "analyst")
    answer = client.get("/plans/section/?section=3&cycle=2024-2029&territoire=mauricie")
    assert answer.url == "/plans/section/3/?cycle=2024-2029&territoire=mauricie"
    lost = client.get("/plans/section/?section=zz&cycle=2024-2029")
    assert lost.url.startswith("/plans/section/1a/")
    assert client.get("/plans/section/zz/").status_code == 404


def test_six_territories_at_most_and_the_page_says_so(client: Client) -> None:
    slugs = ["mauricie", "laval", "estrie", "outaouais", "montreal", "lanaudiere", "cote-nord"]
    for slug in slugs:
        draft_version(slug)
    sign_in(client, "analyst")

    def page(number: int) -> Any:
        return client.get(
            "/plans/section/2c/?" + "&".join(f"territoire={one}" for one in slugs[:number])
        )

    assert "Six territoires à la fois" in text_of(page(7), part="main")
    assert page(7).text.count("across__one") == 6
    assert "Six territoires" not in text_of(page(6), part="main")

    def count(number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(number)
        return len(captured)

    assert count(2) == count(6)
