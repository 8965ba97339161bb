"""Two formatted texts, word by word: paragraphs that face each other, what left, what came.

The texts are the cleaned HTML of ``alliances.formatting``. Each side keeps its own tags, so that
the marked text is as valid as the text was; only ``<del>`` and ``<ins>`` are added, around words.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import escape
from itertools import accumulate

from .sequences import Run, matches, runs

_TAG = r'<(?:"[^"]*"|[^>"])*>'
# A tag, a word or a mark; between them there are only spaces.
_PIECE = re.compile(rf"({_TAG}" r"|\d+(?:[.,\u00a0\u202f]\d+)*|\w+[’']?|&#?\w+;|[^\s\w])")
_FIRM = "\u00a0"  # a space that does not break, written « &nbsp; » by the cleaning
_TAG_NAME = re.compile(r"<(/?)(\w+)")
_BLOCKS = {"p", "h3", "h4", "ul", "ol"}
_INLINE = {"strong", "em", "a"}
# Under this share of words in common, two paragraphs are not the same one rewritten; from the
# other on, two that come at the same place are, whatever follows.
_ALIKE = 0.3
_SURELY = 0.75
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
        self._kept: tuple[_Block | None, list[Run]] = (None, [])

    @cached_property
    def pieces(self) -> list[str]:
        """A space, a tag or a word, a space, and so on to a last space; most spaces are « »."""
        found: list[str] = _PIECE.split(self.html.replace("&nbsp;", _FIRM))
        return found

    @cached_property
    def words(self) -> list[str]:
        """Each word with what it is presented in: the tags around it, those that come before it."""
        words: list[str] = []
        self.line_starts: set[int] = set()
        inline: list[str] = []
        before = ""
        for piece in self.pieces[1::2]:
            if piece[0] == "<" and len(piece) > 1:
                before += self._follow(piece, inline)
                continue
            if before or inline:
                piece = f"{piece} {before}{''.join(inline)}"
                if before:
                    self.line_starts.add(len(words))
                before = ""
            words.append(piece)
        return words

    @cached_property
    def bag(self) -> Counter[str]:
        return Counter(self.words)

    @cached_property
    def letters(self) -> list[int]:
        """How many letters there are before each word, and in all."""
        lengths = [len(one) for one in self.pieces[1::2] if one[0] != "<" or len(one) == 1]
        return [0, *accumulate(lengths)]

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

    def kept(self, other: "_Block") -> list[Run]:
        """The words that stay from here to ``other``; asked twice of the same, compared once."""
        if self._kept[0] is not other:
            self._kept = (other, runs(self.words, other.words))
        return self._kept[1]

    def marked(self, name: str, changed: set[int]) -> str:
        """The block with the words at ``changed`` inside ``<del>`` or ``<ins>``."""
        if not changed:
            return self.html
        out: list[str] = []
        inside, place = False, -1
        pieces = iter(self.pieces)
        for gap, piece in zip(pieces, pieces, strict=False):
            if piece[0] == "<" and len(piece) > 1:
                out.append(f"</{name}>{gap}{piece}" if inside else gap + piece)
                inside = False
                continue
            place += 1
            if (place in changed) == inside:
                out.append(gap + piece)
            else:
                out.append(f"</{name}>{gap}{piece}" if inside else f"{gap}<{name}>{piece}")
                inside = not inside
        out.append(f"</{name}>{self.pieces[-1]}" if inside else self.pieces[-1])
        marked = "".join(out)
        return marked.replace(_FIRM, "&nbsp;") if "&nbsp;" in self.html else marked

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


def _share(old: _Block, new: _Block) -> float:
    """The share of words in common, 0 when it is too little for one to be the other rewritten."""
    if old.tag != new.tag:
        return 0.0
    size = len(old.words) + len(new.words)
    if not size:
        return 1.0
    found = 2 * (old.bag & new.bag).total() / size
    return found if found >= _ALIKE else 0.0


def _is_surely(old: _Block, new: _Block) -> bool:
    size = len(old.words) + len(new.words)
    return old.tag == new.tag and 2 * sum(kept for _i, _j, kept in old.kept(new)) >= _SURELY * size


def _alike(old: list[_Block], new: list[_Block]) -> list[tuple[int, int]]:
    """The pairs that share most words, in order: those that surely do at both ends, then a longest
    common subsequence with weights."""
    start, end = 0, 0
    shortest = min(len(old), len(new))
    while start < shortest and _is_surely(old[start], new[start]):
        start += 1
    while end < shortest - start and _is_surely(old[-1 - end], new[-1 - end]):
        end += 1
    between = _weighed(old[start : len(old) - end], new[start : len(new) - end])
    return [
        *((i, i) for i in range(start)),
        *((start + i, start + j) for i, j in between),
        *((len(old) - i, len(new) - i) for i in range(end, 0, -1)),
    ]


def _weighed(old: list[_Block], new: list[_Block]) -> list[tuple[int, int]]:
    if len(old) * len(new) > _PAIRS:
        facing = zip(range(len(old)), range(len(new)), strict=False)
        return [(i, j) for i, j in facing if old[i].tag == new[j].tag]
    shares = [[_share(one, other) for other in new] for one in old]
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
    left, came = set[int](), set[int]()
    from_old, from_new = 0, 0
    for i, j, size in [*_readable(old, new), (len(old.words), len(new.words), 0)]:
        left.update(range(from_old, i))
        came.update(range(from_new, j))
        from_old, from_new = i + size, j + size
    return left, came


def _readable(old: _Block, new: _Block) -> list[Run]:
    """The runs of words kept, without the crumbs: a few letters kept between two longer changes
    of a same line read as changed."""
    kept = list(old.kept(new))
    end = (len(old.words), len(new.words), 0)
    old_letters, new_letters = old.letters, new.letters

    def between(before: Run, after: Run) -> int:
        i, j, size = before
        return max(
            old_letters[after[0]] - old_letters[i + size],
            new_letters[after[1]] - new_letters[j + size],
        )

    place = 0
    while place < len(kept):
        run = i, _j, size = kept[place]
        before = kept[place - 1] if place else (0, 0, 0)
        after = kept[place + 1] if place + 1 < len(kept) else end
        letters = old_letters[i + size] - old_letters[i]
        around = min(between(before, run), between(run, after))
        if letters <= around and old.line_starts.isdisjoint(range(i, i + size)):
            del kept[place]
            place = max(place - 1, 0)
        else:
            place += 1
    return kept


def marked_line(before: str, after: str) -> tuple[str, str]:
    """Two plain texts as marked HTML: the words that left, the words that came."""
    old, new = (_Block(escape(text).replace("\n", "<br>"), "") for text in (before, after))
    left, came = _changed(old, new)
    return old.marked("del", left), new.marked("ins", came)
