"""Tasks, waiting, figures: derived from states, in a fixed number of queries."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from alliances.todo import count_pending
from fqis import services
from fqis.selectors import (
    project_figures,
    versement_states,
    versement_totals,
)
from fqis.selectors.project_todos import pending as pending_projects
from fqis.selectors.project_todos import todo as project_todo
from fqis.selectors.todos import todo, waiting
from fqis.services.result_links import link_of
from tests.factories import AllianceFactory, new_territories, person

from .factories import (
    accepted_project,
    funded_alliance,
    issued_versement,
    plan_in_force,
    planned_alliance,
    project_in,
    ready_versement,
    received_project,
    recommended_versement,
)

pytestmark = pytest.mark.django_db


def queries(run: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        run()
    return len(seen)


@pytest.mark.parametrize(
    ("make", "role", "title"),
    [
        (ready_versement, "analyst", "Recommander"),
        (recommended_versement, "budget", "Autoriser"),
        (issued_versement, "payments", "Confirmer le paiement"),
    ],
)
def test_each_office_has_its_own_task(make: Any, role: str, title: str) -> None:
    make()
    for slug in ("analyst", "budget", "payments", "delegate", "auditor"):
        titles = [one.title for one in todo(person(slug))]
        assert bool(titles) == (slug == role)
        assert all(one.startswith(title) for one in titles)


def test_the_recommender_has_no_task_on_the_same_versement() -> None:
    both = person("analyst")
    both.groups.add(*person("budget").groups.all())
    recommended_versement(by=both)
    assert todo(both) == []


def test_several_versements_make_one_national_queue() -> None:
    recommended_versement("laval")
    recommended_versement("jamesie")
    [one] = todo(person("budget"))
    assert one.title == "2 versements à autoriser"
    assert one.url == "/versements/?etat=a-autoriser"


def test_the_table_decides_and_closes_its_projects() -> None:
    alliance = planned_alliance()
    received_project(alliance)
    with clock.at(clock.now() - timedelta(days=400)):
        project = project_in("under_way", alliance, ends_on=clock.today() + timedelta(days=100))
    assert project.ends_on < clock.today()
    titles = [one.title for one in project_todo(person("coordination", "laval"))]
    assert titles == [
        "1 demande attend ses contrôles d’admissibilité",
        "1 projet est fini sans bilan",
        "1 projet a un versement convenu à payer",
    ]
    assert project_todo(person("partner", "laval")) == []


def test_the_projects_are_counted_as_they_are_listed() -> None:
    for territory in ("laval", "estrie"):
        alliance = planned_alliance(territory)
        for _rank in range(3):
            received_project(alliance)
    with clock.at(clock.now() - timedelta(days=400)):
        project_in("under_way", alliance, ends_on=clock.today() + timedelta(days=100))
    for user, number in (
        (person("coordination", "laval"), 1),
        (person("direction", "estrie"), 3),
        (person("partner", "estrie"), 0),
    ):
        assert count_pending(pending_projects(user)) == len(project_todo(user)) == number


def test_the_table_waits_for_the_office_that_must_act() -> None:
    direction = person("direction", "laval")
    versement = ready_versement()
    [one] = waiting(direction)
    assert one.who == "DGSSAC, analyse"
    services.recommend_versement(versement, by=person("analyst"))
    [one] = waiting(direction)
    assert one.who == "DGSSAC, budget"
    assert waiting(person("direction", "mauricie")) == []


def test_tasks_cost_the_same_for_1_and_30_alliances() -> None:
    places = new_territories(29)
    recommended_versement("laval")
    budget = person("budget")
    todo(budget)
    once = queries(lambda: todo(budget))
    for place in places:
        recommended_versement(place)
    assert queries(lambda: todo(budget)) == once


def test_states_and_totals_of_the_national_board() -> None:
    first, second = funded_alliance("laval"), funded_alliance("jamesie")
    found = versement_states([first, second], FiscalYear(2024))
    assert {pk: [one.state for one in rows] for pk, rows in found.items()} == {
        first.pk: ["ready"],
        second.pk: ["ready"],
    }
    totals = versement_totals([first, second])
    assert (totals["ready"].count, totals["ready"].amount) == (2, Decimal("400000.00"))
    assert totals["paid"].count == 0
    everybody = list(Alliance.objects.all())
    assert queries(lambda: versement_states(everybody)) == 1


def test_project_figures_of_a_year() -> None:
    alliance = planned_alliance()
    project = project_in("completed", alliance)
    services.record_payment(
        project, by=person("coordination", "laval"), on=clock.today(), amount=Decimal("9.50")
    )
    received_project(alliance)
    figures = project_figures(alliance, FiscalYear(2026))
    assert (figures.granted, figures.paid) == (Decimal("30000.00"), Decimal("9.50"))
    assert (figures.people_reached, figures.people_in_poverty) == (100, 60)
    assert (figures.supported, figures.orphans) == (1, 0)
    assert (figures.by_state["completed"], figures.by_state["received"]) == (1, 1)
    assert project_figures(alliance, FiscalYear(2025)).granted == 0


def test_a_project_whose_priority_left_the_plan_is_an_orphan() -> None:
    alliance = AllianceFactory("laval")
    plan_in_force(alliance)
    accepted_project(alliance)
    plan_in_force(alliance, since=clock.today())
    assert project_figures(alliance, FiscalYear(2026)).orphans == 1


def test_the_table_is_told_of_results_instalments_and_ends() -> None:
    alliance = planned_alliance()
    soon = clock.today() + timedelta(days=20)
    project = project_in("under_way", alliance, ends_on=soon)
    by = person("coordination", "laval")
    row = services.ask_result(
        project, by=by, fiscal_year=FiscalYear(2026), email="porteur@organisme.example"
    )
    services.submit_by_link(
        link_of(row).rsplit("/", 2)[1], name="Lise Roy", people_reached=4, method="list"
    )
    titles = [one.title for one in project_todo(by)]
    assert titles == [
        "1 résultat de projet est à accepter",
        "1 projet a un versement convenu à payer",
        "1 projet finit d’ici trente jours",
    ]
    services.record_payment(project, by=by, on=clock.today(), amount=Decimal("30000.00"))
    services.accept_result(project.results.get(), by=by)
    assert [one.title for one in project_todo(by)] == titles[2:]
