"""What of a corpus may be found by one who asks, and the search for what is near a need."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from models.lexical import Figures, Terms, telling_words
from models.ranking import ALIKE_USUALLY, EVERYTHING, PLACES, Hit, Hits, Recipe, fused, top_three, words_share
from models.vector_index import Floats, Mask, Rows, Vectors

if TYPE_CHECKING:
    from models.corpus import Corpus


LIMIT: Final = 400  # nearest by meaning, and as many by words
LOOKED_AT: Final = 1_000  # pieces, evenly spread over all, tell how alike they are: to about .004
DOUBTED: Final = 20  # so many pieces of the usual likeness are added in thought: few tell little


class Unsearchable(ValueError):  # noqa: N818 - a plain fact
    """An item that cannot be added, an id that is not there, a need whose texts and vectors differ in number."""


class View:
    """The items that may be found, and the perhaps wider view that the words' figures are counted over."""

    def __init__(self, corpus: "Corpus", mask: Mask, counted: "View | None" = None) -> None:
        self._corpus: Final = corpus
        self._counted: Final = counted or self
        self._spread: Final[dict[str, int]] = {}  # as far as it was asked for
        self._centre: tuple[int, Floats] | None = None  # of how many pieces, the sum of their vectors
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

    def figures(self, texts: Sequence[str], vectors: Vectors) -> Figures:
        """What the scores for this need depend on, besides the items themselves."""
        words = {word for text in texts for word in self._corpus.words.cut(text)}
        return self._counted.figures_of(words, vectors)

    def figures_of(self, words: Collection[str], vectors: Vectors) -> Figures:
        new = [word for word in words if word not in self._spread]
        self._spread.update(self._corpus.words.counts(new, self.mask))
        spread = {word: self._spread[word] for word in sorted(words)}
        return Figures(items=int(np.count_nonzero(self.mask)), spread=spread, alike=self._alike(vectors))

    def _alike(self, vectors: Vectors) -> float:
        """The mean cosine of a need with what there is."""
        there, summed = self._middle()
        found = float((vectors.astype(np.float64) * summed).sum()) / max(1, len(vectors))
        return round((found + DOUBTED * ALIKE_USUALLY) / (there + DOUBTED), 3)

    def alike(self, vectors: Vectors) -> Floats:
        """The same of many needs of one text each."""
        there, summed = self._middle()
        found = np.asarray(vectors.astype(np.float64) @ summed, dtype=np.float64)
        return ((found + DOUBTED * ALIKE_USUALLY) / (there + DOUBTED)).round(3)

    def _middle(self) -> tuple[int, Floats]:
        if self._centre is None:
            rows = np.flatnonzero(self.mask)
            rows = rows[:: max(1, len(rows) // LOOKED_AT)]
            self._centre = len(rows), self._corpus.vectors.sum(rows)
        return self._centre

    def speaking(self, ids: Sequence[str], words: Collection[str]) -> dict[str, frozenset[str]]:
        """Which of these terms each of these items has."""
        rows = np.array([self._corpus.row(id_) for id_ in ids], dtype=np.int64)
        order = np.argsort(rows)
        found: dict[str, set[str]] = {id_: set() for id_ in ids}
        for word, places in self._corpus.words.having(words, rows[order], len(self.mask)).items():
            for place in order[places].tolist():
                found[ids[place]].add(word)
        return {id_: frozenset(theirs) for id_, theirs in found.items()}

    def search(
        self,
        texts: Sequence[str],
        vectors: Vectors,
        *,
        limit: int = LIMIT,
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
        need = [self._corpus.words.cut(text) for text in texts]
        known = self.figures(texts, vectors) if figures is None else figures
        rows, cosines, lexical = self._near(vectors, need, known, limit)
        near, shared = top_three(cosines).round(PLACES), top_three(lexical).round(PLACES)
        share = words_share(telling_words(need), known.alike, recipe)
        score = fused(near, shared, share, known.alike).round(PLACES)
        return self._hits(rows, near, shared, score, limit, floor)

    def _near(self, vectors: Vectors, need: Sequence[Terms], known: Figures, limit: int) -> tuple[Rows, Floats, Floats]:
        """Exactly the `limit` nearest of every vector and of every text; and how near each is to each, both ways.

        The indexes bring a few more: which ones depends on what came and went in this process.
        """
        words = [self._corpus.words.scores(text, known, len(self.mask)) for text in need]
        found = [each.best(limit, self.mask) for each in words]
        rows = np.unique(np.concatenate([self._corpus.vectors.nearest(vectors, limit, self.mask), *found]))
        cosines = self._corpus.vectors.cosines(vectors, rows)
        lexical = np.stack([each.of(rows) for each in words])
        within = np.zeros(len(rows), dtype=np.bool_)
        for each in cosines.round(PLACES):
            within[self._first(rows, each, limit)] = True
        for each in lexical:
            within |= (each > 0) & (each.round(PLACES) >= _edge(each.round(PLACES), limit))
        return rows[within], cosines[:, within], lexical[:, within]

    def _hits(self, rows: Rows, near: Floats, shared: Floats, score: Floats, limit: int, floor: float) -> Hits:
        chosen = np.zeros(len(rows), dtype=np.bool_)
        sharing = np.flatnonzero(shared > 0)
        chosen[sharing[self._first(rows[sharing], shared[sharing], limit)]] = True
        chosen[self._first(rows, near, limit)] = True
        chosen &= np.maximum(near, shared) >= floor
        kept = np.flatnonzero(chosen)
        kept = kept[self._first(rows[kept], score[kept], len(kept))]
        corpus = self._corpus
        return tuple(
            Hit(corpus.ids[row], corpus.persons[row], cosine, lexical, both)
            for row, cosine, lexical, both in zip(
                rows[kept].tolist(), near[kept].tolist(), shared[kept].tolist(), score[kept].tolist(), strict=True
            )
        )

    def _first(self, rows: Rows, values: Floats, limit: int) -> Rows:
        """At which places the highest values are, highest first, equals in the order of their rows' ids."""
        order = np.argsort(-values, kind="stable")
        if limit < len(order):
            order = order[: np.searchsorted(-values[order], -values[order[limit - 1]], side="right")]
        same = np.flatnonzero(np.diff(values[order]) == 0)
        tied = np.union1d(same, same + 1)
        ids = self._corpus.ids
        order[tied] = sorted(order[tied].tolist(), key=lambda place: (-values[place], ids[rows[place]]))
        return order[:limit]


def _edge(values: Floats, limit: int) -> float:
    """The `limit`th highest, or the lowest of fewer."""
    last = max(0, len(values) - limit)
    return float(np.partition(values, last)[last])
