"""A project from its acceptance to its results: the Table, and the carrier by its link.

Played in the story, on a project that is accepted there and waits for its agreement. Nobody types
an address but the carrier, who has it from a letter.
"""

import re
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from alliances import clock
from tests.conventions.factories import A_PDF

from .conftest import Portal, Visit, Visitor, open_browsers
from .pages import (
    button,
    check_wide_and_narrow,
    done,
    download,
    link,
    open_tab,
    plain,
    press,
    refusal,
)

COORDINATION = "coordination@mauricie.example"
ACCEPTED = """
    SELECT p.number, p.title, p.amount_granted, p.decided_on FROM fqis_project p
    JOIN alliances_territory t ON t.id = p.territory_id
    JOIN alliances_alliance a ON a.id = p.alliance_id
    JOIN alliances_cycle c ON c.id = a.cycle_id
    WHERE t.slug = 'mauricie' AND c.slug = '2024-2029' AND p.state = 'accepted'
      AND NOT EXISTS (SELECT 1 FROM fqis_budgetline b WHERE b.project_id = p.id)
    ORDER BY p.decided_on LIMIT 1
"""
LINK = re.compile(r"/resultats/\S+")
SIGNED = {"name": "signee.pdf", "mimeType": "application/pdf", "buffer": A_PDF}


@pytest.fixture
def visit_story(story: Portal, browser: Browser) -> Visit:
    yield from open_browsers(story, browser)  # type: ignore[misc]


def open_act(page: Page, name: str) -> None:
    """Unfolds one act beside the page."""
    page.locator("summary", has_text=name).click()


def send(page: Page, name: str) -> int:
    return press(page, button(page, name)).status


def open_page(visitor: Visitor, name: str) -> Page:
    """One of the project's own pages."""
    page = visitor.page
    pages = page.get_by_role("navigation", name="Pages du projet")
    press(page, pages.get_by_role("link", name=name, exact=True))
    return page


def letter_to(story: Portal, email: str) -> str:
    """The address in the last letter to ``email``, once the worker has sent it."""
    until = monotonic() + 120
    while monotonic() < until:
        files = sorted(Path(story.env["MAIL_DIR"]).glob("*"), key=lambda one: one.stat().st_mtime)
        found = [link for path in files for link in _links_to(email, path)]
        if found:
            return found[-1]
        sleep(1)
    raise AssertionError(f"no letter to {email}")


def _links_to(email: str, path: Path) -> list[str]:
    """The links to write results in the letters of a file, those to ``email`` only."""
    letters = (
        message_from_bytes(part.strip(), policy=policy.default)
        for part in path.read_bytes().split(b"-" * 79)
    )
    bodies = [one.get_body(("plain",)) for one in letters if one["to"] and email in one["to"]]
    return [link for body in bodies if body for link in LINK.findall(body.get_content())]


def test_a_project_is_agreed_paid_spent_and_told(visit_story: Visit, story: Portal) -> None:
    table = visit_story(COORDINATION)
    ((number, title, granted, decided),) = story.rows(ACCEPTED)
    page = table.goto("/")
    press(page, page.get_by_role("link", name="Mon alliance"))
    open_tab(table, "Projets")
    page.locator("#id_etat").select_option(label="Accepté")
    press(page, button(page, "Filtrer"))
    press(page, page.get_by_role("link", name=title).first)
    open_page(table, "Argent")
    check_wide_and_narrow(table)
    prepare_and_sign(table, granted)
    pay_and_spend(table, decided)
    address = ask_results(table, story, f"porteur-{number.lower()}@organisme.example")
    carrier = visit_story()
    tell_results(carrier, address)
    accept_results(table)
    assert f"{number}" in plain(page.locator("main").inner_text())


