"""How near members are to one another along ties in either direction: many searches at once, a bit for each."""

from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Numbers = npt.NDArray[np.int64]
_Bits = npt.NDArray[np.uint64]

_WORD: Final = 64
_AT_ONCE: Final = 1 << 23  # words in the largest array of one round: 64 MB


class Reach(Struct, frozen=True, kw_only=True):
    """Pairs are ordered, a member with themselves is none."""

    pairs: int  # that some path joins
    steps: int  # of the shortest paths of all those pairs
    within_two: int  # pairs that one or two steps join
    largest: int  # members of the largest part in which everybody reaches everybody
    closed: int  # for every pair that is tied, how many both are tied to


def reach(members: int, ones: Numbers, others: Numbers) -> Reach:
    """`ones` and `others` are the ends of undirected ties, each tie once and none from a member to themselves."""
    if not len(ones):
        return Reach(pairs=0, steps=0, within_two=0, largest=min(1, members), closed=0)
    neighbours, starts, tied = _lists(ones, others)
    width = max(1, min(-(-members // _WORD), _AT_ONCE // len(neighbours)))
    pairs = steps = within_two = largest = closed = 0
    for begin in range(0, members, width * _WORD):
        seen = _alone(members, begin, width)
        front, level = seen, 0
        while True:
            level += 1
            front = _next(front, seen, neighbours, starts, tied)
            found = int(np.bitwise_count(front).sum())
            if not found:
                break
            seen = seen | front
            pairs, steps = pairs + found, steps + level * found
            within_two += found if level <= 2 else 0
            if level == 1:
                closed += int(np.bitwise_count(front[ones] & front[others]).sum())
        largest = max(largest, _most(seen))
    return Reach(pairs=pairs, steps=steps, within_two=within_two, largest=largest, closed=closed)


def _lists(ones: Numbers, others: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Everybody's neighbours one after another, where each list begins, and whose they are."""
    ends, neighbours = np.concatenate((ones, others)), np.concatenate((others, ones))
    order = np.argsort(ends, kind="stable")
    tied, starts = np.unique(ends[order], return_index=True)
    return neighbours[order], starts.astype(np.int64), tied


def _alone(members: int, begin: int, width: int) -> _Bits:
    """One row a member, one bit for each search that begins with one of the next members."""
    seen = np.zeros((members, width), dtype=np.uint64)
    first = np.arange(begin, min(members, begin + width * _WORD))
    place = first - begin
    seen[first, place // _WORD] = np.uint64(1) << (place % _WORD).astype(np.uint64)
    return seen


def _next(front: _Bits, seen: _Bits, neighbours: Numbers, starts: Numbers, tied: Numbers) -> _Bits:
    """Which searches reach whom now for the first time."""
    found = np.zeros_like(seen)
    found[tied] = np.bitwise_or.reduceat(front[neighbours], starts, axis=0) & ~seen[tied]
    return found


def _most(seen: _Bits) -> int:
    """How many the search that found most has found."""
    return max(_largest(seen[:, [word]]) for word in range(seen.shape[1]))


def _largest(one: _Bits) -> int:
    return int(np.unpackbits(one.view(np.uint8), axis=1).sum(axis=0).max())
