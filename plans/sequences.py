"""What two sequences share, in order: the least that moves, the most that stays."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

# Past this many comparisons, what lies between two anchors is taken as replaced.
_LIMIT = 250_000


def longest_increasing(numbers: Sequence[int]) -> list[int]:
    """The positions of a longest strictly increasing subsequence of ``numbers``."""
    ends: list[int] = []
    holders: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(holders[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            holders.append(position)
        else:
            ends[length], holders[length] = number, position
    found: list[int] = []
    position = holders[-1] if holders else -1
    while position >= 0:
        found.append(position)
        position = before[position]
    return found[::-1]


def matches(
    old: Sequence[Hashable], new: Sequence[Hashable], at: tuple[int, int] = (0, 0)
) -> list[tuple[int, int]]:
    """The positions that face each other, in order: what is equal at both ends, then what is
    unique on both sides, then the rest between them."""
    start, end = 0, 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    head = [(at[0] + i, at[1] + i) for i in range(start)]
    tail = [(at[0] + len(old) - i, at[1] + len(new) - i) for i in range(end, 0, -1)]
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if not old or not new:
        return head + tail
    return head + _between(old, new, (at[0] + start, at[1] + start)) + tail


def _between(
    old: Sequence[Hashable], new: Sequence[Hashable], at: tuple[int, int]
) -> list[tuple[int, int]]:
    anchors = _anchors(old, new)
    if not anchors:
        if len(old) * len(new) > _LIMIT:
            return []
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        return [(at[0] + a + i, at[1] + b + i) for a, b, size in blocks for i in range(size)]
    found: list[tuple[int, int]] = []
    from_old, from_new = 0, 0
    for i, j in [*anchors, (len(old), len(new))]:
        here = (at[0] + from_old, at[1] + from_new)
        found += matches(old[from_old:i], new[from_new:j], here)
        if i < len(old):
            found.append((at[0] + i, at[1] + j))
        from_old, from_new = i + 1, j + 1
    return found


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    once = {item for item, times in Counter(old).items() if times == 1}
    places = {
        item: position
        for position, item in enumerate(new)
        if item in once  # the last place of one that comes twice is dropped below
    }
    twice = {item for item, times in Counter(new).items() if times > 1}
    common = [
        (position, places[item])
        for position, item in enumerate(old)
        if item in places and item not in twice
    ]
    return [common[i] for i in longest_increasing([place for _position, place in common])]
