"""Checkpoints as signed notes: C2SP tlog-checkpoint and signed-note, with Ed25519, readable by other people's tools."""

import base64
import binascii
import re
from hashlib import sha256
from typing import Final, Never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from domain.refusals import BadFile
from engine.merkle import SIZE

_ED25519: Final = b"\x01"  # the type of signature, as the specification numbers them
_KEY_ID: Final = 4  # bytes
_DASH: Final = "\u2014 "
_BROKEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # control characters, and what UTF-8 cannot say
_NAME: Final = re.compile(r"[^\s+]+")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LONGEST: Final = 100_000  # characters of a note


class Checkpoint(Struct, frozen=True):
    """A log as it stood: whose, how many events, and the root over them."""

    origin: str
    size: int
    root: bytes


class Verifier(Struct, frozen=True):
    """A verifier's key, read."""

    name: str
    id: bytes
    public: Ed25519PublicKey


def signed(checkpoint: Checkpoint, name: str, private_key: Ed25519PrivateKey) -> str:
    """The note: three lines, a blank one, the signature. Raises ValueError for a name or origin that cannot stand."""
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(checkpoint.origin):
        raise ValueError("a name without spaces and plus signs is needed")
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n"
    signature = _key_id(name, private_key.public_key()) + private_key.sign(text.encode())
    return f"{text}\n{_DASH}{name} {_base64(signature)}\n"


def opened(note: str, verifier_key: str) -> Checkpoint:
    """What the note says, if this key signed it. Raises BadFile in words; signatures by others are passed over."""
    verifier = read_verifier(verifier_key)
    text, lines = _parts(note)
    theirs = [(name, given) for name, given in map(_signature, lines) if name == verifier.name]
    if not theirs:
        _refuse("this checkpoint is of another log", f"it is not signed in the name of {verifier.name}")
    ours = [given[_KEY_ID:] for _, given in theirs if given[:_KEY_ID] == verifier.id]
    if not ours:
        _refuse("this checkpoint was signed with another key", "give the key that the network had when it was signed")
    for each in ours:
        _verify(verifier, each, text)
    return _checkpoint(text, verifier.name)


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """What whoever wants to check signatures needs, on one line: name, key id, and the type with the public key."""
    return f"{name}+{_key_id(name, public).hex()}+{_base64(_ED25519 + public.public_bytes_raw())}"


def read_verifier(text: str) -> Verifier:
    """Raises BadFile when this is no verifier's key."""
    name, _, rest = text.strip().partition("+")
    key_id, _, body = rest.partition("+")
    known = _decoded(body)
    if not _NAME.fullmatch(name) or known[:1] != _ED25519 or len(known) != 1 + SIZE:
        _refuse_key()
    public = Ed25519PublicKey.from_public_bytes(known[1:])
    if _key_id(name, public).hex() != key_id:
        _refuse_key()
    return Verifier(name, bytes.fromhex(key_id), public)


def origin_in(note: str) -> str:
    """The log that a note says it is of; nothing is checked but its form."""
    return _parts(note)[0].partition("\n")[0]


def claimed(note: str) -> tuple[Checkpoint, tuple[str, ...]]:
    """What a note says and which keys it says signed it, as name+id; no signature is checked."""
    text, lines = _parts(note)
    signatures = map(_signature, lines)
    return _checkpoint(text, origin_in(note)), tuple(f"{name}+{given[:_KEY_ID].hex()}" for name, given in signatures)


def _parts(note: str) -> tuple[str, list[str]]:
    """The text with its last newline, and the lines of signatures."""
    body, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or _BROKEN.search(note) or len(note) > _LONGEST:
        _refuse("this is not a signed note", "give a checkpoint as it was written, its last newline included")
    return f"{body}\n", signatures[:-1].split("\n")


def _signature(line: str) -> tuple[str, bytes]:
    name, _, body = line.removeprefix(_DASH).partition(" ")
    given = _decoded(body)
    if not line.startswith(_DASH) or not _NAME.fullmatch(name) or len(given) <= _KEY_ID:
        _refuse("a line among the signatures is none", "give a checkpoint as it was written")
    return name, given


def _verify(verifier: Verifier, signature: bytes, text: str) -> None:
    try:
        verifier.public.verify(signature, text.encode())
    except InvalidSignature:
        _refuse("the signature does not fit: the checkpoint was altered", "take it from where it was kept apart")


def _checkpoint(text: str, name: str) -> Checkpoint:
    origin, size, root, *others = [*text.removesuffix("\n").split("\n"), "", ""]
    root_hash = _decoded(root)
    if not _NUMBER.fullmatch(size) or len(root_hash) != SIZE or not all(others[:-2]):
        _refuse("this note is signed, and not a checkpoint", "the lines needed are origin, size and root")
    if origin != name:
        _refuse("this checkpoint is of another log", f"{name} is the one asked about")
    return Checkpoint(origin, int(size), root_hash)


def _key_id(name: str, public: Ed25519PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public.public_bytes_raw()).digest()[:_KEY_ID]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    """Nothing, when it is not written in the one way it can be."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return content if _base64(content) == text else b""


def _refuse(words: str, remedy: str) -> Never:
    raise BadFile(words, field="checkpoint", remedy=remedy)


def _refuse_key() -> Never:
    raise BadFile("this is not a verifier's key", field="key", remedy="`confrere audit key` prints it: name+id+key")
