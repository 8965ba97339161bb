"""What goes wrong around an act: a session that ends, two clicks, two people, a silent broker."""

import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from reporting.demo.people import PASSWORD
from script.processes import pause
from script.stack import start_web

from .conftest import Portal, Visit, Visitor, free_port, open_browsers
from .pages import button, done, from_home, plain, press

TITLE = "Jardin de la gare, édition du soir"
NUMBER_OF = "SELECT count(*) FROM fqis_project WHERE title = %s"
WRITTEN = "SELECT count(*) FROM reporting_annualreport WHERE difficulties = %s"
NOTICES_OF = """
    SELECT d.number, d.state FROM fqis_versement v
    JOIN alliances_document d ON d.id = v.notice_id
    JOIN alliances_territory t ON t.id = v.territory_id
    WHERE t.slug = %s AND v.authorised_at > now() - interval '1 hour'
"""


def sign_in_here(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, page.locator("main form button[type=submit]").first)


def new_project(visitor: Visitor, territory: str, title: str) -> Page:
    """The form of a request, filled as far as it must be."""
    page = visitor.goto(f"/alliances/{territory}/2024-2029/projets/nouveau/")
    page.get_by_label("Titre du projet").fill(title)
    page.get_by_label("Organisation porteuse").select_option(index=1)
    page.get_by_label("Priorité du plan en vigueur").select_option(index=1)
    page.get_by_label("Montant demandé").fill("12 000,00")
    day = page.get_by_label("Demande reçue le").input_value()
    page.get_by_label("Début").fill(day)
    page.get_by_label("Fin", exact=True).fill(day)
    return page


def choose_to_authorise(visitor: Visitor, territory: str) -> Page:
    """The page that asks once more before the versement of one territory is authorised."""
    page = visitor.goto("/versements/?etat=a-autoriser")
    page.get_by_label("Choisir tous les versements possibles").uncheck()
    page.get_by_label(f"Choisir {territory},").check()
    press(page, button(page, "Vérifier et autoriser"))
    expect(page.locator("main")).to_contain_text(territory)
    return page


# --- The session


def test_a_form_sent_after_the_session_gives_its_text_back(
    visit_story: Visit, story: Portal
) -> None:
    email = "direction@estrie.example"
    visitor = visit_story(email)
    page = new_project(visitor, "estrie", TITLE)
    visitor.context.clear_cookies(name="sessionid")

    answer = press(page, button(page, "Inscrire le projet"))

    assert answer.status == 401
    expect(page.get_by_role("heading", name="Votre session est terminée")).to_be_visible()
    typed = page.locator("textarea[readonly]").evaluate_all("all => all.map(one => one.value)")
    assert TITLE in typed
    visitor.check_accessible()

    press(page, page.get_by_role("link", name="Se connecter"))
    sign_in_here(page, email)

    expect(page.get_by_text("Texte retrouvé.")).to_be_visible()
    expect(page.get_by_label("Titre du projet")).to_have_value(TITLE)
    assert story.rows(NUMBER_OF, TITLE) == [(0,)]


def test_an_automatic_saving_after_the_session_keeps_the_text(
    visit_story: Visit, story: Portal
) -> None:
    email, typed = "coordination@jamesie.example", "Les trajets d’hiver coûtent plus cher."
    visitor = visit_story(email)
    page = from_home(visitor, "reddition 2025-2026")
    address = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    visitor.context.clear_cookies(name="sessionid")

    with page.expect_response("**/enregistrer/") as answer:
        page.get_by_label("Difficultés et ajustements").fill(typed)

    assert answer.value.status == 401
    notice = page.locator("[data-session-notice]")
    expect(notice).to_contain_text("Votre session est terminée.")
    expect(notice).to_contain_text("Le texte que vous avez écrit est gardé dans ce navigateur.")
    # Nothing promises a saving that will not come.
    expect(page.locator("[data-save-notice]")).to_have_count(0)
    expect(page.locator("[data-autosave-status]")).to_have_text("")
    expect(page.get_by_label("Difficultés et ajustements")).to_have_value(typed)
    visitor.check_accessible()
    assert story.rows(WRITTEN, typed) == [(0,)]

    press(page, notice.get_by_role("link", name="Se connecter"))
    sign_in_here(page, email)

    assert page.url == address
    expect(page.get_by_text("Texte retrouvé.")).to_be_visible()
    expect(page.get_by_label("Difficultés et ajustements")).to_have_value(typed)
    press(page, button(page, "Enregistrer"))
    assert story.rows(WRITTEN, typed) == [(1,)]


