"""A Word file read by the worker: once, whatever stops it, and followed by who brought it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from alliances import clock, queue
from alliances.errors import Refusal, StaleAct
from plans import tasks
from plans.models import PlanVersion, WordImport
from plans.services import submit_version
from plans.services.word import PieceChoice, finish_import, place_pieces
from plans.services.word_reading import MAX_ATTEMPTS, begin_reading, import_word, read_import
from tests.factories import UserFactory

from .editor import START
from .factories import draft_version, written_version
from .word_files import brought, canvas, document_with, remade, upload, with_body

pytestmark = pytest.mark.django_db


def waiting(version: PlanVersion | None = None, content: bytes = b"") -> WordImport:
    version = version or draft_version("mauricie")
    return import_word(version, upload(content or canvas()), by=UserFactory(language="fr"))


def endless() -> bytes:
    """Sound to see, but nested without end: found only once opened."""
    return with_body(
        document_with(("", "Texte.")), "<w:p>" + "<w:r>" * 100 + "</w:r>" * 100 + "</w:p>"
    )


def test_the_file_is_kept_until_it_is_read_and_no_longer() -> None:
    content = canvas()
    word = waiting(content=content)
    word.refresh_from_db()
    assert (bytes(word.content or b""), word.pieces, word.read_at) == (content, [], None)

    assert tasks.read_word(word.pk) == "read"

    word.refresh_from_db()
    assert word.content is None
    assert len(word.pieces) == 5


def test_the_worker_is_told_when_the_act_is_committed(
    django_capture_on_commit_callbacks: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda task, pk: told.append((task, pk)))

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        word = waiting()
        assert told == []

    assert told == [("plans.tasks.read_word", word.pk)]


def test_reading_twice_reads_once() -> None:
    word = brought(draft_version())
    place_pieces(word, {2: PieceChoice("1a")}, by=UserFactory())

    assert tasks.read_word(word.pk) == "nothing to do"
    word.refresh_from_db()
    assert word.pieces[2]["done"]


def test_a_worker_stopped_while_reading_leaves_the_file_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clock.at(clock.now() - timedelta(minutes=1)):
        word = waiting()
    queued: list[list[int]] = []
    monkeypatch.setattr(tasks.read_word, "apply_async", lambda args, **_more: queued.append(args))
    begin_reading(word.pk)

    assert tasks.sweep_words() == 1
    assert queued == [[word.pk]]
    assert tasks.read_word(word.pk) == "read"
    assert tasks.sweep_words() == 0


def test_a_file_that_stops_the_worker_again_and_again_is_refused() -> None:
    word = waiting()
    for _ in range(MAX_ATTEMPTS):
        assert begin_reading(word.pk)

    assert tasks.read_word(word.pk) == "nothing to do"

    word.refresh_from_db()
    assert "n’aboutit pas" in word.refusal
    assert word.content is None


def test_an_unforeseen_failure_leaves_the_file_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    word = waiting()
    monkeypatch.setattr(
        "plans.services.word_reading.open_parts", lambda content: (_ for _ in ()).throw(OSError())
    )

    assert tasks.read_word(word.pk) == "failed"

    word.refresh_from_db()
    assert (word.read_at, word.attempts) == (None, 1)


def test_what_is_found_hostile_once_opened_is_refused_in_a_sentence() -> None:
    word = waiting(content=endless())

    assert tasks.read_word(word.pk) == "refused"

    word.refresh_from_db()
    assert "démesuré" in word.refusal
    assert word.finished_at is not None
    assert brought(word.version).refusal == ""


def test_a_plan_submitted_meanwhile_receives_nothing() -> None:
    version = written_version("mauricie")
    word = waiting(version)
    submit_version(version, by=UserFactory())

    assert tasks.read_word(word.pk) == "refused"
    word.refresh_from_db()
    assert "ne change plus" in word.refusal


def test_nothing_is_placed_nor_ended_before_the_file_is_read() -> None:
    word = waiting()

    with pytest.raises(StaleAct, match="lit encore"):
        place_pieces(word, {0: PieceChoice("1a")}, by=UserFactory())
    with pytest.raises(StaleAct, match="lit encore"):
        finish_import(word, by=UserFactory(), leave_rest=True)


def test_a_bomb_is_refused_before_it_is_kept() -> None:
    bomb = remade(canvas(), lambda members: members.update({"x.bmp": bytes(8 << 20)}))

    with pytest.raises(Refusal, match="démesuré"):
        waiting(content=bomb)
    assert not WordImport.objects.exists()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"content": None}, "word_import_file_until_read"),
        ({"finished_at": clock.now()}, "word_import_file_until_read"),
        ({"refusal": "Non."}, "word_import_refused_is_finished"),
    ],
)
def test_the_database_holds_the_file_until_it_is_read(change: dict[str, object], rule: str) -> None:
    word = waiting()

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        WordImport.objects.filter(pk=word.pk).update(**change)


# --- The page


def test_the_page_follows_the_reading_without_a_script(
    signed_in: Callable[..., Client],
) -> None:
    browser, word = signed_in(), waiting()
    page = browser.get(f"{START}word/").content.decode()
    assert "En attente de lecture" in page
    assert f'href="{START}word/"' in page
    assert "est en lecture" in browser.get(START).content.decode()

    begin_reading(word.pk)
    assert "Lecture en cours" in browser.get(f"{START}word/").content.decode()

    read_import(word.pk)
    assert "4 passages attendent" in browser.get(f"{START}word/").content.decode()


def test_the_page_that_asks_again_is_answered_when_something_changed(
    signed_in: Callable[..., Client],
) -> None:
    browser, word = signed_in(), waiting()
    asked = {"headers": {"HX-Request": "true"}}

    assert browser.get(f"{START}word/?vu=0", **asked).status_code == 204
    begin_reading(word.pk)
    assert browser.get(f"{START}word/?vu=0", **asked)["HX-Refresh"] == "true"
    assert browser.get(f"{START}word/?vu=1", **asked).status_code == 204
    read_import(word.pk)
    assert browser.get(f"{START}word/?vu=1", **asked)["HX-Refresh"] == "true"


def test_the_pieces_have_no_address_before_they_are_read(
    signed_in: Callable[..., Client],
) -> None:
    browser, _word = signed_in(), waiting()

    assert browser.get(f"{START}word/passage/0/").status_code == 404
    assert browser.post(f"{START}word/placer/", {"vers-0": "1a"}).status_code == 404
    assert browser.post(f"{START}word/terminer/", {"reste": "1"}).status_code == 404


def test_a_file_that_was_not_read_is_said_where_another_is_chosen(
    signed_in: Callable[..., Client],
) -> None:
    browser, version = signed_in(), draft_version("mauricie")
    tasks.read_word(waiting(version, endless()).pk)

    page = browser.get(f"{START}word/", follow=True).content.decode()

    assert "« canevas.docx » n’a pas été lu." in page.replace("\u00a0", " ")
    assert "démesuré" in page
    brought(version)
    assert "démesuré" not in browser.get(START).content.decode()
