"""Committees: who sits, the grid, the projects given, the scores."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from alliances.errors import Refusal, StaleAct
from alliances.identity import acting_as
from fqis import services
from fqis.grid import DEFAULT_GRID
from fqis.models import Criterion, Referral, Score
from fqis.selectors.committees import averages_of, to_score
from fqis.services.committees import GridLine
from tests.factories import person

from .committees import referred_project, score_all, seated_committee
from .factories import analysed_project, planned_alliance, received_project

pytestmark = pytest.mark.django_db


def deferred_rules() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_committee_begins_with_the_grid_of_the_guides() -> None:
    committee = seated_committee()
    weights = [one.weight for one in committee.criteria.all()]
    assert sum(weights) == sum(line.weight for line in DEFAULT_GRID) == 100
    deferred_rules()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([GridLine("A", 60), GridLine("B", 30)], "font 90"),
        ([GridLine("A", 60), GridLine("a", 40)], "deux fois"),
        ([GridLine("A", 100), GridLine(" ", 0)], "nom de chaque"),
        ([GridLine("A", 100), GridLine("B", 0)], "de 1 à 100"),
        ([], "nom de chaque"),
    ],
)
def test_a_grid_that_is_not_whole_is_refused(lines: list[GridLine], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        services.write_grid(seated_committee(), by=person("direction", "laval"), lines=lines)


def test_the_database_holds_the_weights_at_a_hundred() -> None:
    committee = seated_committee()
    with pytest.raises(IntegrityError, match="ne font pas 100"), transaction.atomic():
        committee.criteria.filter(rank=1).update(weight=99)
        deferred_rules()


def test_a_grid_stays_once_a_project_is_scored() -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    services.write_grid(committee, by=person("direction", "laval"), lines=[GridLine("Un", 100)])
    score_all(referred_project(committee), partner)
    with pytest.raises(Refusal, match="ne change plus"):
        services.write_grid(
            committee, by=person("direction", "laval"), lines=[GridLine("Deux", 100)]
        )
    with pytest.raises(IntegrityError, match="ne change plus"), transaction.atomic():
        Criterion.objects.filter(committee=committee).update(label="Deux")


def test_only_people_of_the_territory_sit() -> None:
    committee, by = seated_committee(), person("direction", "laval")
    stranger = person("partner", "mauricie")
    with pytest.raises(Refusal, match="n’est pas de ce territoire"):
        services.add_member(committee, by=by, person=stranger)
    with pytest.raises(IntegrityError, match="n’est pas de ce territoire"), transaction.atomic():
        committee.members.create(person=stranger, joined_by=by, territory_id=committee.territory_id)
    with pytest.raises(PermissionDenied):
        services.add_member(committee, by=person("partner", "laval"), person=by)
    services.add_member(committee, by=by, person=by)
    with pytest.raises(StaleAct):
        services.add_member(committee, by=by, person=by)


def test_two_committees_have_two_names() -> None:
    committee = seated_committee()
    with pytest.raises(Refusal, match="déjà ce nom"):
        services.create_committee(
            committee.alliance, by=person("direction", "laval"), name="COMITÉ de selection"
        )


def test_a_committee_receives_admissible_projects_of_its_alliance_once() -> None:
    committee, by = seated_committee(), person("direction", "laval")
    with pytest.raises(Refusal, match="n’est pas à décider"):
        services.refer_projects(committee, [received_project(committee.alliance)], by=by)
    elsewhere = analysed_project(planned_alliance("mauricie"))
    with pytest.raises(Refusal, match="autre alliance"):
        services.refer_projects(committee, [elsewhere], by=by)
    project = referred_project(committee)
    with pytest.raises(Refusal, match="déjà confié"):
        services.refer_projects(committee, [project], by=by)
    with pytest.raises(IntegrityError, match="admissible et à décider"), transaction.atomic():
        Referral.objects.create(
            project=received_project(committee.alliance), committee=committee, referred_by=by
        )


def test_a_project_is_taken_back_until_it_is_scored() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    services.take_back_project(project.referral, by=by)
    assert not Referral.objects.filter(project=project).exists()
    again = referred_project(committee)
    score_all(again, partner)
    with pytest.raises(Refusal, match="déjà noté"):
        services.take_back_project(again.referral, by=by)


def test_the_average_is_that_of_the_evaluators_who_scored_everything() -> None:
    people = [person("partner", "laval", full_name=name) for name in ("A B", "C D", "E F")]
    committee = seated_committee(*people)
    project = referred_project(committee)
    score_all(project, people[0], value=5)
    score_all(project, people[1], value=2)
    with acting_as(people[2]):
        services.write_score(project, committee.criteria.earliest("rank"), by=people[2], value=0)
    average = averages_of([project.pk], list(committee.criteria.all()))[project.pk]
    # (100 + 40) / 2, the third being unfinished.
    assert (average.total, average.complete, average.begun) == (Decimal(70), 2, 3)


def test_the_marks_follow_the_weights() -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    services.write_grid(
        committee,
        by=person("direction", "laval"),
        lines=[GridLine("Lourd", 80), GridLine("Léger", 20)],
    )
    project = referred_project(committee)
    heavy, light = committee.criteria.order_by("rank")
    with acting_as(partner):
        services.write_score(project, heavy, by=partner, value=5, comment="Bien.")
        services.write_score(project, light, by=partner, value=0)
    average = averages_of([project.pk], [heavy, light])[project.pk]
    assert average.total == Decimal(80)


def test_a_score_is_its_evaluator_s_own_and_within_the_scale() -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    criterion = committee.criteria.earliest("rank")
    with pytest.raises(PermissionDenied):
        services.write_score(project, criterion, by=person("direction", "laval"), value=3)
    with pytest.raises(Refusal, match="de 0 à 5"):
        services.write_score(project, criterion, by=partner, value=6)
    with pytest.raises(IntegrityError, match="score_within_scale"), transaction.atomic():
        Score.objects.create(project=project, criterion=criterion, evaluator=partner, value=6)
    with (
        acting_as(person("direction", "laval")),
        pytest.raises(IntegrityError, match="à la place d’une autre"),
        transaction.atomic(),
    ):
        Score.objects.create(project=project, criterion=criterion, evaluator=partner, value=3)


def test_who_left_scores_no_more() -> None:
    partner, by = person("partner", "laval"), person("direction", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    services.remove_member(committee.members.get(person=partner), by=by)
    criterion = committee.criteria.earliest("rank")
    with pytest.raises(PermissionDenied):
        services.write_score(project, criterion, by=partner, value=3)
    with pytest.raises(IntegrityError, match="Seul un membre"), transaction.atomic():
        Score.objects.create(project=project, criterion=criterion, evaluator=partner, value=3)


def test_a_comment_alone_keeps_the_score_and_the_project_waits_until_all_is_scored() -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    project = referred_project(committee)
    first = committee.criteria.earliest("rank")
    with acting_as(partner):
        services.write_score(project, first, by=partner, value=4)
        score = services.write_score(project, first, by=partner, comment=" Clair. ")
        assert (score.value, score.comment) == (4, "Clair.")
        assert to_score(partner).count() == 1
    score_all(project, partner)
    assert to_score(partner).count() == 0


def test_nothing_of_a_committee_is_erased() -> None:
    partner = person("partner", "laval")
    committee = seated_committee(partner)
    score_all(referred_project(committee), partner)
    for rows in (Score.objects.all(), committee.members.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
