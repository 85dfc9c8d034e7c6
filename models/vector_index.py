"""Exact nearest vectors in memory, readable under a mask while more are added."""

from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from models.byte_codes import ByteCodes

Vectors = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]  # one
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

FIRST: Final = 3  # times as many are looked at as are wanted, which mostly is enough to be sure …
SHARE: Final = 2**16  # … and so many times as there are such shares of rows: the more, the closer they lie together
CLOSE: Final = 5e-5  # more than what sums in 32 bits get wrong, and what rounding makes equal


class WrongVectors(ValueError):  # noqa: N818 - a plain fact
    """Vectors of another width or form than this index holds."""


class VectorIndex:
    """Rows of length 1; similarity is the cosine. Rows are numbered from 0 and never move."""

    def __init__(self, width: int, vectors: Vectors | None = None) -> None:
        """Empty, or of these vectors, which it keeps for itself."""
        self.width: Final = width
        self._vectors: Vectors = np.empty((0, width), dtype=np.float32) if vectors is None else checked(vectors, width)
        self.size = len(self._vectors)
        self._codes: ByteCodes | None = None
        self._lock: Final = Lock()

    def add(self, vectors: Vectors) -> None:
        checked(vectors, self.width)
        end = self.size + len(vectors)
        with self._lock:
            if end > len(self._vectors):
                grown = np.empty((max(end, 2 * len(self._vectors), 1024), self.width), dtype=np.float32)
                grown[: self.size] = self._vectors[: self.size]
                self._vectors = grown
            self._vectors[self.size : end] = vectors
            self.size = end

    def cosines(self, needs: Vectors, rows: Rows) -> Floats:
        """(needs, rows), summed in 64 bits so that machines agree on the places that count."""
        chosen = self._vectors[rows].astype(np.float64)
        wanted = checked(needs, self.width).astype(np.float64)
        # not a matrix product: that one's threads and order of summing differ from machine to machine
        sums: Floats = np.einsum("nw,rw->nr", wanted, chosen)
        return np.clip(sums, -1.0, 1.0)

    def at(self, rows: Rows) -> Vectors:
        """The vectors of these rows."""
        return self._vectors[rows]

    def sum(self, rows: Rows) -> Floats:
        return np.asarray(self._vectors[rows].sum(axis=0, dtype=np.float64))

    def nearest(self, needs: Vectors, limit: int, mask: Mask) -> Rows:
        """Rows within the mask, rising: the `limit` nearest of every need, their equals, and a few more."""
        checked(needs, self.width)
        found = [self._nearest(need, limit, mask) for need in needs]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    def _nearest(self, need: Vector, limit: int, mask: Mask) -> Rows:
        allowed = int(np.count_nonzero(mask))
        wanted = limit * max(FIRST, allowed // SHARE)
        if limit >= allowed:
            return np.flatnonzero(mask)
        while wanted < allowed:
            rows, at_most = self._search(need, wanted, mask)
            edge = _edge(self._roughly(need, rows[: 2 * limit]), limit)
            if at_most[-1] < edge:
                return self._first(need, limit, rows[at_most >= edge])
            wanted *= FIRST
        return self._first(need, limit, np.flatnonzero(mask))

    def _first(self, need: Vector, limit: int, rows: Rows) -> Rows:
        """The `limit` nearest of these rows with all that may be as near."""
        near = self._roughly(need, rows)
        return rows[near >= _edge(near, limit)]

    def _roughly(self, need: Vector, rows: Rows) -> Vector:
        """Cosines in 32 bits."""
        near: Vector = np.einsum("rw,w->r", self._vectors[rows], need)
        return np.minimum(near, np.float32(1), out=near)

    def get_ready(self) -> None:
        """Do before the first search what it would have to wait for."""
        with self._lock:
            self._caught_up()

    def _search(self, need: Vector, wanted: int, mask: Mask) -> tuple[Rows, Vector]:
        with self._lock:
            return self._caught_up().search(need, wanted, mask)

    def _caught_up(self) -> "ByteCodes":
        if self._codes is None:
            from models.byte_codes import ByteCodes  # noqa: PLC0415 - small networks never need FAISS

            self._codes = ByteCodes(self.width)
        self._codes.catch_up(self._vectors[: self.size])
        return self._codes


def _edge(near: Vector, limit: int) -> float:
    """How near the `limit`th is at least."""
    return float(np.partition(near, len(near) - limit)[len(near) - limit]) - CLOSE


def checked(vectors: Vectors, width: int) -> Vectors:
    """Quote both sides of a mismatch: the library's own error is empty."""
    if vectors.ndim != 2 or vectors.shape[1] != width or vectors.dtype != np.float32:
        raise WrongVectors(f"expected float32 vectors of shape (n, {width}), got {vectors.dtype} {vectors.shape}")
    if not np.allclose(np.einsum("nw,nw->n", vectors, vectors), 1.0, atol=2e-3):
        raise WrongVectors("expected vectors of length 1")
    return vectors
