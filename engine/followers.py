"""Keep a network's views up with the log, page by page; rebuild them beside the live ones."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from domain.refusals import Refused, StorageTrouble
from engine import view_files
from engine.storage.database import Database
from engine.view_files import ViewFile
from projections.all import PROJECTIONS
from projections.shape import Projection

PAGE: Final = 2000

_SCHEMA: Final = """
    create table if not exists follower (one integer primary key check (one = 1), position integer not null) strict;
    insert or ignore into follower values (1, 0);
"""

Progress = Callable[[int], None]  # is told the position after each page


class Log(Protocol):
    """What is followed."""

    def head(self) -> int: ...

    def page(
        self, after: int, *, limit: int = PAGE, network: str | None = None, until: int | None = None
    ) -> Sequence[Recorded]: ...


class _Stuck(Exception):  # noqa: N818 - the domain's manner
    """One event is in the way; `refusal` when the log itself refused it."""

    def __init__(self, words: str, refusal: Refused | None = None) -> None:
        super().__init__(words)
        self.refusal = refusal


class Views:
    """All projections of one network, in one file with one position. Safe to use from several threads."""

    def __init__(
        self,
        folder: Path | None,
        network: str,
        log: Log,
        projections: Sequence[Projection] = PROJECTIONS,
        views: str = "",
    ) -> None:
        """Open, or begin, folder/views-….db, in a folder of this network alone; with None all stays in memory.

        `views` is a script that each reader of a file runs for itself when it is opened.
        """
        self.network: Final = network
        self._stopped_by: _Stuck | None = None
        self._log = log
        self._projections = projections
        self._folder = folder
        self._promised = 0  # the furthest position caught up with
        self._mark: object = None  # of the pointer when it was last read
        self._lock = Lock()
        self._schema = _SCHEMA + "".join(each.schema for each in projections)
        self._views = views
        self._live = ViewFile(None, self._schema) if folder is None else view_files.opened(folder, self._schema, views)

    @property
    def last_error(self) -> str | None:
        """What stopped the last catching up, in words."""
        return None if self._stopped_by is None else str(self._stopped_by)

    @property
    def last_refusal(self) -> Refused | None:
        """The same as the log refused it: KeyTrouble, NewerSoftware, StorageTrouble. None when it was a projection."""
        return None if self._stopped_by is None else self._stopped_by.refusal

    @property
    def position(self) -> int:
        """How much of the log has been taken in."""
        with self._using() as file, file.database.read() as connection:
            return _taken_in(connection)

    @staticmethod
    def position_in(connection: sqlite3.Connection) -> int:
        """The position at which the tables of a connection stand."""
        position: int = connection.execute("select position from follower").fetchone()[0]
        return position

    def lag(self) -> int:
        """How many positions of the log have not been looked at yet."""
        return max(0, self._log.head() - self.position)

    def catch_up(self, progress: Progress | None = None, until: int | None = None) -> int:
        """Take in what is new, up to `until`, and give the position reached.

        An event that cannot be taken in stops it there and is named in `last_error`, and in `last_refusal` if the log
        refused it; the next call tries again.
        Raises StorageTrouble when the file of the views cannot be written.
        """
        try:
            end = self._end(until)
            with self._using() as file:
                if file.reached < end or self._stopped_by is not None:
                    self._stopped_by = self._follow(file, end, progress)
                self._promised = max(self._promised, file.reached)
                return file.reached
        except StorageTrouble as trouble:
            self._stopped_by = _Stuck(str(trouble), trouble)
            raise

    def catch_up_or_raise(self, progress: Progress | None = None, until: int | None = None) -> None:
        """The same for who cannot do without: raises what stands in the way, as the log said it."""
        reached = self.catch_up(progress, until)
        if self._stopped_by is not None and (until is None or reached < until):
            remedy = "report it: the history is kept, its projections are stuck"
            raise self._stopped_by.refusal or StorageTrouble(str(self._stopped_by), remedy=remedy)

    def _end(self, until: int | None) -> int:
        head = self._log.head()
        return head if until is None else min(until, head)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees all tables as they stood at one position, no earlier than any caught up with before.

        The position is `position_in(connection)`.
        """
        with self._using() as file:
            if file.reached < self._promised:  # it took the place of another since
                self._stopped_by = self._follow(file, self._promised, None)
            with file.database.read() as connection:
                if connection.in_transaction:  # in memory, readers take the writer's turn
                    yield connection
                    return
                connection.execute("begin")
                try:
                    self.position_in(connection)  # the first read fixes what is seen
                    yield connection
                finally:
                    connection.execute("rollback")

    def rebuild(self, progress: Progress | None = None, *, wait: bool = False) -> None:
        """Build everything anew beside the live file, then change over; a failure leaves the live one as it is.

        While somebody else does so it is refused, unless it is to `wait` for that.
        """
        if self._folder is None:
            self._turn_to(self._built(None, progress))
            return
        try:
            with view_files.held(self._folder, "building", wait=wait):
                path = view_files.next_after(view_files.pointed_at(self._folder) or view_files.claimed(self._folder))
                self._turn_to(self._built(path, progress))
        except BlockingIOError:
            raise StorageTrouble("these views are being rebuilt already", remedy="wait for that to end") from None

    def extend(self, more: Callable[[sqlite3.Connection], None]) -> None:
        """Give the file in use what is made after it was filled: it must do nothing where that stands."""
        with self._using() as file:
            if not file.extended:
                with file.database.write() as connection:
                    more(connection)
                file.extended = True

    def begin_anew(self) -> None:
        """Empty, in another file, for every process; the old one goes with all that it held. Filled when caught up."""
        if self._folder is None:
            self._turn_to(ViewFile(None, self._schema, self._views))
            return
        with view_files.held(self._folder, "building"):
            path = view_files.next_after(view_files.pointed_at(self._folder) or view_files.claimed(self._folder))
            self._turn_to(ViewFile(path, self._schema, self._views))

    def digest(self) -> dict[str, str]:
        """For each table a hash of its sorted rows: equal digests, equal views."""
        with self.reading() as connection:
            names = connection.execute(
                "select name from sqlite_schema where type = 'table' and name <> 'follower' order by name"
            )
            return {name: _digest(connection, name) for (name,) in names.fetchall()}

    def close(self) -> None:
        self._live.database.close()

    def _built(self, path: Path | None, progress: Progress | None) -> ViewFile:
        new = ViewFile(path, self._schema, self._views)
        try:
            stuck = self._follow(new, self._end(None), progress)
            while stuck is None and new.reached < (end := self._end(None)):  # what came while it was being built
                stuck = self._follow(new, end, progress)
        except BaseException:
            new.discard()
            raise
        if stuck is not None:
            new.discard()
            raise stuck.refusal or StorageTrouble(str(stuck), remedy="the views in use stay as they are")
        return new

    def _follow(self, file: ViewFile, end: int, progress: Progress | None) -> _Stuck | None:
        """Page after page; ever smaller ones when one event is in the way, so that all before it is kept."""
        limit = PAGE
        with file.database.read() as connection:
            position = _taken_in(connection)
        while True:
            file.reached = max(file.reached, position)  # other threads may be further already
            if position >= end:
                return None
            try:
                position = self._take(file.database, position, end, limit)
            except _Stuck as stuck:
                if limit == 1:
                    return stuck
                limit //= 2
            else:
                if progress is not None:
                    progress(position)

    def _take(self, database: Database, after: int, end: int, limit: int) -> int:
        """One page in one transaction with the new position; nothing when another runner was here first."""
        try:
            page = self._log.page(after, limit=limit, network=self.network, until=end)
        except Refused as refusal:  # an event that this software cannot read
            raise _Stuck(str(refusal), refusal) from None
        reached = page[-1].position if len(page) == limit else end
        with database.write() as connection:
            moved = connection.execute("update follower set position = ? where position = ?", (reached, after))
            if not moved.rowcount:
                return _taken_in(connection)
            for recorded in page:
                self._fill(connection, recorded)
        return reached

    def _fill(self, connection: sqlite3.Connection, recorded: Recorded) -> None:
        try:
            for projection in self._projections:
                projection.fill(connection, recorded)
        except sqlite3.OperationalError:  # the disk's trouble, not the event's
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is; not chained, since it may quote what people wrote
            name = CATALOGUE.by_type[type(recorded.event)].name
            words = f"position {recorded.position}: the event {name} cannot be taken in ({type(error).__name__})"
            raise _Stuck(words) from None

    @contextmanager
    def _using(self) -> Iterator[ViewFile]:
        with self._lock:
            self._turn_to_pointer()
            file = self._live
            file.users += 1
        try:
            yield file
        finally:
            with self._lock:
                file.users -= 1
                file.leave()

    def _turn_to_pointer(self) -> None:
        """Go along when another process has rebuilt."""
        if self._folder is None:
            return
        mark = view_files.mark(self._folder)
        if mark is not None and mark == self._mark:
            return
        path = view_files.pointed_at(self._folder)
        if path is None:
            return  # nothing to go to yet, so it is looked at again the next time
        if path != self._live.path:
            self._retire(ViewFile(path, self._schema, self._views))
        self._mark = mark

    def _turn_to(self, new: ViewFile) -> None:
        with self._lock:  # nobody here follows the pointer to a file that is being turned to already
            if new.path is not None:
                view_files.change_over(new.path)
            self._retire(new)

    def _retire(self, new: ViewFile) -> None:
        old, self._live = self._live, new
        old.retired = True
        old.leave()


def _taken_in(connection: sqlite3.Connection) -> int:
    """How far the file itself is, also where a reader sees its tables as of an earlier position."""
    position: int = connection.execute("select position from main.follower").fetchone()[0]
    return position


def _digest(connection: sqlite3.Connection, table: str) -> str:
    columns = len(connection.execute(f"select * from {table} limit 0").description)
    digest = sha256()
    for row in connection.execute(f"select * from {table} order by {', '.join(map(str, range(1, columns + 1)))}"):
        digest.update(repr(row).encode())
    return digest.hexdigest()
