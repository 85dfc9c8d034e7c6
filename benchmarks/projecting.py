"""Keeping a projection up beside the library's own runner, on our recorder, with the same events and rows."""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from threading import Event as Bell
from typing import Final

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.projection import Projection as TheirProjection
from eventsourcing.projection import ProjectionRunner
from eventsourcing.sqlite import SQLiteConnection, SQLiteDatastore, SQLiteTrackingRecorder

from benchmarks.events import NETWORK, NOW, challenge, name, origin
from benchmarks.row import Row
from benchmarks.turns import Turn, beside, faster, in_turns, row
from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from engine.event_store import Addition, EventStore
from engine.followers import Views
from engine.mapper import EventMapper, Fact
from engine.sealing import KeyRing
from projections.all import PROJECTIONS
from projections.challenge_board import PROJECTION, fill
from projections.shape import Projection

OF_ONE_CHALLENGE: Final = 20
ROWS: Final = ("select * from challenges order by challenge", "select * from answers order by position")


def rows(*, smoke: bool = False) -> list[Row]:
    """One projection, all of them, and the peer once more with our weaker promise at a loss of power."""
    events, rounds = (100, 1) if smoke else (5_000, 5)
    with tempfile.TemporaryDirectory() as folder, closing(_Log(Path(folder), events)) as log:
        one, all_of_them, theirs, relaxed = in_turns(
            rounds, log.ours((PROJECTION,)), log.ours(PROJECTIONS), log.theirs(Board), log.theirs(RelaxedBoard)
        )
        log.check()
    peer = "the library's runner on our recorder, same events and rows, a commit an event"
    return [
        row(
            f"keep one projection up, {events:,} events",
            f"{peer}, as it comes (synchronous = full; ours normal)",
            faster(one, theirs),
            beside(one, theirs, events),
            at_least=8,
        ),
        row(
            "the same, at equal durability",
            f"{peer}, both synchronous = normal",
            faster(one, relaxed),
            beside(one, relaxed, events),
            at_least=8,
        ),
        row(
            f"keep all {len(PROJECTIONS)} projections up",
            "the library's runner with that one",
            faster(all_of_them, theirs),
            beside(all_of_them, theirs, events),
        ),
    ]


class Board(SQLiteTrackingRecorder):
    """Our tables beside the library's tracking: an event's rows and its position in one transaction."""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), *filter(str.strip, PROJECTION.schema.split(";"))]

    def take(self, recorded: Recorded, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            fill(cursor.sqlite_cursor, recorded)


class RelaxedBoard(Board):
    """The same without waiting for the disk at every commit."""

    def __init__(self, datastore: SQLiteDatastore, **about: object) -> None:
        pool = datastore.pool
        connect = pool._create_connection  # noqa: SLF001 - the library has no setting for it

        def relaxed() -> SQLiteConnection:
            connection = connect()
            with connection.cursor() as cursor:
                cursor.execute("pragma synchronous = normal")
            return connection

        pool._create_connection = relaxed  # noqa: SLF001 - same
        super().__init__(datastore, **about)


class BoardProjection(TheirProjection[Board]):
    """Is handed one event after the other. `end` and `bell` are set for each run: an answer to when it is done."""

    name = "board"
    end = 0
    bell = Bell()

    def __init__(self, view: Board) -> None:
        super().__init__(view)
        self.began = time.perf_counter()

    def process_event(self, domain_event: Fact, tracking: Tracking) -> None:
        recorded = Recorded(
            network=NETWORK,
            stream=domain_event.originator_id,
            version=domain_event.originator_version,
            position=tracking.notification_id,
            recorded_at=NOW,  # no row has it
            envelope=domain_event.envelope,
            event=domain_event.event,
        )
        self.view.take(recorded, tracking)
        if tracking.notification_id >= self.end:
            self.ended = time.perf_counter()
            self.bell.set()


class _Log:
    """Events of many challenges, and both ways of following them into a new file each time."""

    def __init__(self, folder: Path, events: int) -> None:
        self._folder, self._keys, self._files = folder, KeyRing.in_memory(), 0
        self._store = EventStore(folder / "log", self._keys, CATALOGUE)
        for _ in range(0, events, OF_ONE_CHALLENGE):
            addition = Addition(name("challenge"), 0, tuple(challenge(OF_ONE_CHALLENGE)), NOW)
            self._store.append(NETWORK, [addition], origin=origin())

    def ours(self, projections: tuple[Projection, ...]) -> Turn:
        def turn() -> float:
            with closing(Views(self._next(), NETWORK, self._store, projections)) as views:
                start = time.perf_counter()
                views.catch_up()
                return time.perf_counter() - start

        return turn

    def theirs(self, view: type[Board]) -> Turn:
        mapper = EventMapper(self._keys, CATALOGUE)

        class Log(Application[str]):
            def construct_mapper(self) -> Mapper[str]:
                return mapper

        settings = {
            "ORIGINATOR_ID_TYPE": "text",
            "PERSISTENCE_MODULE": "engine.storage.sqlite",
            "SQLITE_DBNAME": str(self._folder / "log" / "events.db"),
            "BOARD_PERSISTENCE_MODULE": "eventsourcing.sqlite",
        }

        def turn() -> float:
            BoardProjection.end, BoardProjection.bell = self._store.head(), Bell()
            runner = ProjectionRunner(
                application_class=Log,
                projection_class=BoardProjection,
                view_class=view,
                env=settings | {"BOARD_SQLITE_DBNAME": f"{self._next()}.db"},
            )
            with runner:
                while not BoardProjection.bell.wait(0.1) and not runner.is_interrupted.is_set():
                    pass
            runner.view.datastore.close()
            return runner.projection.ended - runner.projection.began

        return turn

    def check(self) -> None:
        """Both filled the same rows, or the comparison says nothing."""
        told = [_told(path) for path in self._folder.rglob("*.db") if path.parent.name != "log"]
        assert all(each == told[0] for each in told)
        assert all(told[0])

    def close(self) -> None:
        self._store.close()

    def _next(self) -> Path:
        self._files += 1
        return self._folder / f"run-{self._files}"


def _told(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(sql).fetchall() for sql in ROWS]
