"""The line of a call for projects: published, answered by a link without an account, acknowledged,
seen by the Table. Nobody types an address but the one in the letter."""

import re
from email import message_from_bytes, policy
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from .conftest import Portal, Visit, Visitor
from .pages import button, check_wide_and_narrow, done, download, link, plain, press, refusal

CALL = "Appel d’essai : manger ensemble"
EMAIL = "cuisine@porteur.example"


def fill(page: Page, name: str, text: str) -> None:
    page.locator(f"main [name={name}]").fill(text)


def publish(table: Visitor) -> None:
    page = table.goto("/alliances/mauricie/2024-2029/projets/")
    page.get_by_role("navigation", name="Projets").get_by_role("link", name="Appels").click()
    press(page, link(page, "Préparer un appel"))
    for name, text in {
        "title": CALL,
        "presentation": "Des projets qui nourrissent et rassemblent.",
        "amount": "50 000",
        "ceiling": "20 000",
        "opens_at": "2026-01-05T09:00",
        "closes_at": "2035-01-05T16:00",
        "selection": "Un comité lit, la Table décide.",
        "frequency": "Chaque hiver",
        "papers_required": "Lettre d’appui",
    }.items():
        fill(page, name, text)
    press(page, button(page, "Enregistrer l’appel"))
    assert "priorité" in refusal(page)
    page.locator("main [name=priorities]").first.check()
    press(page, button(page, "Enregistrer l’appel"))
    assert "préparé" in done(page)
    press(page, button(page, "Publier l’appel"))
    assert "ouverte à tout le monde" in done(page)
    check_wide_and_narrow(table)


def letter_link(portal: Portal) -> str:
    """The address in the last letter to the organisation."""
    for file in sorted((portal.folder / "mail").glob("*"), key=lambda one: -one.stat().st_mtime):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        if letter["To"] == EMAIL and (
            found := re.search(r"/demandes/\S+/", str(letter.get_content()))
        ):
            return found[0]
    return ""


def write(page: Page) -> None:
    for name, text in {
        "organisation_name": "Cuisine de quartier",
        "organisation_neq": "114000000",
        "contact_name": "Ève Roy",
        "contact_email": EMAIL,
        "title": "Cuisine collective",
        "description": "Cuisiner ensemble.",
        "activities": "Dix ateliers.",
        "starts_on": "2027-02-01",
        "ends_on": "2028-01-31",
        "population": "Familles",
        "people_expected": "80",
        "amount_requested": "15 000",
        "budget-0-amount": "20 000",
        "budget-0-asked": "15 000",
        "sources-0-name": "Centraide",
        "sources-0-amount": "5 000",
    }.items():
        fill(page, name, text)
    page.locator("[name=organisation_class]").select_option("obnl")
    page.locator("[name=budget-0-category]").select_option("salaries")
    page.locator("[name=priority]").select_option(index=1)


def test_a_call_is_published_answered_by_a_link_and_seen_by_the_table(
    story: Portal, visit_story: Visit
) -> None:
    table = visit_story("coordination@mauricie.example")
    publish(table)
    # Somebody without an account finds it from the sign-in page.
    organisation = visit_story()
    page = organisation.goto("/compte/connexion/")
    press(page, page.get_by_role("link", name="Voir les appels de projets"))
    press(page, link(page, "Mauricie"))
    assert "Comment les projets sont choisis" in page.locator("main").inner_text()
    check_wide_and_narrow(organisation)
    press(page, link(page, CALL))
    check_wide_and_narrow(organisation)
    fill(page, "email", EMAIL)
    press(page, button(page, "Recevoir mon lien"))
    assert EMAIL in done(page)
    wait_for_letter(page, story)
    address = letter_link(story)
    organisation.goto(address)
    press(page, button(page, "Ouvrir ma demande"))
    write(page)
    # What is typed saves itself.
    expect(page.locator("[data-autosave-status]")).to_contain_text("Enregistré", timeout=30_000)
    check_wide_and_narrow(organisation)
    page.reload()
    assert page.locator("[name=title]").input_value() == "Cuisine collective"
    # Another browser does not open the same link.
    other = visit_story()
    assert "autre navigateur" in other.goto(address).locator("main").inner_text()
    # Refusals, then the file, then the sending.
    press(page, button(page, "Transmettre la demande"))
    assert "dix chiffres" in refusal(page)
    fill(page, "organisation_neq", "1140000077")
    page.locator("[name=paper]").select_option(label="Lettre d’appui")
    page.locator("[name=file]").set_input_files(
        {"name": "appui.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}
    )
    press(page, button(page, "Joindre ce fichier"))
    assert "appui.pdf" in page.locator("main").inner_text()
    press(page, button(page, "Transmettre la demande"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est reçue.")
    check_wide_and_narrow(organisation)
    receipt = page.get_by_role("link", name=re.compile("Télécharger l’accusé"))
    for _try in range(30):
        if receipt.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    first = PdfDocument(BytesIO(download(organisation, receipt)))[0]
    text = plain(first.get_textpage().get_text_range())
    assert "Accusé de réception" in text
    assert "Cuisine de quartier" in text
    assert "15 000,00 $" in text
    # The Table finds it under its call.
    page = table.page
    page.reload()
    press(page, link(page, "Cuisine collective"))
    shown = plain(page.locator("main").inner_text())
    assert "Reçu" in shown
    assert "Dix ateliers." in shown
    assert "20 000,00 $" in shown
    check_wide_and_narrow(table)


def wait_for_letter(page: Page, portal: Portal) -> None:
    for _try in range(60):
        if letter_link(portal):
            return
        page.wait_for_timeout(1000)
    raise AssertionError("no letter came")
