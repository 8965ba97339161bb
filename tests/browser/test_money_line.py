"""The money's line, from the split of the cycle to an avenant, and money held then recovered.

Played in a portal of its own: a confirmed split and a batch authorised at once count every
versement there is. Nobody types an address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Portal, Visit, Visitor, open_browsers, open_portal
from .money_pages import (
    facts_of,
    file_papers,
    go_to,
    open_alliance,
    open_box,
    paper_of,
    recommend,
    record_paper_signature,
    row_of,
    scan_papers,
    send_convention,
    sign_here,
    wait_for,
    wait_for_task,
)
from .pages import (
    button,
    check_wide_and_narrow,
    done,
    download,
    from_home,
    link,
    plain,
    press,
)
from .payment_pages import read_answers, reconcile, send_batch, words_of

JAMESIE, MONTREAL, LAVAL = "Jamésie", "Montréal", "Laval"
SCENARIO = "Hausse de 5 %"
FIXED = {
    "Jamésie": "1 500 000,00",
    "Kativik": "2 000 000,00",
    "CSSSPNQL": "2 000 000,00",
    "Nation crie": "2 000 000,00",
}
FORMER = {
    "Montréal": "40 000 000,00",
    "Bas-Saint-Laurent": "3 000 000,00",
    "Saguenay–Lac-Saint-Jean": "3 000 000,00",
    "Capitale-Nationale": "3 000 000,00",
    "Estrie": "3 000 000,00",
    "Outaouais": "3 000 000,00",
    "Abitibi-Témiscamingue": "3 000 000,00",
    "Côte-Nord": "3 000 000,00",
    "Gaspésie–Îles-de-la-Madeleine": "3 000 000,00",
    "Laurentides": "3 000 000,00",
    "Montérégie": "3 000 000,00",
    "Centre-du-Québec": "3 000 000,00",
}
SUM = "5 100 000,00 $"
FIRST = {JAMESIE: "300 000,00 $", MONTREAL: "4 800 000,00 $"}


@pytest.fixture(scope="module")
def money(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("money")
    with open_portal(template, folder, "create_demo_people") as running:
        yield running


@pytest.fixture
def visit_money(money: Portal, browser: Browser) -> Iterator[Visit]:
    yield from open_browsers(money, browser)


@dataclass
class People:
    budget: Visitor
    delegate: Visitor
    analyst: Visitor
    payments: Visitor


@pytest.fixture
def people(visit_money: Visit) -> People:
    return People(
        budget=visit_money("budget@dgssac.example"),
        delegate=visit_money("delegue@dgssac.example"),
        analyst=visit_money("analyse@dgssac.example"),
        payments=visit_money("paiements@dgssac.example"),
    )


def test_from_the_split_to_an_avenant(people: People, visit_money: Visit) -> None:
    coordination = visit_money("coordination@jamesie.example")
    direction = visit_money("direction@jamesie.example")

    simulate_split(people.budget)
    confirm_split(people.delegate)

    sign_on_paper(people, coordination, visit_money("direction@montreal.example"))

    recommend_both(people.analyst)
    authorise_both(people.budget)
    batch = send_batch(people.payments, SUM)
    read_answers(people.payments, batch)
    reconcile(people.payments, SUM)
    expect(row_of(coordination, JAMESIE, "1re")).to_contain_text("Payé")
    check_wide_and_narrow(coordination)

    change_schedule(people.analyst)
    sign_avenant(people.delegate, direction)
    row = row_of(coordination, JAMESIE, "4e")
    assert "350 000,00 $" in plain(row.inner_text())
    assert "300 000,00 $" in plain(row_of(coordination, JAMESIE, "1re").inner_text())


# --- The split of the cycle


def simulate_split(budget: Visitor) -> None:
    """Figures first, read before they are written; then a scenario that gives the whole total."""
    page = go_to(budget, "Enveloppes")
    check_wide_and_narrow(budget)
    press(page, link(page, "Voir les chiffres"))
    read_figures(page, [*FORMER.items(), ("Atlantide", "1,00")])
    expect(page.locator("main")).to_contain_text("1 ligne à corriger.")
    read_figures(page, list(FORMER.items()))
    expect(page.locator("main")).to_contain_text(f"{len(FORMER)} chiffres lus.")
    check_wide_and_narrow(budget)
    press(page, button(page, "Écrire ces chiffres"))
    assert f"{len(FORMER)} chiffres écrits." in done(page)
    page = go_to(budget, "Enveloppes")
    page.get_by_label("Nom du scénario").fill(SCENARIO)
    press(page, button(page, "Ouvrir le scénario"))
    expect(page.get_by_text("Il manque des chiffres pour 4 territoires.")).to_be_visible()
    page.get_by_label("Hausse pour tous, en %").fill("5")
    page.get_by_text("Montants fixés, hors de la formule").click()
    for name, amount in FIXED.items():
        place = page.get_by_role("group", name=name)
        place.get_by_label("Montant fixé").fill(amount)
        place.get_by_label("Raison").fill("Hors de la formule, décision de la ministre.")
    press(page, button(page, "Calculer"))
    assert "Scénario calculé." in done(page)
    assert facts_of(page).count("145 360 000,00 $") >= 2
    expect(button(page, "Confirmer la répartition")).to_have_count(0)
    check_wide_and_narrow(budget)


def read_figures(page: Page, former: list[tuple[str, str]]) -> None:
    lines = ["territoire;chiffre;valeur;année;source"]
    lines += [f"{name};montant;{amount};2018;Lettre du 1er mai 2018" for name, amount in former]
    page.get_by_label("Fichier CSV ou XLSX").set_input_files(
        {"name": "montants.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    press(page, button(page, "Lire le fichier"))


def confirm_split(delegate: Visitor) -> None:
    """Another person writes down the minister's decision; the envelopes have their amount."""
    page = open_alliance(delegate, JAMESIE, "Finances")
    expect(page.locator("main").get_by_text("à confirmer").first).to_be_visible()
    page = go_to(delegate, "Enveloppes")
    press(page, link(page, SCENARIO))
    check_wide_and_narrow(delegate)
    page.get_by_label("Référence").fill("Lettre 2026-118")
    press(page, button(page, "Confirmer la répartition"))
    assert "Les enveloppes ont leur montant." in done(page)
    expect(button(page, "Calculer")).to_have_count(0)
    check_wide_and_narrow(delegate)
    page = open_alliance(delegate, JAMESIE, "Finances")
    assert "1 500 000 $" in facts_of(page)


