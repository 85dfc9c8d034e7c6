"""Which words two texts share, and how much that tells."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zlib import crc32

import msgspec

from models.stopwords import STOP_WORDS

MARKS: Final = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0eff"  # vowel signs, accents
WORD: Final = re.compile(rf"\w(?:[\w{MARKS}'’]*[\w{MARKS}])?")
ES: Final = ("sses", "shes", "ches", "xes", "zes")
NO_PLURAL: Final = ("ss", "us", "is")
LONGEST: Final = (
    256  # letters of a word that are read: putting a run of accents in order takes the square of its length
)
PHRASE: Final = "#"  # begins the term of a phrase: no word does
KNOWN: Final = 2**16  # words whose terms are kept at hand
PHRASES: Final = 2**18  # as many are told apart, so that their postings stay few however much is written
NO_EDGE: Final = (-1.0, 0.0)

Terms = Counter[str]


class Figures(msgspec.Struct, frozen=True):
    """All that the words' score of any item depends on besides the need and that item; stored with a decision."""

    items: int
    spread: dict[str, int]  # term of the need → in how many items it stands
    alike: float = 0.0  # mean cosine of the need with the corpus: how much all that is written here is alike
    edge: tuple[float, float] = NO_EDGE  # how near the farthest was that was looked at, in meaning and in words


def folded(word: str) -> str:
    """One form for upper and lower case, typographic apostrophes, composed and decomposed letters."""
    return unicodedata.normalize("NFKC", word[:LONGEST]).casefold().replace("’", "'")


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
    """The words that tell something and the phrases they make, each as a term, with their counts."""
    words = _words(text)
    found = Counter(word for word in words if word)
    found.update(phrase(first, second) for first, second in pairwise(words) if first and second)
    return found


def words_alone(text: str) -> Terms:
    """The same without phrases."""
    return Counter(word for word in _words(text) if word)


def _words(text: str) -> list[str]:
    """The terms of the words in their order, empty where one tells nothing."""
    return [_told(word) for word in WORD.findall(text)]


@lru_cache(maxsize=KNOWN)
def _told(written: str) -> str:
    word = folded(written)
    return term(word) if telling(word) else ""


def forget() -> None:
    """Let go of the words that were seen."""
    _told.cache_clear()


def phrase(first: str, second: str) -> str:
    """Two telling words side by side as one term: a number, so that there is an end of them.

    Two phrases may share a number; each then counts as if it were a little less rare (feature hashing, Weinberger and
    others 2009).
    """
    return f"{PHRASE}{crc32(f'{first} {second}'.encode()) % PHRASES}"


def rarity(word: str, figures: Figures) -> float:
    """Inverse document frequency, smoothed so that an unseen word and an omnipresent one both count."""
    return math.log((1 + figures.items) / (1 + figures.spread.get(word, 0))) + 1


def telling_words(need: Sequence[Mapping[str, int]]) -> float:
    """Different words per text of the need: how much they can say."""
    return sum(not word.startswith(PHRASE) for text in need for word in text) / len(need) if need else 0.0
