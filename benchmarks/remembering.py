"""An encoder that encodes each text once in this run, however often it is asked for."""

from collections.abc import Callable, Sequence

import numpy as np

from models.encoder import Encoder, Vectors


class Remembering:
    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._places: dict[str, int] = {}
        self._vectors = encoder.encode([])

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._places]
        if new:
            self._places |= zip(new, range(len(self._places), len(self._places) + len(new)), strict=True)
            self._vectors = np.concatenate([self._vectors, self._encoder.encode(new, progress)])
        return self._vectors[np.array([self._places[text] for text in texts], dtype=np.int64)]
