"""What a school year came to, for those who ask and those who are asked, and means over seeds with their intervals."""

from collections.abc import Collection, Sequence

import numpy as np
from msgspec import Struct
from scipy.stats import t

from benchmarks.school import DAYS, Floats
from benchmarks.school_books import breaches, given
from benchmarks.school_run import SchoolRun


class Figures(Struct, frozen=True):
    """Waits in school days from submission to the first acceptance; whoever still waits has waited to the end."""

    wait_p50: float
    wait_p90: float
    fit: float  # of who accepted, by what they show
    served: float
    breaches: float
    gini: float  # of minutes of help, over all who are willing
    never: float  # share of the willing who were never asked


class Received(Struct, frozen=True):
    """What some members got for their needs, and gave."""

    wait: float  # mean
    ability: float  # of who helped them
    asked: float  # minutes, each in the mean
    load: float  # the same as a share of the minutes they offered over the year
    helped: float  # cases each took on that they can indeed help with


class Mean(Struct, frozen=True):
    """Over seeds, with half of its 95 % interval (Student's t)."""

    value: float
    half: float

    @property
    def low(self) -> float:
        return self.value - self.half

    @property
    def high(self) -> float:
        return self.value + self.half


def mean(values: Sequence[float]) -> Mean:
    some = np.array(values, dtype=np.float64)
    if len(some) < 2:
        return Mean(float(some.mean()), 0.0)
    half = t.ppf(0.975, len(some) - 1) * some.std(ddof=1) / np.sqrt(len(some))
    return Mean(float(some.mean()), float(half))


def figures(run: SchoolRun) -> Figures:
    waits = [_wait(each.at, each.accepted) for each in run.requests]
    fits = [each.fit[each.coach] for each in run.requests if each.coach is not None]
    return Figures(
        wait_p50=float(np.percentile(waits, 50)),
        wait_p90=float(np.percentile(waits, 90)),
        fit=float(np.mean(fits)),
        served=len(fits) / len(waits),
        breaches=breaches(run.books.log, run.known.offers),
        gini=gini(given(run.books.log, run.known.size.helpers)),
        never=sum(not each for each in run.turns) / len(run.turns),
    )


def gini(values: Sequence[float]) -> float:
    """0 where all have the same, towards 1 where one has all: Σ(2i − n − 1)·xᵢ / (n·Σx), x rising."""
    rising, many = np.sort(np.array(values, dtype=np.float64)), len(values)
    return float((2 * np.arange(1, many + 1) - many - 1) @ rising / (many * rising.sum()))


def received(run: SchoolRun, members: Collection[int], ability: Floats, floor: float) -> Received:
    """A need is helped with once somebody accepts any request for it; `ability` is of need × helper."""
    names = {f"member-{each:08x}" for each in members}
    needs = {each.number: each for each in run.requests if each.seeker in names}
    needs |= {each.number: each for each in run.requests if each.seeker in names and each.coach is not None}
    helping = [each for each in members if each < run.known.size.helpers]
    done = [
        each.coach in set(helping) and ability[each.number, each.coach] >= floor
        for each in run.requests
        if each.coach is not None
    ]
    asked = sum(run.books.asked[each] for each in helping)
    return Received(
        wait=float(np.mean([_wait(each.at, each.accepted) for each in needs.values()])),
        ability=float(np.mean([ability[each.number, each.coach] for each in needs.values() if each.coach is not None])),
        asked=asked / max(1, len(helping)),
        load=asked / max(1, sum(run.known.offers[each].a_year for each in helping)),
        helped=sum(done) / max(1, len(helping)),
    )


def _wait(at: float, accepted: float | None) -> float:
    return (len(DAYS) if accepted is None else accepted) - at
