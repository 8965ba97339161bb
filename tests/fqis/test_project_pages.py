"""The register of the projects, as a Table fills it and others read it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from alliances import clock
from alliances.models import Organisation
from fqis import services
from fqis.models import Project
from tests.factories import person

from .factories import (
    accepted_project,
    planned_alliance,
    project_in,
    received_project,
    request_values,
)
from .pages import count, text

pytestmark = pytest.mark.django_db


def typed(alliance: Any, **changes: Any) -> dict[str, Any]:
    """What a person types in the form of a request."""
    values = request_values(alliance)
    return {
        "title": values["title"],
        "organisation": values["organisation"].pk,
        "priority": values["priority"].pk if values["priority"] else "",
        "amount_requested": "40 000,00",
        "received_on": "2026-11-02",
        "starts_on": "2027-01-04",
        "ends_on": "2027-12-31",
        "budget-TOTAL_FORMS": "4",
        "budget-INITIAL_FORMS": "0",
        "sources-TOTAL_FORMS": "3",
        "sources-INITIAL_FORMS": "0",
        "sources-0-name": "Centraide",
        "sources-0-amount": "5 000",
    } | changes


def test_the_table_registers_decides_and_completes_a_project(page: Any) -> None:
    alliance = planned_alliance()
    direction = person("direction", "laval")
    shown = page(direction, alliance.url("project_new"), typed(alliance))
    project = Project.objects.get(alliance=alliance)
    assert f"Projet {project.number} inscrit" in text(shown)
    assert project.sources.get().amount == Decimal(5000)

    def act(slug: str, **data: str) -> str:
        return text(page(direction, alliance.url("project_act", project.number, slug), data))

    assert "Demande admissible" in act("analyser", because="Lue avec le porteur.")
    assert "Décision consignée" in act(
        "decider",
        outcome="accepted",
        on="2026-11-20",
        amount="35 000",
        priority=str(project.priority_id),
        seen_decisions="0",
    )
    assert "Convention du projet signée" in act("signer", on="2026-11-25")
    assert "Projet en cours" in act("demarrer")
    part = str(project.agreements.get().instalments.get().pk)
    assert "Paiement consigné" in act("payer", on="2026-12-01", amount="1 000,50", instalment=part)
    assert "Projet terminé" in act(
        "terminer", on="2026-12-03", people_reached="80", people_in_poverty="50", note="Fait."
    )
    assert Project.objects.get(pk=project.pk).state == "completed"


def test_a_new_organisation_is_written_with_the_request(page: Any) -> None:
    alliance = planned_alliance()
    data = typed(
        alliance,
        organisation="",
        organisation_name="CDC de Laval",
        organisation_neq="1140 000 001",
        organisation_class="obnl",
    )
    page(person("coordination", "laval"), alliance.url("project_new"), data)
    assert Organisation.objects.get(name="CDC de Laval").neq == "1140000001"
    assert Project.objects.get(alliance=alliance).organisation.name == "CDC de Laval"


def test_a_refused_request_leaves_no_organisation_behind(page: Any) -> None:
    alliance = planned_alliance()
    data = typed(
        alliance,
        organisation="",
        organisation_name="Dépanneur du coin",
        organisation_class="autre",
        title="Un titre à garder",
    )
    refused = page(person("coordination", "laval"), alliance.url("project_new"), data)
    assert refused.status_code == 422
    assert "n’est pas admissible au FQIS" in text(refused)
    assert "Un titre à garder" in text(refused)
    assert not Organisation.objects.filter(name="Dépanneur du coin").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"priority": ""}, "Choisissez la priorité du plan"),
        ({"ends_on": "2032-01-04"}, "cinq ans au plus"),
        ({"ends_on": "2026-01-01"}, "La fin du projet doit suivre son début"),
        ({"amount_requested": "12,345.6"}, "par exemple 1 234,56"),
        ({"amount_requested": "-5"}, "par exemple 1 234,56"),
        ({"organisation": ""}, "Choisissez une organisation, ou décrivez-la"),
        ({"sources-1-name": "Ville"}, "Écrivez le montant de cette source"),
    ],
)
def test_a_refused_request_says_why(page: Any, changes: dict[str, str], sentence: str) -> None:
    alliance = planned_alliance()
    data = typed(alliance, **changes)
    refused = page(person("coordination", "laval"), alliance.url("project_new"), data)
    assert refused.status_code == 422
    assert sentence in text(refused)
    assert not Project.objects.filter(alliance=alliance).exists()


def test_a_request_is_told_all_its_faults_at_once(page: Any) -> None:
    alliance = planned_alliance()
    data = typed(
        alliance,
        organisation="",
        organisation_name="Dépanneur du coin",
        organisation_neq="12",
        organisation_class="autre",
        priority="",
        received_on="2026-12-25",
        ends_on="2032-06-30",
        **{"sources-1-name": "Centraide", "sources-1-amount": "1 000"},
    )
    refused = page(person("coordination", "laval"), alliance.url("project_new"), data)
    assert refused.status_code == 422
    for sentence in (
        "Un NEQ compte dix chiffres",
        "n’est pas admissible au FQIS",
        "Choisissez la priorité du plan",
        "La date de réception est dans le futur",
        "cinq ans au plus",
        "La même source de financement est écrite deux fois",
    ):
        assert sentence in text(refused), sentence
    assert 'value="Dépanneur du coin"' in text(refused)
    assert not Project.objects.filter(alliance=alliance).exists()


def test_a_field_says_one_thing_at_a_time(page: Any) -> None:
    alliance = planned_alliance()
    data = typed(alliance, amount_requested="beaucoup", ends_on="demain", priority="999999")
    refused = page(person("coordination", "laval"), alliance.url("project_new"), data)
    errors = refused.context["form"].errors
    assert {name: len(said) for name, said in errors.items()} == {
        "amount_requested": 1,
        "ends_on": 1,
        "priority": 1,
    }


def test_a_request_kept_as_inadmissible_escapes_two_rules_only(page: Any) -> None:
    alliance = planned_alliance()
    data = typed(alliance, priority="", inadmissible_because="Hors des normes du FQIS.")
    someone = person("coordination", "laval")
    refused = page(someone, alliance.url("project_new"), data | {"ends_on": "2032-06-30"})
    assert list(refused.context["form"].errors) == ["ends_on"]
    page(someone, alliance.url("project_new"), data)
    assert Project.objects.get(alliance=alliance).state == "inadmissible"


def test_a_stale_decision_is_told_and_nothing_typed_is_lost(page: Any) -> None:
    project = accepted_project(by=person("direction", "laval", full_name="Diane Beaulieu"))
    refused = page(
        person("coordination", "laval"),
        project.alliance.url("project_act", project.number, "decider"),
        {"outcome": "refused", "on": "2026-12-03", "reason": "Un doublon.", "seen_decisions": "0"},
    )
    assert refused.status_code == 422
    assert "Diane Beaulieu l’a déjà décidé" in text(refused)
    assert "Un doublon." in text(refused)


@pytest.mark.parametrize("role", ["partner", "advisor"])
def test_others_read_the_register_and_write_nothing(page: Any, role: str) -> None:
    project = received_project()
    someone = person(role, "laval")
    alliance = project.alliance
    assert page(someone, alliance.url("projects")).status_code == 200
    assert page(someone, project.get_absolute_url()).status_code == 200
    assert page(someone, alliance.url("project_new")).status_code == 403
    decide = alliance.url("project_act", project.number, "decider")
    data = {"outcome": "refused", "on": "2026-12-03", "reason": "x", "seen_decisions": "0"}
    assert page(someone, decide, data).status_code == 403


def test_a_project_of_elsewhere_does_not_exist(page: Any) -> None:
    project = received_project()
    other = person("direction", "mauricie")
    assert page(other, project.get_absolute_url()).status_code == 404
    assert page(other, project.alliance.url("projects")).status_code == 404


def test_the_register_filters_sorts_and_exports(page: Any) -> None:
    alliance = planned_alliance()
    received_project(alliance, title="Jardin")
    accepted_project(alliance, title="Frigo")
    user = person("coordination", "laval")
    found = page(user, alliance.url("projects") + "?etat=a-decider")
    assert [one.title for one in found.context["page"]] == ["Jardin"]
    found = page(user, alliance.url("projects") + "?tri=titre")
    assert [one.title for one in found.context["page"]] == ["Frigo", "Jardin"]
    sent = page(user, alliance.url("projects") + "?q=frig&export=csv")
    csv = b"".join(sent.streaming_content).decode("utf-8-sig")
    assert len(csv.strip().splitlines()) == 2
    assert "Frigo" in csv


def test_the_register_costs_the_same_for_one_and_thirty_projects(page: Any) -> None:
    alliance = planned_alliance()
    by = person("coordination", "laval")
    accepted_project(alliance, by=by)
    once = count(page, by, alliance.url("projects"))
    for _ in range(29):
        received_project(alliance, by=by)
    assert count(page, by, alliance.url("projects")) == once


def test_a_project_page_costs_the_same_with_one_and_many_payments(page: Any) -> None:
    project = project_in("under_way")
    by = person("coordination", "laval")

    def pay() -> None:
        services.record_payment(
            project, by=by, on=clock.today() - timedelta(days=1), amount=Decimal("1.00")
        )

    pay()
    once = count(page, by, project.get_absolute_url())
    for _ in range(20):
        pay()
    assert count(page, by, project.get_absolute_url()) == once
