"""Vectors as a byte per component: quick to look through, and how far that may lead astray is known."""

import math
from typing import Final

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

MOST: Final = 127  # codes are whole numbers from -127 to 127
AT_ONCE: Final = 4096
LONGEST: Final = 1.002  # of vectors that pass for length 1, and of what 32 bits make of a length


class ByteCodes:
    """Of rows of length 1, numbered as they come."""

    def __init__(self, width: int) -> None:
        signed = faiss.ScalarQuantizer.QT_8bit_direct_signed
        self._index: Final = faiss.IndexScalarQuantizer(width, signed, faiss.METRIC_INNER_PRODUCT)
        self._step = 0.0  # of a component from one code to the next
        self._astray = 0.0  # the farthest that any vector is from what its code stands for

    def catch_up(self, vectors: Vectors) -> None:
        """With all rows there are; those that have a code keep it, unless a newer one needs wider steps."""
        step = self._step_for(vectors[self._index.ntotal :])
        if step > self._step:
            self._index.reset()
            self._step, self._astray = step, 0.0
        for start in range(self._index.ntotal, len(vectors), AT_ONCE):
            part = vectors[start : start + AT_ONCE]
            codes = np.rint(part / np.float32(self._step))
            self._index.add(codes)
            self._astray = max(self._astray, _farthest(part, codes, self._step))

    def _step_for(self, new: Vectors) -> float:
        parts = (new[start : start + AT_ONCE] for start in range(0, len(new), AT_ONCE))
        widest = max((float(np.abs(part).max()) for part in parts), default=0.0)
        if widest <= MOST * self._step:
            return self._step
        # up to a power of √2, so that few rows make all others be coded anew
        return math.sqrt(2.0 ** math.ceil(2 * math.log2(widest))) / MOST

    def search(self, need: Vector, wanted: int, mask: Mask) -> tuple[Rows, Vector]:
        """The `wanted` nearest by their codes within the mask, and what the cosine of each is at most.

        They come in the order of these limits: no other row of the mask exceeds the last.
        """
        step = float(np.abs(need).max()) / MOST
        code = np.rint(need / np.float32(step))[None]
        bits = np.packbits(mask, bitorder="little")
        chosen = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))  # it points into bits: both must live on
        within = faiss.SearchParameters()
        within.sel = chosen
        # holds for the calling thread alone, so each tells it: a need gains nothing from more, and others wait as well
        faiss.omp_set_num_threads(1)
        products, rows = self._index.search(code, wanted, params=within)
        # q·v - q'·v' = (q - q')·v + q'·(v - v'), each at most the product of the lengths
        error = LONGEST * (_farthest(need[None], code, step) + step * float(np.linalg.norm(code)) * self._astray)
        return rows[0], products[0] * np.float32(step * self._step) + np.float32(error)


def _farthest(vectors: Vectors, codes: Vectors, step: float) -> float:
    return float(np.linalg.norm(vectors - codes * np.float32(step), axis=1).max())
