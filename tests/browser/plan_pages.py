"""What the tests of a plan in the browser share: its saving, its opinion, its analysis."""

import re

from playwright.sync_api import Locator, Page, expect

from .conftest import Visitor
from .pages import button, done, from_home, link, press

SAVED = re.compile(r"Enregistré à\s\d+\sh\s\d\d")
OFFLINE = "Hors ligne : vos mots sont gardés ici."
LEAD = "SELECT lead FROM plans_action WHERE id = %s"


def save_status(page: Page) -> Locator:
    """Where the editor says when the text was saved."""
    return page.locator("[data-autosave-status]")


def type_in(field: Locator, words: str) -> None:
    field.fill(words)
    field.blur()


def give_opinion(advisor: Visitor, *, stance: str, text: str = "") -> None:
    page = from_home(advisor, "Donner l’avis de la DGSQ")
    page.get_by_label(stance, exact=True).check()
    page.get_by_label("Vos réserves ou vos raisons").fill(text)
    press(page, button(page, "Donner l’avis de la DGSQ"))
    assert "votre avis est donné" in done(page)


def open_analysis(page: Page) -> Page:
    """From the page of the plan to the checklist of its fifteen points."""
    press(page, page.get_by_role("link", name=re.compile("l’analyse$")).first)
    return page


def validate_plan(page: Page) -> None:
    """Fifteen points found to conform, then the validation itself."""
    points = open_analysis(page).locator("section.point")
    expect(points).to_have_count(15)
    for rank in range(15):
        points.nth(rank).get_by_label("Conforme", exact=True).check()
    press(page, button(page, "Enregistrer l’analyse"))
    assert done(page) == "15 points enregistrés."
    press(page, link(page, "Lire le plan et décider"))
    press(page, button(page, "Valider le plan"))
    assert "validé" in done(page)
