"""Registering, mending and deciding projects."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from alliances import clock
from alliances.errors import Refusal, StaleAct
from alliances.models import JournalEntry, Mrc, Organisation
from fqis import services
from fqis.models import Decision, Project
from tests.factories import AllianceFactory, OrganisationFactory, person

from .factories import (
    accepted_project,
    analysed_project,
    plan_in_force,
    planned_alliance,
    received_project,
    request_values,
)

pytestmark = pytest.mark.django_db


def test_register_numbers_the_projects_of_an_alliance() -> None:
    first = received_project()
    second = received_project(first.alliance)
    other = received_project(planned_alliance("mauricie"))
    prefix = first.alliance.territory.abbreviation.upper()
    assert (first.number, second.number) == (f"{prefix}-0001", f"{prefix}-0002")
    assert other.number.endswith("-0001")
    assert JournalEntry.objects.filter(verb="register_project", target_id=first.pk).exists()


def test_register_keeps_the_other_money_and_the_places() -> None:
    alliance = planned_alliance("mauricie")
    mrcs = list(Mrc.objects.filter(territory=alliance.territory)[:2])
    sources = [services.Source("Centraide", Decimal("5000.00"), is_confirmed=True)]
    project = received_project(alliance, mrcs=mrcs, sources=sources)
    assert set(project.mrcs.all()) == set(mrcs)
    assert project.sources.get().amount == Decimal("5000.00")


def test_register_refuses_before_the_plan_is_approved() -> None:
    alliance = AllianceFactory("laval")
    with pytest.raises(Refusal, match="Aucun plan approuvé") as refusal:
        received_project(alliance, priority=None)
    assert refusal.value.field == "priority"


def test_register_refuses_without_priority() -> None:
    alliance = planned_alliance()
    with pytest.raises(Refusal, match="Choisissez la priorité"):
        received_project(alliance, priority=None)


def test_register_refuses_a_priority_of_an_older_version() -> None:
    alliance = AllianceFactory("laval")
    old = plan_in_force(alliance, since=date(2025, 5, 28))[0]
    plan_in_force(alliance, since=date(2026, 3, 12))
    with pytest.raises(Refusal, match="n’est pas une priorité de la version 2"):
        received_project(alliance, priority=old)


def test_register_follows_the_lineage_to_the_version_in_force() -> None:
    alliance = AllianceFactory("laval")
    old = plan_in_force(alliance, since=date(2025, 5, 28))[0]
    new = plan_in_force(alliance, since=date(2026, 3, 12))[0]
    project = received_project(alliance, priority=new)
    assert project.priority == new
    assert project.priority_lineage == new.lineage != old.lineage


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"ends_on": date(2026, 12, 2)}, "La fin du projet", "ends_on"),
        ({"ends_on": date(2031, 12, 3)}, "cinq ans au plus", "ends_on"),
        ({"received_on": date(2026, 12, 4)}, "dans le futur", "received_on"),
        ({"amount_requested": Decimal(0)}, "dépasser zéro", "amount_requested"),
        ({"title": "  "}, "titre", "title"),
    ],
)
def test_register_refuses_what_is_out_of_order(
    changes: dict[str, object], sentence: str, field: str
) -> None:
    alliance = planned_alliance()
    with pytest.raises(Refusal, match=sentence) as refusal:
        received_project(alliance, **changes)
    assert refusal.value.field == field


def test_register_takes_five_years_less_a_day() -> None:
    project = received_project(planned_alliance(), ends_on=date(2031, 12, 2))
    assert project.state == "received"


def test_register_refuses_an_organisation_that_is_not_eligible() -> None:
    alliance = planned_alliance()
    shop = OrganisationFactory(
        territory=alliance.territory, legal_class=Organisation.LegalClass.OTHER
    )
    with pytest.raises(Refusal, match="n’est pas admissible") as refusal:
        received_project(alliance, organisation=shop)
    assert refusal.value.field == "organisation"


def test_a_request_may_be_kept_as_inadmissible() -> None:
    alliance = planned_alliance()
    shop = OrganisationFactory(
        territory=alliance.territory, legal_class=Organisation.LegalClass.OTHER
    )
    project = received_project(
        alliance, organisation=shop, priority=None, inadmissible_because="Commerce privé."
    )
    assert project.state == "inadmissible"
    assert project.decisions.get().reason == "Commerce privé."


def test_register_refuses_the_same_source_twice() -> None:
    alliance = planned_alliance()
    twice = [services.Source("Centraide", Decimal(5))] * 2
    with pytest.raises(Refusal, match="deux fois"):
        received_project(alliance, sources=twice)


def test_register_refuses_an_mrc_of_elsewhere() -> None:
    alliance = planned_alliance("mauricie")
    elsewhere = Mrc.objects.exclude(territory=alliance.territory).first()
    assert elsewhere is not None
    with pytest.raises(Refusal, match="n’est pas de ce territoire"):
        received_project(alliance, mrcs=[elsewhere])


def test_register_is_for_the_table() -> None:
    alliance = planned_alliance()
    for other in (person("partner", "laval"), person("advisor", "laval"), person("analyst")):
        with pytest.raises(PermissionDenied):
            received_project(alliance, by=other)


def test_update_changes_a_received_request() -> None:
    project = received_project()
    by = person("coordination", "laval")
    values = request_values(project.alliance, title="Un autre titre")
    assert services.update_project(project, by=by, **values).title == "Un autre titre"


def test_update_refuses_once_decided() -> None:
    project = accepted_project()
    values = request_values(project.alliance, title="Un autre titre")
    with pytest.raises(Refusal, match="ne change plus"):
        services.update_project(project, by=person("coordination", "laval"), **values)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("refused", "refused"), ("deferred", "deferred"), ("inadmissible", "inadmissible")],
)
def test_decide_no_needs_its_reason(outcome: str, state: str) -> None:
    project = received_project() if outcome == "inadmissible" else analysed_project()
    direction = person("direction", "laval")
    with pytest.raises(Refusal) as refusal:
        services.decide_project(project, by=direction, outcome=outcome, on=clock.today())
    assert refusal.value.field == "reason"
    decided = services.decide_project(
        project, by=direction, outcome=outcome, on=clock.today(), reason="Budget incomplet."
    )
    assert (decided.state, decided.amount_granted) == (state, None)


def test_accept_keeps_the_grant_and_the_decision() -> None:
    project = accepted_project()
    assert (project.state, project.amount_granted) == ("accepted", Decimal("30000.00"))
    decision = Decision.objects.get(project=project)
    assert (decision.outcome, decision.amount) == ("accepted", Decimal("30000.00"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": Decimal("40000.01")}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(10), "on": date(2026, 12, 4)}, "on"),
        ({"amount": Decimal(10), "on": date(2026, 10, 3)}, "on"),
    ],
)
def test_accept_refuses_amounts_and_dates_out_of_order(
    values: dict[str, object], field: str
) -> None:
    project = analysed_project()
    with pytest.raises(Refusal) as refusal:
        services.decide_project(
            project,
            by=person("direction", "laval"),
            outcome="accepted",
            **({"on": clock.today()} | values),  # type: ignore[arg-type]
        )
    assert refusal.value.field == field


def test_accept_refuses_a_day_without_plan_in_force() -> None:
    alliance = planned_alliance()
    project = analysed_project(alliance, received_on=date(2025, 3, 1))
    with pytest.raises(Refusal, match="Aucun plan approuvé"):
        services.decide_project(
            project,
            by=person("direction", "laval"),
            outcome="accepted",
            on=date(2025, 4, 1),
            amount=Decimal(10),
        )


def test_accept_takes_the_priority_of_the_day_of_the_decision() -> None:
    alliance = AllianceFactory("laval")
    old = plan_in_force(alliance, since=date(2025, 5, 28))[0]
    with clock.at(clock.now() - timedelta(days=400)):
        project = analysed_project(alliance, priority=old)
    plan_in_force(alliance, since=date(2026, 3, 12))
    decided = services.decide_project(
        project,
        by=person("direction", "laval"),
        outcome="accepted",
        on=date(2026, 1, 15),
        amount=Decimal(10),
    )
    assert decided.priority == old


def test_decide_twice_says_who_decided_and_when() -> None:
    project = accepted_project(by=person("direction", "laval", full_name="Diane Beaulieu"))
    with pytest.raises(StaleAct) as refusal:
        services.decide_project(
            project,
            by=person("coordination", "laval"),
            outcome="refused",
            on=clock.today(),
            reason="Non.",
        )
    said = str(refusal.value).replace("\u00a0", " ")
    assert said == ("Diane Beaulieu l’a déjà décidé (« Accepté ») le 3 décembre 2026 à 10 h 24.")


def test_a_stale_page_does_not_decide_over_a_deferral() -> None:
    project = analysed_project()
    direction = person("direction", "laval")
    services.decide_project(
        project, by=direction, outcome="deferred", on=clock.today(), reason="À revoir."
    )
    with pytest.raises(StaleAct, match="Reporté"):
        services.decide_project(
            project,
            by=direction,
            outcome="accepted",
            on=clock.today(),
            amount=Decimal(10),
            seen_decisions=0,
        )
    again = services.decide_project(
        project,
        by=direction,
        outcome="accepted",
        on=clock.today(),
        amount=Decimal(10),
        seen_decisions=1,
    )
    assert again.state == "accepted"
    assert Project.objects.get(pk=project.pk).decisions.count() == 2


def test_a_later_decision_does_not_precede_the_first() -> None:
    project = analysed_project()
    direction = person("direction", "laval")
    services.decide_project(
        project, by=direction, outcome="deferred", on=clock.today(), reason="À revoir."
    )
    with pytest.raises(Refusal, match="ne peut précéder celle"):
        services.decide_project(
            project,
            by=direction,
            outcome="refused",
            on=clock.today() - timedelta(days=3),
            reason="Non.",
        )


def test_analyse_comes_before_a_decision() -> None:
    project = analysed_project()
    assert project.state == "analysed"
    with pytest.raises(StaleAct):
        services.analyse_project(project, by=person("coordination", "laval"), because="Encore.")


def test_register_organisation_refuses_a_known_neq_with_its_name() -> None:
    alliance = AllianceFactory("laval")
    by = person("coordination", "laval")
    services.register_organisation(
        alliance, by=by, name="CDC de Laval", neq="1140000001", legal_class="obnl"
    )
    with pytest.raises(Refusal, match="CDC de Laval"):
        services.register_organisation(
            alliance, by=by, name="Autre", neq="1140 000 001", legal_class="obnl"
        )


@pytest.mark.parametrize("neq", ["12345", "12345678901", "11400000AB", "１１４００００００１"])
def test_register_organisation_refuses_a_neq_that_is_not_ten_digits(neq: str) -> None:
    with pytest.raises(Refusal, match="dix chiffres"):
        services.register_organisation(
            AllianceFactory("laval"),
            by=person("coordination", "laval"),
            name="CDC",
            neq=neq,
            legal_class="obnl",
        )
