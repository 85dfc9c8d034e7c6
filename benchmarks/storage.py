"""Appending and replaying beside raw sqlite3 with the same table, indexes and pragmas."""

import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.events import NETWORK, NOW, budget, challenge, name, origin
from benchmarks.row import Row
from benchmarks.turns import beside, faster, in_turns, row, timed
from domain.catalogue import CATALOGUE
from domain.kernel import Event
from engine.event_store import Addition, EventStore
from engine.sealing import KeyRing

BATCH = 100
PAGE = 2_000  # rows read at once, as ours
AGAINST = "raw sqlite3, same table, indexes and pragmas"


def rows(*, smoke: bool = False) -> list[Row]:
    """Single appends, batches, replays, each against its raw peer; events with sealed texts in rows of their own."""
    rounds, singles, batches, replayed = (2, 3, 2, 1000) if smoke else (9, 200, 20, 50_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(_Ours(Path(folder, "plain"), budget)) as plain,
        closing(_Ours(Path(folder, "sealed"), challenge)) as sealed,
        closing(_Raw(Path(folder, "raw.db"), plain)) as raw,
    ):
        return [
            *_appended(plain, sealed, raw, rounds, singles, batches),
            *_replayed(plain, "no text sealed", rounds, replayed, at_least=0.25),
            *_replayed(sealed, "95 texts of 100 events sealed", rounds, replayed),
        ]


def _appended(plain: "_Ours", sealed: "_Ours", raw: "_Raw", rounds: int, singles: int, batches: int) -> list[Row]:
    found = []
    for size, times, bar in ((1, singles, 0.5), (BATCH, batches, 0.25)):
        turns = (timed(partial(each.append, size), times) for each in (raw, plain, sealed))
        theirs, ours, opened = in_turns(rounds, *turns)
        what = "durable append of one event" if size == 1 else f"durable append of {size} events in one save"
        texts = "two sealed texts" if size == 1 else "95 sealed texts"
        found += [
            row(what, AGAINST, faster(ours, theirs), beside(ours, theirs), at_least=bar),
            row(f"{what}, {texts}", f"{AGAINST}, nothing sealed", faster(opened, theirs), beside(opened, theirs)),
        ]
    return found


def _replayed(ours: "_Ours", texts: str, rounds: int, events: int, **bar: float) -> list[Row]:
    for _ in range(events // BATCH):
        ours.append(BATCH)
    selected, replayed = in_turns(rounds, timed(ours.select), timed(ours.replay))
    taken = ours.replay()
    what = f"replay with decoding, {texts}"
    return [
        row(
            what,
            f"bare select of the same rows, {PAGE:,} at once",
            faster(replayed, selected),
            beside(replayed, selected, taken),
            **bar,
        )
    ]


class _Ours:
    def __init__(self, folder: Path, told: Callable[[int], Sequence[Event]]) -> None:
        self.path = folder / "events.db"
        self._store = EventStore(folder, KeyRing.in_memory(), CATALOGUE)
        self._bare = sqlite3.connect(self.path)
        self._told = told

    def append(self, size: int) -> None:
        addition = Addition(name("stream"), 0, tuple(self._told(size)), NOW)
        self._store.append(NETWORK, [addition], origin=origin())

    def replay(self) -> int:
        position = read = 0
        while page := self._store.page(position):
            position, read = page[-1].position, read + len(page)
        return read

    def select(self) -> int:
        query = "select * from events where position > ? order by position limit ?"
        position = read = 0
        while page := self._bare.execute(query, (position, PAGE)).fetchall():
            position, read = page[-1][0], read + len(page)
        return read

    def close(self) -> None:
        self._bare.close()
        self._store.close()


class _Raw:
    """The same tables as ours, written without anything in between."""

    def __init__(self, path: Path, like: _Ours) -> None:
        like.append(1)
        with closing(sqlite3.connect(like.path)) as theirs:
            schema = [sql for (sql,) in theirs.execute("select sql from sqlite_schema where sql is not null")]
            (self._payload,) = theirs.execute("select payload from events").fetchone()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        for sql in schema:
            if "sqlite_sequence" not in sql:
                self._connection.execute(sql)

    def append(self, size: int) -> None:
        c, stream = self._connection, name("stream")
        c.execute("begin immediate")
        c.executemany(
            "insert into events (recorded_us, network, stream, version, name, payload) values (?, ?, ?, ?, ?, ?)",
            [(1, NETWORK, stream, version, "budget.time-reserved", self._payload) for version in range(1, size + 1)],
        )
        c.execute("commit")

    def close(self) -> None:
        self._connection.close()