def test_an_automatic_saving_that_fails_says_so_and_tries_again(
    visit_story: Visit, story: Portal
) -> None:
    first, second = "Le camion est tombé en panne.", "Un autre camion est venu de Chapais."
    visitor = visit_story("coordination@jamesie.example")
    page = from_home(visitor, "reddition 2025-2026")
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/enregistrer/", lambda route: route.fulfill(status=500, body="Erreur"))

    page.get_by_label("Difficultés et ajustements").fill(first)

    notice = page.locator("[data-save-notice]")
    expect(notice).to_contain_text("Le texte n’est pas enregistré.")
    expect(notice).to_contain_text("Votre texte reste ici. Le portail essaie de nouveau.")
    expect(page.locator("[data-autosave-status]")).to_have_text("")
    expect(page.get_by_label("Difficultés et ajustements")).to_have_value(first)
    assert story.rows(WRITTEN, first) == [(0,)]
    visitor.check_accessible()

    page.unroute("**/enregistrer/")
    page.get_by_label("Pratiques gagnantes").fill(second)

    expect(page.locator("[data-autosave-status]")).to_contain_text("Enregistré à")
    expect(notice).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Difficultés et ajustements")).to_have_value(first)
    expect(page.get_by_label("Pratiques gagnantes")).to_have_value(second)


# --- Twice


def test_two_clicks_register_one_project(visit_story: Visit, story: Portal) -> None:
    title = "Popote roulante du rang Neuf"
    page = new_project(visit_story("direction@estrie.example"), "estrie", title)

    arrived = answer_late(page, "**/nouveau/")
    verb = button(page, "Inscrire le projet")
    verb.scroll_into_view_if_needed()
    box = verb.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.click(*middle)
    wait_until(page, lambda: len(arrived) == 1)
    page.mouse.click(*middle)

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert story.rows(NUMBER_OF, title) == [(1,)]


def test_a_form_waits_for_its_own_automatic_saving(visit_story: Visit) -> None:
    """Sent during that saving, it would carry the former revision and conflict with itself."""
    page = from_home(visit_story("coordination@jamesie.example"), "reddition 2025-2026")
    arrived = answer_late(page, "**/enregistrer/")
    page.get_by_label("Difficultés et ajustements").fill("Un lieu a fermé au printemps.")
    page.get_by_label("Pratiques gagnantes").fill("Deux équipes partagent un camion.")
    wait_until(page, lambda: len(arrived) == 1)
    page.get_by_label("L’année qui vient").fill("Ouvrir un troisième lieu.")

    answer = press(page, button(page, "Enregistrer"))

    assert answer.status == 200
    assert "est enregistrée" in done(page)
    expect(page.get_by_label("L’année qui vient")).to_have_value("Ouvrir un troisième lieu.")


