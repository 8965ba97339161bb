"""Every page of the story, as each role sees it: accessible, inside the screen, light, in order.

A walk starts from a person's home and one Alliance, follows links and opens each kind of page once;
what it must have met is written here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings
from django.urls import resolve
from playwright.sync_api import Page, expect

from alliances.links import token_of
from plans.services.endorsements import SALT

from .conftest import Portal, Visit, Visitor
from .pages import DESK, PHONE, button, done, from_home, link, press, scrolls_sideways

MAX_BYTES = 100_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKED = """
    SELECT e.id, e.round FROM plans_endorsement e
    JOIN plans_planversion v ON v.id = e.version_id
    JOIN alliances_territory t ON t.id = v.territory_id
    WHERE t.slug = 'mauricie' AND v.number = 3 AND e.answer = ''
"""
TABS = {
    "alliance",
    "convention",
    "plan",
    "projects",
    "finances",
    "reports",
    "team",
    "documents",
}
ACCOUNT = {"account_home", "notifications", "verify"}
TABLE = TABS | ACCOUNT | {"home", "journal", "help", "practices"}
MINISTRY = TABS | ACCOUNT | {"home", "journal", "help", "alliance_list", "plan_board"}
NATIONAL = MINISTRY | {"national", "versements"}
REGISTERS = {
    "partners",
    "partner",
    "representativity",
    "bodies",
    "body",
    "zones",
    "consultations",
}
READ = REGISTERS | {
    "plan_version",
    "plan_section",
    "plan_compare",
    "plan_threads",
    "plan_endorsements",
    "practices",
    "practice",
    "priority_threads",
    "priority_thread",
    "project",
    "report",
    "report_figure",
    "envelope",
    "versement",
    "mfa_index",
    "library",
}
WRITE = {
    "plan_check",
    "plan_start",
    "plan_take",
    "plan_add",
    "plan_edit",
    "plan_endorsements_ask",
    "plan_endorsement_evidence",
    "practices_share",
    "practice_share",
    "partner_new",
    "partner_edit",
    "body_new",
    "body_edit",
    "zone_new",
    "zone_edit",
    "consultation_new",
    "consultation_edit",
    "project_new",
    "envelope_split",
}
ACROSS = {"plan_sections", "plan_across", "plan_search", "plan_review"}
SPLIT = {
    "envelopes",
    "allocation",
    "allocation_compare",
    "allocation_figures",
    "envelope_moves",
    "envelope_move",
}
PAYMENTS = {
    "payments",
    "payment_batches",
    "payment_batch",
    "payment_answers",
    "payment_answer",
}
STATES = ["a-recommander", "a-autoriser", "a-payer", "retenus", "prevus", "payes", "annules"]
QUEUES = {f"versements {state}" for state in STATES}


@dataclass(frozen=True)
class Round:
    """What one person walks through: an Alliance, how far, and how wide the screen for axe.

    ``far`` follows every link; else only the navigation and the tabs, where the pages of two roles
    of one office differ. ``first`` is the page that opens the walk, when another of its kind says
    less: it must be met by a link too.
    """

    territory: str
    width: int
    expected: set[str]
    far: bool = False
    first: str = ""


ROUNDS = {
    # The section met first is closed by the modification: test_plan_writing opens its forms.
    "coordination@mauricie.example": Round(
        "mauricie", PHONE, TABLE | READ | WRITE - {"plan_add", "plan_edit"}, far=True
    ),
    "direction@mauricie.example": Round("mauricie", DESK, TABLE),
    "partenaire@mauricie.example": Round("mauricie", DESK, TABLE - {"journal"}),
    "conseil@dgsq-04.example": Round(
        "mauricie",
        DESK,
        MINISTRY | READ | ACROSS | {"report_queue", "report_review"},
        far=True,
        first="/alliances/mauricie/2024-2029/plan/1/",
    ),
    "analyse@dgssac.example": Round(
        "centre-du-quebec",
        DESK,
        NATIONAL | READ | ACROSS | SPLIT | QUEUES | PAYMENTS | {"report_review"},
        far=True,
    ),
    "delegue@dgssac.example": Round("estrie", PHONE, NATIONAL | {"envelopes"}),
    "budget@dgssac.example": Round("monteregie", PHONE, NATIONAL | {"envelopes"}),
    "paiements@dgssac.example": Round("laval", DESK, NATIONAL),
    "audit@dgssac.example": Round("outaouais", PHONE, NATIONAL),
    "admin@dgssac.example": Round(
        "",
        PHONE,
        ACCOUNT | {"home", "people", "person", "stand_in"},
        far=True,
        first="/personnes/?role=delegate",
    ),
}
# Who writes where another only reads: from a page, the links to follow.
BEHIND = {
    "coordination@estrie.example": (
        "/alliances/estrie/2024-2029/plan/pratiques/",
        "Lire, modifier ou retirer",
        "Modifier la pratique",
    ),
    "budget@dgssac.example": ("/enveloppes/", "Moitié IDMS"),
    "delegue@dgssac.example": ("/enveloppes/", "Moitié IDMS"),
    "paiements@dgssac.example": ("/versements/paiements/", "Importer une réponse"),
}
# Files, exports and acts: nothing to look at.
NOT_PAGES = {
    "alliance_export_file",
    "download_document",
    "convention_docx",
    "scan_image",
    "plan_docx",
    "plan_json",
    "open_data_file",
    "project_import_faults",
    "account_logout",
    "set_language",
    None,
}


@dataclass
class Walk:
    """A person's way through the portal: each kind of page once, its address kept."""

    visitor: Visitor
    far: bool
    seen: dict[str, str] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    next: list[str] = field(default_factory=list)

    def add(self, *paths: str) -> None:
        self.next += [path for path in paths if kind_of(path)]

    def __iter__(self) -> Iterator[str]:
        while self.next:
            path = self.next.pop(0)
            kind = kind_of(path)
            if kind in self.seen:
                continue
            self.seen[kind] = path
            yield path
            links = links_of(self.visitor.page, far=self.far)
            self.linked |= {kind_of(link) for link in links}
            self.add(*links)


