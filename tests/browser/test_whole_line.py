"""The whole line on one territory: seven people, seven browsers, from the convention to the bank.

Nobody types an address: each person starts from « À faire » or from the navigation, and clicks
what a person clicks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from alliances import clock
from tests.conventions.factories import A_PDF

from .conftest import Portal, Visit, Visitor
from .notices import Notice, compare_file, read_notice
from .pages import (
    button,
    check_wide_and_narrow,
    done,
    download,
    from_home,
    open_tab,
    plain,
    press,
    refusal,
)
from .plan_pages import SAVED, give_opinion, save_status, validate_plan

TABLE = "Consortium en développement social de la Mauricie"
TRANCHES = {
    "1re": "870 852,30 $",
    "2e": "1 454 680,20 $",
    "3e": "1 246 420,50 $",
    "4e": "1 116 864,50 $",
    "5e": "1 116 864,50 $",
}
REPORT = "2025-2026"
PRIORITY = "Manger à sa faim près de chez soi"
PROJECT = "Cuisines collectives de la vallée"


@dataclass
class People:
    analyst: Visitor
    delegate: Visitor
    budget: Visitor
    payments: Visitor
    coordination: Visitor
    direction: Visitor
    advisor: Visitor


@pytest.fixture
def people(visit: Visit) -> Iterator[People]:
    yield People(
        analyst=visit("analyse@dgssac.example"),
        delegate=visit("delegue@dgssac.example"),
        budget=visit("budget@dgssac.example"),
        payments=visit("paiements@dgssac.example"),
        coordination=visit("coordination@mauricie.example"),
        direction=visit("direction@mauricie.example"),
        advisor=visit("conseil@dgsq-04.example"),
    )


def test_seven_people_play_the_whole_line(people: People, portal: Portal, visit: Visit) -> None:
    prepare_convention(people.analyst)
    sign_convention(people)
    recommend_versement(people.analyst, "1re")
    first = authorise_and_pay(people, "1re")

    write_plan(people)
    approve_plan(people)
    recommend_versement(people.analyst, "2e")
    second = authorise_and_pay(people, "2e")

    decide_project(people.coordination)
    write_report(people)
    accept_report(people)
    third = authorise_and_pay(people, "3e")

    assert [second.number, third.number] == [first.number + 1, first.number + 2]
    read_notice(third, amount=TRANCHES["3e"], recipient=TABLE)
    compare_file(visit(), portal, third)


# --- Convention


def open_alliance(visitor: Visitor) -> Page:
    """Mauricie, by the navigation: its own page for the Table, the list for the ministry."""
    page = visitor.goto("/")
    navigation = page.get_by_role("navigation", name="Navigation principale")
    press(page, navigation.get_by_role("link", name="Alliance"))
    if page.get_by_role("navigation", name="Sections de l’alliance").count() == 0:
        press(page, page.locator("main").get_by_role("link", name="Mauricie").first)
    return page


def prepare_convention(analyst: Visitor) -> None:
    """Refused three times for a doubtful amount and once for tranches that do not sum."""
    page = open_alliance(analyst)
    analyst.check_accessible()
    open_tab(analyst, "Convention")
    check_wide_and_narrow(analyst)
    press(page, page.get_by_role("link", name="Préparer la convention"))
    for rank, amount in enumerate(TRANCHES.values(), start=1):
        page.get_by_label(f"Tranche {rank}, montant").fill(amount)
    amount = page.get_by_label("Montant", exact=True)
    for doubtful in ("12,345.6", "-5", "1e9"):
        amount.fill(doubtful)
        assert press(page, button(page, "Enregistrer le brouillon")).status == 422
        assert "Entrez un montant en dollars, par exemple 1 234,56." in refusal(page)
        expect(amount).to_have_value(doubtful)
    amount.fill("5 805 682,01")
    expect(page.locator("[data-gap-word]")).to_have_text("Il manque")
    assert press(page, button(page, "Enregistrer le brouillon")).status == 422
    assert (
        "Les tranches totalisent 5 805 682,00 $ et la convention 5 805 682,01 $ :"
        " il manque 0,01 $." in refusal(page)
    )
    check_wide_and_narrow(analyst)
    amount.fill("5 805 682,00")
    expect(page.locator("[data-gap-word]")).to_have_text("Les tranches couvrent le montant")
    press(page, button(page, "Enregistrer le brouillon"))
    assert "est créé" in done(page)
    check_wide_and_narrow(analyst)
    from_home(analyst, "en signature")
    press(page, button(page, "Envoyer la convention"))
    file_resolution(analyst)
    press(page, button(page, "Envoyer la convention"))
    assert "est envoyée" in done(page)


def file_resolution(analyst: Visitor) -> None:
    """The convention was not sent: the page says what is missing, and leads to it."""
    page = analyst.page
    press(page, page.get_by_role("link", name="La résolution qui habilite la Table").first)
    check_wide_and_narrow(analyst)
    page.get_by_label("Adoptée le").fill("2024-10-21")
    page.locator("input[type=file]").set_input_files(
        {"name": "resolution.pdf", "mimeType": "application/pdf", "buffer": A_PDF}
    )
    press(page, button(page, "Déposer la résolution"))
    assert "enregistré" in done(page)
    open_tab(analyst, "Convention")


def sign_convention(people: People) -> None:
    """The ministry and the Table sign here; the MRCs signed on paper and the analyst records it."""
    for visitor in (people.delegate, people.direction):
        page = from_home(visitor, "Signer la convention")
        if visitor is people.direction:
            check_wide_and_narrow(visitor)
        press(page, button(page, "Signer la convention"))
        assert "La signature est consignée" in done(page)
    from_home(people.analyst, "[Cc]onsigner")
    page = people.analyst.page
    table = page.get_by_role("table", name="Signatures de la convention")
    waiting = table.get_by_role("link", name="Consigner")
    parties = table.locator("tbody tr").count()
    assert parties == 8
    for left in range(6, 0, -1):
        expect(waiting).to_have_count(left)
        press(page, waiting.first)
        page.get_by_label("Signataire").fill("Louise Préfontaine, préfète")
        press(page, button(page, "Consigner la signature"))
        told = done(page)
    assert "est signée par toutes les parties" in told
    people.analyst.check_accessible()


# --- Versements


def recommend_versement(analyst: Visitor, rank: str) -> None:
    """The analyst recommends, and is then offered no way to authorise."""
    page = from_home(analyst, f"Recommander le versement .* {rank} tranche")
    analyst.check_accessible()
    press(page, button(page, "Recommander le versement"))
    assert "une deuxième personne doit l’autoriser" in done(page)
    expect(page.get_by_role("button", name="utoriser")).to_have_count(0)
    analyst.check_accessible()


def authorise_and_pay(people: People, rank: str) -> Notice:
    """A second person authorises, the worker writes the notice, a third one confirms payment."""
    number = authorise(people.budget, rank)
    wait_for_task(people.payments, f"Confirmer le paiement .* {rank} tranche")
    notice = pay(people.payments, number)
    check_table_knows(people.coordination, rank)
    return notice


def pay(payments: Visitor, number: str) -> Notice:
    page = payments.page
    pdf = download(payments, page.get_by_role("link", name=number).first)
    check_wide_and_narrow(payments)
    page.get_by_label("Référence du paiement").fill(f"VIR-{number}")
    press(page, button(page, "Confirmer le paiement"))
    assert "Paiement confirmé" in done(page)
    return Notice(int(number.rsplit("-", 1)[1]), number, pdf)


def authorise(budget: Visitor, rank: str) -> str:
    """Checks what is about to be done, then does it; the sentence gives the notice's number."""
    page = from_home(budget, f"Autoriser le versement .* {rank} tranche")
    press(page, button(page, "Vérifier et autoriser"))
    row = page.get_by_role("table", name="Versements que vous autorisez").locator("tbody tr")
    assert TRANCHES[rank] in plain(row.inner_text())
    check_wide_and_narrow(budget)
    press(page, button(page, "Autoriser 1 versement"))
    told = done(page)
    assert told.startswith(f"1 versement autorisé, {TRANCHES[rank]}")
    number = re.search(r"AV-\d{4}-\d+", told)
    assert number, told
    return number.group()


