"""Vectors by hand, for tests that are about anything but meaning: texts with the same first word mean the same."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from engine.evidence_index import Vectors

WIDTH = 384


class ByFirstWord:
    fingerprint = "by first word"
    width = WIDTH
    ready = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.stack([_vector(text.split()[0]) for text in texts])


def _vector(word: str) -> Vectors:
    seed = int.from_bytes(sha256(word.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(WIDTH)
    found: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found
