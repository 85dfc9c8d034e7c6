"""How long finding evidence takes beside one bare exact search of the same vectors with the same threads."""

import time
from collections.abc import Callable, Sequence

import faiss
import numpy as np

from benchmarks.row import Row
from models.corpus import Corpus, Item
from models.encoder import Vectors
from models.ranking import pool

WIDTH, LIMIT, NEEDS = 384, 400, 30
WORDS, PER_ITEM, PER_NEED, PER_PERSON = 30_000, 60, 60, 15
AT_ONCE = 10_000
LIMIT_RATIO = 2.0


def some_vectors(random: np.random.Generator, count: int) -> Vectors:
    vectors = random.standard_normal((count, WIDTH), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def some_texts(random: np.random.Generator, count: int, words: int) -> list[str]:
    """Words as frequent as in natural language: the second half as often as the first, the third a third."""
    odds = 1 / np.arange(1, WORDS + 1)
    chosen = random.choice(WORDS, (count, words), p=odds / odds.sum())
    return [" ".join(f"w{word}" for word in text) for text in chosen]


def filled(size: int, random: np.random.Generator) -> tuple[Corpus, faiss.IndexFlatIP]:
    corpus, bare = Corpus(WIDTH), faiss.IndexFlatIP(WIDTH)
    for start in range(0, size, AT_ONCE):
        vectors = some_vectors(random, AT_ONCE)
        texts = some_texts(random, AT_ONCE, PER_ITEM)
        names = [(f"e{start + at}", f"m{(start + at) // PER_PERSON}") for at in range(AT_ONCE)]
        items = [Item(id=i, person=p, text=t, since=start) for (i, p), t in zip(names, texts, strict=True)]
        corpus.add(items, vectors)
        bare.add(vectors)
    return corpus, bare


def medians(*actions: Callable[[int], object]) -> list[float]:
    """Milliseconds of each action, taken in turns so that a busy machine is busy for all of them."""
    times = np.empty((NEEDS + 1, len(actions)))
    for number in range(NEEDS + 1):
        for column, action in enumerate(actions):
            start = time.perf_counter()
            action(number % NEEDS)
            times[number, column] = (time.perf_counter() - start) * 1000
    return np.median(times[1:], axis=0).tolist()  # the first turn is for warming up


def measured(size: int, random: np.random.Generator) -> list[float]:
    corpus, bare = filled(size, random)
    needs, texts = some_vectors(random, NEEDS), some_texts(random, NEEDS, PER_NEED)

    def found(number: int, texts_each: int = 1, position: int | None = None) -> object:
        chosen = [(number + more) % NEEDS for more in range(texts_each)]
        view = corpus.as_of(position)
        return pool(view.search([texts[at] for at in chosen], needs[chosen], limit=LIMIT))

    return medians(
        lambda number: bare.search(needs[[number]], LIMIT),
        found,
        lambda number: found(number, position=size // 2),
        lambda number: found(number, texts_each=3),
    )


def rows(sizes: Sequence[int] = (10_000, 100_000)) -> list[Row]:
    """Searching and pooling at each size, against one bare search of the same vectors with the same threads."""
    faiss.omp_set_num_threads(2)
    found = []
    for size in sizes:
        alone, now, then, three = measured(size, np.random.default_rng(0))
        peer = f"one bare IndexFlatIP search, k = {LIMIT} ({alone:.1f} ms)"
        found += [
            Row(f"search and pooling, {size:,} items", peer, now / alone, at_most=LIMIT_RATIO),
            Row(f"the same as of half the history, {size:,} items", peer, then / alone),
            Row(f"the same for a need of three texts, {size:,} items", peer, three / alone),
        ]
    return found
