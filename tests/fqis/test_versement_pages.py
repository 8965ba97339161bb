"""The queue of the versements, as each office works in it."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from alliances import clock
from conventions.terms import TrancheSpec
from fqis import services
from fqis.models import Versement
from tests.factories import give_role, new_territories, person

from .factories import (
    funded_alliance,
    issued_versement,
    ready_versement,
    recommended_versement,
    squeezed,
)
from .pages import count, text

pytestmark = pytest.mark.django_db


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
    give_role(both, "analyst")
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
    versement = ready_versement()
    services.recommend_versement(
        versement,
        by=person("analyst"),
        amount=Decimal(amount) if amount else None,
        note="Surplus.",
    )
    if kind in ("enveloppe", "aucune"):
        squeezed(versement, Decimal("5.00"))
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


def test_the_queue_gives_the_totals_of_each_fiscal_year(page: Any) -> None:
    recommended_versement("laval")
    recommended_versement("jamesie")
    shown = page(person("auditor"), "/versements/?etat=a-autoriser")
    rows = {str(row["year"]): row for row in shown.context["years"]}
    cells = {str(cell["label"]): cell["found"] for cell in rows["2024-2025"]["cells"]}
    assert (cells["À autoriser"].count, cells["À autoriser"].amount) == (2, Decimal("400000.00"))
    assert rows["2025-2026"]["total"].amount == Decimal("600000.00")
    assert "Totaux par exercice" in shown.text


def test_the_summary_counts_down_an_envelope_and_names_what_is_unusual(page: Any) -> None:
    parts = [TrancheSpec(2026, Decimal("40.00"), "convention_signed")] * 2
    alliance = funded_alliance(envelope=Decimal("100.00"), tranches=parts)
    analyst = person("analyst")
    for versement in Versement.objects.filter(alliance=alliance):
        services.recommend_versement(versement, by=analyst)
    ids = "&".join(f"v={pk}" for pk in Versement.objects.values_list("pk", flat=True))
    shown = page(person("budget"), f"/versements/autoriser/?{ids}")
    assert [line.left for line in shown.context["ready"]] == [Decimal(60), Decimal(20)]
    assert "1 versement a quelque chose d’inhabituel." in text(shown)


def test_a_part_set_aside_is_said_beside_the_rest(page: Any) -> None:
    versement = recommended_versement()
    services.park_versement(
        versement, by=person("analyst"), amount=Decimal("500.00"), reason="Contesté."
    )
    shown = text(page(person("budget"), "/versements/?etat=a-autoriser"))
    assert "500,00 $ sont contestés et retenus." in shown
    assert "partie mise de côté" in shown


def test_a_whole_queue_of_several_pages_is_checked_and_authorised_in_one_act(page: Any) -> None:
    parts = [TrancheSpec(2024, Decimal("10.00"), "convention_signed")] * 60
    alliance = funded_alliance(tranches=parts)
    Versement.objects.filter(alliance=alliance).update(
        state="recommended", recommended_at=clock.now(), recommended_by=person("analyst")
    )
    recommended_versement("jamesie")
    budget = person("budget")
    queue = text(page(budget, "/versements/?territoire=laval"))
    assert "Vérifier toute la file : 60 versements" in queue
    check = page(budget, "/versements/autoriser/?territoire=laval&tout=1")
    assert "Autoriser 60 versements" in text(check)
    ids = ",".join(str(line.row.versement.pk) for line in check.context["ready"])
    done = page(budget, "/versements/autoriser/", {"v": f"{ids},"})
    assert "60 versements autorisés, 600,00 $" in text(done)
    again = page(budget, "/versements/autoriser/", {"v": ids})
    assert "40 autres versements n’ont pas été autorisés" in text(again)
