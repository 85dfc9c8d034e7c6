"""What is made of numbers is what texts of these words would give."""

import numpy as np

from benchmarks.crowd import FAMILIAR, crowded, weighed
from benchmarks.search import WORDS
from models.lexical import PHRASE, PHRASES
from models.postings import Postings


def test_terms_and_weights_are_those_of_texts_of_the_same_words() -> None:
    words = np.random.default_rng(3).integers(0, FAMILIAR, (40, 8)) // 5
    postings = Postings()
    for text in words:
        postings.add(" ".join(f"w{word}" for word in text))
    made = weighed(words).tocsc()
    names = [*(f"w{word}" for word in range(WORDS)), *(f"{PHRASE}{number}" for number in range(PHRASES))]
    told = postings.lists()
    ours = dict(zip(told.terms, np.split(np.frombuffer(told.weights, "<f4"), _ends(told.counts)), strict=True))
    for term in np.flatnonzero(np.diff(made.indptr)).tolist():
        inside = slice(made.indptr[term], made.indptr[term + 1])
        np.testing.assert_allclose(made.data[inside], ours.pop(names[term]), rtol=1e-6)
    assert not ours


def _ends(counts: bytes) -> np.ndarray:
    return np.cumsum(np.frombuffer(counts, "<i4"))[:-1]


def test_a_small_crowd_can_be_searched() -> None:
    corpus, vectors = crowded(300, 20, np.random.default_rng(1))
    first, *_ = corpus.as_of().search(["w1 w2 w3"], vectors[[7]], limit=5)
    assert first.id == "e0000007"
    assert first.person == "member-00000007"
