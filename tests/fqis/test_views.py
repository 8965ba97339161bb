"""The screens of money and projects, as people use them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from alliances import clock
from alliances.models import Organisation, User
from fqis import services
from fqis.models import Envelope, Project, Versement
from tests.factories import AllianceFactory, new_territories, person

from .factories import (
    accepted_project,
    issued_versement,
    planned_alliance,
    project_in,
    ready_versement,
    received_project,
    recommended_versement,
    request_values,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Callable[..., Any]:
    """``page(user, address)`` reads a page; with ``data`` it posts and follows."""

    def read(user: User, address: str, data: dict[str, Any] | None = None) -> Any:
        client.force_login(user)
        if data is None:
            return client.get(address)
        return client.post(address, data, follow=True)

    return read


def text(response: Any) -> str:
    return response.content.decode().replace("\u00a0", " ")


# --- The queue


def test_the_queue_is_national(page: Any) -> None:
    assert page(person("direction", "laval"), "/versements/").status_code == 403
    assert page(person("auditor"), "/versements/").status_code == 200


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("budget", "Versements à autoriser"),
        ("payments", "Versements à payer"),
        ("analyst", "Versements à recommander"),
    ],
)
def test_each_office_opens_on_its_own_part(page: Any, role: str, title: str) -> None:
    assert f"<h1>{title}</h1>" in text(page(person(role), "/versements/"))


def test_the_budget_office_chooses_verifies_and_authorises(page: Any) -> None:
    budget = person("budget")
    first, second = recommended_versement("laval"), recommended_versement("jamesie")
    assert "Votre sélection" in text(page(budget, "/versements/"))
    check = f"/versements/autoriser/?v={first.pk}&v={second.pk}"
    shown = text(page(budget, check))
    assert "Autoriser 2 versements" in shown
    assert "AV-2026-0001" in shown
    done = page(budget, "/versements/autoriser/", {"v": [first.pk, second.pk]})
    assert "2 versements autorisés, 400 000,00 $ : avis AV-2026-0001 à AV-2026-0002" in text(done)
    assert Versement.objects.filter(state="authorised").count() == 2


def test_a_second_click_says_who_authorised(page: Any) -> None:
    budget = person("budget", full_name="Hélène Tremblay")
    versement = recommended_versement()
    page(budget, "/versements/autoriser/", {"v": [versement.pk]})
    again = page(budget, "/versements/autoriser/", {"v": [versement.pk]})
    assert again.status_code == 422
    assert "Hélène Tremblay l’a déjà autorisé le 3 décembre 2026 à 10 h 24." in text(again)


def test_what_the_reader_recommended_cannot_be_chosen(page: Any) -> None:
    both = person("budget")
    both.groups.add(*person("analyst").groups.all())
    recommended_versement(by=both)
    shown = text(page(both, "/versements/"))
    assert "Recommandé par vous" in shown
    assert "reste à une autre personne, car vous l’avez recommandé" in shown
    assert "Vérifier et autoriser" not in shown


def test_an_empty_selection_says_what_to_do(page: Any) -> None:
    assert "Choisissez au moins un versement" in text(
        page(person("budget"), "/versements/autoriser/", {})
    )


@pytest.mark.parametrize(
    ("kind", "amount", "shown"),
    [("enveloppe", None, 1), ("montant", "150000", 1), ("aucune", None, 0), ("vous", None, 0)],
)
def test_anomalies_filter_by_recorded_facts(
    page: Any, kind: str, amount: str | None, shown: int
) -> None:
    versement = ready_versement(
        envelope=None if kind in ("enveloppe", "aucune") else Decimal(10**6)
    )
    services.recommend_versement(
        versement,
        by=person("analyst"),
        amount=Decimal(amount) if amount else None,
        note="Surplus.",
    )
    response = page(person("budget"), f"/versements/?etat=a-autoriser&anomalie={kind}")
    assert len(response.context["rows"]) == shown


def test_the_export_holds_exactly_what_is_filtered(page: Any) -> None:
    recommended_versement("laval")
    recommended_versement("jamesie")
    response = page(person("budget"), "/versements/?etat=a-autoriser&territoire=laval&export=xlsx")
    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert [row[0] for row in rows] == ["Territoire", "Laval"]


def test_the_payments_office_confirms_from_the_queue(page: Any) -> None:
    versement = issued_versement()
    payments = person("payments")
    assert "Confirmer le paiement" in text(page(payments, "/versements/"))
    address = versement.alliance.url("versement_act", versement.pk, "payer")
    done = page(
        payments,
        address,
        {"paid_on": "2026-12-03", "reference": "FIN-1", "next": "/versements/?etat=payes"},
    )
    assert "Paiement confirmé" in text(done)
    assert "FIN-1" in text(done)


def test_a_refused_act_keeps_what_was_typed(page: Any) -> None:
    versement = issued_versement()
    address = versement.alliance.url("versement_act", versement.pk, "payer")
    refused = page(person("payments"), address, {"paid_on": "2026-12-04", "reference": "FIN-77"})
    assert refused.status_code == 422
    assert "dans le futur" in text(refused)
    assert "FIN-77" in text(refused)


@pytest.mark.parametrize("act", ["recommander", "payer", "retenir", "lever", "annuler"])
def test_the_table_does_no_act_on_a_versement(page: Any, act: str) -> None:
    versement = ready_versement()
    data = {
        "amount": "200 000,00",
        "note": "",
        "reason": "x",
        "paid_on": "2026-12-03",
        "reference": "F",
    }
    address = versement.alliance.url("versement_act", versement.pk, act)
    assert page(person("direction", "laval"), address, data).status_code == 403
    assert page(person("direction", "mauricie"), address, data).status_code == 404


# --- Finances


def test_finances_says_an_envelope_is_to_confirm_then_its_amount(page: Any) -> None:
    versement = ready_versement(envelope=None)
    budget = person("budget")
    address = versement.alliance.url("finances")
    assert "à confirmer" in text(page(budget, address))
    done = page(
        budget,
        versement.alliance.url("envelope"),
        {"amount": "1 234 567,89", "source": "Lettre", "quality": "confirmed", "was": ""},
    )
    assert "Enveloppe confirmée : 1 234 567,89 $" in text(done)
    envelope = Envelope.objects.get(alliance=versement.alliance)
    assert (envelope.amount, envelope.confirmed_by) == (Decimal("1234567.89"), budget)


@pytest.mark.parametrize("amount", ["12,345.6", "-5", "1e9", "0", "abc"])
def test_an_amount_that_could_be_read_two_ways_is_refused(page: Any, amount: str) -> None:
    alliance = ready_versement(envelope=None).alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": amount, "source": "Lettre", "quality": "confirmed", "was": ""},
    )
    assert response.status_code == 422
    assert "par exemple 1 234,56" in text(response)


def test_an_envelope_is_not_set_below_what_is_authorised(page: Any) -> None:
    alliance = issued_versement().alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": "199 999,99", "source": "x", "quality": "confirmed", "was": "1000000.00"},
    )
    assert "Écrivez au moins 200 000,00 $" in text(response)


def test_an_envelope_changed_meanwhile_is_said(page: Any) -> None:
    alliance = ready_versement().alliance
    response = page(
        person("budget"),
        alliance.url("envelope"),
        {"amount": "2 000 000", "source": "x", "quality": "confirmed", "was": "5.00"},
    )
    assert "a changé pendant que vous écriviez" in text(response)


# --- Projects


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
    assert "Paiement consigné" in act("payer", on="2026-12-01", amount="1 000,50")
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
    csv = page(user, alliance.url("projects") + "?q=frig&export=csv").content.decode("utf-8-sig")
    assert len(csv.strip().splitlines()) == 2
    assert "Frigo" in csv


# --- One and thirty rows


def count(page: Any, user: User, address: str) -> int:
    page(user, address)
    with CaptureQueriesContext(connection) as seen:
        assert page(user, address).status_code == 200
    return len(seen)


def test_the_register_costs_the_same_for_one_and_thirty_projects(page: Any) -> None:
    alliance = planned_alliance()
    by = person("coordination", "laval")
    accepted_project(alliance, by=by)
    once = count(page, by, alliance.url("projects"))
    for _ in range(29):
        received_project(alliance, by=by)
    assert count(page, by, alliance.url("projects")) == once


def test_the_queue_costs_the_same_for_1_and_30_versements(page: Any) -> None:
    places = new_territories(29)
    budget, analyst = person("budget"), person("analyst")
    recommended_versement("laval", by=analyst)
    addresses = ["/versements/", "/versements/?etat=prevus", "/"]
    once = [count(page, budget, address) for address in addresses]
    for place in places:
        recommended_versement(place, by=analyst)
    assert [count(page, budget, address) for address in addresses] == once
    assert page(budget, "/versements/").text.count("/alliances/region-") >= 29


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


def test_no_get_writes(page: Any) -> None:
    AllianceFactory("estrie")
    before = Envelope.objects.count()
    page(person("budget"), AllianceFactory("estrie").url("finances"))
    assert Envelope.objects.count() == before
