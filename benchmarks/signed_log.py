"""A long log, signed and written out: what the figures about verifying and checking are taken of."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from benchmarks.events import NETWORK, NOW, budget, challenge, name, origin
from domain.catalogue import CATALOGUE
from domain.networks import NetworkChartered
from engine.checkpoints import Proofs
from engine.commands import Commands
from engine.event_store import Addition, EventStore
from engine.log_export import write_log
from engine.note_folder import NAME, NoteFolder
from engine.sealing import KeyRing
from engine.tree_file import TreeFile

PAGE: Final = 2_000  # rows a bare select fetches at once, as ours
_STREAM: Final = 1_000  # events told once, and then again and again under other streams' names
_AGAIN: Final = """
    insert into events (recorded_us, network, stream, version, name, payload)
    select recorded_us, network, stream || printf('%08x', ?), version, name, payload
    from events where position > 1 and position <= ?
"""


class SignedLog(Struct, frozen=True):
    data: Path
    export: Path  # its folder
    events: int  # signed
    key: str  # by which the signature is checked

    @property
    def path(self) -> Path:
        return self.data / "events.db"


@contextmanager
def open_log(data: Path) -> Iterator[tuple[EventStore, Proofs]]:
    """Of one network, as the system opens it."""
    keys = KeyRing.in_memory()
    with (
        closing(EventStore(data, keys, CATALOGUE)) as store,
        closing(TreeFile(data / NETWORK / "tree", NETWORK, store)) as tree,
    ):
        notes = NoteFolder(data / NETWORK / NAME, NETWORK)
        yield store, Proofs(NETWORK, store, Commands(store), keys, tree, notes, lambda: datetime.now(UTC))


def told(folder: Path, events: int) -> SignedLog:
    """So many events, six of ten without texts, one of their streams after the other; signed and exported."""
    data, export = folder / "data", folder / "export"
    export.mkdir(parents=True)
    with open_log(data) as (store, proofs):
        charter = NetworkChartered(name="Synthetic", zone="America/New_York")
        store.append(NETWORK, [Addition(NETWORK, 0, (charter,), NOW)], origin=origin())
        for kind, length in ((budget, 600), (challenge, 400)):
            addition = Addition(name("stream"), 0, tuple(kind(length)), NOW)
            store.append(NETWORK, [addition], origin=origin())
        _multiply(data / "events.db", events // _STREAM)
        wrote = write_log(export, store, proofs)
    return SignedLog(data, export, wrote.records, proofs.verifier_key)


def _multiply(path: Path, times: int) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(1, times):
            connection.execute(_AGAIN, (number, _STREAM + 1))


def bare_select(path: Path) -> Callable[[], int]:
    """All columns of all rows, so many at once, and nothing done with them."""

    def select() -> int:
        query = "select * from events where position > ? order by position limit ?"
        position = read = 0
        with closing(sqlite3.connect(path)) as connection:
            while page := connection.execute(query, (position, PAGE)).fetchall():
                position, read = page[-1][0], read + len(page)
        return read

    return select