def kind_of(path: str) -> str:
    """The name of a page's view, with the state it shows; empty for what is no page."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    name = resolve(parts.path).view_name
    if name in NOT_PAGES or {"export", "format"} & query.keys():
        return ""
    return " ".join([name, *query.get("etat", [])])


def links_of(page: Page, *, far: bool) -> list[str]:
    places = [""] if far else [".site-nav", "nav[aria-label='Sections de l’alliance']"]
    return page.eval_on_selector_all(
        ", ".join(f"{place} a[href^='/']" for place in places),
        "links => links.map(link => link.getAttribute('href').split('#')[0])",
    )


def weigh(visitor: Visitor, path: str) -> int:
    """The bytes that a first visit to ``path`` brings over the network."""
    sizes: list[float] = []
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    answer = visitor.page.goto(visitor.url + path)
    visitor.page.evaluate("document.fonts.ready.then(() => true)")
    wire.detach()
    assert answer is not None and answer.status == 200, f"{path} : {answer}"
    return round(sum(sizes))


def examine(visitor: Visitor, path: str, *, width: int = PHONE) -> list[str]:
    """What is wrong with a page, each thing in a line; axe looks at it ``width`` pixels wide."""
    page = visitor.page
    page.set_viewport_size({"width": DESK, "height": 900})
    size = weigh(visitor, path)
    problems = [] if 0 < size <= MAX_BYTES else [f"{size} bytes"]
    for narrow in (640, PHONE):
        page.set_viewport_size({"width": narrow, "height": 900})
        if scrolls_sideways(page):
            problems.append(f"scrolls sideways at {narrow} px")
    problems += outline_problems(page)
    page.set_viewport_size({"width": width, "height": 900})
    try:
        visitor.check_accessible()
    except AssertionError as broken:
        problems.append(str(broken))
    return [f"{path} : {problem}" for problem in problems]


def outline_problems(page: Page) -> list[str]:
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4, h5, h6",
        "all => all.filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))",
    )
    problems = []
    if levels.count(1) != 1 or levels[0] != 1:
        problems.append(f"headings {levels}")
    if any(after > before + 1 for before, after in pairwise(levels)):
        problems.append(f"headings jump {levels}")
    if page.locator("html").get_attribute("lang") not in {"fr-CA", "en-CA"}:
        problems.append("no language")
    return problems


@pytest.mark.parametrize("email", ROUNDS)
def test_every_page_of_a_role(visit_story: Visit, email: str) -> None:
    mine = ROUNDS[email]
    visitor = visit_story(email)
    walk = Walk(visitor, mine.far)
    if mine.first:
        walk.add(mine.first)
    if mine.territory:
        walk.add(f"/alliances/{mine.territory}/2024-2029/")
    walk.add("/", "/compte/", "/avis/", "/verifier/")

    problems = [problem for path in walk for problem in examine(visitor, path, width=mine.width)]

    assert not problems, "\n".join(problems)
    assert not mine.expected - walk.seen.keys()
    if mine.far:
        assert not mine.expected - walk.linked


@pytest.mark.parametrize("email", BEHIND)
def test_a_page_that_one_role_writes(visit_story: Visit, email: str) -> None:
    start, *names = BEHIND[email]
    visitor = visit_story(email)
    page = visitor.goto(start)
    for name in names:
        press(page, link(page, name))

    problems = examine(visitor, urlsplit(page.url).path)

    assert not problems, "\n".join(problems)
    expect(page.locator("main form").first).to_be_visible()


@pytest.mark.parametrize("territory", ["cote-nord", "gaspesie-iles-de-la-madeleine", "kativik"])
def test_an_alliance_in_another_state(visit_story: Visit, territory: str) -> None:
    """A convention that waits, a plan that is late, a Table that works in English."""
    visitor = visit_story("analyse@dgssac.example")
    page = visitor.goto(f"/alliances/{territory}/2024-2029/")
    tabs = page.get_by_role("navigation", name="Sections de l’alliance").get_by_role("link")
    paths = tabs.evaluate_all("links => links.map(link => link.getAttribute('href'))")

    problems = [problem for path in paths for problem in examine(visitor, path)]

    assert len(paths) == 9
    assert not problems, "\n".join(problems)


def test_the_page_of_who_is_asked_an_endorsement(story: Portal, visit_story: Visit) -> None:
    table = visit_story("coordination@mauricie.example")
    table.goto("/alliances/mauricie/2024-2029/plan/3/appuis/demander/")
    table.page.locator("input[name=partners]").first.check()
    press(table.page, button(table.page, "Envoyer les demandes"))
    ((key, round_),) = story.rows(ASKED)
    with override_settings(SECRET_KEY=story.env["SECRET_KEY"]):
        door = f"/appui/{token_of(SALT, key, round_)}/"
    visitor = visit_story()

    problems = examine(visitor, door)

    assert not problems, "\n".join(problems)
    expect(visitor.page.get_by_role("button", name="Envoyer ma réponse")).to_be_visible()


def test_the_pages_of_a_word_file(visit_story: Visit) -> None:
    """The Table's plan, taken out as Word and brought back: each passage waits for a choice."""
    visitor = visit_story("coordination@mauricie.example")
    plan = "/alliances/mauricie/2024-2029/plan/"
    word = visitor.context.request.get(f"{visitor.url}{plan}1/docx/")
    assert word.ok
    start = f"{plan}3/commencer/"
    visitor.goto(start)
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": "plan.docx", "mimeType": DOCX, "buffer": word.body()}
    )
    press(visitor.page, button(visitor.page, "Lire le fichier Word"))
    # The worker reads; the page opens by itself as what the file has become.
    expect(visitor.page.get_by_role("button", name="Placer les passages")).to_be_visible(
        timeout=30_000
    )
    paths = (f"{start}word/", f"{start}word/passage/1/")

    problems = [problem for path in paths for problem in examine(visitor, path)]

    assert not problems, "\n".join(problems)


def test_the_pages_of_a_passer_by(visit_story: Visit) -> None:
    visitor = visit_story()

    problems = [
        problem
        for path in ("/compte/connexion/", "/compte/mot-de-passe/oublie/", "/verifier/", "/aide/")
        for problem in examine(visitor, path)
    ]

    assert not problems, "\n".join(problems)


def test_a_report_is_returned_without_javascript(visit_story: Visit) -> None:
    """Every act is a form: this one without its reason is refused, then done."""
    visitor = visit_story("conseil@dgsq-04.example", java_script_enabled=False)
    page = from_home(visitor, "Analyser la reddition")
    page.get_by_label("Retourner à la Table").check()
    assert press(page, button(page, "Transmettre la décision")).status == 422
    expect(page.locator(".error-summary")).to_contain_text("motif")

    page.get_by_role("textbox", name="Motif", exact=True).fill(
        "Précisez les frais d’administration."
    )
    press(page, button(page, "Transmettre la décision"))

    assert "retourn" in done(page)
