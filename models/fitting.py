"""How well people fit many needs at once: one product of vectors, pooled for each by the weighted top three."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from models.ranking import PORTIONS, SHARES
from models.vector_index import Floats, Vectors, checked

_PLACES: Final = 4  # sums in 32 bits differ between machines beyond them
_AT_ONCE: Final = 512  # needs
_FEW: Final = 8

Mask = npt.NDArray[np.bool_]


class Shelf:
    """What some people show, each piece with the weight of its source. Pieces of one person stand together."""

    def __init__(
        self, people: Sequence[str], owners: Sequence[str], vectors: Vectors, weights: Floats, firm: Mask
    ) -> None:
        """Besides `people` of the pieces, `firm` those that are more than claimed; who shows nothing fits nothing."""
        number = {each: place for place, each in enumerate(people)}
        whose = np.array([number[each] for each in owners], dtype=np.int64)
        order = np.argsort(whose, kind="stable")
        self.people: Final = tuple(people)
        self._vectors: Final = np.ascontiguousarray(vectors[order])
        self._weights: Final = weights[order].astype(np.float32)
        self._firm: Final = np.where(firm[order], self._weights, 0)
        self._ends: Final = np.searchsorted(whose[order], np.arange(len(people)), side="right").tolist()

    def fits(self, needs: Vectors, usual: Floats, *, exactly: bool = False) -> tuple[Floats, Floats]:
        """(needs, people), by all they show and by what is firm of it.

        By meaning alone, 0 for who shows nothing nearer than `usual`, what is so of each need. `exactly` sums in 64
        bits, so that rounding makes the same of it on every machine; for a few needs.
        """
        checked(needs, self._vectors.shape[1])
        found = np.zeros((2, len(needs), len(self.people)))
        for begin in range(0, len(needs), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            found[:, some] = self._some(needs[some], usual[some], exactly=exactly)
        return found[0], found[1]

    def _some(self, needs: Vectors, usual: Floats, *, exactly: bool) -> Floats:
        usually = np.minimum(0.99, np.maximum(0.0, usual))[:, None]
        base = usually if exactly else usually.astype(np.float32)
        near = np.maximum(((self._exact(needs) if exactly else self._cosines(needs)) - base) / (1 - base), 0)
        found = np.zeros((2, len(needs), len(self.people)))
        for layer, weights in zip(found, (self._weights, self._firm), strict=True):
            worth, begin = near * weights, 0
            for place, end in enumerate(self._ends):
                if end > begin:
                    layer[:, place] = _top_three(worth[:, begin:end])
                begin = end
        return np.minimum(found, 1.0).round(_PLACES)

    def _cosines(self, needs: Vectors) -> Vectors:
        """A product of matrices is quicker for many; for a few its threads wait for one another on a busy machine."""
        if len(needs) > _FEW:
            return np.asarray(needs @ self._vectors.T, dtype=np.float32)
        return np.asarray(np.einsum("nw,pw->np", needs, self._vectors), dtype=np.float32)

    def _exact(self, needs: Vectors) -> Floats:
        return np.asarray(np.einsum("nw,pw->np", needs.astype(np.float64), self._vectors.astype(np.float64)))


def _top_three(worth: npt.NDArray[np.floating[Any]]) -> Floats:
    """Of each row: what is missing of three is made up from the one before."""
    count = min(len(SHARES), worth.shape[1])
    best = worth if count == worth.shape[1] else np.partition(worth, -count, axis=1)[:, -count:]
    return np.asarray(-np.sort(-best, axis=1) @ np.array(PORTIONS[count]), dtype=np.float64)
