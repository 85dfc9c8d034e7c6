"""An encoder that encodes each text once in this run, however often it is asked for."""

from collections.abc import Callable, Sequence

import numpy as np

from models.encoder import Vectors
from models.evaluation import Encodes


class Remembering:
    def __init__(self, encoder: Encodes) -> None:
        self._encoder = encoder
        self._places: dict[tuple[str, bool], int] = {}
        self._vectors = encoder.encode([])

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None, *, whole: bool = True
    ) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if (text, whole) not in self._places]
        if new:
            places = range(len(self._places), len(self._places) + len(new))
            self._places |= zip(((text, whole) for text in new), places, strict=True)
            self._vectors = np.concatenate([self._vectors, self._encoder.encode(new, progress, whole=whole)])
        return self._vectors[np.array([self._places[text, whole] for text in texts], dtype=np.int64)]
