"""A supported project: its agreement, its money, its people, its end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.fiscal import FiscalYear
from fqis import services
from fqis.models import ProjectResult
from tests.factories import person

from .factories import accepted_project, project_in, received_project

pytestmark = pytest.mark.django_db
YEAR = FiscalYear(2026)


def test_a_project_goes_from_accepted_to_completed() -> None:
    project = project_in("completed")
    assert (project.state, project.closed_on) == ("completed", clock.today())
    result = ProjectResult.objects.get(project=project)
    assert (result.fiscal_year, result.people_reached, result.people_in_poverty) == (2026, 100, 60)


def test_sign_refuses_before_the_decision_and_in_the_future() -> None:
    project = accepted_project()
    by = person("coordination", "laval")
    for day in (clock.today() - timedelta(days=31), clock.today() + timedelta(days=1)):
        with pytest.raises(Refusal) as refusal:
            services.sign_agreement(project, by=by, on=day)
        assert refusal.value.field == "on"


@pytest.mark.parametrize("state", ["agreed", "under_way", "completed"])
def test_sign_twice_says_who_acted(state: str) -> None:
    with pytest.raises(StaleAct, match="a agi le"):
        services.sign_agreement(
            project_in(state), by=person("coordination", "laval"), on=clock.today()
        )


def test_start_needs_the_agreement() -> None:
    with pytest.raises(StaleAct):
        services.start_project(accepted_project(), by=person("coordination", "laval"))


def test_complete_refuses_more_people_in_poverty_than_reached() -> None:
    project = project_in("under_way")
    with pytest.raises(Refusal) as refusal:
        services.complete_project(
            project,
            by=person("coordination", "laval"),
            on=clock.today(),
            people_reached=10,
            people_in_poverty=11,
            note="Fait.",
        )
    assert refusal.value.field == "people_in_poverty"


@pytest.mark.parametrize(
    ("on", "note", "field"),
    [
        (date(2026, 12, 4), "Fait.", "on"),
        (date(2026, 11, 1), "Fait.", "on"),
        (date(2026, 12, 3), " ", "note"),
    ],
)
def test_complete_refuses_dates_out_of_order_and_no_note(on: date, note: str, field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        services.complete_project(
            project_in("under_way"),
            by=person("coordination", "laval"),
            on=on,
            people_reached=1,
            people_in_poverty=None,
            note=note,
        )
    assert refusal.value.field == field


def test_abandon_needs_a_reason_and_ends_the_project() -> None:
    project = project_in("agreed")
    by = person("coordination", "laval")
    with pytest.raises(Refusal):
        services.abandon_project(project, by=by, on=clock.today(), note="")
    done = services.abandon_project(project, by=by, on=clock.today(), note="Départ de l’équipe.")
    assert done.state == "abandoned"
    with pytest.raises(StaleAct):
        services.abandon_project(done, by=by, on=clock.today(), note="Encore.")


def test_pay_within_the_grant_and_not_a_cent_more() -> None:
    project = project_in("agreed")
    by = person("coordination", "laval")
    services.record_payment(project, by=by, on=clock.today(), amount=Decimal("20000.00"))
    with pytest.raises(Refusal, match="il reste") as refusal:
        services.record_payment(project, by=by, on=clock.today(), amount=Decimal("10000.01"))
    assert "10\u00a0000,00" in str(refusal.value)
    services.record_payment(project, by=by, on=clock.today(), amount=Decimal("10000.00"))


def test_pay_refuses_before_acceptance() -> None:
    with pytest.raises(Refusal, match="n’est pas accepté"):
        services.record_payment(
            received_project(),
            by=person("coordination", "laval"),
            on=clock.today(),
            amount=Decimal(1),
        )


@pytest.mark.parametrize("day", [date(2026, 11, 2), date(2026, 12, 4)])
def test_pay_refuses_a_day_before_the_decision_or_to_come(day: date) -> None:
    with pytest.raises(Refusal) as refusal:
        services.record_payment(
            accepted_project(), by=person("coordination", "laval"), on=day, amount=Decimal(1)
        )
    assert refusal.value.field == "on"


def test_a_result_said_again_replaces_the_first() -> None:
    project = project_in("under_way")
    by = person("coordination", "laval")
    services.record_result(project, by=by, fiscal_year=YEAR, people_reached=10)
    services.record_result(project, by=by, fiscal_year=YEAR, people_reached=12, people_in_poverty=5)
    assert ProjectResult.objects.get(project=project).people_reached == 12


@pytest.mark.parametrize("year", [FiscalYear(2025), FiscalYear(2027)])
def test_result_refuses_a_year_outside_the_project(year: FiscalYear) -> None:
    with pytest.raises(Refusal) as refusal:
        services.record_result(
            project_in("under_way"),
            by=person("coordination", "laval"),
            fiscal_year=year,
            people_reached=1,
        )
    assert refusal.value.field == "fiscal_year"


def test_result_refuses_before_acceptance() -> None:
    with pytest.raises(Refusal, match="n’est pas accepté"):
        services.record_result(
            received_project(),
            by=person("coordination", "laval"),
            fiscal_year=YEAR,
            people_reached=1,
        )
