"""What people do about money, whatever the territory: a convention, its signed papers, a notice."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.conventions.factories import A_PDF
from tests.conventions.papers import as_pdf, blank, pages_of, scanned

from .conftest import Visitor
from .pages import (
    button,
    check_wide_and_narrow,
    done,
    download,
    from_home,
    link,
    open_tab,
    plain,
    press,
)

PATIENCE = 60


def go_to(visitor: Visitor, place: str) -> Page:
    """Opens a page of the person's own navigation."""
    page = visitor.goto("/")
    navigation = page.get_by_role("navigation", name="Navigation principale")
    press(page, navigation.get_by_role("link", name=place))
    return page


def open_alliance(visitor: Visitor, territory: str, tab: str) -> Page:
    """A Table goes straight to its own Alliance, the ministry by the list."""
    page = go_to(visitor, "Alliance")
    if page.get_by_role("navigation", name="Sections de l’alliance").count() == 0:
        press(page, page.locator("main").get_by_role("link", name=territory).first)
    return open_tab(visitor, tab)


def facts_of(page: Page) -> str:
    return plain(page.locator("main").inner_text())


def wait_for(page: Page, wanted: Locator) -> Locator:
    """Looks again until the worker has done its part."""
    for _look in range(PATIENCE):
        if wanted.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(wanted.first).to_be_visible()
    return wanted.first


def wait_for_task(visitor: Visitor, task: str) -> Page:
    page = visitor.goto("/")
    wait_for(page, page.locator(".tasks").get_by_role("link", name=re.compile(task)))
    return from_home(visitor, task)


def open_box(page: Page, label: str) -> Locator:
    """The box of an act that asks once more before it is done."""
    box = page.locator("details.confirm").filter(has=page.locator("summary", has_text=label))
    box.locator("summary").click()
    return box


# --- A convention


def send_convention(analyst: Visitor, territory: str, amount: str) -> None:
    """Drafted in five equal tranches, sent once the Table's resolution is deposited."""
    page = open_alliance(analyst, territory, "Convention")
    press(page, link(page, "Préparer la convention"))
    page.get_by_label("Montant", exact=True).fill(amount)
    press(page, button(page, "Répartir le montant également"))
    expect(page.locator("[data-gap-word]")).to_have_text("Les tranches couvrent le montant")
    press(page, button(page, "Enregistrer le brouillon"))
    assert "est créé" in done(page)
    press(page, link(page, "La résolution qui habilite la Table"))
    page.get_by_label("Adoptée le").fill("2024-10-21")
    page.locator("input[type=file]").set_input_files(
        {"name": "resolution.pdf", "mimeType": "application/pdf", "buffer": A_PDF}
    )
    press(page, button(page, "Déposer la résolution"))
    assert "enregistré" in done(page)
    from_home(analyst, "en signature")
    press(page, button(page, "Envoyer la convention"))
    assert "est envoyée" in done(page)


def sign_here(visitor: Visitor) -> str:
    """One's own signature, from « À faire »; gives what the portal says."""
    page = from_home(visitor, "Signer la convention")
    press(page, button(page, "Signer la convention"))
    return done(page)


def paper_of(visitor: Visitor) -> bytes:
    """The convention shown, as its printed PDF, once the worker has drawn it."""
    page = visitor.page
    ready = page.locator("main").get_by_role("link", name=re.compile(r"\(PDF,"))
    return download(visitor, wait_for(page, ready))


def scan_papers(ours: bytes, theirs: bytes) -> bytes:
    """What comes out of the scanner: our pages shuffled, turned and crooked, a page of another
    convention between them, the back of a sheet."""
    *text, ministry, table = pages_of(ours)
    foreign = pages_of(theirs)[0]
    papers = [
        scanned(table, turned=180, skewed=2.0),
        scanned(foreign),
        scanned(text[0], turned=90, skewed=-1.5),
        blank(),
        scanned(ministry, skewed=3.0),
        *(scanned(page, turned=180) for page in text[1:]),
    ]
    return bytes(as_pdf(papers).read())


def file_papers(coordination: Visitor, territory: str, scan: bytes) -> None:
    """The Table scans everything at once; each page finds its place, and what has no place waits
    for a person."""
    page = open_alliance(coordination, territory, "Convention")
    press(page, link(page, "Déposer des papiers signés"))
    check_wide_and_narrow(coordination)
    page.get_by_label("Papiers numérisés").set_input_files(
        {"name": "papiers.pdf", "mimeType": "application/pdf", "buffer": scan}
    )
    press(page, button(page, "Déposer le fichier"))
    assert "Le fichier est gardé" in done(page)
    rows = wait_for(page, page.get_by_role("table", name="Pages du fichier")).locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("Feuille de signature")
    expect(rows.nth(1)).to_contain_text("Page d’un autre document")
    expect(rows.nth(2)).to_contain_text("Texte de la convention, page 1 sur")
    expect(rows.nth(3)).to_contain_text("À classer")
    expect(rows.nth(4)).to_contain_text("Feuille de signature, Ministère")
    expect(rows.filter(has_text="Classée")).to_have_count(rows.count() - 2)
    check_wide_and_narrow(coordination)
    set_aside_the_rest(coordination)


def set_aside_the_rest(coordination: Visitor) -> None:
    """The blank back and the page of another convention: nothing is lost, nothing misfiled."""
    page = from_home(coordination, "Classer 2 pages numérisées")
    press(page, button(page, "Mettre de côté la page blanche"))
    done(page)
    press(page, link(page, "Classer la page 2"))
    expect(button(page, "Classer la page")).to_have_count(0)
    check_wide_and_narrow(coordination)
    page.get_by_label("Pourquoi cette page n’a pas sa place ici").fill("Convention de Montréal.")
    press(page, button(page, "Mettre la page de côté"))
    done(page)
    expect(page.get_by_role("table", name="Pages du fichier")).not_to_contain_text("À classer")
    expect(page.get_by_text("Il manque des pages du texte.")).to_have_count(0)


def record_paper_signature(analyst: Visitor) -> None:
    """The Table's sheet came back: the analyst reads it and records the signature."""
    page = from_home(analyst, "Consigner 1 signature")
    table = page.get_by_role("table", name="Signatures de la convention")
    expect(table.get_by_role("link", name="Feuille reçue")).to_have_count(1)
    check_wide_and_narrow(analyst)
    press(page, table.get_by_role("link", name="Consigner"))
    page.get_by_label("Signataire").fill("Manon Cyr, présidente")
    press(page, button(page, "Consigner la signature"))
    assert "est signée par toutes les parties" in done(page)
    expect(table.get_by_role("link", name="Fichier signé")).to_have_count(2)


# --- A versement


def recommend(page: Page) -> None:
    press(page, button(page, "Recommander le versement"))
    assert "une deuxième personne doit l’autoriser" in done(page)


def row_of(table: Visitor, territory: str, rank: str) -> Locator:
    """What the Table reads of one tranche on its own page of finances."""
    page = open_alliance(table, territory, "Finances")
    return page.locator("tbody tr").filter(has_text=f"{rank} tranche").first
