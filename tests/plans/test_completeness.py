from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.completeness import check, check_all
from plans.models import Action, CanvasSection, Indicator, PlanVersion
from plans.services import add_action, add_objective, add_priority, save_section_text
from tests.factories import AllianceFactory, UserFactory

from .factories import draft_version, written_version

pytestmark = pytest.mark.django_db


def gaps(version: PlanVersion) -> dict[str, str]:
    return {point.requirement.section.code: point.gap for point in check(version).points}


def test_an_empty_plan_lacks_its_fifteen_elements() -> None:
    completeness = check(draft_version())

    assert (completeness.done, completeness.total) == (0, 15)
    assert [point.requirement.section.code for point in completeness.missing] == [
        "1a", "1c", "1d", "2a", "2c", "3", "4", "5", "7", "8", "9", "10a", "10b", "10c", "10f",
    ]  # fmt: skip


def test_a_plan_with_everything_is_complete() -> None:
    assert check(written_version()).is_complete


def test_each_gap_names_the_element_that_has_it() -> None:
    version, by = draft_version(), UserFactory()
    first = add_priority(version, by=by, title="Se nourrir")
    add_priority(version, by=by, title="Se loger")
    objective = add_objective(first, by=by, title="Un point d’accès")
    add_objective(first, by=by, title="Moins de refus")
    add_action(objective, by=by, title="Marchés mobiles")

    found = gaps(version)

    assert found["3"] == ""
    assert found["4"] == "Sans objectif : priorité 2."
    assert found["5"] == "Sans action : objectif 1.2."
    assert found["7"] == "Sans résultat attendu : action 1.1.1."
    assert found["8"] == "Sans indicateur avec sa cible : action 1.1.1."
    assert found["9"] == "Sans responsable : action 1.1.1."


def test_a_long_gap_names_three_and_counts_the_others() -> None:
    version = written_version(priorities=5)
    Action.objects.filter(version=version).update(lead="")

    assert gaps(version)["9"] == "Sans responsable : action 1.1.1, 2.1.1, 3.1.1 et 2 de plus."


def test_an_indicator_without_a_target_does_not_count() -> None:
    version = written_version(priorities=1)
    Indicator.objects.filter(version=version).update(target=None)
    assert gaps(version)["8"]

    Indicator.objects.filter(version=version).update(target=Decimal(0))
    assert gaps(version)["8"] == ""


def test_a_text_taken_away_is_missing_again() -> None:
    version = written_version(priorities=1)
    section = CanvasSection.objects.get(canvas=version.plan.canvas, code="2c")

    save_section_text(version, section, by=UserFactory(), html="<p> </p>", revision=1)

    assert [point.label for point in check(version).missing] == ["zones de dévitalisation (2c)"]


def test_the_2017_plan_has_its_own_elements() -> None:
    version = draft_version(AllianceFactory("mauricie", "2017-2024"))

    assert check(version).total == 10


def test_the_check_takes_the_same_queries_for_one_plan_and_for_many() -> None:
    small = [written_version("mauricie", priorities=1)]
    large = [written_version(place, priorities=3, actions=4) for place in ("laval", "estrie")]

    with CaptureQueriesContext(
        connection,
    ) as one:
        check_all(small)
    with CaptureQueriesContext(connection) as many:
        check_all(small + large)

    assert len(one) == len(many) == 3
