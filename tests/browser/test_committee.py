"""The line of a choice: a request is checked, given to a committee where one person withdraws,
scored, accepted within the money left, and told by a letter."""

import re
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from alliances import clock

from .conftest import Portal, Visit, Visitor
from .pages import button, check_wide_and_narrow, done, download, link, plain, press, refusal

HOME = "/alliances/estrie/2024-2029/projets/"
TITLE = "Navette solidaire des villages"
COMMITTEE = "Comité des petits milieux"


def register(table: Visitor) -> str:
    """The request, through its checks; the number of the project."""
    page = table.goto(f"{HOME}nouveau/")
    page.get_by_label("Titre du projet").fill(TITLE)
    page.get_by_label("Organisation porteuse").select_option(index=1)
    page.get_by_label("Priorité du plan en vigueur").select_option(index=1)
    page.get_by_label("Montant demandé").fill("12 000,00")
    day = page.get_by_label("Demande reçue le").input_value()
    page.get_by_label("Début").fill(day)
    page.get_by_label("Fin", exact=True).fill(day)
    press(page, button(page, "Inscrire le projet"))
    found = re.search(r"projets/([^/]+)/$", page.url)
    assert found
    press(page, link(page, "Répondre aux contrôles"))
    check_wide_and_narrow(table)
    press(page, button(page, "Enregistrer les contrôles"))
    done(page)
    for kind in ("nature", "excluded", "cumulation"):
        page.locator(f"input[name=answer_{kind}][value=oui]").check(force=True)
        page.locator(f"[name=reason_{kind}]").fill("Lu avec l’organisme.")
    press(page, button(page, "Enregistrer les contrôles"))
    done(page)
    press(page, button(page, "Juger la demande admissible"))
    assert "Demande admissible" in done(page)
    return found[1]


def form(table: Visitor, story: Portal) -> Page:
    """The committee, with the partner and the direction, and the project."""
    page = table.goto(f"{HOME}comites/")
    page.get_by_label("Nom du comité").fill(COMMITTEE)
    press(page, button(page, "Former le comité"))
    assert "Comité formé" in done(page)
    for role in ("partenaire", "direction"):
        ((pk,),) = story.rows(
            "SELECT id FROM alliances_user WHERE email = %s", f"{role}@estrie.example"
        )
        page.get_by_label("Personne", exact=True).select_option(str(pk))
        press(page, button(page, "Ajouter au comité"))
        done(page)
    page.locator("label", has_text=TITLE).locator("input").check()
    press(page, button(page, "Confier au comité"))
    done(page)
    check_wide_and_narrow(table)
    return page


def score(evaluator: Visitor, number: str) -> None:
    """By the keyboard alone: each score saves itself."""
    page = evaluator.page
    press(page, page.get_by_role("link", name=re.compile(f"Noter {number}")))
    for criterion in page.locator("section:has(input[type=radio])").all():
        criterion.locator("input[type=radio]").first.focus()
        page.keyboard.press("Space")
        for _step in range(4):
            page.keyboard.press("ArrowRight")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Enregistré", timeout=30_000)
    check_wide_and_narrow(evaluator)
    press(page, button(page, "Enregistrer mes notes"))
    assert "Notes enregistrées" in done(page)


def test_a_project_is_chosen_by_a_committee_within_the_money_left(
    visit_story: Visit, story: Portal
) -> None:
    table = visit_story("coordination@estrie.example")
    number = register(table)
    page = form(table, story)
    committee = page.url.removeprefix(table.url)
    # The partner withdraws, and sees no more of it.
    partner = visit_story("partenaire@estrie.example")
    own = partner.goto(committee)
    press(own, own.get_by_role("link", name=TITLE))
    own.get_by_text("Déclarer un conflit d’intérêts").click()
    own.locator("[name=reason]").last.fill("Je siège à son conseil.")
    press(own, button(own, "Déclarer le conflit"))
    assert "vous ne le voyez plus" in done(own)
    for address in (committee, HOME, f"{HOME}?q=navette"):
        assert TITLE not in partner.goto(address).locator("main").inner_text()
    answer = own.goto(f"{partner.url}{HOME}{number}/")
    assert answer is not None
    assert answer.status == 404
    # The direction scores it, the coordination holds the sitting.
    direction = visit_story("direction@estrie.example")
    direction.goto(committee)
    score(direction, number)
    page = table.goto(committee)
    page.get_by_label("Date de la séance").fill(clock.today().isoformat())
    press(page, button(page, "Prévoir la séance"))
    done(page)
    press(page, page.get_by_role("table", name="Séances du comité").get_by_role("link").first)
    page.locator("[name=people]").first.check()
    page.locator("[name=people]").last.check()
    press(page, button(page, "Enregistrer les présences"))
    page.locator("[name=projects]").first.check()
    press(page, button(page, "Ajouter ces projets"))
    assert "Se retire" in plain(page.locator("main").inner_text())
    page.get_by_text("Préparer la décision").first.click()
    page.get_by_label("Accepté").check()
    page.get_by_label("Montant accordé").fill("12 000,01")
    press(page, button(page, "Enregistrer cette décision"))
    assert "dépasse le montant demandé" in refusal(page)
    page.get_by_label("Montant accordé").fill("11 000,00")
    page.get_by_label("Conditions").fill("Un bilan en juin.")
    press(page, button(page, "Enregistrer cette décision"))
    assert "Décision préparée" in done(page)
    check_wide_and_narrow(table)
    page.get_by_text("Clore la séance").first.click()
    press(page, button(page, "Clore la séance"))
    assert "Séance close" in done(page)
    # The letter says it.
    page = table.goto(f"{HOME}{number}/")
    letter = page.get_by_role("link", name=re.compile(r"Lettre de décision.*PDF"))
    for _try in range(30):
        if letter.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    text = plain(PdfDocument(BytesIO(download(table, letter)))[0].get_textpage().get_text_range())
    assert "Décision sur votre projet" in text
    assert "11 000,00 $" in text
    assert "Un bilan en juin." in text
