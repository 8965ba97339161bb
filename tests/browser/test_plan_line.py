"""A plan from its first words to its modification: seven people, each in their own browser.

Played on the Laurentides of the demo story, whose first plan came back once and waits for its
Table. Nothing else of the suite looks there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from io import BytesIO

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from .conftest import Portal, Visit, Visitor
from .pages import button, check_wide_and_narrow, done, download, from_home, link, plain, press
from .plan_pages import (
    LEAD,
    OFFLINE,
    SAVED,
    give_opinion,
    open_analysis,
    save_status,
    type_in,
    validate_plan,
)
from .test_resilience import wait_until

TABLE = "laurentides.example"
PLAN = "/alliances/laurentides/2024-2029/plan/"
FIRST, SECOND = f"{PLAN}1/", f"{PLAN}2/"
HOUSE, ADDRESS = "Maison des familles du Nord", "appui@maison-du-nord.example"
RESERVATION = "Le transport vers Mont-Laurier reste à financer."
REASON = "Deux points à préciser avant l’approbation."
REMARKS = {
    "10a": "Dites qui reçoit l’état des dépenses.",
    "10c": "Dites combien de fois le comité se réunit.",
}
CORRECTED = "Le comité de sélection se réunit chaque mois et publie ses motifs."
BEFORE, AFTER = "par un formulaire court", "par téléphone ou en personne"
WHY = "Des organismes sans ordinateur ne peuvent pas déposer."
# The territory has a plan of 2017 too.
ITS_PLAN = """
    SELECT p.id FROM plans_plan p
    JOIN alliances_alliance a ON a.id = p.alliance_id
    JOIN alliances_cycle c ON c.id = a.cycle_id
    JOIN alliances_territory t ON t.id = p.territory_id
    WHERE t.slug = 'laurentides' AND c.slug = '2024-2029'
"""
VERSION = f"""
    SELECT v.state, d.state FROM plans_planversion v
    LEFT JOIN alliances_document d ON d.id = v.document_id
    WHERE v.plan_id = ({ITS_PLAN}) AND v.number = %s
"""
A_DAY_EARLIER = f"""
    UPDATE plans_planversion SET in_force_from = in_force_from - 1
    WHERE plan_id = ({ITS_PLAN}) AND number = 1