def prepare_and_sign(table: Visitor, granted: object) -> None:
    page = table.page
    press(page, link(page, "Préparer la convention"))
    parts = page.get_by_role("group")
    parts.filter(has_text="Versement 1").get_by_label("Montant").fill("1 000,00")
    assert send(page, "Préparer la convention") == 422
    assert "doivent faire" in refusal(page)
    check_wide_and_narrow(table)
    rest = f"{granted - 1000:.2f}".replace(".", ",")  # type: ignore[operator]
    second = parts.filter(has_text="Versement 2")
    second.get_by_label("Montant").fill(rest)
    second.get_by_label("À payer").select_option(label="Au rapport reçu")
    send(page, "Préparer la convention")
    assert "Convention préparée" in done(page)
    expect(page.get_by_role("link", name="Convention à signer (PDF)")).to_be_visible()
    today = clock.today().isoformat()
    page.get_by_label("Signée par le porteur le").fill(today)
    page.get_by_label("Pour le porteur, nom et fonction").fill("Lise Roy, présidente")
    page.get_by_label("Signée par la Table le").fill(today)
    page.get_by_label("Pour la Table, nom et fonction").fill("Marc Dion, direction")
    page.locator("input[type=file]").first.set_input_files(SIGNED)
    send(page, "Consigner la signature")
    assert "Convention du projet signée" in done(page)
    assert download(table, link(page, "Convention signée")).startswith(b"%PDF")


def pay_and_spend(table: Visitor, decided: date) -> None:
    page, today = table.page, clock.today().isoformat()
    open_act(page, "Consigner un paiement")
    box = page.locator("details[open]")
    box.get_by_label("Versement convenu").select_option(index=1)
    box.get_by_label("Montant payé").fill("1,00")
    assert send(page, "Consigner un paiement") == 422
    assert "attend sa condition" in refusal(page)
    box.get_by_label("Versement convenu").select_option(index=0)
    box.get_by_label("Montant payé").fill("1 000,00")
    send(page, "Consigner un paiement")
    assert "Paiement consigné" in done(page)
    open_act(page, "Consigner une dépense")
    box = page.locator("details[open]")
    box.get_by_label("Objet de la dépense").fill("Denrées")
    box.get_by_label("Montant").fill("250,00")
    box.get_by_label("Date de la dépense").fill(date(decided.year - 1, 1, 1).isoformat())
    assert send(page, "Consigner une dépense") == 422
    assert "précède l’acceptation" in refusal(page)
    box.get_by_label("Date de la dépense").fill(today)
    send(page, "Consigner une dépense")
    assert "Dépense consignée" in done(page)
    expect(page.get_by_role("table", name="Dépenses du projet")).to_contain_text("250,00")
    check_wide_and_narrow(table)


def ask_results(table: Visitor, story: Portal, carrier: str) -> str:
    page = open_page(table, "Résultats")
    open_act(page, "Demander les résultats par lien")
    page.locator("details[open]").get_by_label("Courriel du porteur").fill(carrier)
    send(page, "Demander les résultats par lien")
    assert "Le lien part" in done(page)
    return letter_to(story, carrier)


def tell_results(carrier: Visitor, address: str) -> None:
    page = carrier.goto(f"{address[:-6]}faux~x/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce lien ne sert plus")
    page = carrier.goto(address)
    check_wide_and_narrow(carrier)
    page.get_by_label("Personnes directement rejointes").fill("42")
    page.get_by_label("Dont personnes en situation de pauvreté").fill("43")
    page.get_by_label("Votre nom et votre fonction").fill("Lise Roy, présidente")
    page.get_by_label("Comment ces personnes").select_option(index=1)
    assert send(page, "Transmettre à la Table") == 422
    assert "dépasse celui des personnes" in refusal(page)
    page.get_by_label("Dont personnes en situation de pauvreté").fill("30")
    send(page, "Enregistrer sans transmettre")
    assert "Rien n’est encore transmis" in done(page)
    page.get_by_label("Votre nom et votre fonction").fill("Lise Roy, présidente")
    send(page, "Transmettre à la Table")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vos résultats sont transmis")
    carrier.check_accessible()


def accept_results(table: Visitor) -> None:
    page = table.page
    page.reload()
    send(page, "Accepter les résultats reçus")
    assert "Résultats acceptés" in done(page)
    expect(page.locator("main")).to_contain_text("Acceptés")
    expect(page.locator("main")).to_contain_text("42")
    check_wide_and_narrow(table)
    open_page(table, "Documents")
    check_wide_and_narrow(table)
