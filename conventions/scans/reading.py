"""What a scan says, read by a process of its own: ``conventions.scans.reader``."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from alliances.errors import Refusal
from alliances.models import Document

READER = Path(__file__).with_name("reader.py")
MAX_PAGES = 200
SECONDS = 60
MAX_STOPS = 5  # pages that stop the reader, before the rest is left to a person


@dataclass(frozen=True)
class PageCode:
    """The document a page is of, which page it is, of how many; ``turned`` straightens it."""

    code: str
    number: int
    total: int
    turned: int = 0


@dataclass(frozen=True)
class Reading:
    """What was read on one page of a scan."""

    position: int
    codes: tuple[PageCode, ...] = ()
    is_blank: bool = False


class UnreadablePage(Exception):
    """The page could not be drawn or taken out: it is broken, or far too heavy."""


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        yield file.name


def _run(act: str, *arguments: str, seconds: int = SECONDS) -> tuple[bytes, bool]:
    """What the reader wrote, and whether it came to its end."""
    # -I: nothing of the environment or of the current folder is imported.
    command = [sys.executable, "-I", str(READER), act, *arguments]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, timeout=seconds, check=False, env={}
        )
    except subprocess.TimeoutExpired as late:
        return late.stdout or b"", False
    return done.stdout, done.returncode == 0


def count_pages(content: bytes) -> int:
    """The pages of a PDF a person sends. Refuses one that is broken, locked, immense or endless."""
    with _as_file(content) as path:
        written, ended = _run("check", path)
    said = json.loads(written) if ended and written else {"problem": "broken"}
    problems = {
        "encrypted": _("Ce PDF est protégé par un mot de passe. Déposez-le sans protection."),
        "bomb": _("Ce PDF contient une image démesurée. Numérisez-le à 200 ou 300 points."),
        "broken": _(
            "Ce fichier n’est pas un PDF que le portail peut lire. Numérisez-le de nouveau."
        ),
    }
    if "problem" in said:
        raise Refusal(problems[said["problem"]], field="file")
    pages = int(said["pages"])
    if not pages:
        raise Refusal(_("Ce PDF n’a aucune page."), field="file")
    if pages > MAX_PAGES:
        message = _(
            "Ce PDF compte %(pages)s pages. Divisez-le en fichiers de %(most)s pages au plus."
        )
        raise Refusal(message % {"pages": pages, "most": MAX_PAGES}, field="file")
    return pages


def read_pages(content: bytes, count: int) -> list[Reading]:
    """One reading for each of the ``count`` pages, in their order.

    A page that stops the reader reads as nothing, and the reading goes on after it.
    """
    readings: dict[int, Reading] = {}
    first, stops = 1, 0
    with _as_file(content) as path:
        while first <= count and stops < MAX_STOPS:
            written, ended = _run("read", path, str(first), seconds=SECONDS + count)
            stops += not ended
            for line in written.splitlines():
                reading = _reading(line)
                if reading is not None:
                    readings[reading.position] = reading
            first = max([first - 1, *readings]) + 2
    return [readings.get(position, Reading(position)) for position in range(1, count + 1)]


def _reading(line: bytes) -> Reading | None:
    """One line of the reader; None for one that a killed reader left unfinished."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    codes = tuple(PageCode(*code) for code in said["codes"])
    return Reading(said["page"], codes, said["blank"])


def _page(act: str, document: Document, position: int, turned: int) -> bytes:
    if not default_storage.exists(str(document.file.name)):
        raise UnreadablePage
    with document.file.open("rb") as file, _as_file(file.read()) as path:
        written, ended = _run(act, path, str(position), str(turned))
    if not ended or not written:
        raise UnreadablePage
    return written


def page_image(document: Document, position: int, turned: int = 0) -> bytes:
    """One page of a scan as a PNG. Raises UnreadablePage."""
    return _page("show", document, position, turned)


def page_alone(document: Document, position: int, turned: int = 0) -> bytes:
    """One page of a scan as a PDF of its own. Raises UnreadablePage."""
    return _page("take", document, position, turned)
