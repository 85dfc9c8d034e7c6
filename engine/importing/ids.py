"""From the keys that files use to ids of ours: the same key gives the same id, and nobody else can tell which."""

import re
from typing import Final

from domain.vocabulary import StreamId
from engine.sealing import KeyRing

_DIGITS: Final = 32


class Ids:
    """The ids of one network's imported things. Hashed with the network's own key, so that they give nobody away."""

    def __init__(self, network: StreamId, keys: KeyRing) -> None:
        keys.ensure([network])
        self._network = network
        self._keys = keys
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, key: str) -> str:
        """An id that our own export wrote stays what it is."""
        if re.fullmatch(rf"{kind}-[0-9a-f]{{{_DIGITS}}}", key):
            return key
        known = self._known.get((kind, key))
        if known is None:
            known = self._known[kind, key] = f"{kind}-{self.hashed(f'{kind}:{key}'.encode())}"
        return known

    def hashed(self, text: bytes) -> str:
        return self._keys.fingerprint(self._network, text).hex()[:_DIGITS]
