"""Search across plans: French, forgiving, safe, and only where the person may read."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import Territory, User
from plans.models import Action, CanvasSection, Indicator, PlanVersion, SectionText
from plans.selectors.search import Results, can_be_searched, marked
from plans.services import approve_version, open_version, submit_version
from tests.conftest import bind_identity
from tests.factories import UserFactory, person

from .factories import approved_plan, validate, written_version

pytestmark = pytest.mark.django_db


def approved_with(html: str, territory: str = "mauricie", code: str = "2c") -> PlanVersion:
    """A version in force that says ``html`` in a section."""
    version = written_version(territory, priorities=1)
    SectionText.objects.filter(version=version, section__code=code).update(html=html)
    return approve(version)


def approve(version: PlanVersion) -> PlanVersion:
    return approve_version(validate(submit_version(version, by=UserFactory())), by=UserFactory())


def passages(text: str, **options: Any) -> list[str]:
    return [found.passage for found in Results(text, **options)[0:20]]


@pytest.mark.parametrize(
    "typed",
    [
        "précarité",
        "precarite",
        "PRÉCARITÉS",
        "ecole",
        "centre-ville",
        "centre ville",
        "œuvre",
        "oeuvres",
        "les écoles",
        "l'école",
        "l’école",
        '"la précarité des familles"',
        "« précarité des familles »",
        "famille -habitation",
        "à l’école",
    ],
)
def test_accents_plurals_apostrophes_and_small_words_are_forgiven(typed: str) -> None:
    approved_with(
        "<p>La précarité des familles, de l’école aux centres-villes,"
        " mobilise les œuvres d’ici.</p>"
    )
    assert len(passages(typed)) == 1


@pytest.mark.parametrize("typed", ["famille -ecole", '"familles précarité"', "strong", "href"])
def test_exclusions_order_and_tags_are_respected(typed: str) -> None:
    approved_with(
        '<p>La précarité des <strong>familles</strong>, <a href="https://x.example">école</a>.</p>'
    )
    assert passages(typed) == []


def test_the_words_found_are_marked_in_what_people_wrote() -> None:
    approved_with("<p>L’accès «\u00a0gratuit\u00a0» aux transports &amp; aux loisirs.</p>")

    (found,) = passages("acces transport")

    assert "L’<mark>accès</mark> « gratuit » aux <mark>transports</mark> &amp; aux" in found


@pytest.mark.parametrize(
    "text",
    ["&lt;script&gt;alert(1)&lt;/script&gt; toiture", "toiture \x02\x03<img src=x onerror=a>"],
)
def test_an_excerpt_holds_no_tag_but_its_marks(text: str) -> None:
    approved_with(f"<p>{text}</p>")
    (found,) = passages("toiture")
    assert set(re.findall(r"</?(\w+)", found)) == {"mark"}


def test_marks_are_built_from_escaped_text() -> None:
    assert marked("<b>\x02x<y\x03 & z\x04fin") == "&lt;b&gt;<mark>x&lt;y</mark> &amp; z … fin"


def test_every_kind_of_element_is_found_where_it_is() -> None:
    version = approved_plan("mauricie", priorities=1)
    found = {one.kind: one for one in Results("numero")[0:20]}
    assert found["priority"].url.endswith(f"/plan/{version.number}/{found['priority'].anchor}")
    action = Action.objects.filter(version=version).earliest("pk")
    by_kind = {one.kind: one for one in Results("refrigere")[0:20]}
    assert by_kind["action"].anchor == f"#action-{action.pk}"
    assert by_kind["action"].title == action.title
    indicator = Indicator.objects.filter(version=version).earliest("pk")
    by_kind = {one.kind: one for one in Results("tonne livrée")[0:20]}
    assert by_kind["indicator"].anchor == f"#indicateur-{indicator.pk}"


def test_a_link_leads_to_an_anchor_that_is_there(client: Client) -> None:
    approved_plan("mauricie", priorities=1)
    client.force_login(person("analyst"))
    for typed in ("numéro", "réfrigéré", "tonnes livrées", "objectif", "texte"):
        found = Results(typed)[0]
        page = client.get(found.url.split("#")[0]).text
        assert f'id="{found.anchor[1:]}"' in page


def test_a_title_that_says_it_comes_before_a_body_that_does() -> None:
    version = written_version("mauricie", priorities=2)
    first, second = Action.objects.filter(version=version).order_by("pk")
    Action.objects.filter(pk=first.pk).update(means="Une roulotte itinérante")
    Action.objects.filter(pk=second.pk).update(title="La roulotte")
    approve(version)

    assert [one.title for one in Results("roulottes")[0:20]] == ["La roulotte", first.title]


def test_only_versions_in_force_unless_all_are_asked() -> None:
    approved_with("<p>Une toiture solide.</p>")
    other = open_version(
        PlanVersion.objects.get().plan, by=UserFactory(), reason="Une autre toiture"
    )
    SectionText.objects.filter(version=other, section__code="2c").update(html="<p>Toitures</p>")

    assert len(Results("toiture")) == 1
    assert len(Results("toiture", all_versions=True)) == 2
    elsewhere = Territory.objects.get(slug="laval")
    assert len(Results("toiture", all_versions=True, territory=elsewhere)) == 0


def test_only_the_territories_a_person_may_view_answer() -> None:
    approved_with("<p>Une toiture solide.</p>", "mauricie")
    approved_with("<p>Une toiture neuve.</p>", "laval")
    people = {
        person("advisor", "mauricie"): {"mauricie"},
        person("analyst"): {"mauricie", "laval"},
        UserFactory(): set(),
    }
    for user, slugs in people.items():
        bind_identity(user)
        found = Results("toiture")[0:20]
        assert {one.version.plan.alliance.territory.slug for one in found} == slugs
        assert len(Results("toiture")) == len(slugs)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM plans_search(plans_wanted('toiture'), false)")
            assert cursor.fetchone()[0] == len(slugs)
        bind_identity(User.objects.portal())
    bind_identity(None)
    assert len(Results("toiture")) == 0


@pytest.mark.parametrize("table", ["sectiontext", "priority", "objective", "action", "indicator"])
def test_each_table_has_the_index_that_the_search_names(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(%s::regclass), pg_get_functiondef('plans_search'::regproc)",
            [f"plans_{table}_search"],
        )
        index, function = cursor.fetchone()
    expression = re.search(r"USING gin \((plans_words\(.*\))\)$", index)[1]

    def bare(sql: str) -> str:
        return re.sub(r"::(text|character varying)|[()\s]", "", sql)

    assert bare(expression) in bare(function)


# --- Hostile queries

HOSTILE = [
    "",
    "   ",
    "le la les de du à",
    "'; DROP TABLE plans_action; --",
    '"',
    "'\"'\"",
    "& | ! ( ) : * < > \\",
    "a & | b",
    "-pauvreté",
    "%s %(x)s {0}",
    "x" * 100_000,
    "mot " * 10_000,
    "\u202e\u200b\ufeff",
    "<script>alert(1)</script>",
    "🙂 toiture",
    "or or or",
    "\ud800".encode("utf-8", "replace").decode(),
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_gets_a_page(client: Client, typed: str) -> None:
    approved_with("<p>Une toiture solide.</p>")
    client.force_login(person("analyst"))

    for extra in ({}, {"page": "zéro"}, {"page": "-9"}, {"portee": "x", "territoire": "y"}):
        answer = client.get("/plans/recherche/?" + urlencode({"q": typed[:50_000], **extra}))
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_a_null_character_is_refused_not_searched(client: Client) -> None:
    client.force_login(person("analyst"))
    assert client.get("/plans/recherche/?q=toi%00ture").status_code == 200


@pytest.mark.parametrize("typed", ["le la les", "à", "-pauvreté", "!!", ""])
def test_a_query_without_a_word_that_tells_something_is_not_run(client: Client, typed: str) -> None:
    assert not can_be_searched(typed)
    client.force_login(person("analyst"))
    page = client.get("/plans/recherche/?" + urlencode({"q": typed})).text
    assert ("trop courants" in page) == bool(typed)
    assert "<mark>" not in page


# --- The page


def test_the_page_costs_the_same_for_1_and_40_results_and_turns_its_pages(client: Client) -> None:
    version = written_version("mauricie", priorities=1, actions=45)
    actions = list(Action.objects.filter(version=version).order_by("pk"))
    Action.objects.filter(pk=actions[0].pk).update(lead="La roulotte")
    Action.objects.filter(version=version).update(means="Une caravane")
    section = CanvasSection.objects.get(canvas=version.plan.canvas, code="2c")
    SectionText.objects.filter(version=version, section=section).update(
        html="<p>roulotte et caravane</p>"
    )
    approve(version)
    client.force_login(person("analyst"))

    def count(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/plans/recherche/?{query}").status_code == 200
        return len(captured)

    count("q=roulotte")
    assert count("q=roulotte") == count("q=caravane") == count("q=caravane&page=2")
    titles = [
        title
        for page in (1, 2, 3)
        for title in re.findall(
            r"Action</span> (Action [\d.]+)",
            client.get(f"/plans/recherche/?q=caravane&page={page}").text,
        )
    ]
    assert sorted(titles) == sorted(action.title for action in actions)


def test_nothing_found_says_what_to_try(client: Client) -> None:
    approved_plan("mauricie", priorities=1)
    client.force_login(person("analyst"))
    page = client.get("/plans/recherche/?q=montgolfière").text
    assert "Aucun plan ne contient « montgolfière »" in page
