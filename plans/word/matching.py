"""A heading of a Word document finds its section: by its code, its title, or nearly its title."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

NEAR = 0.86
SAME = 0.97
AKIN = 0.5
_CODE = re.compile(
    r"^\s*(?:section\s+)?(\d{1,2})(?!\.\d)\s*[.\-–)]?\s*([a-z](?=[\s.):\-–—]|$))?"
    r"\s*[.):\-–—]*(?:(?=\s|$)|(?<=[.):\-–—]))\s*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"^\s*([a-z])\s*[.)]\s+", re.IGNORECASE)
_LEAD = re.compile(r"^([^:(;]{3,}?)\s*[:(;]")


def plain(text: str) -> str:
    """Letters and digits only, without case or accent: « État de la  situation : » is the same as
    « etat de la situation »."""
    text = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").casefold())
    kept = "".join(one for one in text if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", kept).split())


@dataclass(frozen=True)
class Target:
    """A section of a canvas, with the titles it goes by in the guide's own canvas."""

    code: str
    titles: tuple[str, ...]
    group: str = ""

    @property
    def plain_titles(self) -> list[str]:
        return [plain(title) for title in self.titles]


@dataclass(frozen=True)
class Heading:
    """The section a heading names. ``is_exact`` when the heading says nothing the section's title
    does not; ``is_sure`` when even unformatted text may be taken for that heading."""

    code: str
    is_exact: bool
    is_sure: bool
    has_code: bool


def _likeness(one: str, other: str, floor: float) -> float:
    """How alike two titles are, from 0 to 1; 0 under ``floor``, told without comparing whenever
    their lengths or letters are enough."""
    if 2 * min(len(one), len(other)) < floor * (len(one) + len(other)):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < floor:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= floor else 0.0


def _kinship(one: str, other: str) -> float:
    """How much two titles share: their likeness, or the words of the shorter found in the other."""
    mine = {word for word in one.split() if len(word) > 2}
    yours = {word for word in other.split() if len(word) > 2}
    shared = len(mine & yours) / min(len(mine), len(yours)) if mine and yours else 0.0
    return max(_likeness(one, other, AKIN), shared)


class Outline:
    """The sections a document may hold, and the group it is in while it is read."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.targets = list(targets)
        self.codes = {target.code for target in self.targets}
        self._titles = [(target, title) for target in self.targets for title in target.plain_titles]
        self._groups = {
            plain(_CODE.sub("", target.group)): number.group(1)
            for target in self.targets
            if (number := _CODE.match(target.group))
        }
        self._group = ""
        self._known: dict[tuple[str, str], Heading | None] = {}

    def enter(self, text: str) -> None:
        """Remembers the group a heading opens, « 1. Fonctionnement », for its lettered parts."""
        number = _CODE.match(text)
        if number:
            self._group = number.group(1)
        else:
            self._group = self._groups.get(plain(text), self._group)

    def is_group(self, text: str) -> bool:
        """Whether a line is the title of a group of sections, with its number: « 2. État de la
        situation : »."""
        number = _CODE.match(text)
        title = plain(text[number.end() :]) if number else ""
        return bool(title) and any(
            of == number.group(1) and (title == group or title.startswith(f"{group} "))
            for group, of in self._groups.items()
            if number
        )

    def find(self, text: str) -> Heading | None:
        """The section that ``text`` names; None when it is not a section's heading."""
        text = " ".join(text.split())
        if not text or len(text) > 300:
            return None
        key = (self._group, text)
        if key not in self._known:
            self._known[key] = self._find(text)
        return self._known[key]

    def _code_of(self, text: str) -> tuple[str, str]:
        """The code a text begins with, and the rest; « » when it has none."""
        found = _CODE.match(text)
        if found:
            number, letter = found.group(1), (found.group(2) or "").lower()
            for code in (number + letter, number):
                if code in self.codes:
                    end = found.end() if code == number + letter else found.end(1)
                    return code, text[end:].lstrip(" .):-–—")
            return "", text[found.end() :]
        found = _LETTER.match(text)
        if found and self._group + found.group(1).lower() in self.codes:
            return self._group + found.group(1).lower(), text[found.end() :]
        return "", text[found.end() :] if found else text

    def _find(self, text: str) -> Heading | None:
        code, rest = self._code_of(text)
        said = {plain(text), plain(rest)}
        lead = _LEAD.match(rest)
        leads = said | ({plain(lead.group(1))} if lead else set())
        score, found = 0.0, ""
        for target, title in self._titles:
            like = max(_likeness(one, title, NEAR) for one in leads)
            if like > score or (like == score and target.code == code):
                score, found = like, target.code
        whole = max(
            (_likeness(one, title, NEAR) for target, title in self._titles if target.code == found
             for one in said),
            default=0.0,
        )  # fmt: skip
        if score >= NEAR:
            has_code = found == code
            words = len(plain(rest).split())
            sure = whole >= NEAR and (has_code or (words >= 3 and whole >= 0.92))
            return Heading(found, whole >= SAME, sure, has_code)
        if not code:
            return None
        title_words = plain(rest)
        own = max(
            (_kinship(title_words, title) for target, title in self._titles if target.code == code),
            default=0.0,
        )
        if own >= AKIN or not title_words or not code.isdecimal():
            return Heading(code, not title_words, own >= AKIN and len(text) <= 120, True)
        return None
