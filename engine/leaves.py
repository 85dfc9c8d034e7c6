"""What a leaf of the proof's tree holds: one stored event, each part with its length before it."""

from hashlib import sha256
from struct import Struct
from typing import Final

from engine.storage.recorder import Row

# 4 bytes of length before each part, numbers as 8 bytes, all big-endian
_PLACE: Final = Struct(">IqIqI").pack  # position, recorded time in µs, length of the stream's id
_VERSION: Final = Struct(">IqI").pack  # version, length of the name
_LENGTH: Final = Struct(">I").pack
_NUMBER: Final = 8


def leaf_data(row: Row) -> bytes:
    """Position, recorded time, stream, version, name and payload as they are stored; the network is the tree's own."""
    position, recorded_us, _, stream, version, name, payload = row
    of_stream, of_name = stream.encode(), name.encode()
    place = _PLACE(_NUMBER, position, _NUMBER, recorded_us, len(of_stream))
    middle = _VERSION(_NUMBER, version, len(of_name))
    return b"".join((place, of_stream, middle, of_name, _LENGTH(len(payload)), payload))


def leaf_of(row: Row) -> bytes:
    """The leaf's hash."""
    return sha256(b"\x00" + leaf_data(row)).digest()
