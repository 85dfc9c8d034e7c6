"""The evidence of one network in memory: grows at the end, can be read as of any position."""

from array import array
from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import Final

import msgspec
import numpy as np

from models.lexical import Figures, telling_words, terms
from models.postings import Lists, Postings
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


class Columns(msgspec.Struct, frozen=True):
    """A corpus without its vectors, in the order of its rows."""

    ids: list[str]
    persons: list[str]
    kinds: list[str]
    weights: bytes
    since: bytes
    until: bytes
    words: Lists


class Unsearchable(ValueError):  # noqa: N818 - a plain fact
    """An item that cannot be added, an id that is not there, a need whose texts and vectors differ in number."""


class Codes:
    """A word per row, kept as a number so that choosing among many rows is quick."""

    def __init__(self) -> None:
        self._codes: Final[dict[str, int]] = {}
        self._rows: Final = array("i")

    def add(self, word: str) -> None:
        self._rows.append(self._codes.setdefault(word, len(self._codes)))

    def add_all(self, words: Sequence[str]) -> None:
        codes = self._codes
        self._rows.extend([codes.setdefault(word, len(codes)) for word in words])

    def words(self) -> list[str]:
        """Of every row."""
        known = list(self._codes)
        return [known[code] for code in self._rows]

    def among(self, words: Collection[str]) -> Mask:
        chosen = [self._codes[word] for word in set(words) if word in self._codes]
        return np.isin(np.array(self._rows), chosen)


class Corpus:
    """Append only. A row never changes its meaning; an ended item stays, for readers of the past."""

    def __init__(self, width: int) -> None:
        self.words = Postings()
        self.vectors = VectorIndex(width)
        self.persons: Final[list[str]] = []
        self.ids: Final[list[str]] = []
        self.weights: Final = array("d")
        self._by_person: Final = Codes()
        self._by_kind: Final = Codes()
        self._rows: Final[dict[str, int]] = {}
        self._since: Final = array("q")
        self._until: Final = array("q")
        self._views: Final[dict[frozenset[str] | None, View]] = {}  # of what holds now
        self._changed = 0  # the newest position from which something holds or no longer does
        self._lock: Final = Lock()

    @classmethod
    def of_columns(cls, columns: Columns, vectors: Vectors) -> "Corpus":
        """What `columns` gave, with the vectors of the rows."""
        corpus = cls(vectors.shape[1])
        corpus.vectors = VectorIndex(vectors.shape[1], vectors)
        corpus.words = Postings.of_lists(columns.words, len(columns.ids))
        corpus.persons.extend(columns.persons)
        corpus._by_person.add_all(columns.persons)
        corpus._by_kind.add_all(columns.kinds)
        for column, stored in (
            (corpus.weights, columns.weights),
            (corpus._since, columns.since),
            (corpus._until, columns.until),
        ):
            column.frombytes(stored)
        corpus._rows.update(zip(columns.ids, range(len(columns.ids)), strict=True))
        ended = (until for until in corpus._until if until < FOR_EVER)
        corpus._changed = max(max(corpus._since, default=0), max(ended, default=0))
        corpus.ids.extend(columns.ids)
        return corpus

    def columns(self) -> Columns:
        with self._lock:
            return Columns(
                ids=self.ids,
                persons=self.persons,
                kinds=self._by_kind.words(),
                weights=self.weights.tobytes(),
                since=self._since.tobytes(),
                until=self._until.tobytes(),
                words=self.words.lists(),
            )

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
                self._change(item.since)

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

    def row(self, id: str) -> int:  # noqa: A002 - the item's own word
        return self._rows[id]

    def end(self, id: str, position: int) -> None:  # noqa: A002 - the item's own word
        """From this position on the item no longer holds."""
        if id not in self._rows:
            raise Unsearchable(f"there is no item {id}")
        with self._lock:
            row = self._rows[id]
            self._until[row] = min(position, self._until[row])
            self._change(position)

    def _change(self, position: int) -> None:
        self._changed = max(self._changed, position)
        self._views.clear()

    def as_of(
        self,
        position: int | None = None,
        keep: Callable[[str], bool] | Mask | None = None,
        kinds: Collection[str] | None = None,
    ) -> "View":
        """What held at that position (None: what holds now); `keep` chooses by id, or is a mask in order of adding."""
        with self._lock:
            if position is not None and position < self._changed:
                mask = self._then(position, kinds)
            elif keep is None:
                return self._now(kinds)
            else:
                mask = self._now(kinds).mask.copy()
        if callable(keep):
            mask &= np.fromiter(map(keep, self.ids[: len(mask)]), dtype=np.bool_, count=len(mask))
        elif keep is not None:
            mask &= keep
        return View(self, mask)

    def _now(self, kinds: Collection[str] | None) -> "View":
        """One view for all who ask until the next change."""
        chosen = None if kinds is None else frozenset(kinds)
        if chosen not in self._views:
            self._views[chosen] = View(self, self._then(None, kinds))
        return self._views[chosen]

    def _then(self, position: int | None, kinds: Collection[str] | None) -> Mask:
        until = np.array(self._until)
        mask = until == FOR_EVER if position is None else (np.array(self._since) <= position) & (position < until)
        return mask if kinds is None else mask & self._by_kind.among(kinds)

    def belonging_to(self, persons: Collection[str], size: int) -> Mask:
        """Which of the first `size` rows are theirs."""
        with self._lock:
            return self._by_person.among(persons)[:size]

    def of_kinds(self, kinds: Collection[str], size: int) -> Mask:
        """Which of the first `size` rows are of these kinds."""
        with self._lock:
            return self._by_kind.among(kinds)[:size]


