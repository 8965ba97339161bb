"""The analyst's checklist: every point of the guide, for the submission as it stands."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as_portal
from alliances.models import User
from plans import selectors
from plans.models import CanvasRequirement, PlanVersion, ReviewPoint
from plans.selectors.review import review_of
from plans.services import (
    PointConflict,
    PointEntry,
    give_opinion,
    return_version,
    save_points,
    submit_version,
    validate_version,
)
from tests.conftest import CommittedDatabase
from tests.factories import AllianceFactory, UserFactory, person

from .factories import answer_corrections, review_all, version_in
from .pages import text_of
from .test_concurrency import told

PAGE = "/alliances/mauricie/2024-2029/plan/1/analyse/"


def points(version: PlanVersion) -> list[CanvasRequirement]:
    return list(selectors.requirements_of(version))


@pytest.fixture
def version(db: None) -> PlanVersion:
    return version_in("submitted", priorities=1)


def test_the_checklist_has_the_points_of_the_cycle(version: PlanVersion) -> None:
    old = version_in("submitted", AllianceFactory("laval", "2017-2024"), priorities=1)

    assert len(review_of(version, UserFactory()).lines) == 15
    assert len(review_of(old, UserFactory()).lines) == 10


def test_each_point_shows_its_section(version: PlanVersion) -> None:
    lines = {one.requirement.section.code: one for one in review_of(version, UserFactory()).lines}

    assert lines["2c"].excerpt.html == "<p>Texte de la section 2c.</p>"
    assert lines["3"].excerpt.lines == (("1", "Priorité numéro 1"),)
    assert lines["8"].excerpt.lines[0][1].endswith("Tonnes livrées, 60 tonnes")


def test_points_are_saved_alone_or_together(version: PlanVersion) -> None:
    analyst = UserFactory()
    one, two, three = points(version)[:3]

    assert save_points(version, [PointEntry(one.pk, "in_order")], by=analyst) == 1
    seen = ReviewPoint.objects.get().reviewed_at
    changed = save_points(
        version,
        [
            PointEntry(one.pk, "in_order", seen=seen),
            PointEntry(two.pk, "to_correct", " La cible manque. "),
            PointEntry(three.pk, "in_order"),
        ],
        by=analyst,
    )

    assert changed == 2
    assert ReviewPoint.objects.get(requirement=two).note == "La cible manque."


def test_a_point_to_correct_says_what(version: PlanVersion) -> None:
    first = points(version)[0]

    with pytest.raises(Refusal) as refusal:
        save_points(version, [PointEntry(first.pk, "to_correct", " ")], by=UserFactory())

    assert refusal.value.field == f"note-{first.pk}"
    with pytest.raises(Refusal, match="partie de l’analyse"):
        save_points(version, [PointEntry(first.pk, "autre")], by=UserFactory())


def test_a_point_decided_otherwise_since_is_shown_and_not_covered(version: PlanVersion) -> None:
    first, second = points(version)[:2]
    marc = UserFactory(full_name="Marc Roy")
    save_points(version, [PointEntry(first.pk, "to_correct", "La cible manque.")], by=marc)

    with pytest.raises(PointConflict, match="Marc Roy a décidé autrement") as conflict:
        save_points(
            version,
            [PointEntry(first.pk, "in_order"), PointEntry(second.pk, "in_order")],
            by=UserFactory(),
        )

    assert list(conflict.value.rows) == [first.pk]
    assert ReviewPoint.objects.get().verdict == "to_correct"


def test_validation_asks_every_point_in_order(version: PlanVersion) -> None:
    give_opinion(version, by=UserFactory(), stance="favourable")
    review_all(version, by=UserFactory())
    third = points(version)[2]
    row = ReviewPoint.objects.get(requirement=third)
    save_points(
        version, [PointEntry(third.pk, "to_correct", "Revoir.", row.reviewed_at)], by=UserFactory()
    )

    with pytest.raises(Refusal, match="chaque point") as refusal:
        validate_version(version, by=UserFactory())

    (missing,) = refusal.value.missing
    assert missing.url == f"{PAGE}#point-{third.pk}"


def test_a_new_submission_is_analysed_anew(version: PlanVersion) -> None:
    review_all(version, by=UserFactory())
    return_version(version, by=UserFactory(), reason="À préciser.")
    answer_corrections(version, by=person("coordination", "mauricie"))
    again = submit_version(version, by=UserFactory())

    with pytest.raises(Refusal) as refusal:
        validate_version(again, by=UserFactory(), note="Sans avis.")
    with pytest.raises(StaleAct, match="un autre texte"):
        save_points(
            again,
            [PointEntry(points(again)[0].pk, "in_order")],
            by=UserFactory(),
            submitted_at=version.submitted_at,
        )

    assert len(refusal.value.missing) == 15
    assert ReviewPoint.objects.filter(submitted_at=version.submitted_at).count() == 15


def test_the_database_freezes_the_checklist_once_decided(version: PlanVersion) -> None:
    review_all(version, by=UserFactory())
    return_version(version, by=UserFactory(), reason="À préciser.")
    row = ReviewPoint.objects.all()[0]

    with pytest.raises(IntegrityError, match="plus à l’analyse"), transaction.atomic():
        ReviewPoint.objects.filter(pk=row.pk).update(verdict="to_correct", note="Trop tard.")
    with pytest.raises(IntegrityError, match="plus à l’analyse"), transaction.atomic():
        ReviewPoint.objects.filter(pk=row.pk).delete()
    with pytest.raises(StaleAct):
        save_points(version, [PointEntry(row.requirement_id, "in_order")], by=UserFactory())


# --- The page


@pytest.fixture
def analyst(client: Client, db: None) -> User:
    user = person("analyst", full_name="Sophie Lavoie")
    client.force_login(user)
    return user


def test_the_page_saves_what_is_filled_and_says_how_far(
    client: Client, analyst: User, version: PlanVersion
) -> None:
    first, second = points(version)[:2]

    page = client.post(
        PAGE,
        {
            f"verdict-{first.pk}": "in_order",
            f"verdict-{second.pk}": "to_correct",
            f"note-{second.pk}": "Ajoutez La Tuque.",
            "point": second.pk,
        },
        follow=True,
    )

    assert page.redirect_chain[-1][0].endswith(f"#point-{second.pk}")
    assert "2 points analysés sur 15" in text_of(page)
    assert "Ajoutez La Tuque." in page.text


def test_a_faulty_point_keeps_the_others_and_what_was_typed(
    client: Client, analyst: User, version: PlanVersion
) -> None:
    first, second, third = points(version)[:3]

    page = client.post(
        PAGE,
        {
            f"verdict-{first.pk}": "in_order",
            f"verdict-{second.pk}": "to_correct",
            f"note-{third.pk}": "Une note sans verdict.",
        },
    )

    assert page.status_code == 422
    assert "Dites ce qui est à corriger" in text_of(page)
    assert "Choisissez Conforme ou À corriger." in text_of(page)
    assert "Une note sans verdict." in page.text
    assert [one.requirement for one in ReviewPoint.objects.all()] == [first]


def test_two_analysts_on_one_point_see_both(
    client: Client, analyst: User, version: PlanVersion
) -> None:
    first = points(version)[0]
    marc = UserFactory(full_name="Marc Roy")
    save_points(version, [PointEntry(first.pk, "to_correct", "La cible manque.")], by=marc)
    typed = {f"verdict-{first.pk}": "in_order", f"note-{first.pk}": "Vu avec la DGSQ."}

    page = client.post(PAGE, typed)
    seen = re.search(rf'name="seen-{first.pk}" value="([^"]+)"', page.text)
    again = client.post(PAGE, {**typed, f"seen-{first.pk}": seen[1]}, follow=True)  # type: ignore[index]

    assert page.status_code == 409
    assert "Marc Roy a décidé autrement" in text_of(page)
    assert "La cible manque." in page.text
    assert "Vu avec la DGSQ." in page.text
    assert again.status_code == 200
    assert ReviewPoint.objects.get().verdict == "in_order"


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        ("coordination", 403, 403),
        ("partner", 403, 403),
        ("advisor", 200, 403),
        ("delegate", 200, 403),
        ("auditor", 200, 403),
        ("analyst", 200, 302),
    ],
)
def test_the_ministry_reads_the_analysis_and_the_analyst_writes_it(
    client: Client, version: PlanVersion, role: str, read: int, written: int
) -> None:
    regional = role in {"coordination", "partner", "advisor"}
    client.force_login(person(role, "mauricie" if regional else None))

    assert client.get(PAGE).status_code == read
    assert client.post(PAGE).status_code == written


def test_the_return_is_filled_with_the_points_to_correct(
    client: Client, analyst: User, version: PlanVersion
) -> None:
    review_all(version, by=analyst, verdict="to_correct")

    page = client.get("/alliances/mauricie/2024-2029/plan/1/")

    assert page.text.count("À préciser.</textarea>") == 15


def test_the_page_takes_the_same_queries_for_a_large_plan(client: Client, analyst: User) -> None:
    version_in("submitted", "mauricie", priorities=1)
    version_in("submitted", "laval", priorities=8, actions=4)

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    assert count(PAGE) == count(PAGE.replace("mauricie", "laval"))


def test_two_analysts_at_once_keep_one_verdict(committed_db: CommittedDatabase) -> None:
    with acting_as_portal():
        version = version_in("submitted", priorities=1)
        analysts = [person("analyst") for _ in range(2)]
        first = points(version)[0]
    said = dict(zip([one.pk for one in analysts], ["La cible.", "Le portrait."], strict=True))

    done, refused = told(
        analysts,
        lambda by: save_points(version, [PointEntry(first.pk, "to_correct", said[by.pk])], by=by),
    )

    assert done == ""
    assert "a décidé autrement" in refused
    with acting_as_portal():
        assert ReviewPoint.objects.count() == 1
