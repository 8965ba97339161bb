"""The number in the header is the number of things that Accueil lists, for every role."""

import pytest

from alliances.models import Alliance, User
from reporting.context import nav_items
from reporting.selectors.todos import count_todos, todos_of

from .test_urls import PEOPLE


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
