"""The evidence of one network in memory: grows at the end, can be read as of any position."""

from array import array
from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import Final

import msgspec
import numpy as np

from models.lexical import Figures, Postings, telling_words, terms
from models.ranking import PLACES, Hit, Hits, fused, top_three
from models.vector_index import Floats, Mask, Rows, VectorIndex, Vectors

FOR_EVER: Final = 2**62


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One text with the log position from which it holds."""

    id: str
    person: str  # what it is pooled under: a member, a resource, a challenge
    text: str
    since: int
    weight: float = 1.0  # strength of its source
    kind: str = ""  # the caller's own word, to search some kinds only


class Unsearchable(ValueError):  # noqa: N818 - a plain fact
    """An item that cannot be added, an id that is not there, a need whose texts and vectors differ in number."""


class Codes:
    """A word per row, kept as a number so that choosing among many rows is quick."""

    def __init__(self) -> None:
        self._codes: Final[dict[str, int]] = {}
        self._rows: Final = array("i")

    def add(self, word: str) -> None:
        self._rows.append(self._codes.setdefault(word, len(self._codes)))

    def among(self, words: Collection[str]) -> Mask:
        chosen = [self._codes[word] for word in set(words) if word in self._codes]
        return np.isin(np.array(self._rows), chosen)


class Corpus:
    """Append only. A row never changes its meaning; an ended item stays, for readers of the past."""

    def __init__(self, width: int) -> None:
        self.words: Final = Postings()
        self.vectors: Final = VectorIndex(width)
        self.persons: Final[list[str]] = []
        self.ids: Final[list[str]] = []
        self.weights: Final = array("d")
        self._by_person: Final = Codes()
        self._by_kind: Final = Codes()
        self._rows: Final[dict[str, int]] = {}
        self._since: Final = array("q")
        self._until: Final = array("q")
        self._lock: Final = Lock()

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, id: str) -> bool:  # noqa: A002 - the item's own word
        return id in self._rows

    def add(self, items: Sequence[Item], vectors: Vectors) -> None:
        """Vectors in the order of the items; all are added or none."""
        if len(items) != len(vectors):
            raise Unsearchable(f"{len(items)} items came with {len(vectors)} vectors")
        with self._lock:
            new: set[str] = set()
            for item in items:
                if item.id in self._rows or item.id in new:
                    raise Unsearchable(f"item {item.id} was added before")
                new.add(item.id)
            self.vectors.add(vectors)
            for item in items:
                self._append(item)

    def _append(self, item: Item) -> None:
        self.words.add(item.text)
        self._rows[item.id] = len(self.ids)
        self.persons.append(item.person)
        self._by_person.add(item.person)
        self._by_kind.add(item.kind)
        self.weights.append(item.weight)
        self._since.append(item.since)
        self._until.append(FOR_EVER)
        self.ids.append(item.id)  # last: from here on views see it

    def end(self, id: str, position: int) -> None:  # noqa: A002 - the item's own word
        """From this position on the item no longer holds."""
        if id not in self._rows:
            raise Unsearchable(f"there is no item {id}")
        with self._lock:
            row = self._rows[id]
            self._until[row] = min(position, self._until[row])

    def as_of(
        self,
        position: int | None = None,
        keep: Callable[[str], bool] | Mask | None = None,
        kinds: Collection[str] | None = None,
    ) -> "View":
        """What held at that position (None: what holds now); `keep` chooses by id, or is a mask in order of adding."""
        with self._lock:
            size = len(self.ids)
            until = np.array(self._until)
            mask = until == FOR_EVER if position is None else (np.array(self._since) <= position) & (position < until)
            if kinds is not None:
                mask &= self._by_kind.among(kinds)
        if callable(keep):
            mask &= np.fromiter(map(keep, self.ids[:size]), dtype=np.bool_, count=size)
        elif keep is not None:
            mask &= keep
        return View(self, mask, mask)

    def belonging_to(self, persons: Collection[str], size: int) -> Mask:
        """Which of the first `size` rows are theirs."""
        with self._lock:
            return self._by_person.among(persons)[:size]


class View:
    """The items that may be found, and the perhaps wider set that the words' figures are counted over."""

    def __init__(self, corpus: Corpus, mask: Mask, counted: Mask) -> None:
        self._corpus: Final = corpus
        self._counted: Final = counted
        self.mask: Final = mask

    def among(self, persons: Collection[str]) -> "View":
        """Only what belongs to these persons; the figures stay those of the wider view."""
        return View(self._corpus, self.mask & self._corpus.belonging_to(persons, len(self.mask)), self._counted)

    def figures(self, texts: Sequence[str]) -> Figures:
        """What the words' scores for this need depend on, besides the items themselves."""
        return self._corpus.words.figures([terms(text) for text in texts], self._counted)

    def search(
        self, texts: Sequence[str], vectors: Vectors, *, limit: int = 400, figures: Figures | None = None
    ) -> Hits:
        """The nearest `limit` by meaning and the nearest `limit` by words, each with both parts, best first.

        A need of several texts (vectors in their order) takes, for every item, the weighted top three over its texts.
        """
        if len(texts) != len(vectors):
            raise Unsearchable(f"a need of {len(texts)} texts came with {len(vectors)} vectors")
        if not texts or not self.mask.any():
            return ()
        corpus, size = self._corpus, len(self.mask)
        need = [terms(text) for text in texts]
        known = corpus.words.figures(need, self._counted) if figures is None else figures
        lexical = np.stack([corpus.words.scores(text, known, size) for text in need])
        rows = np.union1d(corpus.vectors.nearest(vectors, limit, self.mask), _sharing_most(lexical, limit, self.mask))
        near = top_three(corpus.vectors.cosines(vectors, rows)).round(PLACES)
        shared = top_three(lexical[:, rows]).round(PLACES)
        return self._hits(rows, near, shared, fused(near, shared, telling_words(need)).round(PLACES), limit)

    def _hits(self, rows: Rows, near: Floats, shared: Floats, score: Floats, limit: int) -> Hits:
        ids = [self._corpus.ids[row] for row in rows]
        by_id = np.array(ids)
        chosen = {*np.lexsort((by_id, -near))[:limit].tolist(), *np.lexsort((by_id, -shared))[:limit].tolist()}
        return tuple(
            Hit(
                id=ids[at],
                person=self._corpus.persons[rows[at]],
                cosine=float(near[at]),
                lexical=float(shared[at]),
                score=float(score[at]),
                weight=self._corpus.weights[rows[at]],
            )
            for at in np.lexsort((by_id, -score)).tolist()
            if at in chosen
        )


def _sharing_most(lexical: Floats, limit: int, mask: Mask) -> Rows:
    """Rows in the mask that share words: the highest `limit` of each need, and all their equals."""
    found = []
    for scores in lexical:
        rows = np.flatnonzero(mask & (scores > 0))
        if len(rows) > limit:
            edge = np.partition(scores[rows], len(rows) - limit)[len(rows) - limit]
            rows = rows[scores[rows] >= edge]
        found.append(rows)
    return np.unique(np.concatenate(found))