"""


@dataclass
class People:
    coordination: Visitor
    direction: Visitor
    advisor: Visitor
    analyst: Visitor
    delegate: Visitor


@pytest.fixture
def people(visit_story: Visit) -> Iterator[People]:
    yield People(
        coordination=visit_story(f"coordination@{TABLE}"),
        direction=visit_story(f"direction@{TABLE}"),
        advisor=visit_story("conseil@dgsq-15.example"),
        analyst=visit_story("analyse@dgssac.example"),
        delegate=visit_story("delegue@dgssac.example"),
    )


def test_a_plan_is_written_agreed_returned_approved_and_modified(
    people: People, story: Portal, visit_story: Visit
) -> None:
    write_and_lose_the_line(people.coordination, story)
    meet_a_colleague(people.coordination, people.direction, story)
    ask_an_endorsement(people.coordination)
    answer_corrections(people.coordination, asked=3, total=3)
    endorse(visit_story(), letter_to(ADDRESS, people.coordination.page, story))
    read_the_reservation(people.coordination)
    submit(people.direction, FIRST)

    give_opinion(people.advisor, stance="Favorable, avec des réserves", text="Voir le transport.")
    return_with_two_points(people.analyst)
    follow_each_correction(people.coordination)
    correct(people.coordination)
    answer_corrections(people.direction, asked=3, total=6)
    submit(people.direction, FIRST)

    give_opinion(people.advisor, stance="Favorable")
    validate_plan(people.analyst.goto(FIRST))
    approve(people.delegate, FIRST)
    letter = read_letter(people.coordination, story, number=1)
    assert "La version 1 de votre plan d’action régional concerté" in letter
    assert "Modifications" not in letter

    open_two_sections(people.coordination)
    others_are_closed(people.coordination)
    write_text(people.coordination, "10b", f"Le dépôt se fait en tout temps, {AFTER}.")
    submit(people.direction, SECOND)
    give_opinion(people.advisor, stance="Favorable")
    validate_plan(people.analyst.goto(SECOND))
    refuses_two_in_one_day(people.delegate)
    let_a_night_pass(story)
    approve(people.delegate, SECOND)
    read_the_annex(people, story)


# --- Writing


def open_action(visitor: Visitor) -> int:
    page = visitor.goto(f"{FIRST}3/")
    press(page, page.locator("a.act__t", has_text="transport des denrées").first)
    found = re.search(r"/action/(\d+)/", page.url)
    assert found
    return int(found[1])


def write_and_lose_the_line(visitor: Visitor, story: Portal) -> None:
    """What is typed offline stays in the browser, and leaves with the line that returns."""
    pk = open_action(visitor)
    lead = visitor.page.get_by_label("Responsable")
    type_in(lead, "Moisson Laurentides")
    expect(save_status(visitor.page)).to_have_text(SAVED)
    assert story.rows(LEAD, pk) == [("Moisson Laurentides",)]

    visitor.context.set_offline(True)
    type_in(lead, "Moisson et la CDC")
    expect(save_status(visitor.page)).to_contain_text(OFFLINE)
    assert story.rows(LEAD, pk) == [("Moisson Laurentides",)]

    visitor.context.set_offline(False)
    expect(save_status(visitor.page)).to_have_text(SAVED)
    assert story.rows(LEAD, pk) == [("Moisson et la CDC",)]


def meet_a_colleague(first: Visitor, second: Visitor, story: Portal) -> None:
    """Both texts are shown, and the one that stays is chosen."""
    pk = open_action(second)
    first.context.set_offline(True)
    type_in(first.page.get_by_label("Responsable"), "La CDC")
    expect(save_status(first.page)).to_contain_text(OFFLINE)
    type_in(second.page.get_by_label("Responsable"), "Moisson Laurentides")
    expect(save_status(second.page)).to_have_text(SAVED)

    first.context.set_offline(False)

    expect(first.page.get_by_text("Deux textes pour un champ.")).to_be_visible()
    assert story.rows(LEAD, pk) == [("Moisson Laurentides",)]
    both = first.page.get_by_role("button", name="Voir les deux et choisir")
    assert press(first.page, both).status == 409
    for title, words in (("Votre texte", "La CDC"), ("Texte enregistré", "Moisson Laurentides")):
        expect(first.page.get_by_role("region", name=title)).to_contain_text(words)
    first.page.get_by_label("Texte à garder").fill("La CDC, avec Moisson Laurentides")
    press(first.page, button(first.page, "Enregistrer ce texte"))
    assert story.rows(LEAD, pk) == [("La CDC, avec Moisson Laurentides",)]


def write_text(visitor: Visitor, code: str, text: str) -> None:
    """Replaces the text of a section; it is saved by itself."""
    page = visitor.page
    if f"/{code}/" not in page.url:
        press(page, section_link(page, code))
    page.locator("[data-rte-text]").fill(text)
    expect(save_status(page)).to_have_text(SAVED)


def section_link(page: Page, code: str) -> Locator:
    """A section in the editor's table of contents."""
    contents = page.get_by_role("navigation", name="Sections du plan")
    return contents.locator(f'a[data-line="{code}"]')


# --- The consensus


def ask_an_endorsement(visitor: Visitor) -> None:
    page = visitor.goto(f"{FIRST}appuis/")
    press(page, link(page, "Demander des appuis"))
    page.get_by_label("Autres organismes").fill(f"{HOUSE}, {ADDRESS}")
    press(page, button(page, "Envoyer les demandes"))
    expect(page.get_by_role("table", name="Demandes sans réponse")).to_contain_text(HOUSE)


