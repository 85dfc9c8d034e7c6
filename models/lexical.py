"""Which words two texts share, and how much that tells: postings of terms, readable under a mask."""

import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from models.stopwords import STOP_WORDS
from models.vector_index import Floats, Mask

MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0eff"  # vowel signs, accents
WORD: Final = re.compile(rf"\w(?:[\w{MARKS}'’]*[\w{MARKS}])?")
ES: Final = ("sses", "shes", "ches", "xes", "zes")
NO_PLURAL: Final = ("ss", "us", "is")

Terms = Counter[str]


class Figures(msgspec.Struct, frozen=True):
    """All that the words' score of any item depends on besides the need and that item; stored with a decision."""

    items: int
    spread: dict[str, int]  # term of the need → in how many items it stands


def folded(word: str) -> str:
    """One form for upper and lower case, typographic apostrophes, composed and decomposed letters."""
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def term(word: str) -> str:
    """A folded word without possessive and plural; other endings carry meaning often enough to stay."""
    word = word.removesuffix("'s")
    if len(word) < 4 or not word.endswith("s") or word.endswith(NO_PLURAL):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(ES) else word[:-1]


def telling(word: str) -> bool:
    return len(word) > 1 and word not in STOP_WORDS


def terms(text: str) -> Terms:
    """The terms of the words that tell something, with their counts."""
    return Counter(term(word) for word in map(folded, WORD.findall(text)) if telling(word))


def shared_words(need: str, item: str, figures: Figures, limit: int = 5) -> tuple[str, ...]:
    """Whole words that stand in both texts, as the need writes them, the rarest first."""
    theirs = set(map(folded, WORD.findall(item)))
    ours: dict[str, str] = {}
    for word in WORD.findall(need):
        ours.setdefault(folded(word), word)
    shared = [word for word in ours if word in theirs and telling(word) and not word.isdigit()]
    shared.sort(key=lambda word: (figures.spread.get(term(word), 0), word))
    return tuple(ours[word] for word in shared[:limit])


class Postings:
    """For every term the rows it stands in, rising, with its weight there. Grows at the end only.

    An item's weights are logarithms of its counts, of length 1 together. A need's are the same times squared rarity.
    So the sum of products is the cosine of TF-IDF but for the item's length, which leaves rarity out: what else is in
    the corpus then touches an item's score through the need's own terms alone (SMART's lnc.ltc, rarity on both sides).
    """

    def __init__(self) -> None:
        self._rows: Final[dict[str, array[int]]] = {}
        self._weights: Final[dict[str, array[float]]] = {}
        self._lock: Final = Lock()  # an array cannot grow while it is being read
        self._size = 0

    def add(self, text: str) -> None:
        weights = {word: 1 + math.log(count) for word, count in terms(text).items()}
        length = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
        with self._lock:
            for word, weight in weights.items():
                self._rows.setdefault(word, array("i")).append(self._size)
                self._weights.setdefault(word, array("f")).append(weight / length)
            self._size += 1

    def figures(self, need: Sequence[Terms], mask: Mask) -> Figures:
        """Counted over the items in the mask."""
        items = int(mask.sum())
        with self._lock:
            words = sorted({word for text in need for word in text})
            found = {word: self._rows_of(word, len(mask)) for word in words}
        whole = items == len(mask)
        spread = {word: len(rows) if whole else int(np.count_nonzero(mask[rows])) for word, rows in found.items()}
        return Figures(items=items, spread=spread)

    def scores(self, need: Terms, figures: Figures, size: int) -> Floats:
        """How near each of the first `size` rows is by its words: from 0, nothing shared, to at most 1."""
        total = np.zeros(size)
        weights = {word: (1 + math.log(count)) * rarity(word, figures) ** 2 for word, count in need.items()}
        length = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
        with self._lock:
            for word in sorted(weights):  # always the same order: sums of floats depend on it
                rows = self._rows_of(word, size)
                total[rows] += weights[word] / length * self._weights_of(word, len(rows))
        return np.minimum(total, 1.0)

    def _rows_of(self, word: str, size: int) -> npt.NDArray[np.int32]:
        rows = np.array(self._rows.get(word, ()), dtype=np.int32)
        return rows[: np.searchsorted(rows, size)]

    def _weights_of(self, word: str, count: int) -> Floats:
        return np.array(self._weights.get(word, ()), dtype=np.float64)[:count]


def rarity(word: str, figures: Figures) -> float:
    """Inverse document frequency, smoothed so that an unseen word and an omnipresent one both count."""
    return math.log((1 + figures.items) / (1 + figures.spread.get(word, 0))) + 1


def telling_words(need: Sequence[Mapping[str, int]]) -> float:
    """Different terms per text of the need: how much its words can say."""
    return sum(map(len, need)) / len(need) if need else 0.0
