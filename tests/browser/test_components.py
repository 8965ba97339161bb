from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

Visit = Callable[..., Any]
PERSON = "partenaire@mauricie.example"
OPEN_PAGES = [
    "/compte/connexion/",
    "/compte/mot-de-passe/oublie/",
    "/compte/inscription/",
    "/aide/",
    "/accessibilite/",
    "/confidentialite/",
    "/composants/",
]
ACCOUNT_PAGES = [
    "",
    "mot-de-passe/",
    "deuxieme-facteur/",
    "deuxieme-facteur/cles/",
    "deuxieme-facteur/application/ajouter/",
    "deconnexion/",
    "confirmer/",
]


@pytest.mark.parametrize("width", [1280, 640, 390])
@pytest.mark.parametrize("path", OPEN_PAGES)
def test_open_pages_are_accessible_and_never_scroll_sideways(
    visit: Visit, path: str, width: int
) -> None:
    visitor = visit(width=width)
    visitor.goto(path)

    visitor.check_accessible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_the_account_are_accessible(visit: Visit, width: int) -> None:
    visitor = visit(PERSON, width=width)

    for path in ACCOUNT_PAGES:
        visitor.goto(f"/compte/{path}")
        visitor.check_accessible()
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_tab_leads_to_the_content(visit: Visit) -> None:
    page = visit().goto("/aide/")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_menu_of_a_phone_opens_without_javascript(visit: Visit) -> None:
    visitor = visit(PERSON, width=390, java_script_enabled=False)
    page = visitor.goto("/aide/")

    page.locator("details.menu > summary").click()

    expect(page.locator(".menu__panel")).to_be_visible()
    expect(page.locator(".menu__panel").get_by_text("Se déconnecter")).to_be_visible()


def test_escape_closes_the_menu_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit(PERSON).goto("/aide/")
    page.locator(".account").click()
    expect(page.locator(".account-menu > ul")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator(".account-menu > ul")).to_be_hidden()
    expect(page.locator(".account")).to_be_focused()


def test_the_language_changes_in_place(visit: Visit) -> None:
    page = visit().goto("/compte/connexion/")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en-CA"
    assert page.url.endswith("/compte/connexion/")


def test_a_password_is_shown_and_hidden_again(visit: Visit) -> None:
    page = visit().goto("/compte/connexion/")
    password = page.locator("#id_password")

    page.locator("[data-show-password]").click()
    expect(password).to_have_attribute("type", "text")
    page.locator("[data-show-password]").click()
    expect(password).to_have_attribute("type", "password")


def test_errors_take_the_focus_and_lead_to_their_field(visit: Visit) -> None:
    page = visit().goto("/composants/")

    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Montant\u00a0: Entrez un montant").click()

    assert page.evaluate("document.activeElement.id") == "id_amount"


def test_a_double_click_sends_once(visit: Visit) -> None:
    page = visit().goto("/composants/")
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/envoi/", answer)
    page.evaluate(
        """() => {
            const form = document.getElementById("sample");
            form.action = "/envoi/"; form.method = "post"; form.noValidate = true;
        }"""
    )

    page.evaluate("document.getElementById('sample').requestSubmit()")
    page.evaluate("document.getElementById('sample').requestSubmit()")
    page.wait_for_timeout(300)

    assert len(sent) == 1


def test_choosing_all_counts_and_sums(visit: Visit) -> None:
    page = visit().goto("/composants/")

    page.locator("[data-select-all]").check()
    expect(page.locator("[data-selection-count]")).to_have_text("2")
    assert "2\u00a0348\u00a0720,50" in page.locator("[data-selection-total]").inner_text()

    page.locator("[data-select-table] tbody input").first.uncheck()
    expect(page.locator("[data-selection-count]")).to_have_text("1")


def test_a_file_is_compared_in_the_browser(visit: Visit) -> None:
    page = visit().goto("/composants/")

    page.locator("#hash").set_input_files(
        {"name": "avis.pdf", "mimeType": "application/pdf", "buffer": b"Alliances"}
    )
    expect(page.locator("[data-hash-result=same]")).to_be_visible()
    page.locator("#hash").set_input_files(
        {"name": "avis.pdf", "mimeType": "application/pdf", "buffer": b"Autre chose"}
    )
    expect(page.locator("[data-hash-result=different]")).to_be_visible()
    expect(page.locator("[data-hash-result=same]")).to_be_hidden()


def test_the_end_of_the_session_is_announced_and_can_be_put_off(visit: Visit) -> None:
    visitor = visit(PERSON)
    page = visitor.page
    page.clock.install()
    visitor.goto("/aide/")
    seconds = int(page.locator("body").get_attribute("data-session-seconds") or 0)
    assert seconds > 600

    page.clock.fast_forward((seconds - 200) * 1000)
    expect(page.get_by_text("Votre session se termine dans 5 minutes.")).to_be_visible()
    visitor.check_accessible()
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("Votre session se termine dans 5 minutes.")).to_be_hidden()

    page.clock.fast_forward((seconds + 60) * 1000)
    expect(page.get_by_text("Votre session est terminée.")).to_be_visible()


def test_a_text_survives_the_end_of_the_session(visit: Visit) -> None:
    visitor = visit(PERSON)
    page = visitor.goto("/composants/")
    page.locator("#id_title").fill("Cuisine collective")
    page.locator("#id_summary").fill("Une longue description.")
    page.wait_for_timeout(600)

    visitor.context.clear_cookies()
    visitor.sign_in(PERSON)
    visitor.goto("/composants/")

    expect(page.get_by_text("Texte retrouvé.")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Cuisine collective")
    expect(page.locator("#id_summary")).to_have_value("Une longue description.")
    visitor.check_accessible()
    page.get_by_role("button", name="Effacer ce texte").click()
    expect(page.locator("#id_title")).to_have_value("")


def test_signing_out_forgets_what_was_not_saved(visit: Visit) -> None:
    visitor = visit(PERSON)
    page = visitor.goto("/composants/")
    page.locator("#id_title").fill("Brouillon")
    page.wait_for_timeout(600)

    page.locator(".account").click()
    page.locator(".account-menu").get_by_role("button", name="Se déconnecter").click()
    visitor.sign_in(PERSON)
    visitor.goto("/composants/")

    expect(page.locator("#id_title")).to_have_value("")


def test_the_first_load_is_light(visit: Visit) -> None:
    visitor = visit()
    sizes: list[int] = []

    def weigh(response: Any) -> None:
        sizes.append(response.request.sizes()["responseBodySize"])

    visitor.page.on("requestfinished", lambda request: weigh(request.response()))
    visitor.goto("/compte/connexion/")
    visitor.page.wait_for_load_state("networkidle")

    assert 0 < sum(sizes) <= 100_000
