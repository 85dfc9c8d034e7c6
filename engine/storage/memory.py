"""Events in lists, for tests: the same answers as on disk, nothing kept."""

import time
from bisect import bisect_right
from collections.abc import Collection, Sequence
from operator import attrgetter
from threading import Condition
from typing import Final, NamedTuple

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    IntegrityError,
    StoredEvent,
    Tracking,
)

from engine.storage.recorder import Receipt, Recorder, Row, Save, Top, admit


class _Kept(NamedTuple):
    """A row whose places have names."""

    position: int
    recorded_us: int
    network: str
    stream: str
    version: int
    name: str
    payload: bytes


_VERSION: Final = attrgetter("version")


class MemoryRecorder(Recorder):
    def __init__(self) -> None:
        self._news = Condition()
        self._rows: list[_Kept] = []  # a row's position is its place, counted from one
        self._streams: dict[str, list[_Kept]] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}
        self._trackings: dict[str, int] = {}

    def record(
        self, stored: Sequence[StoredEvent], save: Save | None = None, tracking: Tracking | None = None
    ) -> Sequence[int]:
        with self._news:
            if save is not None:
                admit(save, self._receipts.get((save.network, save.command)), self.top)
            if tracking is not None:
                self._admit_tracking(tracking)
            rows = self._number(stored, save)
            self._keep(rows)
            positions = [row.position for row in rows]
            if save is not None:
                self._receipts[save.network, save.command] = Receipt(tuple(positions), save.digest)
            if tracking is not None:
                self._trackings[tracking.application_name] = tracking.notification_id
            self._news.notify_all()
        return positions

    def _number(self, stored: Sequence[StoredEvent], save: Save | None) -> list[_Kept]:
        at = max(self.clock(), self._rows[-1].recorded_us if self._rows else 0)
        if save is not None:
            save.recorded_us = at
        network = save.network if save else ""
        first = len(self._rows) + 1
        return [
            _Kept(first + i, at, network, str(s.originator_id), s.originator_version, s.topic, s.state)
            for i, s in enumerate(stored)
        ]

    def _keep(self, rows: list[_Kept]) -> None:
        new = [(row.stream, row.version) for row in rows]
        known = {
            (stream, row.version) for stream in {row.stream for row in rows} for row in self._streams.get(stream, ())
        }
        if len(set(new)) < len(new) or not known.isdisjoint(new):
            raise IntegrityError("the stream has this version already")
        for row in rows:
            self._rows.append(row)
            self._streams.setdefault(row.stream, []).append(row)

    def rows_of(self, stream: str, *, after: int = 0, until: int | None = None) -> Sequence[Row]:
        with self._news:
            rows = sorted(self._streams.get(stream, ()), key=_VERSION)
        return [row for row in rows if row.version > after and (until is None or row.position <= until)]

    def rows_after(
        self, position: int, *, limit: int, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]:
        with self._news:
            rows = self._rows[max(position, 0) : until]
        return [row for row in rows if network is None or row.network == network][:limit]

    def top(self, stream: str) -> Top | None:
        with self._news:
            rows = self._streams.get(stream)
            return max(Top(row.version, row.network) for row in rows) if rows else None

    def versions(self, streams: Collection[str], until: int) -> dict[str, int]:
        there = {stream: self.rows_of(stream, until=until) for stream in streams}
        return {stream: rows[-1][4] for stream, rows in there.items() if rows}

    def receipt(self, network: str, command: str) -> Receipt | None:
        return self._receipts.get((network, command))

    def networks(self) -> tuple[str, ...]:
        with self._news:
            return tuple(sorted({row.network for row in self._rows}))

    def streams(self, network: str, beginning: str, limit: int) -> tuple[str, ...]:
        with self._news:
            found = {row.stream for row in self._rows if row.network == network and row.stream.startswith(beginning)}
        return tuple(sorted(found)[:limit])

    def max_notification_id(self) -> int | None:
        return len(self._rows) or None

    def position_at(self, recorded_us: int) -> int:
        with self._news:
            return bisect_right(self._rows, recorded_us, key=lambda row: row.recorded_us)

    def wait_beyond(self, after: int, timeout: float) -> bool:
        give_up = time.monotonic() + timeout
        with self._news:
            while len(self._rows) <= after:
                left = give_up - time.monotonic()
                if left <= 0:
                    return False
                self._news.wait(left)
            return True

    def _admit_tracking(self, tracking: Tracking) -> None:
        if self._trackings.get(tracking.application_name, -1) >= tracking.notification_id:
            raise IntegrityError(f"{tracking.application_name} has been at {tracking.notification_id} already")

    def max_tracking_id(self, application_name: str) -> int | None:
        return self._trackings.get(application_name)


class Factory(InfrastructureFactory[MemoryRecorder]):
    """What the library asks for its parts."""

    def application_recorder(self) -> MemoryRecorder:
        return MemoryRecorder()

    def process_recorder(self) -> MemoryRecorder:
        return MemoryRecorder()

    def tracking_recorder(self, tracking_recorder_class: type[MemoryRecorder] | None = None) -> MemoryRecorder:
        raise NotImplementedError(f"{tracking_recorder_class}: followers keep their positions in their own files")

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        raise NotImplementedError(f"{purpose}: everything is in the one log; there are no snapshots")
