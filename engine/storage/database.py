"""One SQLite file: one writer, a few readers, and the disk's troubles said in words."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from typing import Final, Literal

from domain.refusals import StorageTrouble

PATIENCE: Final = 10.0  # seconds a save or a read waits for its turn

_TROUBLES: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room and try again"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk and the folder"),
    sqlite3.SQLITE_READONLY: ("the file may not be written", "give the program write permission"),
    sqlite3.SQLITE_CANTOPEN: ("the file cannot be opened", "check that the folder is there and may be written"),
    sqlite3.SQLITE_PERM: ("the file may not be used", "check its permissions"),
    sqlite3.SQLITE_BUSY: ("another process has held the file for too long", "try again"),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged", "restore it from a backup"),
    sqlite3.SQLITE_NOTADB: ("the file is not one of ours", "restore it from a backup"),
}


class Database:
    """Connections to one file. `None` is a private database in memory, where readers take the writer's turn."""

    def __init__(
        self,
        path: Path | None,
        schema: str,
        *,
        synchronous: Literal["full", "normal"] = "full",
        readers: int = 4,
        patience: float = PATIENCE,
        views: str = "",
    ) -> None:
        """`views` is what each reader makes for itself alone before it may change nothing any more."""
        self.path: Final = path
        self._views = views
        self._patience = patience
        self._synchronous = synchronous
        self._turn = Lock()
        self._readers: LifoQueue[sqlite3.Connection | None] = LifoQueue()  # None once it is closed
        self._pooled = 0
        self._open: list[sqlite3.Connection] = []
        try:
            with in_words(self._name):
                self.writer = self.connect(reads_only=False)
                self.writer.executescript(f"begin immediate; {schema}; commit")
                for _ in range(readers if path else 0):
                    self._readers.put(self.connect())
                    self._pooled += 1
        except BaseException:
            self.close()
            raise

    def connect(self, *, reads_only: bool = True) -> sqlite3.Connection:
        """Open one more connection; it is closed with all others."""
        if self.path:
            make_private(self.path)
        connection = sqlite3.connect(
            self.path or ":memory:", timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        self._open.append(connection)
        _use_write_ahead_log(connection, self._patience)
        connection.execute(f"pragma synchronous = {self._synchronous}")
        connection.execute("pragma foreign_keys = on")
        if reads_only:
            connection.executescript(self._views)
            connection.execute("pragma query_only = on")
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the writer: all of it, or nothing when anything goes wrong."""
        if not self._turn.acquire(timeout=self._patience):
            raise StorageTrouble("earlier saves have not finished", field=self._name, remedy="try again")
        try:
            with in_words(self._name), _transaction(self.writer):
                yield self.writer
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One reader, which sees one state of the file per statement."""
        if self.path is None:
            with self.write() as connection:
                yield connection
            return
        try:
            reader = self._readers.get(timeout=self._patience)
        except Empty:
            raise StorageTrouble("all readers are busy", field=self._name, remedy="try again") from None
        try:
            if reader is None:
                raise StorageTrouble("this is closed", field=self._name, remedy="open it again")
            with in_words(self._name):
                yield reader
        finally:
            self._readers.put(reader)

    def settle(self) -> None:
        """Write the file anew and empty the log beside it: what was deleted or overwritten is in neither.

        Raises StorageTrouble where somebody reads from that log for too long.
        """
        with self._turn, in_words(self._name):
            self.writer.execute("vacuum")
        give_up = time.monotonic() + self._patience
        while not self._settled():
            if time.monotonic() > give_up:
                raise StorageTrouble("somebody has been reading for too long", field=self._name, remedy="try again")
            time.sleep(0.01)

    def _settled(self) -> bool:
        with self._turn, in_words(self._name):
            return self.path is None or not self.writer.execute("pragma wal_checkpoint(truncate)").fetchone()[0]

    def close(self) -> None:
        """Once those who read or write are done: to close a connection under a statement ends the whole process."""
        turn = self._turn.acquire(timeout=self._patience)
        while self._pooled:
            with suppress(Empty):
                self._readers.get(timeout=self._patience)
            self._pooled -= 1
            if not self._pooled:
                self._readers.put(None)  # for whoever comes late, or waits
        while self._open:
            self._open.pop().close()
        if turn:
            self._turn.release()

    @property
    def _name(self) -> str:
        return self.path.name if self.path else "memory"


def make_private(path: Path) -> None:
    """Begin a file that only its owner may read; its companions get the same permissions from SQLite."""
    with suppress(OSError):  # it is there already, or SQLite says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """SQLite's troubles with a file, as refusals."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF  # the low byte is the family
        if code not in _TROUBLES:
            raise
        words, remedy = _TROUBLES[code]
        raise StorageTrouble(words, field=name, remedy=remedy) from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("begin immediate")  # a deferred one fails at once when it turns from reading to writing
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled back already
            connection.execute("rollback")
        raise


def _use_write_ahead_log(connection: sqlite3.Connection, patience: float) -> None:
    """Turn it on; the busy timeout does not cover this step, so processes that start together take turns."""
    give_up = time.monotonic() + patience
    while connection.execute("pragma journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
