"""The evidence of one network in memory: grows at the end, can be read as of any position."""

from array import array
from collections.abc import Callable, Collection, Sequence
from threading import Lock
from typing import Final

import msgspec
import numpy as np

from models.lexical import Terms, terms
from models.postings import Lists, Postings
from models.vector_index import Mask, VectorIndex, Vectors
from models.view import Unsearchable, View

FOR_EVER: Final = 2**62


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One text with the log position from which it holds."""

    id: str
    person: str  # what it is pooled under: a member, a resource, a challenge
    text: str
    since: int
    kind: str = ""  # the caller's own word, to search some kinds only


class Columns(msgspec.Struct, frozen=True):
    """A corpus without its vectors, in the order of its rows."""

    ids: list[str]
    persons: list[str]
    kinds: list[str]
    since: bytes
    until: bytes
    words: Lists


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

    def __init__(self, width: int, cut: Callable[[str], Terms] = terms) -> None:
        self.words = Postings(cut=cut)
        self.vectors = VectorIndex(width)
        self.persons: Final[list[str]] = []
        self.ids: Final[list[str]] = []
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
        corpus._since.frombytes(columns.since)
        corpus._until.frombytes(columns.until)
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
                since=self._since.tobytes(),
                until=self._until.tobytes(),
                words=self.words.lists(),
            )

    @property
    def changed(self) -> int:
        """The newest position from which something holds or no longer does."""
        return self._changed

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

    def as_of(self, position: int | None = None, kinds: Collection[str] | None = None) -> View:
        """What held at that position (None: what holds now)."""
        with self._lock:
            if position is not None and position < self._changed:
                return View(self, self._then(position, kinds))
            return self._now(kinds)

    def holding(self, ids: Collection[str]) -> View:
        """Of these items those that are there, whenever they held."""
        with self._lock:
            mask = np.zeros(len(self.ids), dtype=np.bool_)
            mask[[self._rows[each] for each in ids if each in self._rows]] = True
            return View(self, mask)

    def _now(self, kinds: Collection[str] | None) -> View:
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
