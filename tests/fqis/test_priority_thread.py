"""The thread of a priority: its projects, dollars and people, whatever the version."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances import clock
from alliances.fiscal import FiscalYear
from alliances.models import Alliance
from fqis import services
from fqis.forms.register import ProjectFilter
from fqis.models import Project
from fqis.selectors.projects import project_figures, register_of, register_totals
from fqis.selectors.threads import thread_of, threads_of
from plans.models import Priority
from plans.services import (
    add_priority,
    approve_version,
    open_version,
    remove_element,
    submit_version,
    update_priority,
)
from tests.factories import AllianceFactory, person
from tests.plans.factories import approved_plan, draft_version, validate

from .factories import (
    accepted_project,
    analysed_project,
    plan_in_force,
    planned_alliance,
    project_in,
    received_project,
)

pytestmark = pytest.mark.django_db
BASE = "/alliances/laval/2024-2029/"


def priorities(alliance: Alliance) -> list[Priority]:
    return list(
        Priority.objects.filter(version__plan__alliance=alliance, version__state="approved")
    )


def pay(project: Project, amount: str) -> None:
    services.record_payment(
        project,
        by=person("coordination", project.alliance.territory),
        on=clock.today(),
        amount=Decimal(amount),
    )


def text_of(response: Any) -> str:
    page = response.content.decode().split("<main")[1].split("</main>")[0]
    return re.sub(r"[\s\xa0]+", " ", re.sub(r"<[^>]+>", " ", page))


# --- The sums


def test_a_priority_says_its_projects_dollars_and_people() -> None:
    alliance = planned_alliance()
    first, second = priorities(alliance)
    done = project_in("completed", alliance, priority=first, amount=Decimal("30000.00"))
    pay(project_in("agreed", alliance, priority=first, amount=Decimal("12000.00")), "5000.00")
    received_project(alliance, priority=first)
    accepted_project(alliance, priority=second, amount=Decimal("7000.00"))
    refused = analysed_project(alliance, priority=first)
    services.decide_project(
        refused,
        by=person("direction", alliance.territory),
        outcome="refused",
        on=clock.today(),
        reason="Hors priorité.",
    )

    found = thread_of(alliance, first.lineage)
    assert found is not None

    assert (found.served.supported, found.served.to_decide) == (2, 1)
    assert (found.served.granted, found.served.paid) == (Decimal("42000.00"), Decimal("5000.00"))
    assert (found.served.reached, found.served.in_poverty) == (100, 60)
    assert found.projects.count() == 3
    assert found.projects.get(pk=done.pk).reached == 100  # type: ignore[attr-defined]


def test_the_thread_and_the_register_tell_the_same_dollars() -> None:
    alliance = planned_alliance()
    first, _second = priorities(alliance)
    pay(project_in("agreed", alliance, priority=first), "1234.56")
    accepted_project(alliance, priority=first, amount=Decimal("0.99"))

    found = thread_of(alliance, first.lineage)
    assert found is not None
    asked = {"priorite": str(first.lineage)}
    totals = register_totals(
        ProjectFilter(asked, queryset=register_of(alliance), alliance=alliance).qs
    )

    assert (found.served.granted, found.served.paid) == (totals.granted, totals.paid)


def test_two_years_of_results_are_summed_and_not_multiplied_by_payments() -> None:
    alliance = planned_alliance()
    first, _second = priorities(alliance)
    project = project_in(
        "under_way", alliance, priority=first, received_on=date(2026, 2, 1), on=date(2026, 3, 15),
        starts_on=date(2026, 3, 20), ends_on=date(2027, 3, 20),
    )  # fmt: skip
    by = person("coordination", alliance.territory)
    for amount in ("100.00", "200.00", "300.00"):
        pay(project, amount)
    for year, people in ((2025, 40), (2026, 50)):
        services.record_result(project, by=by, fiscal_year=FiscalYear(year), people_reached=people)

    served = threads_of(alliance).lines[0].served

    assert (served.paid, served.reached, served.granted) == (
        Decimal("600.00"), 90, Decimal("30000.00"),
    )  # fmt: skip


# --- What stands out


def test_a_priority_without_project_and_a_project_without_priority_stand_out(
    client: Client,
) -> None:
    alliance = planned_alliance()
    first, second = priorities(alliance)
    asked = received_project(alliance, title="Demande sans priorité")
    Project.objects.filter(pk=asked.pk).update(priority=None, priority_lineage=None)
    accepted_project(alliance, priority=first, title="Projet orphelin")
    plan_in_force(alliance, since=date(2026, 6, 1), priorities=2)
    third, _fourth = priorities(alliance)
    accepted_project(alliance, priority=third, title="Projet servi")
    client.force_login(person("partner", "laval"))

    page = text_of(client.get(f"{BASE}plan/fil/"))
    found = threads_of(alliance)

    assert [line.priority.title for line in found.alone] == [_fourth.title]
    assert "1 priorité sans projet." in page
    assert (found.outside.supported, found.outside.to_decide) == (1, 1)
    assert {one.title for one in found.astray} == {"Projet orphelin", "Demande sans priorité"}
    outside = page.split("Projets qui ne servent aucune priorité en vigueur")[1]
    assert "Projet orphelin" in outside
    assert "Projet servi" not in outside
    assert second.title not in page
    register = text_of(client.get(f"{BASE}projets/?priorite=aucune"))
    assert "Projet orphelin" in register
    assert "Projet servi" not in register


def test_the_orphans_of_the_report_are_those_of_the_thread() -> None:
    alliance = planned_alliance()
    accepted_project(alliance, priority=priorities(alliance)[0])
    plan_in_force(alliance, since=date(2026, 6, 1), priorities=1)
    accepted_project(alliance, priority=priorities(alliance)[0])
    figures = project_figures(alliance, FiscalYear.of(clock.today()))

    assert figures.orphans == threads_of(alliance).outside.supported == 1


def test_without_a_plan_in_force_the_page_says_when_it_begins(client: Client) -> None:
    AllianceFactory("laval")
    client.force_login(person("coordination", "laval"))
    page = text_of(client.get(f"{BASE}plan/fil/"))
    assert "le fil commence à l’approbation" in page


# --- From version to version


def test_a_priority_is_followed_across_versions(client: Client) -> None:
    first = approved_plan("laval", on=date(2026, 3, 2), priorities=2)
    alliance = AllianceFactory("laval")
    kept, gone = Priority.objects.filter(version=first).order_by("rank")
    project = accepted_project(alliance, priority=kept)
    by = person("coordination", "laval")
    second = open_version(first.plan, by=by, reason="Une priorité change de nom")
    renamed = Priority.objects.get(version=second, lineage=kept.lineage)
    update_priority(renamed, by=by, revision=renamed.revision, title="Un nom plus juste")
    remove_element(Priority.objects.get(version=second, lineage=gone.lineage), by=by)
    submit_version(second, by=person("direction", "laval"))
    validate(second)
    approve_version(second, by=person("delegate"))
    client.force_login(person("partner", "laval"))

    thread = thread_of(alliance, kept.lineage)
    assert thread is not None
    page = text_of(client.get(f"{BASE}plan/priorite/{kept.lineage}/"))
    old = text_of(client.get(f"{BASE}plan/priorite/{gone.lineage}/"))

    assert thread.priority.title == "Un nom plus juste"
    assert [(one.version.number, one.is_renamed) for one in thread.passages] == [
        (1, False), (2, True),
    ]  # fmt: skip
    assert "de la version 2, depuis la version 1" in page
    assert kept.title in page
    assert project.title in page
    assert thread.served.supported == 1
    assert threads_of(alliance).lines[0].since == 1
    assert "N’est plus en vigueur" in old


def test_a_priority_still_being_written_says_so(client: Client) -> None:
    version = draft_version("laval")
    priority = add_priority(version, by=person("coordination", "laval"), title="Se loger")
    client.force_login(person("partner", "laval"))
    page = text_of(client.get(f"{BASE}plan/priorite/{priority.lineage}/"))
    assert "Pas encore en vigueur" in page
    assert "Aucun projet accepté ne la sert." in page


def test_the_page_goes_from_objective_to_indicator(client: Client) -> None:
    version = approved_plan("laval", priorities=1)
    priority = Priority.objects.get(version=version)
    client.force_login(person("partner", "laval"))
    page = text_of(client.get(f"{BASE}plan/priorite/{priority.lineage}/"))
    assert re.search(r"1\.1 Objectif 1\.1 .* Action 1\.1\.1 .* Tonnes livrées 38 60 tonnes", page)


# --- Who reads it, at what cost


def test_another_territory_does_not_exist(client: Client) -> None:
    alliance = planned_alliance()
    lineage = priorities(alliance)[0].lineage
    client.force_login(person("direction", "mauricie"))
    for address in (f"{BASE}plan/fil/", f"{BASE}plan/priorite/{lineage}/"):
        assert client.get(address).status_code == 404
    client.force_login(person("partner", "laval"))
    assert client.get(f"{BASE}plan/priorite/{uuid4()}/").status_code == 404
    elsewhere = priorities(planned_alliance("mauricie"))[0].lineage
    assert client.get(f"{BASE}plan/priorite/{elsewhere}/").status_code == 404


def many(alliance: Alliance, priority: Priority, number: int) -> None:
    """Accepted projects, written in one statement: their acts are tested elsewhere."""
    model = accepted_project(alliance, priority=priority)
    rows = []
    for rank in range(number):
        copy = Project.objects.get(pk=model.pk)
        copy.pk, copy.number, copy.title = None, f"X{rank}", f"Projet {rank}"
        copy.amount_granted = Decimal(1)
        rows.append(copy)
    Project.objects.bulk_create(rows)


def test_the_pages_cost_the_same_for_1_and_100_projects(client: Client) -> None:
    alliance = planned_alliance()
    first, _second = priorities(alliance)
    by = person("coordination", "laval")
    pay(project_in("agreed", alliance, priority=first), "10.00")
    client.force_login(by)
    addresses = [f"{BASE}plan/fil/", f"{BASE}plan/priorite/{first.lineage}/"]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured))
        return found

    counts()
    one = counts()
    many(alliance, first, 100)

    assert counts() == one
    page = client.get(addresses[1])
    assert "Projets acceptés" in text_of(page)
    served = threads_of(alliance).lines[0].served
    assert served.supported == 102


# --- Comparing two versions


def test_the_comparison_says_which_projects_keep_their_link(client: Client) -> None:
    alliance = planned_alliance()
    first, second = priorities(alliance)
    for priority in (first, first, second):
        accepted_project(alliance, priority=priority)
    received_project(alliance, priority=first)
    by = person("coordination", alliance.territory)
    version = open_version(alliance.plan, by=by, reason="Deux priorités en une")
    client.force_login(by)

    def said() -> str:
        return text_of(client.get(f"{BASE}plan/comparer/?de=1&a=2&identique=1"))

    assert "3 projets gardent leur lien." in said()
    remove_element(Priority.objects.get(version=version, lineage=first.lineage), by=by)
    assert "1 projet garde son lien, 2 sont à relier." in said()
