"""Events in one SQLite file: append-only by trigger, durable when acknowledged, several processes may write."""

import sqlite3
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Condition
from typing import Final

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    IntegrityError,
    StoredEvent,
    Tracking,
)
from msgspec import json

from engine.storage.database import Database, in_words
from engine.storage.recorder import Receipt, Recorder, Row, Save, Top, admit

_POLL: Final = 0.02  # seconds between looks at what other processes have written

_SCHEMA: Final = """
create table if not exists events (
    position integer primary key autoincrement,
    recorded_us integer not null,
    network text not null,
    stream text not null,
    version integer not null,
    name text not null,
    payload blob not null,
    unique (stream, version)
) strict;
create index if not exists events_by_network on events (network, position);
create index if not exists events_by_time on events (recorded_us, position);
create trigger if not exists events_are_not_changed before update on events
    begin select raise(abort, 'events are immutable'); end;
create trigger if not exists events_are_not_deleted before delete on events
    begin select raise(abort, 'events are immutable'); end;
create table if not exists commands (
    network text not null,
    command text not null,
    digest blob not null,
    positions text not null,
    recorded_us integer not null,
    primary key (network, command)
) strict, without rowid;
create table if not exists trackings (name text primary key, position integer not null) strict, without rowid
"""

_COLUMNS: Final = "position, recorded_us, network, stream, version, name, payload"
_ALL: Final = (1 << 63) - 1


