"""Rounds in alternation: a machine that is busy is busy for all who are compared."""

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median

from msgspec import Struct

from benchmarks.row import Row

Turn = Callable[[], float]  # does the work once and gives the seconds it took, without its preparation


class Ratio(Struct, frozen=True):
    """Median and spread over the rounds, each round's own peer against it."""

    median: float
    low: float
    high: float
    word: str


def timed(action: Callable[[], object], times: int = 1) -> Turn:
    """Seconds of one action, as the mean of some."""

    def turn() -> float:
        start = time.perf_counter()
        for _ in range(times):
            action()
        return (time.perf_counter() - start) / times

    return turn


def in_turns(rounds: int, *turns: Turn) -> list[list[float]]:
    """Seconds of each, round by round; every second round runs backwards, so that nobody always comes after another."""
    taken: list[list[float]] = [[] for _ in turns]
    for number in range(rounds):
        gc.collect()  # nobody pays for what a round before left behind
        places = range(len(turns))
        for place in places if number % 2 == 0 else reversed(places):
            taken[place].append(turns[place]())
    return taken


def faster(ours: Sequence[float], peer: Sequence[float]) -> Ratio:
    """How many times as fast as the peer."""
    return _of([theirs / own for own, theirs in zip(ours, peer, strict=True)], "as fast")


def longer(ours: Sequence[float], peer: Sequence[float]) -> Ratio:
    """How many times as long as the peer."""
    return _of([own / theirs for own, theirs in zip(ours, peer, strict=True)], "as long")


def _of(ratios: Sequence[float], word: str) -> Ratio:
    return Ratio(median(ratios), min(ratios), max(ratios), word)


def beside(ours: Sequence[float], peer: Sequence[float], each: int = 1) -> str:
    """Both medians in words, per one of `each` things that a turn did."""
    return f"{in_time(median(ours) / each)} / {in_time(median(peer) / each)}"


def in_time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def row(what: str, against: str, ratio: Ratio, words: str, **bars: float | None) -> Row:
    return Row(what, against, ratio.median, ratio.low, ratio.high, words, word=ratio.word, **bars)