def letter_to(address: str, page: Page, story: Portal) -> str:
    """The link of the letter that the worker sent to ``address``."""
    found: list[str] = []

    def has_come() -> bool:
        for file in (story.folder / "mail").glob("*"):
            content = file.read_bytes()
            if address.encode() in content:
                letter = message_from_bytes(content, policy=policy.default)
                body = letter.get_body(("plain",))
                assert body is not None
                found.extend(re.findall(r"https?://\S+/appui/\S+/", str(body.get_content())))
        return bool(found)

    wait_until(page, has_come, seconds=60)
    assert found[0].startswith(story.url)
    return found[0]


def endorse(partner: Visitor, address: str) -> None:
    """Somebody without an account reads the plan, and answers with a reservation."""
    page = partner.page
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Appuyez-vous ce plan?")
    expect(page.locator("main")).to_contain_text("La CDC, avec Moisson Laurentides")
    check_wide_and_narrow(partner)
    page.get_by_label("réserve", exact=False).first.check()
    page.get_by_label("Votre nom").fill("Nadine Labrecque")
    page.get_by_label("Votre fonction").fill("Directrice")
    assert press(page, button(page, "Envoyer ma réponse")).status == 422
    expect(page.locator(".error-summary")).to_contain_text("Écrivez votre réserve.")
    page.get_by_role("textbox", name="Votre réserve").fill(RESERVATION)
    press(page, button(page, "Envoyer ma réponse"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Merci, votre réponse est enregistrée."
    )
    partner.check_accessible()


def read_the_reservation(visitor: Visitor) -> None:
    page = visitor.goto(f"{FIRST}appuis/")
    said = page.get_by_role("region", name="Réserves et désaccords")
    expect(said).to_contain_text(HOUSE)
    expect(said).to_contain_text(RESERVATION)


# --- Submitting


def submit(direction: Visitor, version: str) -> None:
    page = from_home(direction, f"Transmettre la version {version[-2]}")
    assert page.url.endswith(f"{version}verifier/")
    press(page, button(page, "Transmettre à la DGSSAC"))
    assert "transmis" in done(page)


# --- The return and its corrections


def return_with_two_points(analyst: Visitor) -> None:
    """Two points of the checklist become remarks on their sections; the reason is another."""
    page = open_analysis(analyst.goto(FIRST))
    for code, words in REMARKS.items():
        point = page.locator("section.point").filter(has_text=f"Section {code},")
        point.get_by_label("À corriger", exact=True).check()
        point.get_by_label("Remarque").fill(words)
    press(page, button(page, "Enregistrer l’analyse"))
    assert done(page) == "2 points enregistrés."
    check_wide_and_narrow(analyst)
    press(page, link(page, "Lire le plan et décider"))
    expect(button(page, "Valider le plan")).to_have_count(0)
    page.get_by_text("Retourner à la Table", exact=True).click()
    page.get_by_label("Motif du retour").fill(REASON)
    press(page, button(page, "Retourner le plan"))
    assert "retourné" in done(page)


def waiting_remarks(page: Page) -> Locator:
    return page.locator("ol.thread > li").filter(has_text="La Table doit répondre")


def open_corrections(visitor: Visitor) -> Page:
    page = from_home(visitor, "Corriger la version 1")
    assert page.url.endswith("?genre=corrections")
    return page


def follow_each_correction(visitor: Visitor) -> None:
    """The list of the remarks, each leading to its field."""
    page = open_corrections(visitor)
    expect(waiting_remarks(page)).to_have_count(3)
    check_wide_and_narrow(visitor)
    expect(waiting_remarks(page).filter(has_text=REASON)).to_contain_text("Tout le plan")
    for code, words in REMARKS.items():
        press(page, waiting_remarks(page).filter(has_text=words).locator(".thread__place a"))
        assert page.url.split("#")[0].endswith(f"{FIRST}{code}/")
        expect(page.locator("[data-rte-text]")).to_be_visible()
        expect(page.get_by_role("complementary", name="Discussion")).to_contain_text(words)
        page.go_back()


def correct(visitor: Visitor) -> None:
    """The correction is written; the consensus on the former text no longer counts."""
    visitor.goto(f"{FIRST}10c/")
    write_text(visitor, "10c", CORRECTED)
    page = visitor.goto(f"{FIRST}appuis/")
    expect(page.get_by_role("region", name="Sur un texte antérieur")).to_contain_text(HOUSE)


def answer_corrections(visitor: Visitor, *, asked: int, total: int) -> None:
    page = open_corrections(visitor)
    expect(page.locator("ol.thread > li")).to_have_count(total)
    for left in range(asked, 0, -1):
        expect(waiting_remarks(page)).to_have_count(left)
        remark = waiting_remarks(page).first
        remark.get_by_text("Répondre", exact=True).click()
        remark.get_by_label("Votre réponse").fill("C’est écrit dans la section.")
        press(page, remark.get_by_role("button", name="Publier la réponse"))
    expect(waiting_remarks(page)).to_have_count(0)


# --- Validating, approving


def open_approval(delegate: Visitor, version: str) -> Page:
    page = delegate.goto(version)
    expect(button(page, "Approuver le plan")).to_be_visible()
    return page


def approve(delegate: Visitor, version: str) -> None:
    page = open_approval(delegate, version)
    press(page, button(page, "Approuver le plan"))
    assert "approuvé" in done(page)


def refuses_two_in_one_day(delegate: Visitor) -> None:
    page = open_approval(delegate, SECOND)
    assert press(page, button(page, "Approuver le plan")).status == 422
    expect(page.locator(".error-summary")).to_contain_text("choisissez un jour suivant")


def let_a_night_pass(story: Portal) -> None:
    """The owner of the database, past its rules, dates the first approval of the day before."""
    with psycopg.connect(story.owner_url) as database:
        database.execute("ALTER TABLE plans_planversion DISABLE TRIGGER USER")
        assert database.execute(A_DAY_EARLIER).rowcount == 1
        database.execute("ALTER TABLE plans_planversion ENABLE TRIGGER USER")


def read_letter(visitor: Visitor, story: Portal, *, number: int) -> str:
    """The words of the letter of approval, as the Table downloads it."""
    is_written = [("approved", "ready")]
    wait_until(visitor.page, lambda: story.rows(VERSION, number) == is_written, seconds=90)
    page = visitor.goto(f"{PLAN}{number}/")
    pdf = download(visitor, link(page, "Ouvrir la lettre (PDF)"))
    return plain("".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages))


