"""Evidence by the million in memory alone: the corpus that as many texts would give, made without writing them."""

from functools import cache
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from benchmarks.network import about_topics, member
from benchmarks.search import PER_ITEM, WIDTH, WORDS
from engine.evidence_index import kind_of
from models.corpus import FOR_EVER, Columns, Corpus
from models.encoder import Vectors
from models.lexical import PHRASE, PHRASES
from models.postings import Lists
from projections.evidence import Says

Whole = npt.NDArray[np.int64]

AT_ONCE: Final = 20_000
POSTED: Final = 30  # one piece in so many is a challenge of the person's own, the others answers
FAMILIAR: Final = 1_000  # words of which two side by side have the number that the ranker gives them, others any number


def crowded(items: int, people: int, random: np.random.Generator) -> tuple[Corpus, Vectors]:
    """Evidence of as many people, and its vectors."""
    vectors = np.empty((items, WIDTH), dtype=np.float32)
    for start in range(0, items, AT_ONCE):
        part = vectors[start : start + AT_ONCE]
        part[:] = about_topics(random, len(part))
    columns = Columns(
        ids=[f"e{number:07}" for number in range(items)],
        persons=[member(number % people) for number in range(items)],
        kinds=[kind_of("member", says(number)) for number in range(items)],
        since=np.ones(items, dtype="<i8").tobytes(),
        until=np.full(items, FOR_EVER, dtype="<i8").tobytes(),
        words=_lists(random, items),
    )
    return Corpus.of_columns(columns, vectors), vectors


def says(number: int) -> Says:
    return Says.ANSWERED if number % POSTED else Says.POSTED


def _lists(random: np.random.Generator, items: int) -> Lists:
    sizes = [min(AT_ONCE, items - start) for start in range(0, items, AT_ONCE)]
    by_term = vstack([weighed(drawn(random, size, PER_ITEM)) for size in sizes], format="csr").tocsc()
    counts = np.diff(by_term.indptr)
    there = np.flatnonzero(counts)
    names = [*(f"w{word}" for word in range(WORDS)), *(f"{PHRASE}{number}" for number in range(PHRASES))]
    return Lists(
        terms=[names[term] for term in there.tolist()],
        counts=counts[there].astype("<i4").tobytes(),
        rows=by_term.indices.astype("<i4", copy=False).tobytes(),
        weights=by_term.data.astype("<f4", copy=False).tobytes(),
    )


def drawn(random: np.random.Generator, texts: int, words: int) -> Whole:
    """The numbers of each text's words, as frequent as `some_texts` has them."""
    odds = np.cumsum(1 / np.arange(1, WORDS + 1))
    return np.searchsorted(odds, random.random((texts, words)) * odds[-1])


def weighed(words: Whole) -> csr_array:
    """The weights that `Postings` gives to the terms of such texts, a row for each; phrases come after the words."""
    terms = np.sort(np.concatenate([words, WORDS + _phrases(words[:, :-1], words[:, 1:])], axis=1), axis=1)
    new = np.diff(terms, axis=1, prepend=-1) != 0
    places, ends = np.flatnonzero(new), np.concatenate([[0], np.cumsum(new.sum(axis=1))])
    weights = 1 + np.log(np.diff(places, append=terms.size))
    lengths = np.sqrt(np.add.reduceat(weights**2, ends[:-1]))
    weights /= np.repeat(lengths, np.diff(ends))
    shape = (len(words), WORDS + PHRASES)
    return csr_array((weights.astype(np.float32), terms.ravel()[places].astype(np.int32), ends), shape=shape)


def _phrases(first: Whole, second: Whole) -> Whole:
    numbers = (first * 1_000_003 + second * 7_919) % PHRASES
    familiar = (first < FAMILIAR) & (second < FAMILIAR)
    numbers[familiar] = _numbers()[first[familiar], second[familiar]]
    return numbers


@cache
def _numbers() -> Whole:
    words = [f"w{word}" for word in range(FAMILIAR)]
    return np.array([[crc32(f"{one} {two}".encode()) % PHRASES for two in words] for one in words])
