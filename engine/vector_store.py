"""Vectors for ever: what a model made of a text, sealed under the key of the text's owner, never made twice."""

import sqlite3
from collections.abc import Collection, Sequence
from copy import copy
from itertools import compress
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from domain.vocabulary import OwnerId, StreamId
from engine.sealing import Altered, KeyRing
from engine.storage.database import Database

_SCHEMA: Final = """
create table if not exists models (id integer primary key, fingerprint text not null unique) strict;
create table if not exists vectors (
    owner text not null,
    digest blob not null,
    model integer not null references models (id),
    sealed blob not null,
    unique (owner, digest, model)
) strict;
create table if not exists reached (
    network text not null,
    model integer not null references models (id),
    position integer not null,
    primary key (network, model)
) strict
"""

_ALL_OF: Final = """
    select owner, digest, sealed from vectors where owner in (select value from json_each(?)) and model = ?
"""

_DROP: Final = "delete from vectors where owner = ?"

Vector = npt.NDArray[np.float32]


def drop(folder: Path, owner: OwnerId) -> int:
    """Delete all vectors of an owner, of every model, without asking for any; says how many."""
    if not (folder / "vectors.db").exists():
        return 0
    database = Database(folder / "vectors.db", _SCHEMA, readers=0)
    try:
        with database.write() as c:
            return c.execute(_DROP, (owner,)).rowcount
    finally:
        database.close()


class VectorStore:
    """Found by owner, keyed hash of the text, and the fingerprint of the model that made them."""

    def __init__(self, folder: Path | None, keys: KeyRing, model: str) -> None:
        """Open folder/vectors.db. Vectors of other fingerprints stay there untouched."""
        if folder:
            folder.mkdir(0o700, parents=True, exist_ok=True)
        self._database = Database(folder / "vectors.db" if folder else None, _SCHEMA)
        self._keys = keys
        self._fingerprint = model.encode()
        with self._database.write() as c:
            c.execute("insert or ignore into models (fingerprint) values (?)", (model,))
            self._model: int = c.execute("select id from models where fingerprint = ?", (model,)).fetchone()[0]

    def get(self, items: Sequence[tuple[OwnerId, str]]) -> list[Vector | None]:
        """The vector of each (owner, text); None: never made, or lost."""
        with self._database.read() as c:
            return [self._find(c, owner, text) for owner, text in items]

    def digest(self, owner: OwnerId, text: str) -> bytes:
        """What a text's vector is found by, for owners who have a key."""
        return self._keys.fingerprint(owner, text.encode())

    def all_of(
        self, digests: Sequence[bytes], owners: Collection[OwnerId], width: int
    ) -> npt.NDArray[np.float32] | None:
        """The vectors of these digests, in their order, read in one go; None unless all are readable.

        Only what belongs to `owners` is looked at: other networks keep theirs in the same file.
        """
        vectors = np.empty((len(digests), width), dtype=np.float32)
        first: dict[bytes, int] = {}
        again = [(row, found) for row, each in enumerate(digests) if (found := first.setdefault(each, row)) != row]
        missing, theirs = len(first), msgspec.json.encode(sorted(owners)).decode()
        with self._database.read() as c:
            for owner, digest, sealed in c.execute(_ALL_OF, (theirs, self._model)):
                row = first.get(digest, -1)
                if row >= 0 and (vector := self._opened(owner, digest, sealed)) is not None:
                    vectors[row] = vector
                    missing -= 1
        if missing:
            return None
        for row, earlier in again:
            vectors[row] = vectors[earlier]
        return vectors

    def put(self, items: Sequence[tuple[OwnerId, str]], vectors: npt.NDArray[np.float32]) -> None:
        """Keep one row of `vectors` per item, except where a readable one stands already: the first is kept for ever.

        Texts of erased owners are passed over.
        """
        if len(items) != len(vectors):
            raise ValueError(f"{len(items)} texts, but {len(vectors)} vectors")
        erased = {owner for owner in {owner for owner, _ in items} if self._keys.erased(owner)}
        kept = [owner not in erased for owner, _ in items]
        self._keys.ensure(owner for owner, _ in compress(items, kept))
        with self._database.write() as c:
            for (owner, text), vector in compress(zip(items, vectors, strict=True), kept):
                if self._find(c, owner, text) is None:
                    self._keep(c, owner, text, vector)

    def of(self, model: str) -> "VectorStore | None":
        """What another model made, in the same file, which is closed once for all; None where there is nothing."""
        with self._database.read() as c:
            row = c.execute("select id from models where fingerprint = ?", (model,)).fetchone()
        if row is None:
            return None
        other = copy(self)
        other._fingerprint, other._model = model.encode(), row[0]  # noqa: SLF001 - of the same class
        return other

    def width(self) -> int | None:
        """How long this model's vectors are; None where none can be read."""
        with self._database.read() as c:
            found = c.execute("select owner, digest, sealed from vectors where model = ?", (self._model,))
            vectors = (self._opened(*row) for row in found)
            return next((len(vector) for vector in vectors if vector is not None), None)

    def reached(self, network: StreamId) -> int:
        """The position up to which every text of a network was given its vector; one missing below it was lost."""
        with self._database.read() as c:
            sql = "select position from reached where network = ? and model = ?"
            row = c.execute(sql, (network, self._model)).fetchone()
        return row[0] if row else 0

    def reach(self, network: StreamId, position: int) -> None:
        """Remember that; it never falls."""
        sql = """
            insert into reached values (?, ?, ?)
            on conflict (network, model) do update set position = max(position, excluded.position)
        """
        with self._database.write() as c:
            c.execute(sql, (network, self._model, position))

    def drop(self, owner: OwnerId) -> int:
        """Delete all of the owner's vectors, of every model; says how many."""
        with self._database.write() as c:
            return c.execute(_DROP, (owner,)).rowcount

    def count(self) -> int:
        """How many vectors this model has here."""
        with self._database.read() as c:
            number: int = c.execute("select count(*) from vectors where model = ?", (self._model,)).fetchone()[0]
        return number

    def close(self) -> None:
        self._database.close()

    def _find(self, c: sqlite3.Connection, owner: OwnerId, text: str) -> Vector | None:
        if not self._keys.has(owner):
            return None
        digest = self._keys.fingerprint(owner, text.encode())
        query = "select sealed from vectors where owner = ? and digest = ? and model = ?"
        row = c.execute(query, (owner, digest, self._model)).fetchone()
        return None if row is None else self._opened(owner, digest, row[0])

    def _opened(self, owner: OwnerId, digest: bytes, sealed: bytes) -> Vector | None:
        try:
            opened = self._keys.unseal(owner, sealed, self._place(owner, digest))
        except Altered:  # as good as lost: it is made again, and then replaced
            return None
        return None if opened is None else np.frombuffer(opened, "<f4").astype(np.float32, copy=False)

    def _keep(self, c: sqlite3.Connection, owner: OwnerId, text: str, vector: Vector) -> None:
        digest = self._keys.fingerprint(owner, text.encode())
        sealed = self._keys.seal(owner, vector.astype("<f4").tobytes(), self._place(owner, digest))
        query = """
            insert into vectors values (?, ?, ?, ?)
            on conflict (owner, digest, model) do update set sealed = excluded.sealed
        """
        c.execute(query, (owner, digest, self._model, sealed))

    def _place(self, owner: OwnerId, digest: bytes) -> bytes:
        return b"|".join((b"vector", owner.encode(), digest, self._fingerprint))