class SQLiteRecorder(Recorder):
    def __init__(self, path: Path) -> None:
        self.database: Final = Database(path, _SCHEMA)
        self._news = Condition()  # also guards the connection that looks out for other processes
        self._lookout = self.database.connect()
        self._name: Final = path.name
        self._closed = False

    def record(
        self, stored: Sequence[StoredEvent], save: Save | None = None, tracking: Tracking | None = None
    ) -> Sequence[int]:
        try:
            with self.database.write() as c:
                positions = self._record(c, stored, save)
                if tracking is not None:
                    _track(c, tracking)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        with self._news:
            self._news.notify_all()
        return positions

    def _record(self, c: sqlite3.Connection, stored: Sequence[StoredEvent], save: Save | None) -> list[int]:
        if save is not None:
            admit(save, _receipt(c, save.network, save.command), lambda stream: _top(c, stream))
        at = max(self.clock(), _last_recorded(c))  # never steps back, whatever the clock does
        positions = _insert(c, stored, save.network if save else "", at)
        if save is not None:
            save.recorded_us = at
            values = (save.network, save.command, save.digest, json.encode(positions).decode(), at)
            c.execute("insert into commands values (?, ?, ?, ?, ?)", values)
        return positions

    def rows_of(self, stream: str, *, after: int = 0, until: int | None = None) -> Sequence[Row]:
        query = f"select {_COLUMNS} from events where stream = ? and version > ? and position <= ? order by version"
        return self._rows(query, (stream, after, _ALL if until is None else until))

    def rows_after(
        self, position: int, *, limit: int, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]:
        span = (position, _ALL if until is None else until, limit)
        if network is None:
            query = f"select {_COLUMNS} from events where position > ? and position <= ? order by position limit ?"
            return self._rows(query, span)
        query = (
            f"select {_COLUMNS} from events where network = ? and position > ? and position <= ?"
            " order by position limit ?"
        )
        return self._rows(query, (network, *span))

    def _rows(self, query: str, values: tuple[object, ...]) -> Sequence[Row]:
        with self.database.read() as c:
            rows: list[Row] = c.execute(query, values).fetchall()
        return rows

    def top(self, stream: str) -> Top | None:
        with self.database.read() as c:
            return _top(c, stream)

    def versions(self, streams: Collection[str], until: int) -> dict[str, int]:
        query = """
            select stream, max(version) from events
            where stream in (select value from json_each(?)) and position <= ? group by stream
        """
        with self.database.read() as c:
            return dict(c.execute(query, (json.encode(list(streams)).decode(), until)))

    def receipt(self, network: str, command: str) -> Receipt | None:
        with self.database.read() as c:
            return _receipt(c, network, command)

    def networks(self) -> tuple[str, ...]:
        # hops from name to name along the index instead of walking over every event
        query = """
            with recursive known (network) as (
                select min(network) from events
                union all
                select (select min(network) from events where network > known.network) from known
                where known.network is not null
            )
            select network from known where network is not null
        """
        with self.database.read() as c:
            return tuple(network for (network,) in c.execute(query))

    def streams(self, network: str, beginning: str, limit: int) -> tuple[str, ...]:
        query = """
            select stream from events
            where stream >= ? and stream < ? and version = 1 and network = ? order by stream limit ?
        """
        with self.database.read() as c:
            found = c.execute(query, (beginning, beginning + chr(0x10FFFF), network, limit))
            return tuple(stream for (stream,) in found)

    def max_notification_id(self) -> int | None:
        with self._news, in_words(self._name):  # asked at every question: no reader is fetched for it
            return _max_position(self._lookout)

    def position_at(self, recorded_us: int) -> int:
        query = "select position from events where recorded_us <= ? order by recorded_us desc, position desc limit 1"
        with self.database.read() as c:
            row = c.execute(query, (recorded_us,)).fetchone()
        return row[0] if row else 0

    def wait_beyond(self, after: int, timeout: float) -> bool:
        give_up = time.monotonic() + timeout
        seen = None
        with self._news:
            while not self._closed:
                version = self._lookout.execute("pragma data_version").fetchone()
                if version != seen and (_max_position(self._lookout) or 0) > after:
                    return True
                seen = version
                left = give_up - time.monotonic()
                if left <= 0:
                    break
                self._news.wait(min(_POLL, left))
        return False

    def max_tracking_id(self, application_name: str) -> int | None:
        with self.database.read() as c:
            row = c.execute("select position from trackings where name = ?", (application_name,)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        with self._news:
            self._closed = True  # whoever waits goes home
            self._news.notify_all()
            self.database.close()


class Factory(InfrastructureFactory[SQLiteRecorder]):
    """What the library asks for its parts; it knows one recorder per file."""

    def application_recorder(self) -> SQLiteRecorder:
        self.recorder = SQLiteRecorder(Path(self.env["SQLITE_DBNAME"]))
        return self.recorder

    def process_recorder(self) -> SQLiteRecorder:
        return self.application_recorder()

    def tracking_recorder(self, tracking_recorder_class: type[SQLiteRecorder] | None = None) -> SQLiteRecorder:
        raise NotImplementedError(f"{tracking_recorder_class}: followers keep their positions in their own files")

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotImplementedError(f"{purpose}: everything is in the one log; there are no snapshots")

    def close(self) -> None:
        self.recorder.close()


def _insert(c: sqlite3.Connection, stored: Sequence[StoredEvent], network: str, at: int) -> list[int]:
    if not stored:
        return []
    rows = [(at, network, s.originator_id, s.originator_version, s.topic, s.state) for s in stored]
    c.executemany(
        "insert into events (recorded_us, network, stream, version, name, payload) values (?, ?, ?, ?, ?, ?)", rows
    )
    last = c.execute("select last_insert_rowid()").fetchone()[0]
    return list(range(last - len(rows) + 1, last + 1))


def _track(c: sqlite3.Connection, tracking: Tracking) -> None:
    query = """
        insert into trackings values (:name, :position)
        on conflict (name) do update set position = :position where position < :position
    """
    values = {"name": tracking.application_name, "position": tracking.notification_id}
    if c.execute(query, values).rowcount == 0:
        raise IntegrityError(f"{tracking.application_name} has been at {tracking.notification_id} already")


def _top(c: sqlite3.Connection, stream: str) -> Top | None:
    query = "select version, network from events where stream = ? order by version desc limit 1"
    row = c.execute(query, (stream,)).fetchone()
    return Top._make(row) if row else None


def _receipt(c: sqlite3.Connection, network: str, command: str) -> Receipt | None:
    query = "select positions, digest from commands where network = ? and command = ?"
    row = c.execute(query, (network, command)).fetchone()
    return Receipt(json.decode(row[0], type=tuple[int, ...]), row[1]) if row else None


def _last_recorded(c: sqlite3.Connection) -> int:
    row = c.execute("select recorded_us from events order by position desc limit 1").fetchone()
    return row[0] if row else 0


def _max_position(c: sqlite3.Connection) -> int | None:
    position: int | None = c.execute("select max(position) from events").fetchone()[0]
    return position