def wait_for_task(visitor: Visitor, task: str) -> Page:
    """The person's list until the worker has done its part."""
    page = visitor.goto("/")
    wanted = page.locator(".tasks").get_by_role("link", name=re.compile(task))
    for _try in range(60):
        if wanted.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    return from_home(visitor, task)


def check_table_knows(table: Visitor, rank: str) -> None:
    """The Table finds its money on its own page, with the day, and nothing to ask by telephone."""
    page = open_alliance(table)
    open_tab(table, "Finances")
    row = page.locator("tbody tr").filter(has_text=f"{rank} tranche").first
    assert TRANCHES[rank] in plain(row.inner_text()), row.inner_text()
    assert "Payé" in row.inner_text(), row.inner_text()
    table.check_accessible()


# --- Plan


def write_plan(people: People) -> None:
    """Section after section; transmitting before the end is refused, with links to what lacks."""
    page = from_home(people.coordination, "Terminer .*version 1")
    check_wide_and_narrow(people.coordination)
    lists_what_lacks(people.direction)
    first = page.get_by_role("navigation", name="Sections du plan").get_by_role("link").first
    press(page, first)
    for written in count():
        if page.get_by_role("textbox", name="Texte").count():
            write_section(page, f"Texte de la section {written + 1} : ce que la Table a observé.")
        following = page.locator(".sheet__nav .button--second")
        if following.count() == 0:
            break
        press(page, following)
    write_logic(people.coordination)
    press(page, page.get_by_role("link", name="Vérifier et transmettre"))
    expect(page.get_by_text("C’est à la direction de transmettre.")).to_be_visible()
    people.coordination.check_accessible()


