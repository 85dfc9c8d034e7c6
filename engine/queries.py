"""The door for questions: may this reader ask, as of when, and from which projections."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection
from threading import Lock
from typing import Final, TypeVar

from domain.refusals import StorageTrouble, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.days import Days
from engine.event_store import EventStore
from engine.followers import Views
from engine.past import Past
from engine.reach import Reach
from engine.when import NOW, When
from projections.reading import Reader, reader_at
from projections.timeline import told_in_order

T = TypeVar("T")
Progress = Callable[[int], None]

_PATIENCE: Final = 5.0  # seconds a question waits for a position that is still to come
_READERS_KEPT: Final = 10_000


class Queries:
    """Answers from projections. Safe to use from several threads."""

    def __init__(
        self,
        store: EventStore,
        views: Callable[[StreamId], Views],
        past: Past | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Without a past of their own to look into, old days are told anew from the log, in memory."""
        self._store: Final = store
        self._views: Final = views
        self._past: Final = past
        self._days: Final = Days(store)
        self.reach: Final = Reach(store, clock)
        self._readers: Final[OrderedDict[tuple[StreamId, MemberId], tuple[int, Reader]]] = OrderedDict()
        self._turn: Final = Lock()

    def ask(
        self,
        network: StreamId,
        query: Callable[[Connection], T],
        *,
        when: When = NOW,
        after: int | None = None,
        progress: Progress | None = None,
    ) -> T:
        """Answer the operator, or the engine itself, from projections at the head or as they stood at some time.

        `after` is a position that the answer must have seen: what was just written is read. Raises IllegalMove for a
        position that is not there yet; StorageTrouble when `after` is not reached in time.
        """
        self._wait_for(after)
        with self.standing(network, when, progress) as connection:
            return query(connection)

    def read(
        self,
        network: StreamId,
        member: MemberId,
        query: Callable[[Connection, Reader], T],
        *,
        when: When = NOW,
        after: int | None = None,
    ) -> T:
        """The same for a member, who is handed to the query with their roles and hidden ones as they are now.

        Rights are never those of the past: an office that was withdrawn opens nothing any more, not even old days.
        Raises Unknown for somebody who is not in the network, as if there were no such network.
        """
        self._wait_for(after)
        if when.now:
            with self.standing(network) as connection:
                return query(connection, self._reader(connection, network, member))
        reader = self.reader(network, member)
        with self.standing(network, when) as connection:
            return query(connection, reader)

    def reader(self, network: StreamId, member: MemberId) -> Reader:
        """Who reads, as things stand; raises Unknown as if there were no such network."""
        return self.read(network, member, lambda _, reader: reader)

    def _reader(self, connection: Connection, network: StreamId, member: MemberId) -> Reader:
        """Built anew only when the network's tables have moved."""
        position, who = Views.position_in(connection), (network, member)
        with self._turn:
            kept = self._readers.get(who)
        if kept is not None and kept[0] == position:
            return kept[1]
        reader = _there(reader_at(connection, member))
        with self._turn:
            self._readers[who] = (position, reader)
            if len(self._readers) > _READERS_KEPT:
                self._readers.popitem(last=False)
        return reader

    @contextmanager
    def standing(self, network: StreamId, when: When = NOW, progress: Progress | None = None) -> Iterator[Connection]:
        """The projections as they stand, stood when something was known, or would with what had happened by a day."""
        with self._standing(network, when, progress) as connection:
            yield connection

    def _standing(self, network: StreamId, when: When, progress: Progress | None) -> AbstractContextManager[Connection]:
        if when.now:
            return self.kept_up(network, progress).reading()
        if when.as_of is not None:
            self._views(network)  # refused where there is none
            return self._as_of(network, self.reach.position(network, when), progress)
        with self.kept_up(network).reading() as connection:
            before = self.reach.end_of_day(connection, when)
            position = told_in_order(connection, before)
        if position is None:
            return self._days.standing(network, before, progress)
        return self._as_of(network, position, progress)

    @contextmanager
    def _as_of(self, network: StreamId, position: int, progress: Progress | None) -> Iterator[Connection]:
        if self._past is not None:
            with self._past.standing(network, position, progress) as connection:
                yield connection
            return
        with closing(Views(None, network, self._store)) as views:
            views.catch_up_or_raise(progress, until=position)
            with views.reading() as connection:
                yield connection

    def _wait_for(self, after: int | None) -> None:
        if after is not None and self._store.head() < after and not self._store.wait(after - 1, _PATIENCE):
            raise StorageTrouble("what was written last has not arrived here yet", remedy="ask again")

    def kept_up(self, network: StreamId, progress: Progress | None = None) -> Views:
        """Projections at the head; refused, naming the event, when one stands in the way."""
        views = self._views(network)
        views.catch_up_or_raise(progress)
        return views

    def end_of(self, network: StreamId, when: When) -> datetime:
        """The first instant after a day. Raises IllegalMove for one to come, or before anything that is told of."""
        return self.ask(network, lambda connection: self.reach.end_of_day(connection, when))


def _there(reader: Reader | None) -> Reader:
    if reader is None:
        raise Unknown("there is no such network", field="network")
    return reader
