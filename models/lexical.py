"""Which words two texts share, and how much that tells: postings of terms, readable under a mask."""

import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from models.stopwords import STOP_WORDS
from models.vector_index import Floats, Mask

WORD: Final = re.compile(r"\w[\w'’]*\w|\w")
SLOPE: Final = 0.2
LONGEST: Final = 200_000  # characters; a text beyond is read up to here


class Figures(msgspec.Struct, frozen=True):
    """All that the words' score of any item depends on besides that item: small enough to store with a decision."""

    items: int
    length: float  # mean number of different terms per item
    spread: dict[str, int]  # term of the need → in how many items it occurs


def written(text: str) -> list[str]:
    """The words as they stand in the text, in order."""
    return WORD.findall(text[:LONGEST])


def folded(word: str) -> str:
    """One form for upper and lower case, typographic apostrophes and composed letters."""
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def terms(text: str) -> Counter[str]:
    """Words that carry meaning, and neighbouring pairs of them, with their counts."""
    kept = [word for word in map(folded, written(text)) if len(word) > 1 and word not in STOP_WORDS]
    return Counter(kept) + Counter(f"{first} {second}" for first, second in pairwise(kept))


def need_terms(texts: Iterable[str]) -> tuple[str, ...]:
    """Every term of the need, once, in a fixed order."""
    return tuple(sorted({term for text in texts for term in terms(text)}))


def shared_words(need: str, item: str, figures: Figures, limit: int = 5) -> tuple[str, ...]:
    """Whole words that stand in both texts, as the need writes them, the rarest first."""
    theirs = {folded(word) for word in written(item)}
    ours: dict[str, str] = {}
    for word in written(need):
        ours.setdefault(folded(word), word)
    shared = [word for word in ours if word in theirs and len(word) > 1 and word not in STOP_WORDS]
    shared.sort(key=lambda word: (figures.spread.get(word, 0), word))
    return tuple(ours[word] for word in shared[:limit])


class Postings:
    """For every term the rows it stands in, in rising order, with its weight there. Grows only at the end."""

    def __init__(self) -> None:
        self._rows: Final[dict[str, array[int]]] = {}
        self._weights: Final[dict[str, array[float]]] = {}
        self._lengths: Final = array("i")

    def add(self, text: str) -> None:
        counts = terms(text)
        row = len(self._lengths)
        for term, weight in _weights(counts).items():
            self._rows.setdefault(term, array("i")).append(row)
            self._weights.setdefault(term, array("f")).append(weight)
        self._lengths.append(len(counts))

    def figures(self, texts: Iterable[str], mask: Mask) -> Figures:
        """Of the items in the mask."""
        items = int(mask.sum())
        length = float(self._lengths_of(len(mask))[mask].sum()) / items if items else 0.0
        spread = {term: int(mask[self._rows_of(term, len(mask))].sum()) for term in need_terms(texts)}
        return Figures(items=items, length=length, spread=spread)

    def scores(self, text: str, figures: Figures, size: int) -> Floats:
        """How near the words of the first `size` rows are to the text's own: 0 nothing shared, 1 the same text."""
        counts = terms(text)
        total = np.zeros(size)
        need = {term: weight * _rarity(term, figures) for term, weight in _weights(counts).items()}
        for term, weight in need.items():
            rows = self._rows_of(term, size)
            total[rows] += weight * self._weights_of(term, len(rows))
        total /= _long(self._lengths_of(size).astype(np.float64), figures)
        itself = sum(need[term] * weight for term, weight in _weights(counts).items()) / _long(len(counts), figures)
        return np.minimum(total / itself, 1.0) if itself else total

    def _rows_of(self, term: str, size: int) -> npt.NDArray[np.int32]:
        rows = np.array(self._rows.get(term, ()), dtype=np.int32)
        return rows[: np.searchsorted(rows, size)]

    def _weights_of(self, term: str, count: int) -> npt.NDArray[np.float32]:
        return np.array(self._weights.get(term, ()), dtype=np.float32)[:count]

    def _lengths_of(self, size: int) -> npt.NDArray[np.int32]:
        return np.array(self._lengths, dtype=np.int32)[:size]


def _weights(counts: Mapping[str, int]) -> dict[str, float]:
    """Log term frequency against the text's own mean: the L of Singhal, Buckley and Mitra's Lnu (SIGIR 1996)."""
    if not counts:
        return {}
    mean = 1 + math.log(sum(counts.values()) / len(counts))
    return {term: (1 + math.log(count)) / mean for term, count in counts.items()}


def _rarity(term: str, figures: Figures) -> float:
    return math.log((1 + figures.items) / (1 + figures.spread.get(term, 0))) + 1


def _long(length: Floats | float, figures: Figures) -> Floats | float:
    """Pivoted unique normalisation, the u of Lnu, with the mean as pivot."""
    return (1 - SLOPE) + SLOPE * length / (figures.length or 1)
