"""Every page of the story, as each role sees it: accessible, inside the screen, light, in order.

A crawler starts from a person's home and one Alliance, follows the links of each page and opens
each kind of page once; the tests below name what it must have met.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page, expect

from .conftest import Visit, Visitor
from .pages import DESK, PHONE, button, done, from_home, press, scrolls_sideways

MAX_BYTES = 100_000
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
TABLE = TABS | {"home", "plan_version", "plan_section", "project", "report", "versement", "help"}
MINISTRY = TABS | {"home", "alliance_list", "plan_version", "project", "report", "versement"}
NATIONAL = (
    MINISTRY
    | {"national"}
    | {
        f"versements {state}"
        for state in ("a-recommander", "a-autoriser", "a-payer", "retenus", "prevus", "payes")
    }
)
ACCOUNT = {"account_home", "notifications", "mfa_index", "verify"}
# Where each one works, how wide the screen on which axe looks, what they must have met.
ROLES: dict[str, tuple[str, int, set[str]]] = {
    "coordination@mauricie.example": (
        "mauricie",
        DESK,
        TABLE | ACCOUNT | {"project_new", "plan_check", "journal"},
    ),
    "direction@mauricie.example": ("mauricie", PHONE, TABLE | ACCOUNT | {"journal"}),
    "partenaire@mauricie.example": ("mauricie", DESK, TABLE | ACCOUNT),
    "conseil@dgsq-04.example": (
        "mauricie",
        DESK,
        MINISTRY | ACCOUNT | {"report_queue", "report_review"},
    ),
    "analyse@dgssac.example": ("mauricie", DESK, NATIONAL | ACCOUNT | {"report_review"}),
    "delegue@dgssac.example": ("estrie", PHONE, NATIONAL | ACCOUNT),
    "budget@dgssac.example": ("monteregie", DESK, NATIONAL | ACCOUNT),
    "paiements@dgssac.example": ("mauricie", PHONE, NATIONAL | ACCOUNT),
    "audit@dgssac.example": ("laval", DESK, NATIONAL | ACCOUNT),
    "admin@dgssac.example": ("", PHONE, {"home", "people", "person"} | ACCOUNT),
}
# Files, exports and acts: nothing to look at.
NOT_PAGES = {"download_document", "account_logout", "set_language", None}


@dataclass
class Walk:
    """A person's way through the portal: each kind of page once, its address kept."""

    visitor: Visitor
    seen: dict[str, str] = field(default_factory=dict)
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
            self.add(*links_of(self.visitor.page))


def kind_of(path: str) -> str:
    """The name of a page's view, with the state it shows; empty for what is no page."""
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    name = resolve(parts.path).view_name
    if name in NOT_PAGES or {"export", "format"} & query.keys():
        return ""
    return " ".join([name, *query.get("etat", [])])


def links_of(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        "a[href^='/']", "links => links.map(link => link.getAttribute('href').split('#')[0])"
    )


def weigh(visitor: Visitor, path: str) -> int:
    """The bytes that a first visit to ``path`` brings over the network."""
    sizes: list[float] = []
    wire = visitor.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visitor.goto(path)
    visitor.page.wait_for_load_state("networkidle")
    wire.detach()
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


@pytest.mark.parametrize("email", ROLES)
def test_every_page_of_a_role(visit_story: Visit, email: str) -> None:
    territory, width, expected = ROLES[email]
    visitor = visit_story(email)
    walk = Walk(visitor)
    if territory:
        walk.add(f"/alliances/{territory}/2024-2029/")
    walk.add("/", "/compte/", "/avis/", "/verifier/")

    problems = [problem for path in walk for problem in examine(visitor, path, width=width)]

    assert not problems, "\n".join(problems)
    assert not expected - walk.seen.keys()


@pytest.mark.parametrize("territory", ["cote-nord", "gaspesie", "monteregie", "kativik"])
def test_an_alliance_in_another_state(visit_story: Visit, territory: str) -> None:
    """A convention that waits, a plan that is late, a version 2, a Table that works in English."""
    visitor = visit_story("analyse@dgssac.example")
    page = visitor.goto(f"/alliances/{territory}/2024-2029/")
    tabs = page.get_by_role("navigation", name="Sections de l’alliance").get_by_role("link")
    paths = tabs.evaluate_all("links => links.map(link => link.getAttribute('href'))")

    problems = [problem for path in paths for problem in examine(visitor, path)]

    assert len(paths) == 9
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

    page.get_by_role("textbox", name="Motif").fill("Précisez les frais d’administration.")
    press(page, button(page, "Transmettre la décision"))

    assert "retourn" in done(page)
