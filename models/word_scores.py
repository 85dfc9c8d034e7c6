"""How near items are to one need by its words: some rows exactly, or which are the best without adding up all."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from models.vector_index import Floats, Mask, Rows

FINE: Final = 2.0**40  # products are whole numbers of its parts: then sums are exact, in whatever order they are taken
EQUAL: Final = 2e-6  # more than the difference of two scores that are equal when rounded
ERROR: Final = 3e-7  # more than what each term adds to the error of comparing two sums in 32 bits
SURE: Final = 4  # times the wanted, whose sums tell what the highest are at least
FEW: Final = 16  # one row in so many: from here on each is looked up

Weights = npt.NDArray[np.float32]


class Frequent(msgspec.Struct, frozen=True):
    """A term that stands in many rows."""

    weights: Weights  # in every row, 0 where it does not stand
    most: float  # no weight is above it
    factor: float  # what the term counts for in the need


class Listed(msgspec.Struct, frozen=True):
    """A term that stands in few rows."""

    rows: npt.NDArray[np.int32]
    weights: Weights
    factor: float


class WordScores:
    """Sums of weight times factor over the terms of a need: from 0, nothing shared, to at most 1."""

    def __init__(self, frequent: Sequence[Frequent], listed: Sequence[Listed], size: int) -> None:
        self._frequent: Final = sorted(frequent, key=lambda term: -term.most * term.factor)
        self._size: Final = size
        self._terms: Final = len(frequent) + len(listed)
        self._rows: Final = np.concatenate([np.empty(0, np.intp), *(term.rows for term in listed)], dtype=np.intp)
        self._weights: Final = np.concatenate([np.empty(0, np.float32), *(term.weights for term in listed)])
        self._factors: Final = np.repeat([term.factor for term in listed], [len(term.rows) for term in listed])

    def of(self, rows: Rows) -> Floats:
        """Of these rows, which rise."""
        chosen = np.zeros(self._size, dtype=np.bool_)
        chosen[rows] = True
        there = np.flatnonzero(chosen.take(self._rows))
        places = np.searchsorted(rows, self._rows[there])
        products = _products(self._weights[there], self._factors[there])
        total = np.bincount(places, products, minlength=len(rows)).astype(np.float64)
        for term in self._frequent:
            total += _products(term.weights[rows], term.factor)
        return np.minimum(total / FINE, 1.0)

    def best(self, limit: int, mask: Mask) -> Rows:
        """Rows within the mask, rising: the `limit` of highest scores above 0, their equals, and a few more.

        Sums are taken of all terms that stand in few rows, then of one frequent term after another, those first that
        count most. What a row may still gain by the others is known, so who is farther behind than that is left out,
        and once few are left, only they are looked up (MaxScore: H. Turtle and J. Flood, Query evaluation, 1995).
        """
        total = np.zeros(self._size, dtype=np.float32)
        np.add.at(total, self._rows, self._weights * self._factors.astype(np.float32))
        near, left = mask, self._left()
        ahead = _highest(total, mask, SURE * limit)  # of some rows alone, the `limit`th is no higher than of all
        for taken, term in enumerate(self._frequent):
            least = _edge(total[ahead], limit) - left[taken]
            near = mask & (total > least) if least > 0 else mask
            if np.count_nonzero(near) * FEW <= self._size:
                rows = np.flatnonzero(near)
                return self._narrowed(rows, total[rows], taken, limit)
            total += term.weights * np.float32(term.factor)
        return _highest(total, mask, limit, left[-1])

    def _narrowed(self, rows: Rows, sums: Weights, taken: int, limit: int) -> Rows:
        """What is left of these rows when the other frequent terms are added too."""
        left = self._left()
        for place, term in enumerate(self._frequent[taken:], taken):
            near = sums > _edge(sums, limit) - left[place]
            rows, sums = rows[near], sums[near]
            sums += term.weights[rows] * np.float32(term.factor)
        near = (sums > 0) & (sums > _edge(sums, limit) - left[-1])
        return rows[near]

    def _left(self) -> list[float]:
        """What a row may still gain at most from each frequent term on, and what is as good as equal."""
        close = EQUAL + ERROR * self._terms
        gains = [term.most * term.factor for term in reversed(self._frequent)]
        return [close + gain for gain in (0.0, *accumulate(gains))][::-1]


def _products(weights: Weights, factors: Floats | float) -> Floats:
    return np.asarray(np.rint(weights * (np.float64(FINE) * factors)))


def _highest(sums: Weights, mask: Mask, limit: int, close: float = 0.0) -> Rows:
    """Rows within the mask: the `limit` highest above 0, and who is as good as equal."""
    rows = np.flatnonzero(mask & (sums > 0))
    inside = sums[rows]
    return rows[inside >= _edge(inside, limit) - close]


def _edge(sums: Weights, limit: int) -> float:
    """The `limit`th highest; 0 when there are fewer."""
    return float(np.partition(sums, len(sums) - limit)[len(sums) - limit]) if len(sums) >= limit else 0.0
