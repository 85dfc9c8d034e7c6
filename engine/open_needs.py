"""The needs of open coaching cases as vectors, in memory: which are like which, and what to look for coaches with."""

from collections.abc import Sequence
from sqlite3 import Connection
from threading import RLock
from typing import Final

import numpy as np
from msgspec import Struct

from domain.vocabulary import Confidentiality, MemberId, StreamId
from engine.evidence_index import EvidenceIndex
from engine.intake import Intake, intake
from engine.vector_store import Vector
from models.vector_index import Vectors
from projections import coaching_history

_EXACT: Final = 1e-4  # more than what sums in 32 bits get wrong
_PLACES: Final = 3


class Like(Struct, frozen=True):
    """Another open need, and how near it is."""

    coaching: StreamId
    seeker: MemberId
    nearness: float


class OpenNeeds:
    """One network's. What a group may read can be compared; words for a pair alone are like nothing else's.

    Vectors are kept sealed under the seeker's key, like those of every text; here they are for the process's life.
    """

    def __init__(self, index: EvidenceIndex) -> None:
        self.index: Final = index
        self._turn: Final = RLock()
        self._open: Final[dict[StreamId, tuple[MemberId, int]]] = {}  # the seeker, the position of the words
        self._vectors: Final[dict[StreamId, Vector]] = {}  # of all open ones
        self._rows: Final[dict[StreamId, int]] = {}  # of those that can be compared
        self._held: Final[dict[int, StreamId]] = {}  # by row
        self._free: Final[list[int]] = []  # rows
        self._matrix: Vectors = np.zeros((0, index.encoder.width), dtype=np.float32)  # a row that is free is all zeros
        self._position = 0
        self.moved = 0  # the last position taken in at which anything came, went or was put otherwise

    def keep_up(self, connection: Connection, position: int) -> None:
        """Take in what was said until `position`, at which the connection stands, encoding what is new."""
        with self._turn:
            if position <= self._position:
                return
            changed = coaching_history.changed_after(connection, self._position)
            found = {each: intake(connection, each) for each in changed}
            new = [each for each in found.values() if each is not None and each.open and self._is_new(each)]
            vectors = self.index.meanings([(each.seeker, each.words) for each in new])
            ended = [coaching for coaching, each in found.items() if each is None or not each.open]
            if new or not self._open.keys().isdisjoint(ended):
                self.moved = position  # first: who reads meanwhile asks for it afterwards
            for coaching in ended:
                self._forget(coaching)
            for each, vector in zip(new, vectors, strict=True):
                self._forget(each.coaching)
                if vector is not None:  # else its seeker was erased
                    self._keep(each, vector)
            self._position = position

    def vectors(self, cases: Sequence[StreamId]) -> tuple[list[StreamId], Vectors]:
        """Those of these cases that are open, and their vectors in the same order."""
        with self._turn:
            there = [each for each in cases if each in self._vectors]
            none = np.zeros((0, self._matrix.shape[1]), dtype=np.float32)
            return there, np.stack([self._vectors[each] for each in there]) if there else none

    def since(self, coaching: StreamId) -> int | None:
        """The position of the words that its vector was made of; None where there is none."""
        with self._turn:
            return self._open[coaching][1] if coaching in self._vectors else None

    def like(self, coaching: StreamId, at_least: float) -> list[Like]:
        """The other open needs that are as near, the nearest first; none for words that a pair alone may read."""
        with self._turn:
            own = self._rows.get(coaching)
            if own is None:
                return []
            need = self._matrix[own]
            # not a matrix product: that one's threads wait for one another wherever a core is busy
            rows = np.flatnonzero(np.einsum("rw,w->r", self._matrix, need) >= at_least - _EXACT)
            near = np.einsum("rw,w->r", self._matrix[rows].astype(np.float64), need.astype(np.float64)).round(_PLACES)
            found = [
                Like(self._held[row], self._open[self._held[row]][0], min(1.0, value))
                for row, value in zip(rows.tolist(), near.tolist(), strict=True)
                if value >= at_least and row != own
            ]
        return sorted(found, key=lambda each: (-each.nearness, each.coaching))

    def _is_new(self, each: Intake) -> bool:
        known = self._open.get(each.coaching)
        return known is None or known[1] != each.since

    def _keep(self, each: Intake, vector: Vector) -> None:
        self._open[each.coaching] = (each.seeker, each.since)
        self._vectors[each.coaching] = vector
        if each.confidentiality is not Confidentiality.GROUP:
            return
        if not self._free:
            self._lengthen()
        row = self._free.pop()
        self._rows[each.coaching] = row
        self._held[row] = each.coaching
        self._matrix[row] = vector

    def _lengthen(self) -> None:
        there = len(self._matrix)
        longer = np.zeros((max(256, 2 * there), self._matrix.shape[1]), dtype=np.float32)
        longer[:there] = self._matrix
        self._matrix = longer
        self._free.extend(range(len(longer) - 1, there - 1, -1))

    def _forget(self, coaching: StreamId) -> None:
        self._open.pop(coaching, None)
        self._vectors.pop(coaching, None)
        row = self._rows.pop(coaching, None)
        if row is not None:
            del self._held[row]
            self._free.append(row)
            self._matrix[row] = 0
