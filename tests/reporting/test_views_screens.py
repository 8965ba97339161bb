"""Accueil, the Alliance, the national board: each role, and the same queries for 1 and 20."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import GovernanceBody, SeatCount, User
from alliances.services.comments import post_comment
from conventions.services import create_convention, send_convention
from fqis.models import Versement
from reporting.context import nav_items
from reporting.models import AnnualReport
from reporting.selectors.todos import count_todos, todos_of, waitings_of
from reporting.services.reports import return_report
from tests.conventions.factories import AMOUNT, TRANCHES, room_for, with_resolution
from tests.factories import AllianceFactory, UserFactory, give_role, new_territories, person
from tests.reporting.factories import Story, signed_alliance

pytestmark = pytest.mark.django_db


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- Accueil


def test_home_needs_somebody(client: Client) -> None:
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "role",
    ["coordination", "direction", "partner", "advisor"],
)
def test_home_opens_for_each_regional_role(client: Client, role: str) -> None:
    signed_alliance()
    answer = as_(client, person(role, "mauricie")).get("/")
    assert answer.status_code == 200
    assert "Lundi 23 novembre 2026." in answer.text
    assert "Prochain versement" in answer.text


@pytest.mark.parametrize("role", ["analyst", "delegate", "budget", "payments", "auditor", "admin"])
def test_home_opens_for_each_national_role(client: Client, role: str) -> None:
    signed_alliance()
    answer = as_(client, person(role)).get("/")
    assert answer.status_code == 200
    assert ("Vos files" in answer.text) is (role != "admin")


def test_home_opens_for_somebody_without_a_role(client: Client) -> None:
    answer = as_(client, UserFactory()).get("/")
    assert "Rien ne vous attend." in answer.text


def test_home_says_what_is_late_first(client: Client) -> None:
    story = Story()
    as_(client, story.coordination)
    text = client.get("/").text
    assert "choses vous attendent, toutes en retard." in text
    assert text.index("Commencer la reddition 2024-2025") < text.index(
        "Commencer la reddition 2025-2026"
    )


def test_the_table_sees_whose_turn_it_is(client: Client) -> None:
    story = Story()
    story.submitted()
    as_(client, story.coordination)
    assert "Analyse de la reddition 2024-2025" in client.get("/").text


def test_each_person_sees_only_what_waits_for_them() -> None:
    story = Story()
    report = story.submitted()
    mine = [todo.title for todo in todos_of(story.advisor)]
    assert mine == [f"Analyser la reddition {report.period}"]
    assert not [todo for todo in todos_of(story.partner) if "reddition" in todo.title]
    assert [w.what for w in waitings_of(story.analyst) if "reddition" in w.what] == [
        "Analyse de la reddition 2024-2025"
    ]


def test_a_complete_report_asks_the_direction_to_submit() -> None:
    story = Story()
    story.written()
    titles = [todo.title for todo in todos_of(story.direction)]
    assert "Transmettre la reddition 2024-2025" in titles
    assert "Relire la reddition 2024-2025" in [t.title for t in todos_of(story.coordination)]


def test_a_returned_report_gives_its_reason() -> None:
    story = Story()
    return_report(story.submitted(), by=story.advisor, reason="Un écart à expliquer.")
    found = [todo for todo in todos_of(story.coordination) if todo.title.startswith("Reprendre")]
    assert found[0].detail == "Motif du retour\u00a0: Un écart à expliquer."
    assert "Reddition 2024-2025 corrigée" in [w.what for w in waitings_of(story.advisor)]


@pytest.mark.parametrize("step", ["draft", "written", "submitted", "recommended", "accepted"])
def test_the_header_counts_what_is_listed_at_each_step_of_a_report(step: str) -> None:
    story = Story()
    report = getattr(story, step)()
    for question in ("Pourquoi?", "Et ceci?"):
        post_comment(report, by=story.advisor, alliance=story.alliance, body=question)
    people = (story.coordination, story.direction, story.partner, story.advisor, story.analyst)
    counted = [count_todos(fresh(one)) for one in people]
    assert counted == [len(todos_of(fresh(one))) for one in people]
    assert any(counted)


def fresh(user: User) -> User:
    """The person as the next request finds them."""
    return User.objects.get(pk=user.pk)


# --- Navigation


@pytest.mark.parametrize(
    ("role", "place", "links"),
    [
        ("coordination", "mauricie", ["À faire", "Mon alliance", "Projets", "Pratiques", "Aide"]),
        (
            "advisor",
            "mauricie",
            ["À faire", "Mes alliances", "Plans", "Projets", "Redditions", "Aide"],
        ),
        (
            "analyst",
            None,
            [
                "À faire",
                "National",
                "Alliances",
                "Plans",
                "Projets",
                "Redditions",
                "Versements",
                "Aide",
            ],
        ),
        (
            "budget",
            None,
            [
                "À faire",
                "National",
                "Alliances",
                "Plans",
                "Projets",
                "Versements",
                "Enveloppes",
                "Aide",
            ],
        ),
        (
            "payments",
            None,
            ["À faire", "National", "Alliances", "Plans", "Projets", "Versements", "Aide"],
        ),
        ("admin", None, ["À faire", "Personnes", "Aide"]),
    ],
)
def test_each_side_has_its_links(role: str, place: str | None, links: list[str]) -> None:
    AllianceFactory("mauricie")
    items = nav_items(person(role, place), "/")
    assert [str(item.label) for item in items] == links
    assert items[0].current


# --- The Alliance


def test_the_alliance_says_envelope_table_and_seats(client: Client) -> None:
    alliance = signed_alliance()
    body = GovernanceBody.objects.create(alliance=alliance, name="Comité")
    SeatCount.objects.create(
        body=body, seats=14, lived_experience=3, counted_by=User.objects.portal()
    )
    answer = as_(client, person("coordination", "mauricie")).get(alliance.get_absolute_url())
    assert answer.status_code == 200
    assert "5\u00a0805\u00a0682\u00a0$" in answer.text
    assert "3 sièges sur 14" in answer.text
    assert "Où en est mon prochain versement?" in answer.text
    assert "Convention signée" in answer.text


def test_an_alliance_without_convention_says_so(client: Client) -> None:
    alliance = AllianceFactory("estrie")
    answer = as_(client, person("partner", "estrie")).get(alliance.get_absolute_url())
    assert "à confirmer" in answer.text
    assert "Les versements viennent avec la convention" in answer.text


def test_nothing_is_due_before_the_convention_is_signed(client: Client) -> None:
    alliance = AllianceFactory("estrie")
    as_(client, person("coordination", "estrie"))
    pages = [alliance.get_absolute_url(), alliance.url("reports"), "/", "/alliances/"]
    pages.append(alliance.url("report", "2024-2025"))
    create = {"amount": AMOUNT, "starts_on": date(2024, 11, 1), "ends_on": date(2029, 3, 31)}
    for step in ("none", "draft", "sent"):
        if step == "draft":
            convention = create_convention(
                alliance, by=person("analyst"), tranches=TRANCHES, **create
            )
        elif step == "sent":
            with_resolution(alliance)
            room_for(alliance, AMOUNT)
            send_convention(convention, by=person("analyst"))
        for page in pages:
            text = client.get(page).text
            assert "en retard" not in text.lower(), (step, page)
            assert "à transmettre à la DGSQ au plus tard" not in text, (step, page)
        assert "Reddition 2024-25" not in client.get(pages[0]).text, step


def test_a_report_is_late_once_the_convention_is_signed(client: Client) -> None:
    alliance = signed_alliance("estrie")
    as_(client, person("coordination", "estrie"))
    text = client.get(alliance.get_absolute_url()).text
    assert "Reddition 2024-25" in text
    assert "en retard" in text


def test_the_list_of_alliances_is_the_persons(client: Client) -> None:
    signed_alliance()
    AllianceFactory("estrie")
    text = as_(client, person("advisor", "mauricie")).get("/alliances/").text
    assert "Mauricie" in text and "Estrie" not in text


# --- National


@pytest.mark.parametrize("role", ["coordination", "advisor"])
def test_national_is_not_for_regions(client: Client, role: str) -> None:
    assert as_(client, person(role, "mauricie")).get("/national/").status_code == 403


def test_national_says_the_steps_and_the_totals(client: Client) -> None:
    story = Story()
    story.accepted()
    address = "/national/?cycle=2024-2029&exercice=2025-2026"
    answer = as_(client, story.analyst).get(address)
    assert "145,36\u00a0M$" in answer.text
    assert "1 sur 20" in answer.text  # conventions signed, reports accepted
    assert "Acceptée" in answer.text
    sheet = client.get(f"{address}&format=csv").content.decode("utf-8-sig")
    assert sheet.count("\n") == 21
    assert next(line for line in sheet.split("\n") if line.startswith("Mauricie;")).split(";")[
        1
    ] == ("Signée")


def test_national_counts_what_waits_for_the_person(client: Client) -> None:
    story = Story(year=2025)
    story.recommended()
    text = as_(client, story.analyst).get("/national/").text
    assert "Reddition à accepter" in text
    assert "Versement à recommander" in text  # the first tranche, ready since the signature
    assert Versement.objects.filter(state="ready").count() == 1


# --- The same number of queries for 1 and for many


NATIONAL_PAGES = [
    "/",
    "/national/",
    "/alliances/",
    "/redditions/?exercice=2024-2025",
    "/versements/?etat=a-recommander",
]
ADVISER_LISTS = ["/alliances/", "/redditions/?exercice=2024-2025"]


def test_pages_over_alliances_cost_the_same_for_1_and_30(client: Client) -> None:
    """One arrangement for the ministry and for an adviser of thirty regions. An adviser's home is
    another page for one Alliance: it is compared from two on."""
    places, little = new_territories(30), Decimal(1_000)  # thirty within the cycle's total
    people = [person("analyst"), person("budget"), person("auditor")]
    adviser = person("advisor", places[0])

    def costs() -> list[list[int]]:
        return [[queries(as_(client, one), page) for page in NATIONAL_PAGES] for one in people]

    def adviser_costs() -> list[int]:
        return [queries(as_(client, adviser), page) for page in ADVISER_LISTS]

    Story(places[0], others=little).submitted()
    one, one_of_adviser = costs(), adviser_costs()
    Story(places[1], others=little).submitted()
    give_role(adviser, "advisor", places[1])
    home_of_adviser = queries(client, "/")
    for place in places[2:]:
        give_role(adviser, "advisor", place)
        Story(place, others=little).submitted()

    assert adviser_costs() == one_of_adviser
    assert queries(client, "/") == home_of_adviser
    for page in ["/", *ADVISER_LISTS]:
        assert client.get(page).text.count("/alliances/region-") >= 30, page
    assert costs() == one
    for page in NATIONAL_PAGES[1:]:
        assert client.get(page).text.count("/alliances/region-") >= 29, page


def test_the_pages_of_an_alliance_cost_the_same_for_one_and_for_thirty(client: Client) -> None:
    story = Story()
    story.accepted()
    as_(client, story.coordination)
    report = AnnualReport.objects.get()
    _add_rows(story, report, 0)
    addresses = [
        "/",
        story.alliance.get_absolute_url(),
        story.alliance.url("reports"),
        story.alliance.url("report", "2024-2025"),
    ]
    one = [queries(client, address) for address in addresses]
    for number in range(1, 31):
        _add_rows(story, report, number)
    assert [queries(client, address) for address in addresses] == one


def _add_rows(story: Story, report: AnnualReport, number: int) -> None:
    """A remark, its answer, a body with its seats and a partner."""
    remark = post_comment(
        report, by=story.advisor, alliance=story.alliance, body=f"Remarque {number}."
    )
    if number % 2:
        post_comment(
            report, by=story.direction, alliance=story.alliance, body="Oui.", answers=remark
        )
    body = GovernanceBody.objects.create(alliance=story.alliance, name=f"Comité {number}")
    SeatCount.objects.create(body=body, seats=5, lived_experience=1, counted_by=story.coordination)
    person("partner", "mauricie")
