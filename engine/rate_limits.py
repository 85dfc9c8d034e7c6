"""No more than so many requests in any minute of one key; kept on disk, so that a restart forgives nothing."""

import sqlite3
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

import msgspec
from msgspec import Struct

from domain.refusals import StorageTrouble
from engine.storage.database import Database
from engine.view_files import remove

WINDOW: Final = 61  # whole seconds that touch any minute: counting all of them, no minute ever holds more
KEYS: Final = 100_000  # of which memory is kept; whoever comes beyond them shares one count
EVERY: Final = 0.5  # seconds between two writes

_OTHERS: Final = "others"
_SWEEP: Final = 60  # seconds between two sweeps
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SCHEMA: Final = """
    create table if not exists limits (key text primary key, latest integer not null, counts blob not null) strict;
    create index if not exists limits_by_time on limits (latest);
"""

_Counts = list[tuple[int, int]]  # (second, requests in it), in order of time


class Allowance(Struct, frozen=True):
    """`reset_after`: whole seconds until the oldest requests no longer count, so that at least one is allowed again."""

    allowed: bool
    limit: int
    remaining: int
    reset_after: int


class _Window:
    """The requests of one key in the last seconds."""

    __slots__ = ("counts", "total")

    def __init__(self, counts: _Counts) -> None:
        self.counts = counts
        self.total = sum(number for _, number in counts)

    def move_to(self, second: int) -> None:
        """Forget what is over. When the clock went back, all counts as new: rather too strict than too lax."""
        if self.counts and self.counts[-1][0] > second:
            self.counts = [(second, self.total)]
        while self.counts and self.counts[0][0] <= second - WINDOW:
            self.total -= self.counts.pop(0)[1]

    def add(self, second: int) -> None:
        self.total += 1
        if self.counts and self.counts[-1][0] == second:
            self.counts[-1] = (second, self.counts[-1][1] + 1)
        else:
            self.counts.append((second, 1))


class RateLimits:
    """Counts per key. Safe to use from several threads; of one process."""

    def __init__(self, folder: Path | None, per_minute: int, clock: Callable[[], float] = time.time) -> None:
        """Open, or begin, folder/limits.db; with None all stays in memory. The clock gives seconds since the epoch."""
        self.trouble: StorageTrouble | None = None  # why the last write failed
        self._limit: Final = per_minute
        self._clock: Final = clock
        self._lock: Final = Lock()
        self._windows: Final[dict[str, _Window]] = {}
        self._changed: Final[set[str]] = set()
        self._database: Final = None if folder is None else _opened(folder)
        self._ended: Final = Event()
        self._load()
        self._writer: Final = Thread(target=self._keep_writing, name="limits", daemon=True)
        self._writer.start()

    def take(self, key: str) -> Allowance:
        """One more request of this key, if there is room for it; a refused one does not count."""
        now = self._clock()
        second = int(now)
        with self._lock:
            window = self._window(key)
            window.move_to(second)
            allowed = window.total < self._limit
            if allowed:
                window.add(second)
            left = self._limit - window.total
            oldest = window.counts[0][0]
        return Allowance(allowed, self._limit, left, max(1, oldest + WINDOW - second))

    def flush(self) -> None:
        """Write what changed since the last time. Raises StorageTrouble; then the next write has it all again."""
        with self._lock:
            changed = {key: list(self._windows[key].counts) for key in self._changed if key in self._windows}
            self._changed.clear()
        if not changed or self._database is None:
            return
        rows = [(key, counts[-1][0], msgspec.msgpack.encode(counts)) for key, counts in changed.items() if counts]
        try:
            with self._database.write() as connection:
                connection.executemany("insert or replace into limits values (?, ?, ?)", rows)
        except StorageTrouble:
            with self._lock:
                self._changed.update(changed)
            raise

    def sweep(self) -> None:
        """Forget keys that have been silent for a minute, in memory and on disk."""
        over = int(self._clock()) - WINDOW
        with self._lock:
            silent = [key for key, each in self._windows.items() if not each.counts or each.counts[-1][0] <= over]
            for key in silent:
                del self._windows[key]
        if self._database is not None:
            with self._database.write() as connection:
                connection.execute("delete from limits where latest <= ?", (over,))

    def close(self) -> None:
        """Write the rest and end."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._writer.join()
        if self._database is not None:
            self._database.close()

    def _window(self, key: str) -> _Window:
        window = self._windows.get(key)
        if window is None:
            key = key if len(self._windows) < KEYS else _OTHERS
            window = self._windows.setdefault(key, _Window([]))
        self._changed.add(key)
        return window

    def _load(self) -> None:
        if self._database is None:
            return
        over = int(self._clock()) - WINDOW
        with self._database.read() as connection:
            rows = connection.execute("select key, counts from limits where latest > ?", (over,)).fetchall()
        for key, counts in rows:
            self._windows[key] = _Window(msgspec.msgpack.decode(counts, type=_Counts))

    def _keep_writing(self) -> None:
        for turn in count(1):
            ended = self._ended.wait(EVERY)
            try:
                self.flush()
                if turn % int(_SWEEP / EVERY) == 0:
                    self.sweep()
                self.trouble = None
            except StorageTrouble as trouble:  # limits go on in memory; health says so
                self.trouble = trouble
            if ended:
                return


def _opened(folder: Path) -> Database:
    """A damaged file is begun anew: what it held is over in a minute."""
    folder.mkdir(0o700, parents=True, exist_ok=True)
    path = folder / "limits.db"
    try:
        return Database(path, _SCHEMA, synchronous="normal", readers=1)
    except StorageTrouble as trouble:
        if getattr(trouble.__cause__, "sqlite_errorcode", None) not in _DAMAGED:
            raise
        remove(path)
        return Database(path, _SCHEMA, synchronous="normal", readers=1)
