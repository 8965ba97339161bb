"""Two people write a plan: nothing is lost when the line goes, nothing covered when they meet."""

import re

from playwright.sync_api import expect

from .conftest import Portal, Visit, Visitor
from .pages import button, check_wide_and_narrow, press
from .plan_pages import LEAD, OFFLINE, SAVED, save_status, type_in
from .test_resilience import wait_until

PLAN = "/alliances/mauricie/2024-2029/plan/3/"
TEXT_OF = """
    SELECT t.html FROM plans_sectiontext t
    JOIN plans_canvassection s ON s.id = t.section_id
    JOIN plans_planversion v ON v.id = t.version_id
    JOIN alliances_territory y ON y.id = t.territory_id
    WHERE y.slug = 'mauricie' AND v.number = 3 AND s.code = %s
"""


def open_action(visitor: Visitor, title: str) -> int:
    """Opens the form of an action of the first priority; gives its key."""
    page = visitor.goto(f"{PLAN}3/")
    press(page, page.locator("a.act__t", has_text=title).first)
    found = re.search(r"/action/(\d+)/", page.url)
    assert found
    return int(found[1])


def test_what_is_written_offline_is_kept_and_sent_when_the_line_returns(
    visit_story: Visit, story: Portal
) -> None:
    visitor = visit_story("coordination@mauricie.example")
    page = visitor.page
    pk = open_action(visitor, "transport des denrées")
    lead = page.get_by_label("Responsable")

    type_in(lead, "Moisson")
    expect(save_status(page)).to_have_text(SAVED)
    assert story.rows(LEAD, pk) == [("Moisson",)]

    visitor.context.set_offline(True)
    type_in(lead, "Moisson et la CDC")
    expect(save_status(page)).to_contain_text(OFFLINE)
    assert story.rows(LEAD, pk) == [("Moisson",)]

    visitor.context.set_offline(False)
    expect(save_status(page)).to_have_text(SAVED)
    assert story.rows(LEAD, pk) == [("Moisson et la CDC",)]
    visitor.check_accessible()


def test_what_is_written_offline_survives_a_closed_tab(visit_story: Visit, story: Portal) -> None:
    visitor = visit_story("coordination@mauricie.example")
    page = visitor.page
    pk = open_action(visitor, "transport des denrées")
    address = page.url
    visitor.context.set_offline(True)
    type_in(page.get_by_label("Responsable"), "La Table de quartier")
    expect(save_status(page)).to_contain_text(OFFLINE)
    page.close(run_before_unload=False)

    visitor.context.set_offline(False)
    visitor.page = visitor.context.new_page()
    visitor.page.goto(address)

    expect(visitor.page.get_by_text("Texte retrouvé.")).to_be_visible()
    expect(visitor.page.get_by_label("Responsable")).to_have_value("La Table de quartier")
    expect(save_status(visitor.page)).to_have_text(SAVED)
    assert story.rows(LEAD, pk) == [("La Table de quartier",)]


def test_a_colleague_met_in_the_same_field_after_a_loss_of_connection(
    visit_story: Visit, story: Portal
) -> None:
    """Offline, one writes; meanwhile the other saves: both texts are shown, and one chooses."""
    first, second = (
        visit_story("coordination@mauricie.example"),
        visit_story("direction@mauricie.example"),
    )
    pk = open_action(first, "transport des denrées")
    assert open_action(second, "transport des denrées") == pk
    first.context.set_offline(True)
    type_in(first.page.get_by_label("Responsable"), "Le mien")
    expect(save_status(first.page)).to_contain_text(OFFLINE)
    type_in(second.page.get_by_label("Responsable"), "Le sien")
    expect(save_status(second.page)).to_have_text(SAVED)

    first.context.set_offline(False)

    expect(first.page.get_by_text("Deux textes pour un champ.")).to_be_visible()
    expect(first.page.get_by_label("Responsable")).to_have_value("Le mien")
    assert story.rows(LEAD, pk) == [("Le sien",)]
    check_wide_and_narrow(first)

    answer = press(first.page, first.page.get_by_role("button", name="Voir les deux et choisir"))
    assert answer.status == 409
    main = first.page.locator("main")
    expect(main).to_contain_text("Diane Beaulieu a enregistré autre chose dans ce champ")
    expect(main).to_contain_text("Le mien")
    expect(main).to_contain_text("Le sien")
    check_wide_and_narrow(first)
    first.page.get_by_label("Texte à garder").fill("Les deux")
    press(first.page, button(first.page, "Enregistrer ce texte"))
    assert story.rows(LEAD, pk) == [("Les deux",)]


def test_two_people_in_one_text_after_a_loss_of_connection(
    visit_story: Visit, story: Portal
) -> None:
    first, second = (
        visit_story("coordination@mauricie.example"),
        visit_story("direction@mauricie.example"),
    )
    boxes = []
    for visitor in (first, second):
        visitor.goto(f"{PLAN}10b/")
        boxes.append(visitor.page.locator("[data-rte-text]"))
    first.context.set_offline(True)
    boxes[0].fill("Le dépôt se fait en ligne.")
    expect(save_status(first.page)).to_contain_text(OFFLINE)
    boxes[1].fill("Le dépôt se fait au comité.")
    expect(save_status(second.page)).to_have_text(SAVED)

    first.context.set_offline(False)

    press(first.page, first.page.get_by_role("button", name="Voir les deux et choisir"))
    main = first.page.locator("main")
    expect(main).to_contain_text("Le dépôt se fait en ligne.")
    expect(main).to_contain_text("Le dépôt se fait au comité.")
    assert story.rows(TEXT_OF, "10b") == [("<p>Le dépôt se fait au comité.</p>",)]


