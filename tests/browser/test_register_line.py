"""A Table brings its own register of 300 lines: every kind of error named, nothing written; then
mended, inscribed as a whole, and undone as a whole."""

import csv
import io

from playwright.sync_api import Page, expect

from alliances.exports import CSV
from tests.fqis.registers import BROKEN, as_csv, row

from .conftest import Portal, Visit, Visitor
from .pages import button, check_wide_and_narrow, download, link, press

LINES = 300
PROJECTS = """
    SELECT count(*) FROM fqis_project p
    JOIN alliances_territory t ON t.id = p.territory_id WHERE t.slug = 'laval'
"""
# The plan of this territory was approved before all of these dates.
FAULTS = [changes for changes, _field, code in BROKEN if code != "no_plan"]


def small(number: int) -> list[str]:
    """A project of a hundred dollars: 300 of them fit in the envelope."""
    return row(number, demande="120,00", accorde="100,00 $")


def messy() -> list[list[str]]:
    """Every ninth line breaks one rule, as long as there are rules to break."""
    lines, left = [], list(FAULTS)
    for number in range(LINES):
        is_broken = left and number % 9 == 4
        lines.append(row(number, **left.pop(0)) if is_broken else small(number))
    assert not left
    return lines


def bring(table: Visitor, name: str, lines: list[list[str]]) -> None:
    """Brought, its columns as guessed, and read by the worker."""
    page = table.page
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": as_csv(lines)}
    )
    press(page, button(page, "Apporter le fichier"))
    expect(page.get_by_role("heading", name="Colonnes du fichier")).to_be_visible()
    check_wide_and_narrow(table)
    press(page, button(page, "Vérifier sans rien écrire"))
    expect(page.get_by_role("heading", name="Ce que dit le fichier")).to_be_visible(timeout=60_000)


def act(page: Page, name: str) -> None:
    """An act that asks once more."""
    box = page.locator("details.confirm", has=page.locator("summary", has_text=name))
    box.locator("summary").click()
    press(page, box.get_by_role("button", name=name))


def test_a_messy_register_is_mended_inscribed_and_undone(story: Portal, visit_story: Visit) -> None:
    table = visit_story("coordination@laval.example")
    page = table.goto("/")
    press(page, page.get_by_role("navigation").get_by_role("link", name="Projets").first)
    ((before,),) = story.rows(PROJECTS)
    press(page, link(page, "Importer un registre"))

    bring(table, "registre.csv", messy())
    check_wide_and_narrow(table)
    expect(page.get_by_role("button", name="Inscrire ces")).to_have_count(0)
    sheet = download(table, link(page, "Toutes les erreurs (CSV)"), mime=CSV).decode("utf-8-sig")
    found = {int(line[0]) for line in list(csv.reader(io.StringIO(sheet), delimiter=";"))[1:]}
    assert found == {n + 2 for n in range(LINES) if n % 9 == 4 and n // 9 < len(FAULTS)}
    act(page, "Abandonner cet import")
    assert story.rows(PROJECTS) == [(before,)]

    press(page, link(page, "Tous les imports"))
    bring(table, "registre-corrige.csv", [small(number) for number in range(LINES)])
    press(page, button(page, f"Inscrire ces {LINES} projets"))
    expect(page.locator("main")).to_contain_text("Appliqué", timeout=60_000)
    check_wide_and_narrow(table)
    assert story.rows(PROJECTS) == [(before + LINES,)]
    act(page, "Annuler l’import")
    expect(page.locator("main")).to_contain_text("Annulé", timeout=60_000)
    assert story.rows(PROJECTS) == [(before,)]