# --- Two conventions, one of which comes back on paper


def sign_on_paper(people: People, coordination: Visitor, other: Visitor) -> None:
    send_convention(people.analyst, MONTREAL, "24 000 000,00")
    theirs = paper_of(people.analyst)
    sign_here(people.delegate)
    assert "signée par toutes les parties" in sign_here(other)
    send_convention(people.analyst, JAMESIE, "1 500 000,00")
    ours = paper_of(people.analyst)
    file_papers(coordination, JAMESIE, scan_papers(ours, theirs))
    sign_here(people.delegate)
    record_paper_signature(people.analyst)


# --- Versements


def recommend_both(analyst: Visitor) -> None:
    for task in ("2 versements à recommander", "Recommander le versement"):
        page = from_home(analyst, task)
        if page.get_by_role("table").get_by_role("link", name="Recommander").count():
            press(page, page.get_by_role("table").get_by_role("link", name="Recommander").first)
        recommend(page)


def authorise_both(budget: Visitor) -> None:
    """One act for the whole queue, once its summary is read."""
    page = from_home(budget, "2 versements à autoriser")
    check_wide_and_narrow(budget)
    page.get_by_label("Choisir tous les versements possibles").check()
    assert plain(page.locator("[data-selection-total]").inner_text()) == SUM
    press(page, button(page, "Vérifier et autoriser"))
    table = page.get_by_role("table", name="Versements que vous autorisez")
    for amount in (*FIRST.values(), SUM):
        assert amount in plain(table.inner_text())
    check_wide_and_narrow(budget)
    press(page, button(page, "Autoriser 2 versements"))
    assert done(page).startswith(f"2 versements autorisés, {SUM}")


# --- An avenant


def change_schedule(analyst: Visitor) -> None:
    """Fifty thousand dollars come a year earlier; the paid tranche is closed."""
    page = open_alliance(analyst, JAMESIE, "Convention")
    press(page, link(page, "Préparer un avenant"))
    check_wide_and_narrow(analyst)
    page.get_by_label("L’échéancier").check()
    press(page, button(page, "Ouvrir ces parties"))
    closed = page.get_by_role("table", name="Tranches qui ne changent plus")
    expect(closed.locator("tbody tr")).to_have_count(1)
    expect(closed).to_contain_text("est payée")
    page.get_by_label("Motif").fill("La Table ouvre deux lieux un an plus tôt.")
    page.get_by_label("Tranche 3, montant").fill("350 000,00")
    expect(page.locator("[data-gap-word]")).to_have_text("De trop")
    assert press(page, button(page, "Enregistrer le brouillon")).status == 422
    page.get_by_label("Tranche 4, montant").fill("250 000,00")
    expect(page.locator("[data-gap-word]")).to_have_text("Les tranches couvrent le montant")
    check_wide_and_narrow(analyst)
    press(page, button(page, "Enregistrer le brouillon"))
    assert "est enregistré" in done(page)
    check_wide_and_narrow(analyst)
    from_home(analyst, "Envoyer l’avenant no 1")
    press(page, button(page, "Envoyer l’avenant"))
    assert "est envoyé" in done(page)


def sign_avenant(delegate: Visitor, direction: Visitor) -> None:
    for visitor in (delegate, direction):
        page = from_home(visitor, "Signer l’avenant no 1")
        check_wide_and_narrow(visitor)
        press(page, button(page, "Signer l’avenant"))
        told = done(page)
    assert "est signé par toutes les parties" in told
    check_wide_and_narrow(direction)


