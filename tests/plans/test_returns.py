"""A return lists its corrections; the Table answers each before it transmits again."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from alliances.errors import Refusal
from alliances.identity import acting_as_portal
from alliances.models import Comment, User
from alliances.services.comments import post_comment, resolve_comment
from plans import selectors
from plans.models import CanvasRequirement, PlanVersion
from plans.selectors.threads import corrections_of, element_field, roots
from plans.services import (
    PointEntry,
    remove_element,
    return_version,
    save_points,
    submit_version,
)
from tests.conftest import CommittedDatabase
from tests.factories import UserFactory, person

from .factories import answer_corrections, version_in
from .pages import text_of
from .test_concurrency import told

PLAN = "/alliances/mauricie/2024-2029/plan/"
MINISTRY = Comment.Audience.MINISTRY


@pytest.fixture
def version(db: None) -> PlanVersion:
    return version_in("submitted", priorities=1)


@pytest.fixture
def table(db: None) -> User:
    return person("coordination", "mauricie", full_name="Maude Gélinas")


def point(version: PlanVersion, code: str) -> CanvasRequirement:
    return CanvasRequirement.objects.get(canvas=version.plan.canvas, section__code=code)


def remark(version: PlanVersion, by: User, body: str, **options: Any) -> Comment:
    return post_comment(version, by=by, alliance=version.plan.alliance, body=body, **options)


def send_back(version: PlanVersion, **options: Any) -> PlanVersion:
    return return_version(version, by=person("analyst"), reason="Trois points.", **options)


def bodies(version: PlanVersion) -> list[tuple[str, str]]:
    found = corrections_of(version, User.objects.portal()).threads
    return [(one.place.field, one.comment.body) for one in found]


def test_the_reason_the_points_and_the_open_remarks_become_corrections(
    version: PlanVersion, table: User
) -> None:
    adviser = person("advisor", "mauricie")
    remark(version, adviser, "Où sont les jeunes?", field="2b")
    remark(version, adviser, "Entre nous.", field="2b", audience=MINISTRY)
    answered = remark(version, adviser, "Quelle source?", field="2a")
    remark(version, table, "L’INSPQ.", answers=answered)
    closed = remark(version, adviser, "Coquille.", field="2a")
    resolve_comment(closed, by=adviser)
    remark(version, table, "Nous avons hésité.", field="1a")
    note = PointEntry(point(version, "2c").pk, "to_correct", "Nommez les municipalités.")
    save_points(version, [note], by=UserFactory())

    send_back(version)

    assert sorted(bodies(version)) == [
        ("", "Trois points."),
        ("2b", "Où sont les jeunes?"),
        ("2c", "Nommez les municipalités."),
    ]


def test_the_words_of_a_point_can_be_changed_or_left_out_at_the_return(
    version: PlanVersion,
) -> None:
    kept, dropped = point(version, "2c"), point(version, "2a")
    entries = [PointEntry(one.pk, "to_correct", "Brouillon.") for one in (kept, dropped)]
    save_points(version, entries, by=UserFactory())

    send_back(version, remarks={kept.pk: "Nommez les municipalités.", dropped.pk: " "})

    assert sorted(bodies(version)) == [("", "Trois points."), ("2c", "Nommez les municipalités.")]


def test_a_remark_kept_to_the_ministry_is_never_a_correction(version: PlanVersion) -> None:
    secret = remark(version, person("advisor", "mauricie"), "Secret.", audience=MINISTRY)
    send_back(version)

    assert not Comment.objects.get(pk=secret.pk).is_correction
    with (
        pytest.raises(IntegrityError, match="comment_correction_is_read_by_all"),
        transaction.atomic(),
    ):
        Comment.objects.filter(pk=secret.pk).update(is_correction=True)


def test_transmitting_again_waits_for_an_answer_to_each(version: PlanVersion, table: User) -> None:
    save_points(
        version,
        [PointEntry(point(version, "2c").pk, "to_correct", "Nommez les municipalités.")],
        by=UserFactory(),
    )
    send_back(version)
    first, second = roots(version).filter(is_correction=True)
    remark(version, table, "C’est précisé.", answers=first)

    with pytest.raises(Refusal, match="Répondez à chaque correction") as refusal:
        submit_version(version, by=UserFactory())
    remark(version, table, "La Tuque est nommée.", answers=second)

    (missing,) = refusal.value.missing
    assert missing.label == "2c Zones de dévitalisation : Nommez les municipalités."
    assert missing.url == f"{PLAN}1/discussion/#remarque-{second.pk}"
    assert submit_version(version, by=UserFactory()).state == "submitted"


def test_the_answer_of_the_ministry_is_not_that_of_the_table(
    version: PlanVersion, table: User
) -> None:
    send_back(version)
    (asked,) = roots(version).filter(is_correction=True)
    remark(version, person("advisor", "mauricie"), "La DGSQ aide.", answers=asked)
    with pytest.raises(Refusal):
        submit_version(version, by=UserFactory())

    with pytest.raises(Refusal, match="Répondez à cette correction"):
        resolve_comment(asked, by=table)
    resolve_comment(asked, by=person("analyst"))

    assert submit_version(version, by=UserFactory()).state == "submitted"


def test_a_correction_on_an_element_taken_out_stays_readable(
    version: PlanVersion, table: User
) -> None:
    (priority,) = selectors.priorities_of(version)
    action = priority.objectives.all()[0].actions.all()[0]
    remark(
        version, person("advisor", "mauricie"), "Qui paie?",
        field=element_field("action", action.lineage),
    )  # fmt: skip
    send_back(version)
    before = corrections_of(version, table).threads[0]
    remove_element(action, by=table)

    after = corrections_of(version, table).threads[0]

    assert before.place.label == "Action 1.1.1, Action 1.1.1"
    assert f"#action-{action.pk}" in before.place.url
    assert (after.place.is_removed, after.comment.quote) == (True, "Action 1.1.1")


def test_a_second_return_asks_its_own_corrections(version: PlanVersion, table: User) -> None:
    send_back(version)
    answer_corrections(version, by=table)
    submit_version(version, by=UserFactory())
    return_version(version, by=person("analyst"), reason="Encore un.")

    assert [one.comment.body for one in corrections_of(version, table).pending] == ["Encore un."]


# --- What each side sees


def test_the_table_finds_its_corrections_everywhere_and_answers_in_place(
    client: Client, version: PlanVersion, table: User
) -> None:
    send_back(version)
    (asked,) = roots(version).filter(is_correction=True)
    client.force_login(table)
    todo = selectors.todo(table)[0]
    assert (todo.title, todo.progress) == ("Corriger la version 1 du PARC", (0, 1))
    assert todo.url.endswith("/discussion/?genre=corrections")
    for page in ("", "1/", "1/discussion/", "1/verifier/"):
        assert "Trois points." in text_of(client.get(PLAN + page)), page
    assert "1 correction attend votre réponse" in text_of(client.get(f"{PLAN}1/2c/"))

    answer = client.post(
        "/remarques/",
        {
            "target_label": "plans.planversion", "target_id": version.pk, "answers": asked.pk,
            "body": "C’est précisé.", "next": PLAN,
        },
    )  # fmt: skip

    assert answer["Location"] == PLAN
    assert "Répondue" in text_of(client.get(f"{PLAN}1/verifier/"))


def test_transmitting_too_early_lists_the_corrections_with_links(
    client: Client, version: PlanVersion
) -> None:
    send_back(version)
    client.force_login(person("direction", "mauricie"))

    answer = client.post(f"{PLAN}1/transmettre/")

    assert answer.status_code == 422
    assert "Tout le plan : Trois points." in text_of(answer)


def test_the_ministry_reads_the_answers_beside_each_point(
    client: Client, version: PlanVersion, table: User
) -> None:
    save_points(
        version,
        [PointEntry(point(version, "2c").pk, "to_correct", "Nommez les municipalités.")],
        by=UserFactory(),
    )
    send_back(version)
    answer_corrections(version, by=table)
    submit_version(version, by=UserFactory())
    client.force_login(person("analyst"))

    page = text_of(client.get(f"{PLAN}1/analyse/"))

    assert "Nommez les municipalités." in page
    assert "C’est corrigé." in page
    assert "Maude Gélinas" in page


def test_a_return_that_comes_second_keeps_what_was_written(
    client: Client, version: PlanVersion
) -> None:
    return_version(version, by=UserFactory(full_name="Marc Roy"), reason="Le premier.")
    client.force_login(person("analyst"))

    page = client.post(f"{PLAN}1/retourner/", {"reason": "Mon long motif."})

    assert page.status_code == 409
    assert "Marc Roy l’a retournée" in text_of(page)
    assert "Mon long motif." in text_of(page)


def test_two_analysts_return_once_with_one_list(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = version_in("submitted", priorities=1)
        analysts = [person("analyst") for _ in range(2)]

    first, second = told(
        analysts, lambda user: return_version(version, by=user, reason="Une cible manque.")
    )

    assert first == ""
    assert "l’a retournée à la Table le" in second
    with acting_as_portal():
        assert roots(version).filter(is_correction=True).count() == 1
