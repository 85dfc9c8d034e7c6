"""A network's own signing key: Ed25519, made at its first use, kept wrapped among the keys, apart from the data."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.vocabulary import StreamId
from engine import notes
from engine.notes import Checkpoint
from engine.sealing import KeyRing


def origin_of(network: StreamId) -> str:
    """How the network's log is called in checkpoints, for ever."""
    return f"confrere/{network}"


class Signer:
    """Signs in the name of one network."""

    def __init__(self, keys: KeyRing, network: StreamId) -> None:
        """Makes the key if the network has none yet. Raises KeyTrouble, StorageTrouble."""
        self.origin: Final = origin_of(network)
        self._private = Ed25519PrivateKey.from_private_bytes(keys.signing_seed(network))
        self.verifier_key: Final = notes.verifier_key(self.origin, self._private.public_key())

    def sign(self, size: int, root: bytes) -> str:
        """The note: the same for the same size and root, however often it is made."""
        return notes.signed(Checkpoint(self.origin, size, root), self.origin, self._private)
