"""In which rows each term stands and with what weight: scores of all rows for a need, readable under a mask."""

import math
from array import array
from collections.abc import Callable, Collection, Iterable
from threading import Lock
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from models.lexical import Figures, Terms, rarity, terms
from models.vector_index import Mask, Rows
from models.word_scores import Frequent, Listed, Weights, WordScores

OFTEN: Final = 8  # a term in more than one of so many rows is kept spread out over all of them too

Whole = npt.NDArray[np.int32]

_NO_ROWS: Final = np.zeros(0, dtype=np.int32)
_NOWHERE: Final = np.zeros(0, dtype=np.float32)


class Column(msgspec.Struct, gc=False):
    """One term: its rows, rising, with its weight in each. Grows at the end; may be read while it does."""

    rows: "Whole | array[int]" = _NO_ROWS
    weights: "Weights | array[float]" = _NOWHERE
    size: int = 0
    most: float = 0.0  # no weight is above it
    spread: Weights = _NOWHERE
    spread_to: int = 0

    def __len__(self) -> int:
        return self.size

    @property
    def is_spread_out(self) -> bool:
        return self.spread_to > 0

    def append(self, row: int, weight: float) -> None:
        there = self.size
        if there == len(self.rows):  # whoever reads goes on with what they have
            self.rows = array("i", self.rows.tobytes() + bytes(4 * max(2, there)))
            self.weights = array("f", self.weights.tobytes() + bytes(4 * max(2, there)))
        self.rows[there] = row
        self.weights[there] = weight
        if weight > self.most:
            self.most = max(weight, float(self.weights[there]))  # as it is kept
        self.size += 1  # last: from here on readers see it

    def up_to(self, size: int | None = None) -> tuple[Whole, Weights]:
        """Rows below `size`, and the weights there."""
        there = self.size  # before the buffers, which only get longer
        if not there:
            return _NO_ROWS, _NOWHERE
        rows, weights = np.frombuffer(self.rows, np.int32, there), np.frombuffer(self.weights, np.float32, there)
        if size is None or rows[-1] < size:
            return rows, weights
        end = int(np.searchsorted(rows, size))
        return rows[:end], weights[:end]

    def over(self, size: int) -> Weights | None:
        """The weights of all rows below `size`; None where they are not spread out so far, as for an older reader."""
        spread_to, spread = self.spread_to, self.spread  # in this order: they are set the other way round
        return spread[:size] if spread_to >= size else None

    def among(self, rows: Rows, chosen: Mask) -> Rows:
        """At which places of these rows the term stands; `chosen` marks the same rows."""
        spread = self.over(len(chosen))
        if spread is not None:
            return np.flatnonzero(spread[rows])
        theirs = self.up_to(len(chosen))[0]
        return np.searchsorted(rows, theirs[chosen[theirs]])

    def spread_out(self, size: int) -> None:
        """Keep a weight for every row below `size` beside the list, for columns that are asked about many rows."""
        if self.spread_to >= size:
            return
        rows, weights = self.up_to()
        if len(self.spread) < size:
            wider = np.zeros(max(size, 2 * len(self.spread)), dtype=np.float32)
            wider[rows[rows < len(wider)]] = weights[rows < len(wider)]
        else:
            wider = self.spread
            new = slice(int(np.searchsorted(rows, self.spread_to)), int(np.searchsorted(rows, len(wider))))
            wider[rows[new]] = weights[new]
        self.spread = wider
        self.spread_to = size  # last: see over


class Lists(msgspec.Struct, frozen=True):
    """All postings, term after term."""

    terms: list[str]
    counts: bytes  # 32-bit numbers, little end first: of how many rows each term has
    rows: bytes
    weights: bytes


