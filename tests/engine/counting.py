"""The real encoder, and how many texts it was given."""

from collections.abc import Sequence

from engine.evidence_index import Vectors
from models.encoder import Encoder


class Counting:
    def __init__(self, encoder: Encoder, fingerprint: str = "") -> None:
        self.real = encoder
        self.fingerprint = fingerprint or encoder.fingerprint
        self.width = encoder.width
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return self.real.encode(texts)

    def counted(self) -> int:
        """How many since it was last asked."""
        count = len(self.texts)
        self.texts.clear()
        return count