def test_one_sees_who_writes_in_the_section(visit_story: Visit) -> None:
    first, second = (
        visit_story("coordination@mauricie.example"),
        visit_story("direction@mauricie.example"),
    )
    first.goto(f"{PLAN}2a/")
    wait_until(
        first.page,
        lambda: first.page.evaluate("performance.getEntriesByType('resource')"
                                    ".some(one => one.name.includes('/presence/'))"),
    )  # fmt: skip
    second.goto(f"{PLAN}2a/")

    expect(second.page.locator("[data-presence]")).to_contain_text("est dans cette section.")
    expect(second.page.locator('[data-line="2a"] [data-line-people]')).to_be_visible()
    expect(first.page.locator("[data-presence]")).to_contain_text(
        "Diane Beaulieu est dans cette section.", timeout=40_000
    )


def test_a_new_indicator_is_written_field_by_field(visit_story: Visit, story: Portal) -> None:
    visitor = visit_story("coordination@mauricie.example")
    page = visitor.page
    pk = open_action(visitor, "transport des denrées")
    line = page.locator(".ind-line").last

    # The target comes before its unit: it waits, and follows the unit.
    type_in(line.get_by_label("Indicateur"), "Paniers livrés")
    type_in(line.get_by_label(re.compile("Cible")), "1 200")
    expect(line).to_contain_text("Dites l’unité de la cible")
    type_in(line.get_by_label("Unité"), "paniers")
    expect(line.locator(".error")).to_have_count(0)
    line.get_by_label("Fréquence de mesure").select_option("yearly")

    query = "SELECT target, unit, frequency FROM plans_indicator WHERE action_id = %s AND name = %s"
    wait_until(
        page,
        lambda: (
            [(int(t or 0), u, f) for t, u, f in story.rows(query, pk, "Paniers livrés")]
            == [(1200, "paniers", "yearly")]
        ),
    )
    press(page, page.get_by_role("link", name="Fermer l’action"))
    expect(page.locator(f"#action-{pk}")).to_be_visible()


def test_an_action_moves_by_keyboard_and_by_mouse(visit_story: Visit) -> None:
    visitor = visit_story("coordination@mauricie.example")
    page = visitor.goto(f"{PLAN}3/")
    titles = page.locator(".obj").first.locator("a.act__t")

    def words() -> list[str]:
        return [one.lstrip("0123456789. ") for one in titles.all_inner_texts()]

    before = words()

    up = page.locator(".obj").first.locator(".node").last.get_by_role("button", name="Monter")
    up.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    moved = words()
    assert moved == [*before[:-2], before[-1], before[-2]]

    nodes = page.locator(".obj").first.locator(".node")
    nodes.last.hover()
    handle = nodes.last.locator("[data-handle]")
    with page.expect_navigation():
        handle.drag_to(nodes.first, target_position={"x": 20, "y": 2})
    assert words() == [moved[-1], *moved[:-1]]


def test_an_indicator_moves_under_another_action_by_keyboard_and_by_mouse(
    visit_story: Visit, story: Portal
) -> None:
    visitor = visit_story("coordination@mauricie.example")
    page = visitor.page
    pk = open_action(visitor, "transport des denrées")
    parent = "SELECT action_id FROM plans_indicator WHERE id = %s"
    line = page.locator(".ind-line").first
    indicator = int(line.get_attribute("data-pk") or 0)
    other = page.locator(f".node[data-move-into=indicateur]:not([data-into='{pk}'])").first
    under = int(other.get_attribute("data-into") or 0)

    line.get_by_role("link", name="Déplacer vers…").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_label("Sous quelle action")).to_be_focused()
    check_wide_and_narrow(visitor)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("Sous quelle action").select_option(str(under))
    press(page, button(page, "Déplacer"))
    assert story.rows(parent, indicator) == [(under,)]
    assert f"/action/{under}/" in page.url

    # High enough for both ends of the way: nothing scrolls under the bar of the plan.
    page.set_viewport_size({"width": 1280, "height": 2600})
    handle = page.locator(f"#indicateur-{indicator} [data-handle]")
    with page.expect_navigation():
        handle.drag_to(page.locator(f"[data-into='{pk}'] .act__t"))
    assert story.rows(parent, indicator) == [(pk,)]


def test_the_editor_is_accessible_and_fits_a_phone(visit_story: Visit) -> None:
    visitor = visit_story("coordination@mauricie.example")
    for path in ("3/", "2c/", "8/", "verifier/"):
        visitor.goto(PLAN + path)
        check_wide_and_narrow(visitor)
    visitor.page.set_viewport_size({"width": 1280, "height": 900})
    open_action(visitor, "transport des denrées")
    visitor.page.locator("summary", has_text="Déplacer vers…").click()
    check_wide_and_narrow(visitor)


def test_without_a_script_the_whole_form_is_saved(visit_story: Visit, story: Portal) -> None:
    visitor = visit_story("coordination@mauricie.example", java_script_enabled=False)
    page = visitor.page
    pk = open_action(visitor, "transport des denrées")

    page.get_by_label("Responsable").fill("Sans script")
    press(page, button(page, "Enregistrer l’action"))

    assert story.rows(LEAD, pk) == [("Sans script",)]
