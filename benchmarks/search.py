"""How long finding evidence takes beside one bare exact search of the same vectors, each with one thread."""

from itertools import count

import faiss
import numpy as np

from benchmarks.row import Row
from benchmarks.turns import beside, in_turns, longer, row, timed
from models.corpus import Corpus, Item
from models.encoder import Vectors
from models.ranking import pool

WIDTH, LIMIT, NEEDS = 384, 400, 30
WORDS, PER_ITEM, PER_NEED, PER_PERSON = 30_000, 60, 60, 15
AT_ONCE = 1_000
SIZES = (10_000,)  # what larger ones cost, whole lists tell; so few take the peer too little to want anything of ours


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


def measured(size: int, needs: int, random: np.random.Generator) -> list[list[float]]:
    corpus, bare = filled(size, random)
    vectors, texts = some_vectors(random, needs), some_texts(random, needs, PER_NEED)
    turns = count()

    def found(texts_each: int = 1, position: int | None = None) -> object:
        chosen = [(next(turns) + more) % needs for more in range(texts_each)]
        view = corpus.as_of(position)
        return pool(view.search([texts[at] for at in chosen], vectors[chosen], limit=LIMIT))

    actions = (
        lambda: bare.search(vectors[[next(turns) % needs]], LIMIT),
        found,
        lambda: found(position=size // 2),
        lambda: found(texts_each=3),
    )
    for action in actions:  # warms up
        action()
    return in_turns(needs, *map(timed, actions))


def rows(*, smoke: bool = False) -> list[Row]:
    """Searching and pooling at each size, against one bare search of the same vectors, each with one thread."""
    faiss.omp_set_num_threads(1)  # a single query gains nothing from more, and loses where cores are busy
    sizes, needs = ((1000,), 3) if smoke else (SIZES, NEEDS)
    peer = f"one bare IndexFlatIP search, k = {LIMIT}"
    found = []
    for size in sizes:
        alone, now, then, three = measured(size, needs, np.random.default_rng(0))
        for what, taken in (
            (f"search and pooling, {size:,} items", now),
            (f"the same as of half the history, {size:,} items", then),
            (f"the same for a need of three texts, {size:,} items", three),
        ):
            found.append(row(what, peer, longer(taken, alone), beside(taken, alone)))
    return found
