"""Scores by words are plain sums, however a term is kept and whatever was asked before."""

import math
from collections import Counter

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from models.lexical import Figures, rarity, terms
from models.postings import Postings

WORDS = ("attendance", "phonics", "fractions", "mentor", "family", "budget")
texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def figures_of(postings: Postings, need: str, mask: npt.NDArray[np.bool_]) -> Figures:
    return Figures(items=int(mask.sum()), spread={word: postings.count(word, mask) for word in terms(need)})


def plainly(items: list[str], need: str, figures: Figures) -> list[float]:
    """What the score of each item is, worked out one by one."""
    wanted = {word: (1 + math.log(count)) * rarity(word, figures) ** 2 for word, count in terms(need).items()}
    length = math.sqrt(math.fsum(weight**2 for weight in wanted.values()))
    found = []
    for item in items:
        weights = {word: 1 + math.log(count) for word, count in terms(item).items()}
        theirs = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
        total = 0.0
        for word in sorted(wanted):
            if word in weights:
                total += wanted[word] / length * float(np.float32(weights[word] / theirs))
        found.append(min(total, 1.0))
    return found


@given(st.lists(st.tuples(texts, st.booleans()), min_size=1, max_size=40), texts)
def test_scores_and_counts_are_those_of_a_full_computation_at_every_step(
    steps: list[tuple[str, bool]], need: str
) -> None:
    """To the last bit; asking in between is what makes frequent terms change their form."""
    postings, items = Postings(), []
    for text, asked in steps:
        postings.add(text)
        items.append(text)
        if asked or len(items) == len(steps):
            mask = np.arange(len(items)) % 3 != 0
            figures = figures_of(postings, need, mask)
            held = [terms(item) for item, inside in zip(items, mask, strict=True) if inside]
            assert figures.spread == {word: sum(word in each for each in held) for word in terms(need)}
            assert postings.scores(terms(need), figures, len(items)).tolist() == plainly(items, need, figures)


@given(st.lists(texts, min_size=2, max_size=30), st.integers(1, 29), texts)
def test_later_items_do_not_change_what_an_older_reader_sees(items: list[str], size: int, need: str) -> None:
    size = min(size, len(items))
    postings = Postings()
    for item in items:
        postings.add(item)
    everything = figures_of(postings, need, np.ones(len(items), dtype=np.bool_))
    postings.scores(terms(need), everything, len(items))
    then = figures_of(postings, need, np.ones(size, dtype=np.bool_))
    assert postings.scores(terms(need), then, size).tolist() == plainly(items[:size], need, then)


def test_a_column_spread_out_for_an_older_reader_serves_a_newer_one_whole() -> None:
    """The newer one had its column in hand, and the older one was first to have it spread out."""
    postings = Postings()
    for n in range(100):
        postings.add("budget" if n % 9 == 0 else "mentor")
    column = postings._column("budget", 100)
    assert not column.is_spread_out
    assert postings._column("budget", 80).is_spread_out
    total = np.zeros(100)
    column.add_to(total, 1.0)
    assert np.flatnonzero(total).tolist() == list(range(0, 100, 9))
    assert column.count(np.ones(100, dtype=np.bool_)) == 12
    assert column.among(np.array([98, 99])).tolist() == [False, True]


@given(st.lists(texts, min_size=1, max_size=20), st.sampled_from(WORDS))
def test_a_row_has_a_term_when_its_text_has(items: list[str], word: str) -> None:
    postings = Postings()
    for item in items:
        postings.add(item)
    rows = np.arange(len(items))[::-1]
    having = postings.having(word, rows, len(items))
    assert having.tolist() == [bool(Counter(terms(items[row]))[word]) for row in rows]
