"""Rank candidates for queries, with the code that serves members."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np

from models.corpus import Corpus, Item
from models.legible import READ
from models.lexical import terms, words_alone
from models.ranking import EVERYTHING, Recipe, pool
from models.ranking_files import Candidate, Query, Row
from models.vector_index import Vectors
from models.view import View

LOWEST: Final = -1.0  # of who has no text at all: nothing that was read can score lower

Progress = Callable[[int, int], None]  # steps done, steps in all


class Encodes(Protocol):
    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None, *, whole: bool = True
    ) -> Vectors:
        """(n, width), rows of length 1; `progress` hears how many texts are done."""
        ...


def rank(
    candidates: Sequence[Candidate],
    queries: Sequence[Query],
    encoder: Encodes,
    progress: Progress | None = None,
    recipe: Recipe = EVERYTHING,
) -> Iterator[Row]:
    """A finite score for every query and each of its candidates, in their order; higher is nearer."""
    step = progress or (lambda _done, _all: None)
    read = (*map(_texts, candidates), *map(_texts, queries))
    texts = list(dict.fromkeys(text for each in read for text in each))
    steps = len(texts) + len(queries)
    vectors = encoder.encode(texts, lambda done: step(done, steps), whole=recipe.whole)
    places = {text: place for place, text in enumerate(texts)}
    everybody = _corpus(candidates, vectors, places, recipe).as_of()
    names = tuple(candidate.id for candidate in candidates)
    for number, query in enumerate(queries, 1):
        need = _texts(query)
        named = names if query.candidates is None else query.candidates
        scores = _scores(need, vectors[[places[text] for text in need]], everybody.among(named), recipe)
        yield from ((query.id, name, scores.get(name, LOWEST)) for name in named)
        step(len(texts) + number, steps)


def _scores(need: Sequence[str], vectors: Vectors, within: View, recipe: Recipe) -> dict[str, float]:
    hits = within.search(need, vectors, limit=max(1, int(within.mask.sum())), recipe=recipe)
    return {each.person: each.score for each in pool(hits, recipe)}


def _corpus(candidates: Sequence[Candidate], vectors: Vectors, places: dict[str, int], recipe: Recipe) -> Corpus:
    corpus = Corpus(vectors.shape[1], terms if recipe.phrases else words_alone)
    pieces = [(candidate.id, text) for candidate in candidates for text in _texts(candidate)]
    items = [Item(id=f"{at:09}", person=person, text=text, since=0) for at, (person, text) in enumerate(pieces)]
    corpus.add(items, vectors[np.array([places[text] for _, text in pieces], dtype=np.int64)])
    return corpus


def _texts(of: Candidate | Query) -> tuple[str, ...]:
    """Those that say something, as far as they are read."""
    return tuple(said[:READ] for said in map(str.strip, of.texts) if said)
