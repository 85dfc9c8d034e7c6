"""Exact nearest vectors in memory, readable under a mask while more are added."""

from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import faiss

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

HALVED_FROM: Final = 50_000  # from here 16-bit codes find the nearest and 32-bit vectors put them in order
SPARE: Final = 64  # asked for beyond the limit, so that the order of equals is never chance
MORE: Final = 1.2  # asked for beyond what the share of allowed rows makes likely
PASSED_OVER: Final = 3  # times the wanted: the most that is asked for to pass over what is not allowed
CODE_ERROR: Final = 1e-4  # more than what 16-bit codes get wrong


class WrongVectors(ValueError):  # noqa: N818 - a plain fact
    """Vectors of another width or form than this index holds."""


class VectorIndex:
    """Rows of length 1; similarity is the cosine. Rows are numbered from 0 and never move."""

    def __init__(self, width: int, vectors: Vectors | None = None) -> None:
        """Empty, or of these vectors, which it keeps for itself."""
        self.width: Final = width
        self._vectors: Vectors = np.empty((0, width), dtype=np.float32) if vectors is None else checked(vectors, width)
        self.size = len(self._vectors)
        self._codes: faiss.Index | None = None
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

    def nearest(self, needs: Vectors, limit: int, mask: Mask) -> Rows:
        """Rows within the mask, each once: the `limit` nearest of every need, their equals, and a few more."""
        checked(needs, self.width)
        allowed = np.flatnonzero(mask)
        wanted = limit + SPARE
        while wanted < len(allowed):
            near, rows = self._search(needs, wanted, mask)
            if (near[:, limit - 1] - near[:, -1] > CODE_ERROR).all():
                return np.unique(rows)
            wanted *= 4
        return allowed

    def get_ready(self) -> None:
        """Do before the first search what it would have to wait for."""
        with self._lock:
            self._caught_up()

    def _search(self, needs: Vectors, wanted: int, mask: Mask) -> tuple[Vectors, Rows]:
        """Nearest first. Where most rows are allowed, passing over the others afterwards is quicker than a selector."""
        import faiss  # noqa: PLC0415 - small networks never need it

        # holds for the calling thread alone, so each tells it: a need gains nothing from more, and others wait as well
        faiss.omp_set_num_threads(1)
        with self._lock:
            codes = self._caught_up()
            allowed = np.zeros(codes.ntotal, dtype=np.bool_)
            allowed[: len(mask)] = mask
            more = int(wanted * len(allowed) / np.count_nonzero(allowed) * MORE)
            if more < wanted * PASSED_OVER:
                near, rows = codes.search(needs, min(more, len(allowed)))
                inside = allowed[rows]
                if (np.count_nonzero(inside, axis=1) >= wanted).all():
                    first = np.argsort(~inside, axis=1, kind="stable")[:, :wanted]
                    return np.take_along_axis(near, first, axis=1), np.take_along_axis(rows, first, axis=1)
            bits = np.packbits(allowed, bitorder="little")
            chosen = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))  # it points into bits: both must live on
            within = faiss.SearchParameters()
            within.sel = chosen
            near, rows = codes.search(needs, wanted, params=within)
        return near, rows

    def _caught_up(self) -> "faiss.Index":
        """The searchable codes with every row in them; flat ones give way to 16-bit ones when they are many."""
        import faiss  # noqa: PLC0415 - see above

        if self._codes is None:
            self._codes = faiss.IndexFlatIP(self.width)
        if self.size >= HALVED_FROM and isinstance(self._codes, faiss.IndexFlatIP):
            halved = faiss.ScalarQuantizer.QT_fp16
            self._codes = faiss.IndexScalarQuantizer(self.width, halved, faiss.METRIC_INNER_PRODUCT)
        self._codes.add(self._vectors[self._codes.ntotal : self.size])
        return self._codes


def checked(vectors: Vectors, width: int) -> Vectors:
    """Quote both sides of a mismatch: the library's own error is empty."""
    if vectors.ndim != 2 or vectors.shape[1] != width or vectors.dtype != np.float32:
        raise WrongVectors(f"expected float32 vectors of shape (n, {width}), got {vectors.dtype} {vectors.shape}")
    if not np.allclose(np.einsum("nw,nw->n", vectors, vectors), 1.0, atol=2e-3):
        raise WrongVectors("expected vectors of length 1")
    return vectors
