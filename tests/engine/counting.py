"""The real encoder, and how many texts it was given."""

from collections.abc import Sequence

import numpy as np

from engine.evidence_index import Vectors
from models.encoder import Encoder

_MADE: dict[str, Vectors] = {}  # what the real one made of a text before, so that the tests' few texts cost time once


class Counting:
    def __init__(self, encoder: Encoder, fingerprint: str = "") -> None:
        self.real = encoder
        self.fingerprint = fingerprint or encoder.fingerprint
        self.width = encoder.width
        self.texts: list[str] = []

    ready = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        new = [text for text in dict.fromkeys(texts) if text not in _MADE]
        _MADE.update(zip(new, self.real.encode(new), strict=True))
        return np.stack([_MADE[text] for text in texts])

    def counted(self) -> int:
        """How many since it was last asked."""
        count = len(self.texts)
        self.texts.clear()
        return count
