"""Scores by words are plain sums, however a term is kept and whatever was asked before."""

import math

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from models.lexical import Figures, rarity, terms
from models.postings import Postings
from models.ranking import PLACES
from models.word_scores import FINE

WORDS = ("attendance", "phonics", "fractions", "mentor", "family", "budget")
texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def figures_of(postings: Postings, need: str, mask: npt.NDArray[np.bool_]) -> Figures:
    return Figures(items=int(mask.sum()), spread=postings.counts(terms(need), mask))


def scores(postings: Postings, need: str, figures: Figures, size: int) -> list[float]:
    return postings.scores(terms(need), figures, size).of(np.arange(size)).tolist()


def plainly(items: list[str], need: str, figures: Figures) -> list[float]:
    """What the score of each item is, worked out one by one."""
    wanted = {word: (1 + math.log(count)) * rarity(word, figures) ** 2 for word, count in terms(need).items()}
    length = math.sqrt(math.fsum(weight**2 for weight in wanted.values()))
    found = []
    for item in items:
        weights = {word: 1 + math.log(count) for word, count in terms(item).items()}
        theirs = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
        total = 0.0
        for word, factor in wanted.items():
            if word in weights:
                total += round(factor / length * float(np.float32(weights[word] / theirs)) * FINE) / FINE
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
            assert scores(postings, need, figures, len(items)) == plainly(items, need, figures)


@given(st.lists(texts, min_size=2, max_size=30), st.integers(1, 29), texts)
def test_later_items_do_not_change_what_an_older_reader_sees(items: list[str], size: int, need: str) -> None:
    size = min(size, len(items))
    postings = Postings()
    for item in items:
        postings.add(item)
    everything = figures_of(postings, need, np.ones(len(items), dtype=np.bool_))
    scores(postings, need, everything, len(items))
    then = figures_of(postings, need, np.ones(size, dtype=np.bool_))
    assert scores(postings, need, then, size) == plainly(items[:size], need, then)


def test_a_column_spread_out_for_an_older_reader_serves_a_newer_one_whole() -> None:
    """The newer one had its column in hand, and the older one was first to have it spread out."""
    postings = Postings()
    for n in range(100):
        postings.add("budget" if n % 9 == 0 else "mentor")
    column = postings._column("budget", 100)
    assert not column.is_spread_out
    assert postings._column("budget", 80).is_spread_out
    everything = np.ones(100, dtype=np.bool_)
    assert column.over(100) is None
    assert postings.counts(["budget"], everything) == {"budget": 12}
    assert column.among(np.arange(100), everything).tolist() == list(range(0, 100, 9))


@given(st.lists(texts, min_size=1, max_size=20), st.sampled_from(WORDS))
def test_a_row_has_a_term_when_its_text_has(items: list[str], word: str) -> None:
    postings = Postings()
    for item in items:
        postings.add(item)
    rows = np.arange(0, len(items), 2)
    having = postings.having([word, "unheard"], rows, len(items))
    assert having["unheard"].tolist() == []
    assert having[word].tolist() == [place for place, row in enumerate(rows) if word in terms(items[row])]


def best_plainly(found: npt.NDArray[np.float64], limit: int, mask: npt.NDArray[np.bool_]) -> set[int]:
    """The rows of the highest scores, all equals of the last one among them."""
    rounded = np.where(mask & (found > 0), found.round(PLACES), -1)
    edge = np.sort(rounded)[::-1][:limit][-1]
    return set(np.flatnonzero((rounded >= edge) & (rounded >= 0)).tolist())


@given(st.lists(texts, min_size=1, max_size=40), texts, st.integers(1, 10), st.integers(1, 4))
def test_the_best_hold_all_that_a_full_computation_puts_first(
    items: list[str], need: str, limit: int, every: int
) -> None:
    postings, mask = Postings(), np.arange(len(items)) % every == 0
    for item in items:
        postings.add(item)
    figures = figures_of(postings, need, mask)
    found = np.array(scores(postings, need, figures, len(items)))
    best = postings.scores(terms(need), figures, len(items)).best(limit, mask).tolist()
    assert best == sorted(set(best))
    assert best_plainly(found, limit, mask) <= set(best) <= set(np.flatnonzero(mask & (found > 0)).tolist())


def test_most_rows_are_never_looked_at_where_words_are_as_in_a_language() -> None:
    random, size = np.random.default_rng(1), 4_000
    drawn = random.zipf(1.3, (size + 20, 30))
    items = [" ".join(f"w{word}" for word in text) for text in drawn]
    postings = Postings()
    for item in items[:size]:
        postings.add(item)
    for need in items[size:]:
        mask = random.random(size) < 0.7
        figures = figures_of(postings, need, mask)
        found = np.array(scores(postings, need, figures, size))
        best = postings.scores(terms(need), figures, size).best(20, mask)
        assert best_plainly(found, 20, mask) <= set(best.tolist())
        assert len(best) < 60
        assert np.count_nonzero(mask & (found > 0)) > 1_000