class View:
    """The items that may be found, and the perhaps wider view that the words' figures are counted over."""

    def __init__(self, corpus: Corpus, mask: Mask, counted: "View | None" = None) -> None:
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
        sharing = [_sharing_most(scores, limit, self.mask) for scores in lexical]
        rows = np.unique(np.concatenate([corpus.vectors.nearest(vectors, limit, self.mask), *sharing]))
        near = top_three(corpus.vectors.cosines(vectors, rows)).round(PLACES)
        shared = top_three(np.stack([scores[rows] for scores in lexical])).round(PLACES)
        return self._hits(rows, near, shared, fused(near, shared, telling_words(need)).round(PLACES), limit, floor)

    def _hits(self, rows: Rows, near: Floats, shared: Floats, score: Floats, limit: int, floor: float) -> Hits:
        by_id = _ranks([self._corpus.ids[row] for row in rows.tolist()])
        chosen = np.zeros(len(rows), dtype=np.bool_)
        for nearest in (near, shared):
            chosen[np.lexsort((by_id, -nearest))[:limit]] = True
        chosen &= np.maximum(near, shared) >= floor
        kept = np.lexsort((by_id, -score))
        kept = kept[chosen[kept]]
        corpus = self._corpus
        return tuple(
            Hit(corpus.ids[row], corpus.persons[row], cosine, lexical, both, corpus.weights[row])
            for row, cosine, lexical, both in zip(
                rows[kept].tolist(), near[kept].tolist(), shared[kept].tolist(), score[kept].tolist(), strict=True
            )
        )


def _ranks(words: Sequence[str]) -> Rows:
    """The place of each word when they are in order."""
    ranks = np.empty(len(words), dtype=np.int64)
    ranks[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
    return ranks


def _sharing_most(scores: Floats, limit: int, mask: Mask) -> Rows:
    """Rows in the mask that share words: the highest `limit`, and all their equals."""
    rows = np.flatnonzero(mask & (scores > 0))
    if len(rows) > limit:
        theirs = scores[rows]
        rows = rows[theirs >= np.partition(theirs, len(rows) - limit)[len(rows) - limit]]
    return rows
