"""The number in the header is the number of things that Accueil lists, for every role."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.models import Alliance, User
from alliances.permissions import rights_of
from conventions.avenants.selectors import todo as avenants_todo
from plans.selectors import todo as plans_todo
from reporting.context import nav_items
from reporting.selectors.todos import count_todos, todos_of

from .test_urls import PEOPLE

BASE = "/alliances/mauricie/2024-2029/"


def person(role: str) -> User:
    return User.objects.get(email=PEOPLE[role])


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_the_header_counts_what_accueil_lists(home: Alliance, role: str) -> None:
    assert count_todos(person(role)) == len(todos_of(person(role)))


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_accueil_and_the_other_pages_show_the_same_number(home: Alliance, role: str) -> None:
    listing = person(role)
    listed = len(todos_of(listing))
    assert nav_items(listing, "/")[0].count == listed
    assert nav_items(person(role), "/aide/")[0].count == listed


def test_the_story_gives_something_to_count(home: Alliance) -> None:
    busy = {role for role in PEOPLE if count_todos(person(role))}
    assert busy >= {"coordination", "direction", "advisor", "budget"}


def queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def test_counting_costs_three_queries_beside_the_plans_and_the_avenants(home: Alliance) -> None:
    """One for what is counted, one for conventions, one for versements."""
    for role in PEOPLE:
        mine, theirs = person(role), person(role)
        rights_of(mine), rights_of(theirs)
        others = queries(lambda user=theirs: (plans_todo(user), avenants_todo(user)))
        assert queries(lambda user=mine: count_todos(user)) <= 3 + others, role


def test_the_avenants_that_wait_cost_three_queries_at_most(home: Alliance) -> None:
    for role in PEOPLE:
        reader = person(role)
        rights_of(reader)
        assert queries(lambda user=reader: avenants_todo(user)) <= 3, role


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("", 30),
        ("projets/", 20),
        ("finances/", 20),
        ("redditions/", 20),
        ("redditions/2025-2026/", 20),
        ("equipe/", 20),
        ("documents/", 20),
        ("journal/", 20),
    ],
)
def test_a_page_of_the_table_stays_cheap_beside_the_plans(
    client: Client, home: Alliance, page: str, most: int
) -> None:
    client.force_login(person("direction"))
    client.get(BASE + page)
    reader = person("direction")
    rights_of(reader)
    others = queries(lambda: (plans_todo(reader), avenants_todo(reader)))
    assert queries(lambda: client.get(BASE + page)) <= most + others
