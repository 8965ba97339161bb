"""What two sequences share, in order: the least that moves, the most that stays."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from operator import lt

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


# A stretch that faces another: where it begins on each side, and its length.
Run = tuple[int, int, int]


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The positions that face each other, in order: see ``runs``."""
    return [(i + n, j + n) for i, j, size in runs(old, new) for n in range(size)]


def runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """What stays, in order: what is equal at both ends, then what is unique on both sides, then the
    rest between them. Two runs never touch on both sides."""
    found: list[Run] = []
    _match(old, new, (0, len(old)), (0, len(new)), found)
    return found


def _keep(found: list[Run], i: int, j: int, size: int) -> None:
    if found:
        a, b, before = found[-1]
        if a + before == i and b + before == j:
            found[-1] = (a, b, before + size)
            return
    found.append((i, j, size))


def _match(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    in_old: tuple[int, int],
    in_new: tuple[int, int],
    found: list[Run],
) -> None:
    (i, end), (j, end_new) = in_old, in_new
    while i < end and j < end_new and old[i] == new[j]:
        i, j = i + 1, j + 1
    if i > in_old[0]:
        _keep(found, in_old[0], in_new[0], i - in_old[0])
    while end > i and end_new > j and old[end - 1] == new[end_new - 1]:
        end, end_new = end - 1, end_new - 1
    if i < end and j < end_new:
        _between(old, new, (i, end), (j, end_new), found)
    if end < in_old[1]:
        _keep(found, end, end_new, in_old[1] - end)


def _between(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    in_old: tuple[int, int],
    in_new: tuple[int, int],
    found: list[Run],
) -> None:
    (i, end), (j, end_new) = in_old, in_new
    here, there = old[i:end], new[j:end_new]
    if set(here).isdisjoint(there):
        return
    anchors = _anchors(here, there)
    if not anchors:
        if len(here) * len(there) <= _LIMIT:
            blocks = SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks()
            for a, b, size in blocks[:-1]:
                _keep(found, in_old[0] + a, in_new[0] + b, size)
        return
    for a, b in anchors:
        to, to_new = in_old[0] + a, in_new[0] + b
        if i < to and j < to_new:
            _match(old, new, (i, to), (j, to_new), found)
        _keep(found, to, to_new, 1)
        i, j = to + 1, to_new + 1
    if i < end and j < end_new:
        _match(old, new, (i, end), (j, end_new), found)


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    times, times_new = Counter(old), Counter(new)
    places = dict(zip(new, range(len(new)), strict=True))
    common = [
        (position, places[item])
        for position, item in enumerate(old)
        if times[item] == 1 and times_new.get(item) == 1
    ]
    order = [place for _position, place in common]
    if all(map(lt, order, order[1:])):
        return common
    return [common[i] for i in longest_increasing(order)]
