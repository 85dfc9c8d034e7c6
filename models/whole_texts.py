"""Vectors of texts of any length: nothing that somebody wrote lies beyond what the model sees at a time."""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np

from models.vector_index import Vectors


class Sees(Protocol):
    """A model that sees so much of a text at a time."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def width(self) -> int: ...

    @property
    def ready(self) -> bool: ...

    def windows(self, text: str) -> list[str]:
        """The text in parts that the model sees whole; one that is short enough as it is."""

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors: ...


class WholeTexts:
    """The vector of a long text is the mean of its windows', each as long as the others; of a short one, its own."""

    def __init__(self, model: Sees) -> None:
        self._model = model

    @property
    def fingerprint(self) -> str:
        """Names the model and that its windows were taken together."""
        return f"{self._model.fingerprint}-whole"

    @property
    def width(self) -> int:
        return self._model.width

    @property
    def ready(self) -> bool:
        """Whether the model is loaded."""
        return self._model.ready

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None, *, whole: bool = True
    ) -> Vectors:
        """(n, width) float32, rows of length 1, in the order given; `progress` hears how many texts are done.

        Not `whole` is what the evaluation compares it with: what lies beyond the first window is left unread.
        """
        if not whole:
            return self._model.encode(texts, progress)
        windows = [self._model.windows(text) for text in texts]
        ends = list(accumulate(map(len, windows), initial=0))
        parts = [part for text in windows for part in text]
        done = None if progress is None else _counting(progress, len(texts), len(parts))
        vectors = self._model.encode(parts, done)
        read = np.empty((len(texts), self.width), dtype=np.float32)
        for row, (start, end) in enumerate(pairwise(ends)):
            read[row] = vectors[start] if end - start == 1 else _together(vectors[start:end])
        return read


def _counting(progress: Callable[[int], None], texts: int, parts: int) -> Callable[[int], None]:
    """Tells of texts, while windows are done."""
    return lambda done: progress(done * texts // parts)


def _together(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length > 0 else vectors[0], dtype=np.float32)
