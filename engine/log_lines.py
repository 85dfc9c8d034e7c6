"""One stored event as one line of a verifiable export: a CloudEvent with the stored bytes and its part of the proof."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from msgspec import UNSET, MsgspecError, Struct, UnsetType, defstruct, json, msgpack

from domain.kernel import Envelope
from domain.refusals import BadFile
from domain.vocabulary import OPEN
from engine.merkle import SIZE, HashAt, split, subtree_root
from engine.storage.recorder import Row

CHECKPOINT: Final = "checkpoint"
EVENTS: Final = "events.jsonl"

_NODE: Final = b"\x01"


# as an event stores it, by names; what it had not yet when it was stored is left out
_Envelope: Final = defstruct("_Envelope", [(name, Any, UNSET) for name in Envelope.__struct_fields__], gc=False)
_CLASS: Final = Envelope.__struct_fields__.index("confidentiality")


class _Data(Struct, gc=False):
    """What an event says, readable."""

    schema: int
    envelope: Struct
    fields: dict[str, Any]


class _Line(Struct, gc=False):
    """The attributes in their order. Numbers that 32 bits do not hold are texts, as CloudEvents wants them."""

    id: str  # the position, once in the log
    source: str  # whose log, as its checkpoints name it
    type: str
    subject: str  # the stream
    time: datetime | UnsetType  # when it happened
    sequence: str  # which event of the network, from 1; sorts as a text
    position: str
    recordedus: str  # microseconds since 1970 UTC
    version: int  # in the stream
    payload: bytes  # as stored, sealed texts still sealed
    data: _Data | None  # the same, readable; nothing where the stored bytes are not
    leafhash: bytes
    proof: bytes
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


class Given(Struct, gc=False):
    """What a line says of its event; everything else follows from this and its place."""

    source: str
    type: str
    subject: str
    sequence: str
    position: str
    recordedus: str
    version: int
    payload: bytes
    proof: bytes

    def row(self) -> Row:
        """As it is stored. Raises ValueError where a number is none."""
        network = self.source.rpartition("/")[2]
        place = int(self.position), int(self.recordedus)
        return (*place, network, self.subject, self.version, self.type, self.payload)


class Withheld(Struct, tag_field="type", tag="withheld", gc=False):
    """An event that is not told: its hash stands for it, so that the proof covers it all the same."""

    id: str  # as the sequence: where it stands in the log is not told either
    source: str
    sequence: str
    leafhash: bytes
    proof: bytes
    specversion: str = "1.0"


class _Stored(Struct, array_like=True, gc=False):
    """A payload, read without its class."""

    schema: int
    envelope: list[Any]
    fields: dict[str, Any]
    sealed: dict[str, str] = {}


_stored: Final = msgpack.Decoder(_Stored).decode
_encoded: Final = json.Encoder().encode
read: Final = json.Decoder(Given).decode  # raises MsgspecError for what is no line of ours
read_withheld: Final = json.Decoder(Withheld).decode  # same


def line_of(source: str, sequence: int, row: Row, leaf: bytes, proof: bytes) -> bytes:
    """The one way to write it: from the same stored bytes comes the same line, to the last byte."""
    position, recorded_us, _, stream, version, name, payload = row
    time, data = _readable(payload)
    at, number = str(position), f"{sequence:016d}"
    # by place: names cost as much as a hash
    line = _Line(at, source, name, stream, time, number, at, str(recorded_us), version, payload, data, leaf, proof)
    try:
        return _encoded(line) + b"\n"
    except (MsgspecError, TypeError, ValueError, RecursionError):  # what no event of ours holds
        line.data, line.time = None, UNSET
        return _encoded(line) + b"\n"


def withheld_line(source: str, sequence: int, leaf: bytes, proof: bytes) -> bytes:
    number = f"{sequence:016d}"
    return _encoded(Withheld(number, source, number, leaf, proof)) + b"\n"


def open_to_all(payload: bytes) -> bool:
    """Whether its class lets everybody in the network, and auditors, read what happened."""
    try:
        return _stored(payload).envelope[_CLASS] in OPEN
    except (MsgspecError, RecursionError, LookupError, TypeError):
        return False


def rows_in(lines: Iterable[bytes]) -> Iterator[Row]:
    """The events of an export as they are stored. Nothing is verified here.

    Raises MsgspecError, ValueError for what is no export, BadFile for one that leaves events out.
    """
    return (_given(line).row() for line in lines)


def _given(line: bytes) -> Given:
    try:
        return read(line)
    except (MsgspecError, RecursionError):
        read_withheld(line)
        words = "what was told to few is left out of this export"
        raise BadFile(words, field=EVENTS, remedy="take one that was written without --withhold") from None


def _readable(payload: bytes) -> tuple[datetime | UnsetType, _Data | None]:
    """When it happened, and what it says; of sealed texts whose key opens them."""
    try:
        stored = _stored(payload)
        envelope = _Envelope(*stored.envelope)
    except (MsgspecError, RecursionError, TypeError):
        return UNSET, None
    fields = stored.fields
    for field, owner in stored.sealed.items():
        fields[field] = {"sealed_for": owner}
    at = stored.envelope[0] if stored.envelope else None
    return at if isinstance(at, datetime) else UNSET, _Data(stored.schema, envelope, fields)


class Prover:
    """Gives each event, in turn, what it takes to prove it under the root: the hashes of the subtrees on its right.

    Every subtree is given once, with the first event for which it lies on the right, and is known from then on: one
    hash an event on average. A record's hashes come from the leaf upwards.
    """

    def __init__(self, hash_at: HashAt, size: int) -> None:
        self._hash_at = hash_at
        self._open = [(0, size)] if size else []  # subtrees whose hash is known, by their leaves; the next one last

    def next(self) -> bytes:
        begin, end = self._open.pop()
        given: list[bytes] = []
        while end - begin > 1:
            middle = begin + split(end - begin)
            given.append(subtree_root(self._hash_at, middle, end))
            self._open.append((middle, end))
            end = middle
        return b"".join(reversed(given))


class Trusted:
    """The same from the verifier's side: which subtrees' hashes follow from the root, in memory that hardly grows."""

    def __init__(self, root: bytes, size: int) -> None:
        self._open = [(size, root)] if size else []

    def admit(self, leaf: bytes, proof: bytes) -> bool:
        """Whether this is the next leaf; if not, the same one is still expected."""
        size, root = self._open[-1]
        if len(proof) != SIZE * (size - 1).bit_length():
            return False
        for at in range(0, len(proof), SIZE):
            leaf = sha256(_NODE + leaf + proof[at : at + SIZE]).digest()
        if leaf != root:
            return False
        self._open.pop()
        if proof:
            self._trust(size, proof)
        return True

    def _trust(self, size: int, proof: bytes) -> None:
        """What lies on the right of the leaf's way is known from now on; the last hash is that of the largest."""
        for at in range(len(proof) - SIZE, -1, -SIZE):
            left = split(size)
            self._open.append((size - left, proof[at : at + SIZE]))
            size = left