def lists_what_lacks(direction: Visitor) -> None:
    page = from_home(direction, "Terminer .*version 1")
    press(page, page.get_by_role("link", name="Vérifier et transmettre"))
    lacking = page.locator("tbody tr").filter(has_text="Il manque")
    expect(lacking).to_have_count(15)
    expect(button(page, "Transmettre à la DGSSAC")).to_have_count(0)
    check_wide_and_narrow(direction)
    press(page, lacking.first.get_by_role("link"))
    expect(page.get_by_role("textbox", name="Texte")).to_be_visible()


def write_section(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Texte")
    box.fill(text)
    expect(save_status(page)).to_have_text(SAVED)
    page.reload()
    expect(box).to_contain_text(text)


def write_logic(coordination: Visitor) -> None:
    """One priority, one objective, one action and its indicator with a target."""
    page = coordination.page
    press(
        page,
        page.get_by_role("navigation", name="Sections du plan")
        .get_by_role("link", name="riorités")
        .first,
    )
    press(page, page.get_by_role("link", name="Ajouter une priorité"))
    page.get_by_label("Priorité", exact=True).fill(PRIORITY)
    page.locator("input[name=national_priorities]").first.check()
    press(page, button(page, "Enregistrer la priorité"))
    press(page, page.get_by_role("link", name="Ajouter un objectif"))
    page.get_by_label("Objectif", exact=True).fill("Ouvrir quatre lieux de cuisine")
    press(page, button(page, "Enregistrer l’objectif"))
    press(page, page.get_by_role("link", name="Ajouter une action"))
    page.get_by_label("Action", exact=True).fill("Équiper les lieux et former les équipes")
    page.get_by_label("Moyens").fill("Achats groupés, formation de deux jours")
    page.get_by_label("Population visée").fill("Familles à faible revenu")
    page.get_by_label("Personnes à rejoindre").fill("240")
    page.get_by_label("Résultat attendu").fill("Quatre cuisines ouvertes chaque semaine")
    page.get_by_label("Responsable").fill("La Table")
    page.get_by_label("Indicateur").first.fill("Cuisines ouvertes")
    page.get_by_label("Référence").first.fill("0")
    page.get_by_label("Cible 2029").first.fill("quatre")
    page.get_by_label("Unité").first.fill("lieux")
    assert press(page, button(page, "Enregistrer l’action")).status == 422
    refusal(page)
    page.get_by_label("Cible 2029").first.fill("4")
    check_wide_and_narrow(coordination)
    press(page, button(page, "Enregistrer l’action"))
    assert done(page) == "Action enregistrée."
    coordination.check_accessible()


def approve_plan(people: People) -> None:
    page = from_home(people.direction, "Transmettre .*version 1")
    press(page, button(page, "Transmettre à la DGSSAC"))
    assert "La DGSSAC et la DGSQ reçoivent un avis" in done(page)
    give_opinion(people.advisor, stance="Favorable")
    page = from_home(people.analyst, "Valider .*version 1")
    check_wide_and_narrow(people.analyst)
    validate_plan(page)
    page = from_home(people.delegate, "Approuver .*version 1")
    check_wide_and_narrow(people.delegate)
    press(page, button(page, "Approuver le plan"))
    assert "approuvé" in done(page)
    people.delegate.check_accessible()


# --- Project


def decide_project(coordination: Visitor) -> None:
    """Registered against the plan's priority, with its organisation, then accepted."""
    page = open_alliance(coordination)
    open_tab(coordination, "Projets")
    press(page, page.get_by_role("link", name="Inscrire un projet").first)
    today = clock.today()
    page.get_by_label("Titre du projet").fill(PROJECT)
    page.get_by_label("Organisation porteuse").select_option(label=TABLE)
    page.get_by_label("Montant demandé").fill("84 500,00")
    page.get_by_label("Demande reçue le").fill(today.isoformat())
    page.get_by_label("Début").fill(today.isoformat())
    page.get_by_label("Fin", exact=True).fill((today + timedelta(days=6 * 366)).isoformat())
    assert press(page, button(page, "Inscrire le projet")).status == 422
    assert "Un projet dure cinq ans au plus" in refusal(page)
    page.get_by_label("Fin", exact=True).fill((today + timedelta(days=700)).isoformat())
    assert press(page, button(page, "Inscrire le projet")).status == 422
    assert "Choisissez la priorité du plan à laquelle le projet répond." in refusal(page)
    check_wide_and_narrow(coordination)
    page.get_by_label("Priorité du plan en vigueur").select_option(label=f"1. {PRIORITY}")
    press(page, button(page, "Inscrire le projet"))
    done(page)
    check_wide_and_narrow(coordination)
    from_home(coordination, "1 demande attend ses contrôles d’admissibilité")
    press(page, page.get_by_role("link", name=PROJECT))
    page.get_by_label("Ce que vous avez vérifié").fill("Demande lue avec la Table.")
    press(page, button(page, "Juger la demande admissible"))
    assert "Demande admissible" in done(page)
    from_home(coordination, "1 projet attend une décision")
    press(page, page.get_by_role("link", name=PROJECT))
    page.get_by_label("Accepté").check()
    press(page, button(page, "Consigner la décision"))
    assert "Décision consignée" in done(page)
    expect(page.get_by_role("table", name="Décisions de la Table")).to_contain_text("84 500,00")
    coordination.check_accessible()


# --- Annual report


def write_report(people: People) -> None:
    page = from_home(people.coordination, f"Commencer la reddition {REPORT}")
    press(page, button(page, "Commencer la reddition"))
    fill_report(people.coordination)
    submit_report(people.direction)


def fill_report(coordination: Visitor) -> None:
    page = coordination.page
    page.get_by_label("Réalisations de l’année").fill("Quatre cuisines ont ouvert leurs portes.")
    page.get_by_label("Frais d’administration", exact=True).fill("1e9")
    assert press(page, button(page, "Enregistrer")).status == 422
    assert "Entrez un montant en dollars" in refusal(page)
    page.get_by_label("Frais d’administration", exact=True).fill("18 500,00")
    page.get_by_label("Coordination et mobilisation", exact=True).fill("61 250,00")
    page.get_by_label("Solde de fermeture", exact=True).fill("0")
    page.get_by_label("Explication de l’écart").fill("Le reste est engagé dans les projets.")
    check_wide_and_narrow(coordination)
    press(page, button(page, "Enregistrer"))
    assert "est enregistrée" in done(page)
    expect(button(page, "Transmettre à la DGSQ")).to_have_count(0)


def submit_report(direction: Visitor) -> None:
    """Transmitting before the end is refused, with links to what lacks."""
    page = from_home(direction, f"reddition {REPORT}")
    assert press(page, button(page, "Transmettre à la DGSQ")).status == 422
    expect(page.locator(".error-summary").get_by_role("link")).to_have_count(1)
    check_wide_and_narrow(direction)
    page.get_by_label("Participation des personnes").fill("Douze personnes siègent au comité.")
    page.get_by_label("Autres revenus", exact=True).fill("0")
    press(page, button(page, "Transmettre à la DGSQ"))
    assert "transmise" in done(page)
    direction.check_accessible()


def accept_report(people: People) -> None:
    """The DGSQ recommends, the DGSSAC accepts; each decides on its own page."""
    page = from_home(people.advisor, f"Analyser la reddition {REPORT}")
    for box in page.get_by_role("checkbox", name="Vu", exact=True).all():
        box.check()
    for word in page.get_by_label("Un mot sur").all():
        word.fill("Vu avec la Table.")
    page.get_by_label("Recommander le versement").check()
    page.get_by_role("textbox", name="Motif", exact=True).fill(
        "Les cibles de l’année sont atteintes."
    )
    check_wide_and_narrow(people.advisor)
    press(page, button(page, "Transmettre la décision"))
    done(page)
    page = from_home(people.analyst, f"Accepter la reddition {REPORT}")
    page.get_by_label("Accepter la reddition").check()
    check_wide_and_narrow(people.analyst)
    press(page, button(page, "Consigner la décision"))
    done(page)
