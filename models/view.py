"""What of a corpus may be found by one who asks, and the search for what is near a need."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from models.lexical import Figures, telling_words, terms
from models.ranking import EVERYTHING, PLACES, Hit, Hits, Recipe, fused, top_three
from models.vector_index import Floats, Mask, Rows, Vectors

if TYPE_CHECKING:
    from models.corpus import Corpus


class Unsearchable(ValueError):  # noqa: N818 - a plain fact
    """An item that cannot be added, an id that is not there, a need whose texts and vectors differ in number."""


class View:
    """The items that may be found, and the perhaps wider view that the words' figures are counted over."""

    def __init__(self, corpus: "Corpus", mask: Mask, counted: "View | None" = None) -> None:
        self._corpus: Final = corpus
        self._counted: Final = counted or self
        self._spread: Final[dict[str, int]] = {}  # as far as it was asked for
        self.mask: Final = mask

    def among(self, persons: Collection[str]) -> "View":
        """Only what belongs to these persons; the figures stay those of the wider view."""
        return View(self._corpus, self.mask & self._corpus.belonging_to(persons, len(self.mask)), self._counted)

    def of_kinds(self, kinds: Collection[str]) -> "View":
        """Only these kinds, likewise."""
        return View(self._corpus, self.mask & self._corpus.of_kinds(kinds, len(self.mask)), self._counted)

    def without(self, ids: Collection[str]) -> "View":
        """All but these items, likewise."""
        mask = self.mask.copy()
        rows = (self._corpus.row(id_) for id_ in ids if id_ in self._corpus)
        mask[[row for row in rows if row < len(mask)]] = False
        return View(self._corpus, mask, self._counted)

    def figures(self, texts: Sequence[str]) -> Figures:
        """What the words' scores for this need depend on, besides the items themselves."""
        words = {word for text in texts for word in terms(text)}
        return self._counted.figures_of(words)

    def figures_of(self, words: Collection[str]) -> Figures:
        for word in words:
            if word not in self._spread:
                self._spread[word] = self._corpus.words.count(word, self.mask)
        items = int(np.count_nonzero(self.mask))
        return Figures(items=items, spread={word: self._spread[word] for word in sorted(words)})

    def speaking(self, ids: Sequence[str], words: Collection[str]) -> dict[str, frozenset[str]]:
        """Which of these terms each of these items has."""
        rows = np.array([self._corpus.row(id_) for id_ in ids], dtype=np.int64)
        found: dict[str, set[str]] = {id_: set() for id_ in ids}
        for word in words:
            for place in np.flatnonzero(self._corpus.words.having(word, rows, len(self.mask))).tolist():
                found[ids[place]].add(word)
        return {id_: frozenset(theirs) for id_, theirs in found.items()}

    def search(
        self,
        texts: Sequence[str],
        vectors: Vectors,
        *,
        limit: int = 400,
        figures: Figures | None = None,
        floor: float = -1.0,
        recipe: Recipe = EVERYTHING,
    ) -> Hits:
        """The nearest `limit` by meaning and the nearest `limit` by words, each with both parts, best first.

        Those are left out again that are nearer than `floor` neither in meaning nor in words.
        A need of several texts (vectors in their order) takes, for every item, the weighted top three over its texts.
        """
        if len(texts) != len(vectors):
            raise Unsearchable(f"a need of {len(texts)} texts came with {len(vectors)} vectors")
        if not texts or not self.mask.any():
            return ()
        corpus, size = self._corpus, len(self.mask)
        need = [terms(text) for text in texts]
        known = self.figures(texts) if figures is None else figures
        lexical = [corpus.words.scores(text, known, size) for text in need]
        rows, cosines = self._near(vectors, [_sharing_most(scores, limit, self.mask) for scores in lexical], limit)
        near = top_three(cosines).round(PLACES)
        shared = top_three(np.stack([scores[rows] for scores in lexical])).round(PLACES)
        score = fused(near, shared, telling_words(need), recipe).round(PLACES)
        return self._hits(rows, near, shared, score, limit, floor)

    def _near(self, vectors: Vectors, sharing: Sequence[Rows], limit: int) -> tuple[Rows, Floats]:
        """Exactly the `limit` nearest of every vector, and those that share words; and how near each is to each.

        The index brings a few more: which ones depends on its codes, and on what came and went in this process alone.
        """
        rows = np.unique(np.concatenate([self._corpus.vectors.nearest(vectors, limit, self.mask), *sharing]))
        cosines = self._corpus.vectors.cosines(vectors, rows)
        by_id = self._by_id(rows)
        within = np.isin(rows, np.concatenate(sharing))
        for each in cosines.round(PLACES):
            within[_first(each, by_id, limit)] = True
        return rows[within], cosines[:, within]

    def _hits(self, rows: Rows, near: Floats, shared: Floats, score: Floats, limit: int, floor: float) -> Hits:
        by_id = self._by_id(rows)
        chosen = np.zeros(len(rows), dtype=np.bool_)
        chosen[_first(shared, by_id, limit)] = True
        chosen &= shared > 0
        chosen[_first(near, by_id, limit)] = True
        chosen &= np.maximum(near, shared) >= floor
        kept = _first(score, by_id, len(rows))
        kept = kept[chosen[kept]]
        corpus = self._corpus
        return tuple(
            Hit(corpus.ids[row], corpus.persons[row], cosine, lexical, both)
            for row, cosine, lexical, both in zip(
                rows[kept].tolist(), near[kept].tolist(), shared[kept].tolist(), score[kept].tolist(), strict=True
            )
        )

    def _by_id(self, rows: Rows) -> Rows:
        """The place of each row when they are in the order of their ids."""
        ids = [self._corpus.ids[row] for row in rows.tolist()]
        places = np.empty(len(ids), dtype=np.int64)
        places[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        return places


def _first(values: Floats, by_id: Rows, limit: int) -> Rows:
    """Where the highest are, equals by id."""
    return np.lexsort((by_id, -values))[:limit]


def _sharing_most(scores: Floats, limit: int, mask: Mask) -> Rows:
    """Rows in the mask that share words: the highest `limit`, and all their equals."""
    rows = np.flatnonzero(mask & (scores > 0))
    if len(rows) > limit:
        theirs = scores[rows].round(PLACES)
        rows = rows[theirs >= np.partition(theirs, len(rows) - limit)[len(rows) - limit]]
    return rows
