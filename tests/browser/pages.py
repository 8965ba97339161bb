"""What every browser test asks of a page, and how a person acts on one."""

import re

from playwright.sync_api import Locator, Page, Response, expect
from pypdfium2 import PdfDocument
from zxingcpp import read_barcode

from .conftest import Visitor

PHONE, DESK = 390, 1280


def plain(text: str) -> str:
    """The words of a page or of a PDF, whatever its spaces and lines."""
    return " ".join(text.split())


def press(page: Page, target: Locator) -> Response:
    """Clicks what sends a form or opens a page, and waits for the answer."""
    with page.expect_navigation() as answer:
        target.click()
    return answer.value


def button(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("button", name=name, exact=True)


def link(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("link", name=name).first


def done(page: Page) -> str:
    """The sentence that says what was just done."""
    notice = page.locator(".notice--done[data-focus]")
    expect(notice).to_have_count(1)
    return plain(notice.inner_text())


def refusal(page: Page) -> str:
    """The summary of a form that was refused, which has the focus."""
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    return plain(summary.inner_text())


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"))


def check_wide_and_narrow(visitor: Visitor) -> None:
    """Accessible, and inside the screen, at a desk and on a phone."""
    page = visitor.page
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        visitor.check_accessible()
        assert not scrolls_sideways(page), f"{page.url} scrolls sideways at {width} px"


def from_home(visitor: Visitor, task: str) -> Page:
    """Opens a task of the person's own list, « À faire », by a pattern of its title."""
    page = visitor.goto("/")
    press(page, page.locator(".tasks").get_by_role("link", name=re.compile(task)).first)
    return page


def open_tab(visitor: Visitor, tab: str) -> Page:
    """Opens one tab of the person's Alliance, or of the one whose page is shown."""
    page = visitor.page
    tabs = page.get_by_role("navigation", name="Sections de l’alliance")
    press(page, tabs.get_by_role("link", name=tab).first)
    return page


def download(visitor: Visitor, target: Locator, *, mime: str = "application/pdf") -> bytes:
    """What a link to a file gives, with the person's own session."""
    address = target.get_attribute("href")
    answer = visitor.context.request.get(f"{visitor.url}{address}")
    assert answer.headers["content-type"] == mime, answer.text()[:500]
    return answer.body()


def qr_of(pdf: bytes) -> str:
    """What a telephone reads on the first page, as it is printed."""
    page = PdfDocument(pdf)[0].render(scale=3).to_pil()
    return str(read_barcode(page).text)
