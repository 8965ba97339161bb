"""The page where a version starts, and the plan of before taken from its own."""

import gzip
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from plans.models import Priority

from .editor import START
from .factories import draft_version, texts
from .test_starting import earlier_version, grow, write

pytestmark = pytest.mark.django_db


def test_the_page_says_the_three_ways(signed_in: Callable[..., Client]) -> None:
    earlier_version()
    draft_version("mauricie")

    page = signed_in().get(START).content.decode()

    assert "Le canevas vide" in page
    assert "plan de travail 2017-2024, version 1" in page
    assert 'type="file"' in page


def test_the_plan_of_another_territory_does_not_exist_as_a_source(
    signed_in: Callable[..., Client],
) -> None:
    earlier_version("laval")
    draft_version("mauricie")

    assert signed_in().get(f"{START}reprendre/2017-2024/1/").status_code == 404


def test_the_plan_of_before_is_taken_from_its_page(signed_in: Callable[..., Client]) -> None:
    source, draft = earlier_version(priorities=1), draft_version("mauricie")
    write(draft, "10a", "<p>Le mien.</p>")
    browser, path = signed_in(), f"{START}reprendre/2017-2024/1/"
    page = browser.get(path).content.decode()
    assert "Garder le mien" in page
    assert "Priorité numéro 1" in page

    priority = Priority.objects.get(version=source)
    answer = browser.post(
        path,
        {
            "vers-2a": "1a", "comment-2a": "apres", "vers-2b": "10a", "comment-2b": "garder",
            "priorite": str(priority.pk),
        },
        follow=True,
    )  # fmt: skip

    assert "Repris dans le plan" in answer.content.decode()
    assert texts(draft) == {"1a": "<p>Texte de la section 2a.</p>", "10a": "<p>Le mien.</p>"}
    assert [one.title for one in Priority.objects.filter(version=draft)] == ["Priorité numéro 1"]


def test_nothing_chosen_is_refused_on_the_page(signed_in: Callable[..., Client]) -> None:
    earlier_version(priorities=1)
    draft_version("mauricie")

    answer = signed_in().post(f"{START}reprendre/2017-2024/1/", {"vers-2a": "1a"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "au moins un texte" in page
    assert 'name="priorite"' in page
    assert "checked><span>Reprendre" not in page


def test_a_large_plan_of_before_keeps_its_page_light_and_its_queries_few(
    signed_in: Callable[..., Client],
) -> None:
    source = earlier_version(priorities=1)
    draft_version("mauricie")
    browser, path = signed_in(), f"{START}reprendre/2017-2024/1/"
    browser.get(path)

    def seen() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(path)
        return len(queries), len(gzip.compress(page.content))

    before, _light = seen()
    grow(source, 500)
    after, weight = seen()

    assert after == before
    assert weight < 100_000