class Postings:
    """For every term the rows it stands in, rising, with its weight there. Grows at the end only.

    An item's weights are logarithms of its counts, of length 1 together. A need's are the same times squared rarity.
    So the sum of products is the cosine of TF-IDF but for the item's length, which leaves rarity out: what else is in
    the corpus then touches an item's score through the need's own terms alone (SMART's lnc.ltc, rarity on both sides).
    """

    def __init__(
        self,
        columns: Iterable[tuple[str, Column]] = (),
        size: int = 0,
        cut: Callable[[str], Terms] = terms,
    ) -> None:
        """`cut` gives the terms of a text; the evaluation asks what phrases pay."""
        self._columns: Final = dict(columns)
        self.cut: Final = cut
        self._lock: Final = Lock()  # of columns being spread out
        self._size = size

    def add(self, text: str) -> None:
        weights = {word: 1 + math.log(count) for word, count in self.cut(text).items()}
        length = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
        for word, weight in weights.items():
            column = self._columns.get(word)
            if column is None:
                column = self._columns[word] = Column()
            column.append(self._size, weight / length)
        self._size += 1

    def lists(self) -> "Lists":
        found = [column.up_to() for column in self._columns.values()]
        none = (np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))
        return Lists(
            terms=list(self._columns),
            counts=np.array([len(rows) for rows, _ in found], dtype="<i4").tobytes(),
            rows=np.concatenate([rows for rows, _ in (*found, none)]).astype("<i4").tobytes(),
            weights=np.concatenate([weights for _, weights in (*found, none)]).astype("<f4").tobytes(),
        )

    @classmethod
    def of_lists(cls, lists: "Lists", size: int) -> "Postings":
        counts = np.frombuffer(lists.counts, dtype="<i4")
        ends = np.cumsum(counts)
        rows, weights = np.frombuffer(lists.rows, dtype="<i4"), np.frombuffer(lists.weights, dtype="<f4")
        most = np.maximum.reduceat(weights, ends - counts) if len(ends) else weights
        spans = map(slice, (ends - counts).tolist(), ends.tolist())
        of_each = zip(lists.terms, spans, most.tolist(), strict=True)
        return cls(((term, Column(rows[of], weights[of], of.stop - of.start, top)) for term, of, top in of_each), size)

    def counts(self, words: Collection[str], mask: Mask) -> dict[str, int]:
        """In how many items of the mask each term stands."""
        size, found = len(mask), {}
        listed: dict[str, Whole] = {}
        for word in words:
            column = self._column(word, size)
            weights = column.over(size)
            if weights is None:
                listed[word] = column.up_to(size)[0]
            else:
                found[word] = int(np.count_nonzero(mask & (weights > 0)))
        inside = mask.take(np.concatenate([_NO_ROWS, *listed.values()], dtype=np.intp))
        sums = np.concatenate([[0], np.cumsum(inside)])
        ends = np.cumsum([0, *map(len, listed.values())])
        return found | dict(zip(listed, np.diff(sums[ends]).tolist(), strict=True))

    def scores(self, need: Terms, figures: Figures, size: int) -> WordScores:
        """How near each of the first `size` rows is by its words."""
        frequent, listed = [], []
        for word, factor in _factors(need, figures).items():
            column = self._column(word, size)
            weights = column.over(size)
            if weights is None:
                listed.append(Listed(*column.up_to(size), factor))
            else:
                frequent.append(Frequent(weights, column.most, factor))
        return WordScores(frequent, listed, size)

    def having(self, words: Collection[str], rows: Rows, size: int) -> dict[str, Rows]:
        """For each term the places among these rows, rising and below `size`, at which it stands."""
        chosen = np.zeros(size, dtype=np.bool_)
        chosen[rows] = True
        return {word: self._column(word, size).among(rows, chosen) for word in words}

    def _column(self, word: str, size: int) -> Column:
        column = self._columns.get(word, _EMPTY)
        if column.is_spread_out or len(column) * OFTEN > size:
            with self._lock:
                column.spread_out(size)
        return column


def _factors(need: Terms, figures: Figures) -> dict[str, float]:
    """What each term of the need counts for, of length 1 together."""
    weights = {word: (1 + math.log(count)) * rarity(word, figures) ** 2 for word, count in need.items()}
    length = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
    return {word: weights[word] / length for word in weights}


_EMPTY: Final = Column()
