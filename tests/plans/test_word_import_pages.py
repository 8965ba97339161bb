"""The pages of a Word file brought to a plan, from the choice of the file to its end."""

from collections.abc import Callable

import pytest
from django.test import Client

from plans.models import WordImport
from plans.tasks import read_word

from .editor import START
from .factories import draft_version, texts, version_in
from .test_starting import earlier_version, write
from .word_files import brought, canvas, remade, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["", "reprendre/2017-2024/1/", "word/", "word/passage/0/"])
def test_the_pages_are_for_who_writes_in_the_territory(
    signed_in: Callable[..., Client], path: str
) -> None:
    earlier_version()
    brought(draft_version("mauricie"))

    assert signed_in("coordination").get(START + path).status_code == 200
    assert signed_in("partner").get(START + path).status_code == 403
    assert signed_in("coordination", "laval").get(START + path).status_code == 404


@pytest.mark.parametrize("path", ["", "word/"])
def test_a_frozen_version_says_so(signed_in: Callable[..., Client], path: str) -> None:
    version_in("submitted", "mauricie", priorities=1)

    page = signed_in().get(START + path, follow=True)

    assert "ne change plus" in page.content.decode()


def test_a_frozen_version_refuses_what_is_sent(signed_in: Callable[..., Client]) -> None:
    earlier_version()
    version_in("submitted", "mauricie", priorities=1)
    browser = signed_in()

    for path in ("word/", "word/placer/", "word/terminer/", "reprendre/2017-2024/1/"):
        page = browser.post(START + path, {"file": upload(canvas())}, follow=True)
        assert "ne change plus" in page.content.decode(), path
    assert not WordImport.objects.exists()


def test_a_refused_file_is_said_beside_the_field(signed_in: Callable[..., Client]) -> None:
    draft_version("mauricie")
    bomb = remade(canvas(), lambda members: members.update({"x.bmp": bytes(8 << 20)}))

    answer = signed_in().post(f"{START}word/", {"file": upload(bomb)})

    assert answer.status_code == 422
    assert "démesuré" in answer.content.decode()


def test_the_file_s_way_from_the_page_to_the_plan(signed_in: Callable[..., Client]) -> None:
    version, browser = draft_version("mauricie"), signed_in()
    page = browser.post(f"{START}word/", {"file": upload(canvas())}, follow=True).content.decode()
    assert "En attente de lecture" in page
    read_word(WordImport.objects.get().pk)
    page = browser.get(f"{START}word/").content.decode()
    assert "4 passages attendent votre choix" in page
    assert "Mot du président" in page

    browser.post(
        f"{START}word/placer/", {"vers-0": "-", "vers-2": "1a", "vers-3": "1c", "vers-4": ""}
    )
    page = browser.get(f"{START}word/").content.decode()
    assert "1 passage attend votre choix" in page
    assert texts(version) == {"1a": "<p>La Table répond.</p>", "1c": "<p>Douze partenaires.</p>"}

    refused = browser.post(f"{START}word/terminer/")
    assert refused.status_code == 422
    assert "attend votre choix" in refused.content.decode()
    ended = browser.post(f"{START}word/terminer/", {"reste": "1"}, follow=True)
    assert "Le fichier Word est placé" in ended.content.decode()


def test_to_keep_one_s_own_leaves_the_piece_aside(signed_in: Callable[..., Client]) -> None:
    version, browser = draft_version("mauricie"), signed_in()
    mine = write(version, "1a", "<p>Le mien.</p>")
    word = brought(version)

    browser.post(
        f"{START}word/placer/",
        {"vers-2": "1a", "comment-2": "garder", "vu-1a": str(mine.revision)},
    )

    word.refresh_from_db()
    assert (texts(version), word.pieces[2]["outcome"]) == ({"1a": "<p>Le mien.</p>"}, "-")


def test_a_text_replaced_elsewhere_than_shown_only_follows(
    signed_in: Callable[..., Client],
) -> None:
    version, browser = draft_version("mauricie"), signed_in()
    write(version, "1a", "<p>Le mien.</p>")
    other = write(version, "1b", "<p>Autre.</p>")
    brought(version)

    browser.post(
        f"{START}word/placer/",
        {"vers-2": "1b", "comment-2": "prendre", "vu-1b": str(other.revision)},
    )

    assert texts(version)["1b"] == "<p>Autre.</p><p>La Table répond.</p>"


def test_a_text_changed_meanwhile_is_a_conflict_and_choices_stay(
    signed_in: Callable[..., Client],
) -> None:
    version, browser = draft_version("mauricie"), signed_in()
    write(version, "1a", "<p>Le mien.</p>")
    brought(version)

    answer = browser.post(
        f"{START}word/placer/",
        {"vers-2": "1a", "comment-2": "prendre", "vu-1a": "0", "vers-4": "10f"},
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Relisez-le avant de choisir" in page
    assert '<option value="10f" selected>' in page