def answer_late(page: Page, address: str) -> list[str]:
    """The server acts at once and its answers take a second to come; gives what it answered."""
    arrived: list[str] = []

    def hold(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        arrived.append(route.request.method)
        page.wait_for_timeout(1000)
        # A page that left no longer wants its answer.
        with suppress(Error):
            route.fulfill(response=answer)

    page.route(address, hold)
    return arrived


def wait_until(page: Page, condition: Callable[[], bool], *, seconds: int = 10) -> None:
    for _try in range(seconds * 10):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came")


def test_going_back_shows_no_decision_to_take_again(visit_story: Visit, story: Portal) -> None:
    page = choose_to_authorise(visit_story("budget@dgssac.example"), "Laval")
    press(page, button(page, "Autoriser 1 versement"))
    assert "1 versement autorisé" in done(page)

    page.go_back()
    stale = button(page, "Autoriser 1 versement")
    if stale.count():
        press(page, stale)

    expect(page.locator("main")).to_contain_text("Hélène Tremblay l’a déjà autorisé le")
    assert len(story.rows(NOTICES_OF, "laval")) == 1


# --- Two people


def test_the_second_to_authorise_is_told_who_and_when(visit_story: Visit, story: Portal) -> None:
    first = choose_to_authorise(visit_story("budget@dgssac.example"), "Estrie")
    second = choose_to_authorise(visit_story("budget@dgssac.example"), "Estrie")
    press(first, button(first, "Autoriser 1 versement"))

    answer = press(second, button(second, "Autoriser 1 versement"))

    assert answer.status == 422
    expect(second.locator(".notice--error")).to_contain_text(
        "Estrie : Hélène Tremblay l’a déjà autorisé le"
    )
    assert len(story.rows(NOTICES_OF, "estrie")) == 1


def test_the_second_to_decide_on_a_project_is_told_who_and_when(visit_story: Visit) -> None:
    """The direction accepts while the coordination has the same form open."""
    pages = []
    direction = visit_story("direction@estrie.example")
    page = new_project(direction, "estrie", "Vélos partagés de la rue King")
    address = press(page, button(page, "Inscrire le projet")).url
    page.get_by_label("Ce que vous avez vérifié").fill("Demande lue.")
    press(page, button(page, "Juger la demande admissible"))
    for visitor in (direction, visit_story("coordination@estrie.example")):
        visitor.page.goto(address)
        visitor.page.get_by_label("Accepté").check()
        pages.append(visitor.page)
    press(pages[0], button(pages[0], "Consigner la décision"))
    assert "Décision consignée" in done(pages[0])

    answer = press(pages[1], button(pages[1], "Consigner la décision"))

    assert answer.status == 422
    told = plain(pages[1].locator(".error-summary, .notice--error").first.inner_text())
    assert "déjà" in told
    decisions = pages[1].get_by_role("table", name="Décisions de la Table").locator("tbody tr")
    expect(decisions).to_have_count(1)


# --- The broker


@pytest.fixture
def without_broker(story: Portal, tmp_path: Path) -> Iterator[Portal]:
    """The same portal, served by a web server whose broker does not answer."""
    port = free_port()
    env = story.env | {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    web = start_web(env, port=port, logs=tmp_path)
    url = f"http://localhost:{port}"
    try:
        for _try in range(300):
            if is_alive(url):
                break
            pause(0.1)
        yield replace(story, stack=replace(story.stack, url=url, web=web), env=env)
    finally:
        web.stop()


def is_alive(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/sante/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def notice_state(story: Portal) -> str:
    return str(story.rows(NOTICES_OF, "saguenay-lac-saint-jean")[0][1])


def test_without_a_broker_the_act_holds_and_the_notice_comes_later(
    without_broker: Portal, browser: Browser, story: Portal
) -> None:
    visits = open_browsers(without_broker, browser)
    visitor = next(visits)("budget@dgssac.example")
    page = choose_to_authorise(visitor, "Saguenay–Lac-Saint-Jean")

    began = time.monotonic()
    press(page, button(page, "Autoriser 1 versement"))
    seconds = time.monotonic() - began

    assert "Le portail prépare l’avis, puis avise la Table" in done(page)
    assert seconds < 5
    visitor.goto("/versements/?etat=a-payer")
    expect(page.locator("tr").filter(has_text="Saguenay")).to_contain_text(
        "L’avis est en préparation."
    )
    # The worker, whose broker answers, soon finds what nobody told it about.
    assert notice_state(story) == "pending"
    wait_until(page, lambda: notice_state(story) == "ready", seconds=60)
    next(visits, None)