# --- The modification


def open_two_sections(visitor: Visitor) -> None:
    page = visitor.goto(PLAN)
    page.get_by_label("Pourquoi le plan change").fill(WHY)
    for section in ("5 Moyens", "10b Dépôt des demandes"):
        page.get_by_label(section, exact=True).check()
    check_wide_and_narrow(visitor)
    press(page, button(page, "Ouvrir la version 2"))
    assert "La version 2 est ouverte" in done(page)


def others_are_closed(visitor: Visitor) -> None:
    page = visitor.page
    contents = page.get_by_role("navigation", name="Sections du plan").locator("a[data-line]")
    expect(contents).to_have_count(20)
    expect(contents.filter(has_text="fermée par la modification")).to_have_count(18)
    for code in ("5", "10b"):
        expect(section_link(page, code)).not_to_contain_text("fermée")
    press(page, section_link(page, "10c"))
    expect(page.get_by_text("La modification n’ouvre pas cette section")).to_be_visible()
    expect(page.locator("main")).to_contain_text(CORRECTED)
    expect(page.locator("[data-rte-text]")).to_have_count(0)
    visitor.check_accessible()


def read_the_annex(people: People, story: Portal) -> None:
    """The section written, before and after, and nothing of the sections that stayed closed."""
    letter = read_letter(people.direction, story, number=2)
    approval, _title, annex = letter.partition("Annexe. Modifications")
    assert "Elle remplace la version précédente." in approval
    assert "L’annexe « Modifications » dit, avant et après, tout ce qui change." in approval
    for words in (WHY, "Avant, version 1", "Après, version 2", "10b", BEFORE, AFTER):
        assert words in annex, annex
    assert annex.index(BEFORE) < annex.index(AFTER)
    for words in (CORRECTED, "Sélection et soutien", "Moisson Laurentides"):
        assert words not in annex, annex
