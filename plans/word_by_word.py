"""Two formatted texts, word by word: paragraphs that face each other, what left, what came.

The texts are the cleaned HTML of ``plans.formatting``. Each side keeps its own tags, so that the
marked text is as valid as the text was; only ``<del>`` and ``<ins>`` are added, around words.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import escape
from itertools import accumulate

from .sequences import matches

_TAG = r'<(?:"[^"]*"|[^>"])*>'
# A tag, a word or a mark, or what lies between them.
_PIECE = re.compile(
    rf"({_TAG})"
    r"|(\d+(?:(?:[.,\u00a0\u202f]|&nbsp;)\d+)*|\w+[’']?|&(?!nbsp;)#?\w+;|(?!&nbsp;)[^\s\w])"
    r"|((?:\s|&nbsp;)+)"
)
_TAG_NAME = re.compile(r"<(/?)(\w+)")
_BLOCKS = {"p", "h3", "h4", "ul", "ol"}
_INLINE = {"strong", "em", "a"}
# Under this share of words in common, two paragraphs are not the same one rewritten.
_ALIKE = 0.3
_PAIRS = 2_500


class Change(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    FORMAT = "format"  # the same words, presented otherwise


@dataclass(frozen=True)
class Pair:
    """Two facing blocks of a text as marked HTML, « » where there is none on that side."""

    before: str
    after: str
    change: Change


class _Block:
    """A paragraph, a heading, a whole list; ``words`` say what is compared."""

    def __init__(self, html: str, tag: str) -> None:
        self.html, self.tag = html, tag

    @cached_property
    def pieces(self) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = _PIECE.findall(self.html)
        return found

    @cached_property
    def words(self) -> list[str]:
        """Each word with what it is presented in: the tags around it, those that come before it."""
        words: list[str] = []
        self.line_starts: set[int] = set()
        inline: list[str] = []
        before = ""
        for tag, word, _space in self.pieces:
            if tag:
                before += self._follow(tag, inline)
            elif word:
                if before or inline:
                    word = f"{word} {before}{''.join(inline)}"
                    if before:
                        self.line_starts.add(len(words))
                    before = ""
                words.append(word)
        return words

    @cached_property
    def letters(self) -> list[int]:
        """How many letters there are before each word, and in all."""
        return [0, *accumulate(len(word) for _tag, word, _space in self.pieces if word)]

    @staticmethod
    def _follow(tag: str, inline: list[str]) -> str:
        name = _TAG_NAME.match(tag)
        if name is None or name[2] not in _INLINE:
            return tag
        if not name[1]:
            inline.append(tag)
        elif inline:
            inline.pop()
        return ""

    def marked(self, name: str, changed: set[int]) -> str:
        """The block with the words at ``changed`` inside ``<del>`` or ``<ins>``."""
        if not changed:
            return self.html
        out: list[str] = []
        inside, gap, place = False, "", -1
        for tag, word, space in self.pieces:
            if word:
                place += 1
                if (place in changed) != inside:
                    out.append(f"{gap}<{name}>" if not inside else f"</{name}>{gap}")
                    inside, gap = not inside, ""
                out.append(gap + word)
                gap = ""
            elif tag:
                out.append(f"</{name}>{gap}" if inside else gap)
                inside, gap = False, ""
                out.append(tag)
            else:
                gap += space
        out.append(f"</{name}>{gap}" if inside else gap)
        return "".join(out)

    def all_marked(self, name: str) -> str:
        return self.marked(name, set(range(len(self.words))))


def _blocks(html: str) -> list[_Block]:
    """The paragraphs, headings and lists of a text; loose words make a block of their own."""
    found: list[_Block] = []
    start, depth, tag = 0, 0, ""
    for match in re.finditer(_TAG, html):
        name = _TAG_NAME.match(match[0])
        if name is None or name[2] not in _BLOCKS:
            continue
        if name[1]:
            depth -= 1
            if depth == 0:
                found.append(_Block(html[start : match.end()], tag))
                start = match.end()
        else:
            if depth == 0:
                if html[start : match.start()]:
                    found.append(_Block(html[start : match.start()], ""))
                start, tag = match.start(), name[2]
            depth += 1
    if html[start:]:
        found.append(_Block(html[start:], tag if depth else ""))
    return found


def pairs(before: str, after: str) -> list[Pair]:
    """The blocks of two texts side by side, each with what changed in it."""
    old, new = _blocks(before), _blocks(after)
    same = matches([one.html for one in old], [one.html for one in new])
    found: list[Pair] = []
    from_old, from_new = 0, 0
    for i, j in [*same, (len(old), len(new))]:
        found += _facing(old[from_old:i], new[from_new:j])
        if i < len(old):
            found.append(Pair(old[i].html, new[j].html, Change.SAME))
        from_old, from_new = i + 1, j + 1
    return found


def _facing(old: list[_Block], new: list[_Block]) -> list[Pair]:
    """Between two anchors: the blocks alike face each other, the others left or came."""
    found: list[Pair] = []
    from_old, from_new = 0, 0
    for i, j in [*_alike(old, new), (len(old), len(new))]:
        found += [Pair(one.all_marked("del"), "", Change.REMOVED) for one in old[from_old:i]]
        found += [Pair("", one.all_marked("ins"), Change.ADDED) for one in new[from_new:j]]
        if i < len(old):
            found.append(_rewritten(old[i], new[j]))
        from_old, from_new = i + 1, j + 1
    return found


def _shares(old: list[_Block], new: list[_Block]) -> list[list[float]]:
    """For each block of each side, the share of words in common; 0 when it is too little."""
    bags = [[(one.tag, Counter(one.words), len(one.words)) for one in side] for side in (old, new)]

    def share(i: int, j: int) -> float:
        (tag, bag, size), (other_tag, other, other_size) = bags[0][i], bags[1][j]
        if tag != other_tag:
            return 0.0
        if not size and not other_size:
            return 1.0
        found = 2 * (bag & other).total() / (size + other_size)
        return found if found >= _ALIKE else 0.0

    return [[share(i, j) for j in range(len(new))] for i in range(len(old))]


def _alike(old: list[_Block], new: list[_Block]) -> list[tuple[int, int]]:
    """The pairs that share most words, in order: a longest common subsequence with weights."""
    if len(old) * len(new) > _PAIRS:
        facing = zip(range(len(old)), range(len(new)), strict=False)
        return [(i, j) for i, j in facing if old[i].tag == new[j].tag]
    shares = _shares(old, new)
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            together = shares[i][j] + best[i + 1][j + 1] if shares[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if shares[i][j] and best[i][j] == shares[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _rewritten(old: _Block, new: _Block) -> Pair:
    left, came = _changed(old, new)
    kind = Change.CHANGED if left or came else Change.FORMAT
    return Pair(old.marked("del", left), new.marked("ins", came), kind)


def _changed(old: _Block, new: _Block) -> tuple[set[int], set[int]]:
    """The positions of the words that left, and of those that came."""
    kept = [pair for run in _readable(old, new) for pair in run]
    return (
        set(range(len(old.words))) - {i for i, _j in kept},
        set(range(len(new.words))) - {j for _i, j in kept},
    )


def _runs(kept: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    runs: list[list[tuple[int, int]]] = []
    for i, j in kept:
        if runs and runs[-1][-1] == (i - 1, j - 1):
            runs[-1].append((i, j))
        else:
            runs.append([(i, j)])
    return runs


def _readable(old: _Block, new: _Block) -> list[list[tuple[int, int]]]:
    """The runs of words kept, without the crumbs: a few letters kept between two longer changes
    of a same line read as changed."""
    runs = _runs(matches(old.words, new.words))
    ends = (len(old.words), len(new.words))
    old_letters, new_letters = old.letters, new.letters

    def between(start: tuple[int, int], end: tuple[int, int]) -> int:
        return max(
            old_letters[end[0]] - old_letters[start[0] + 1],
            new_letters[end[1]] - new_letters[start[1] + 1],
        )

    place = 0
    while place < len(runs):
        run = runs[place]
        before = runs[place - 1][-1] if place else (-1, -1)
        after = runs[place + 1][0] if place + 1 < len(runs) else ends
        size = old_letters[run[-1][0] + 1] - old_letters[run[0][0]]
        around = min(between(before, run[0]), between(run[-1], after))
        if size <= around and old.line_starts.isdisjoint(i for i, _j in run):
            del runs[place]
            place = max(place - 1, 0)
        else:
            place += 1
    return runs


def marked_line(before: str, after: str) -> tuple[str, str]:
    """Two plain texts as marked HTML: the words that left, the words that came."""
    old, new = (_Block(escape(text).replace("\n", "<br>"), "") for text in (before, after))
    left, came = _changed(old, new)
    return old.marked("del", left), new.marked("ins", came)
