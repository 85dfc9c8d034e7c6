"""Appending and replaying beside raw sqlite3 with the same table, indexes and pragmas, in turns."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.row import Row
from domain.budgets import TimeReleased
from domain.catalogue import CATALOGUE
from domain.challenges import ChallengePosted
from domain.kernel import Event
from engine.event_store import Addition, EventStore, Origin
from engine.sealing import KeyRing

NETWORK, MEMBER = "network-00000001", "member-00000001"
NOW = datetime(2026, 1, 15, tzinfo=UTC)
SINGLES, BATCHES, BATCH, REPLAYED, ROUNDS = 400, 40, 100, 50_000, 5
_ids = count(1)


def rows() -> list[Row]:
    """Single appends, batches, sealed appends and replays, each against its raw peer."""
    with tempfile.TemporaryDirectory() as folder:
        plain, sealed = _Ours(Path(folder, "plain"), _released), _Ours(Path(folder, "sealed"), _posted)
        raw = _Raw(Path(folder, "raw.db"), Path(folder, "plain", "events.db"))
        single = ratios(SINGLES, lambda: raw.append(1), lambda: plain.append(1), lambda: sealed.append(1))
        batch = ratios(BATCHES, lambda: raw.append(BATCH), lambda: plain.append(BATCH))
        for _ in range(REPLAYED // 1000):
            plain.append(1000)
        replay = ratios(1, lambda: raw.select(Path(folder, "plain", "events.db")), plain.replay)
    return [
        Row("durable append of one event", "raw sqlite3, same table and pragmas", single[0], at_least=0.5),
        Row("the same with two sealed fields", "raw sqlite3, same table and pragmas", single[1]),
        Row(f"durable append of {BATCH} events", "raw sqlite3, same table and pragmas", batch[0], at_least=0.25),
        Row(f"replay of {REPLAYED:,} events with decoding", "bare select", replay[0], at_least=0.25),
    ]


def ratios(times: int, peer: Callable[[], object], *ours: Callable[[], object]) -> list[float]:
    """Speed of ours over the peer's, as medians of rounds that alternate between them."""
    taken: list[list[float]] = [[] for _ in (peer, *ours)]
    for _ in range(ROUNDS):
        for place, action in enumerate((peer, *ours)):
            start = time.perf_counter()
            for _ in range(times):
                action()
            taken[place].append(time.perf_counter() - start)
    return [median(p / o for p, o in zip(taken[0], one, strict=True)) for one in taken[1:]]


class _Ours:
    def __init__(self, folder: Path, event: Callable[[], Event]) -> None:
        self._store = EventStore(folder, KeyRing.in_memory(), CATALOGUE)
        self._event = event

    def append(self, size: int) -> None:
        command = f"command-{next(_ids):08x}"
        origin = Origin(actor=MEMBER, command=command, causation=command, correlation=command, digest=b"d" * 32)
        events = tuple(self._event() for _ in range(size))
        self._store.append(NETWORK, [Addition(f"budget-{next(_ids):08x}", 0, events, NOW)], origin=origin)

    def replay(self) -> int:
        position = read = 0
        while page := self._store.page(position):
            position, read = page[-1].position, read + len(page)
        return read


class _Raw:
    """The same tables as ours, written without anything in between."""

    def __init__(self, path: Path, like: Path) -> None:
        with sqlite3.connect(like) as theirs:
            schema = [sql for (sql,) in theirs.execute("select sql from sqlite_schema where sql is not null")]
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = full")
        for sql in schema:
            if "sqlite_sequence" not in sql:
                self._connection.execute(sql)
        self._payload = msgspec.msgpack.encode([1, [NOW, MEMBER], msgspec.to_builtins(_released())]) + b"x" * 60

    def append(self, size: int) -> None:
        c, stream = self._connection, f"budget-{next(_ids):08x}"
        c.execute("begin immediate")
        c.executemany(
            "insert into events (recorded_us, network, stream, version, name, payload) values (?, ?, ?, ?, ?, ?)",
            [(1, NETWORK, stream, version, "budget.time-released", self._payload) for version in range(1, size + 1)],
        )
        c.execute("commit")

    @staticmethod
    def select(path: Path) -> int:
        with sqlite3.connect(path) as c:
            return len(c.execute("select * from events order by position").fetchall())


def _released() -> TimeReleased:
    return TimeReleased(member=MEMBER, reservation="introduction-00000001", minutes=30)


def _posted() -> ChallengePosted:
    return ChallengePosted(author=MEMBER, title="Tier 2 groups that never meet", text="Thirty minutes on paper. " * 8)