# --- A hold and a recovery


def test_a_hold_and_a_recovery(people: People, visit_money: Visit) -> None:
    coordination = visit_money("coordination@laval.example")
    direction = visit_money("direction@laval.example")
    send_convention(people.analyst, LAVAL, "2 000 000,00")
    sign_here(people.delegate)
    sign_here(direction)
    recommend(from_home(people.analyst, "Recommander le versement"))

    hold(people.analyst)
    row = row_of(coordination, LAVAL, "1re")
    expect(row).to_contain_text("Retenu")
    expect(row).to_contain_text("Le budget révisé manque.")
    check_wide_and_narrow(coordination)
    expect(people.budget.goto("/").locator("main")).not_to_contain_text("Autoriser le versement")
    release(people.analyst)
    authorise_and_pay(people)
    expect(row_of(coordination, LAVAL, "1re")).to_contain_text("Payé")

    propose_recovery(people.analyst)
    decide_recovery(people.budget)
    letter = read_letter(direction)
    record_refund(people.payments)
    check_given_back(coordination, letter)


def hold(analyst: Visitor) -> None:
    """The act asks once more, and wants its reason."""
    page = analyst.page
    box = open_box(page, "Retenir le versement")
    check_wide_and_narrow(analyst)
    box.get_by_label("Motif").fill("Le budget révisé manque.")
    press(page, box.locator("form button"))
    assert "Versement retenu." in done(page)
    check_wide_and_narrow(analyst)


def release(analyst: Visitor) -> None:
    page = from_home(analyst, "Revoir la retenue")
    page.get_by_label("Ce qui a changé").fill("Le budget révisé est reçu.")
    press(page, button(page, "Lever la retenue"))
    assert "Retenue levée." in done(page)


def authorise_and_pay(people: People) -> None:
    page = from_home(people.budget, "Autoriser le versement")
    press(page, button(page, "Vérifier et autoriser"))
    press(page, button(page, "Autoriser 1 versement"))
    assert done(page).startswith("1 versement autorisé, 400 000,00 $")
    page = wait_for_task(people.payments, "Confirmer le paiement")
    page.get_by_label("Référence du paiement").fill("VIR-LAVAL-1")
    press(page, button(page, "Confirmer le paiement"))
    assert "Paiement confirmé" in done(page)


def propose_recovery(analyst: Visitor) -> None:
    """Never more than was paid."""
    page = open_alliance(analyst, LAVAL, "Finances")
    press(page, page.locator("tbody tr").filter(has_text="1re tranche").get_by_role("link").first)
    box = open_box(page, "Proposer un recouvrement")
    box.get_by_label("Montant à recouvrer").fill("400 000,01")
    box.get_by_label("Motif").fill("Un poste est resté vacant six mois.")
    assert press(page, box.locator("form button")).status == 422
    expect(page.locator("main")).to_contain_text("ce qui peut être recouvré")
    check_wide_and_narrow(analyst)
    page.get_by_label("Montant à recouvrer").fill("12 500,00")
    press(page, button(page, "Proposer un recouvrement"))
    assert "Recouvrement proposé." in done(page)
    check_wide_and_narrow(analyst)


def decide_recovery(budget: Visitor) -> None:
    """Another person than who proposed."""
    page = from_home(budget, "Décider un recouvrement de 12.500,00")
    check_wide_and_narrow(budget)
    press(page, button(page, "Décider le recouvrement"))
    assert "Recouvrement décidé." in done(page)


def read_letter(direction: Visitor) -> str:
    """The Table knows what it owes, why, and which number to recall."""
    page = from_home(direction, "Rembourser 12.500,00")
    expect(page.locator("main")).to_contain_text("Un poste est resté vacant six mois.")
    check_wide_and_narrow(direction)
    wait_for(page, page.locator("main:not(:has-text('en préparation'))"))
    letter = page.locator("main").get_by_role("link", name=re.compile(r"^RV-"))
    number = plain(letter.inner_text())
    text = words_of(download(direction, letter))
    for words in (number, "12 500,00 $", "Un poste est resté vacant six mois."):
        assert words in text, text
    return number


def record_refund(payments: Visitor) -> None:
    page = from_home(payments, "Consigner le remboursement de 12.500,00")
    page.get_by_label("Référence du remboursement").fill("DEP-7781")
    press(page, button(page, "Consigner le remboursement"))
    assert "Remboursement consigné." in done(page)
    check_wide_and_narrow(payments)


def check_given_back(coordination: Visitor, letter: str) -> None:
    """The refund is in the Table's finances and in its ledger."""
    page = open_alliance(coordination, LAVAL, "Finances")
    table = page.get_by_role("table", name="Ce que la Table rembourse")
    expect(table).to_contain_text(letter)
    expect(table).to_contain_text("DEP-7781")
    press(page, link(page, "Voir le grand livre"))
    assert "12 500,00 $" in facts_of(page)
    check_wide_and_narrow(coordination)
