"""One key per owner: personal texts are sealed with it, and gone for ever once it is destroyed."""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final, Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from msgspec import Struct

from domain.refusals import KeyTrouble, Unknown
from domain.vocabulary import OwnerId
from engine import key_file, master_key_file
from engine.master_key_file import SIZE
from engine.storage.history import holds_events

_NONCE: Final = 12
_PROOF: Final = b"confrere key ring"
GLANCE: Final = 0.25  # seconds within which a key destroyed by another process is noticed


class Altered(Exception):  # noqa: N818 - the domain's manner
    """Sealed bytes do not fit their key and their place: somebody changed or moved them."""


class _Key(Struct, frozen=True):
    sealing: AESGCM
    hashing: bytes


class KeyRing:
    """The owners' keys in one file, wrapped by a master key that lies elsewhere."""

    def __init__(self, connection: sqlite3.Connection, master: bytes) -> None:
        self._connection = connection
        self._master = AESGCM(master)
        self._lock = RLock()
        self._opened: dict[OwnerId, _Key] = {}
        self._version = -1
        self._erasures = 0
        self._looked_at = 0.0

    @classmethod
    def open(cls, folder: Path, master_key: Path) -> "KeyRing":
        """Open folder/keys.db. The first time, the master key's file is made if there is none yet.

        Never makes new keys beside a log that has events: theirs were lost, and only a backup opens it.
        """
        if master_key.resolve().is_relative_to(folder.resolve()):
            raise KeyTrouble(
                "the master key lies in the data folder", field=str(master_key), remedy="keep it in another place"
            )
        path = folder / "keys.db"
        has_past = holds_events(folder)  # looked at first: whoever records an event has left a proof before
        if has_past and not path.exists():
            _refuse_new_keys()
        folder.mkdir(0o700, parents=True, exist_ok=True)
        connection = key_file.connected(path)
        try:
            if not connection.execute("select proof from ring").fetchone():
                if has_past:
                    _refuse_new_keys()
                if not master_key.exists():
                    cls.create_master_key(master_key)
            ring = cls(connection, master_key_file.read(master_key))
            ring._prove(master_key)
        except BaseException:
            connection.close()
            raise
        return ring

    @classmethod
    def in_memory(cls) -> "KeyRing":
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        connection.executescript(key_file.SCHEMA)
        return cls(connection, os.urandom(SIZE))

    @staticmethod
    def create_master_key(path: Path) -> None:
        """Write a new random key that only its owner may read. Never overwrites."""
        master_key_file.create(path)

    def ensure(self, owners: Iterable[OwnerId]) -> None:
        """Make a key, on disk when this returns, for each owner who has none. Never again for one that was erased."""
        new = [owner for owner in dict.fromkeys(owners) if self._find(owner) is None]
        if not new:
            return
        with self._writing() as c:
            for owner in new:
                row = self._row(owner)
                if row and row[0] is None:
                    raise Unknown("this owner was erased", field=owner, remedy="nothing personal can be added")
                if not row:
                    wrapped = self._wrap(os.urandom(SIZE), _context(owner))
                    c.execute("insert into keys values (?, ?)", (owner, wrapped))

    def seal(self, owner: OwnerId, text: bytes, context: bytes) -> bytes:
        """AES-256-GCM under the owner's key: a nonce, then the ciphertext, bound to its context."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key(owner).sealing.encrypt(nonce, text, context)

    def unseal(self, owner: OwnerId, sealed: bytes, context: bytes) -> bytes | None:
        """The text, or None when the key was destroyed. Raises Altered when the bytes do not fit."""
        key = self._find(owner)
        if key is None:
            if self.erased(owner):
                return None
            raise KeyTrouble("the key of an owner is missing", field=owner, remedy="restore keys.db from its backup")
        try:
            return key.sealing.decrypt(sealed[:_NONCE], sealed[_NONCE:], context)
        except (InvalidTag, ValueError):
            raise Altered from None

    def fingerprint(self, owner: OwnerId, text: bytes) -> bytes:
        """A keyed hash: the same text of the same owner gives the same 32 bytes, and nobody else can tell."""
        digest = hmac.HMAC(self._key(owner).hashing, hashes.SHA256())
        digest.update(text)
        return digest.finalize()

    def signing_seed(self, network: OwnerId) -> bytes:
        """The 32 random bytes that a network's signing key is made of; made at the first use, on disk when given."""
        context = b"signer|" + network.encode()
        with self._writing() as c:
            row = c.execute("select wrapped from signers where network = ?", (network,)).fetchone()
            if row is not None:
                return self._opened_by_master(network, row[0], context)
            seed = os.urandom(SIZE)
            c.execute("insert into signers values (?, ?)", (network, self._wrap(seed, context)))
        return seed

    def destroy(self, owner: OwnerId) -> None:
        """Make everything under this key unreadable for ever."""
        with self._writing() as c:
            c.execute("insert into keys values (?, null) on conflict (owner) do update set wrapped = null", (owner,))
            self._opened.clear()
            self._erasures = self._count_erasures()

    @property
    def erasures(self) -> int:
        """How many keys were ever destroyed, by whichever process: who kept what was opened lets go of it then."""
        self._glance()
        return self._erasures

    def has(self, owner: OwnerId) -> bool:
        return self._find(owner) is not None

    def erased(self, owner: OwnerId) -> bool:
        row = self._row(owner)
        return row is not None and row[0] is None

    def destroyed(self) -> frozenset[OwnerId]:
        """Whose key was ever destroyed, whatever a history says of it: an older one may have been restored."""
        with self._lock, key_file.in_words():
            found = self._connection.execute("select owner from keys where wrapped is null").fetchall()
        return frozenset(owner for (owner,) in found)

    def forget(self, owner: OwnerId) -> None:
        """Drop the opened key; the next use reads the file again."""
        self._opened.pop(owner, None)

    def close(self) -> None:
        with self._lock:
            self._opened.clear()
            self._connection.close()

    def _key(self, owner: OwnerId) -> _Key:
        key = self._find(owner)
        if key is None:
            raise KeyTrouble("there is no key to seal with", field=owner)
        return key

    def _find(self, owner: OwnerId) -> _Key | None:
        self._glance()
        key = self._opened.get(owner)
        if key is None:
            with self._lock:
                row = self._row(owner)
                key = self._unwrap(owner, row[0]) if row and row[0] is not None else None
                if key is not None:
                    self._opened[owner] = key
        return key

    def _row(self, owner: OwnerId) -> tuple[bytes | None] | None:
        """None: there never was a key. (None,): it was destroyed."""
        query = "select wrapped from keys where owner = ?"
        with self._lock, key_file.in_words():
            row: tuple[bytes | None] | None = self._connection.execute(query, (owner,)).fetchone()
        return row

    def _glance(self) -> None:
        """Forget opened keys when another process has changed the file."""
        if time.monotonic() - self._looked_at <= GLANCE:
            return
        with self._lock:
            with key_file.in_words():
                version = self._connection.execute("pragma data_version").fetchone()[0]
            if version != self._version:
                self._opened.clear()
                self._erasures = self._count_erasures()
            self._version, self._looked_at = version, time.monotonic()

    def _count_erasures(self) -> int:
        with key_file.in_words():
            count: int = self._connection.execute("select count(*) from keys where wrapped is null").fetchone()[0]
        return count

    def _wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, key, context)

    def _unwrap(self, owner: OwnerId, wrapped: bytes) -> _Key:
        key = self._opened_by_master(owner, wrapped, _context(owner))
        return _Key(AESGCM(_derive(key, b"sealing")), _derive(key, b"hashing"))

    def _opened_by_master(self, owner: OwnerId, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except InvalidTag:
            raise KeyTrouble(
                "a key was altered on disk", field=owner, remedy="restore keys.db from its backup"
            ) from None

    def _prove(self, path: Path) -> None:
        """Leave a mark in a new ring that tells whether a master key fits; later, check it."""
        with self._writing() as c:
            proof = c.execute("select proof from ring").fetchone()
            if proof:
                self._check(proof[0], path)
                return
            nonce = os.urandom(_NONCE)
            c.execute("insert into ring values (1, ?)", (nonce + self._master.encrypt(nonce, _PROOF, None),))

    def _check(self, proof: bytes, path: Path) -> None:
        try:
            self._master.decrypt(proof[:_NONCE], proof[_NONCE:], None)
        except InvalidTag:
            raise KeyTrouble(
                "the master key does not fit this data",
                field=str(path),
                remedy="give the one these keys were made with",
            ) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, key_file.in_words():
            c = self._connection
            c.execute("begin immediate")
            try:
                yield c
                c.execute("commit")
            finally:
                if c.in_transaction:
                    c.execute("rollback")


def _refuse_new_keys() -> Never:
    raise KeyTrouble(
        "the keys of the events in this folder are missing",
        field="keys.db",
        remedy="restore keys.db, and the master key it was made with, from their backup",
    )


def _context(owner: OwnerId) -> bytes:
    return b"key|" + owner.encode()


def _derive(key: bytes, use: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), SIZE, b"confrere " + use).derive(key)
