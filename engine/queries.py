"""The door for questions: may this reader ask, as of when, and from which projections."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from sqlite3 import Connection
from threading import Lock
from typing import Final, TypeVar

from domain.refusals import IllegalMove, StorageTrouble, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.event_store import EventStore
from engine.followers import Log, Views
from engine.happened import Happened
from engine.past import Past
from engine.when import NOW, When, end_of
from projections.network_setting import setting
from projections.reading import Reader, reader_at

T = TypeVar("T")
Progress = Callable[[int], None]

_PATIENCE: Final = 5.0  # seconds a question waits for a position that is still to come
_READERS_KEPT: Final = 10_000


class Queries:
    """Answers from projections. Safe to use from several threads."""

    def __init__(self, store: EventStore, views: Callable[[StreamId], Views], past: Past | None = None) -> None:
        """Without a past of their own to look into, old days are told anew from the log, in memory."""
        self._store: Final = store
        self._views: Final = views
        self._past: Final = past
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
        if when.now:
            with self.kept_up(network, progress).reading() as connection:
                yield connection
            return
        if self._past is not None and when.as_of is not None:
            with self._past.standing(network, self.position(when.as_of), progress) as connection:
                yield connection
            return
        past = Views(None, network, self._log_of(network, when))
        try:
            past.catch_up(progress, until=None if when.as_of is None else self.position(when.as_of))
            with past.reading() as connection:
                yield connection
        finally:
            past.close()

    def _wait_for(self, after: int | None) -> None:
        if after is not None and self._store.head() < after and not self._store.wait(after - 1, _PATIENCE):
            raise StorageTrouble("what was written last has not arrived here yet", remedy="ask again")

    def _log_of(self, network: StreamId, when: When) -> Log:
        if when.on is None:
            return self._store
        zone = self.ask(network, setting).calendar.zone
        return Happened(self._store, end_of(when.on, zone))

    def kept_up(self, network: StreamId, progress: Progress | None = None) -> Views:
        """Projections at the head; refused, naming the event, when one stands in the way."""
        views = self._views(network)
        views.catch_up(progress)
        if views.last_refusal is not None:
            raise views.last_refusal
        if views.last_error is not None:
            raise StorageTrouble(views.last_error, remedy="report it: the history is kept, its projections are stuck")
        return views

    def position(self, as_of: int | datetime) -> int:
        """The position itself, or the last one recorded by an instant; refused where the log has not come so far."""
        if isinstance(as_of, datetime):
            return self._store.position_at(as_of)
        if not 0 <= as_of <= self._store.head():
            raise IllegalMove(f"the history reaches to position {self._store.head()}", field="as_of")
        return as_of


def _there(reader: Reader | None) -> Reader:
    if reader is None:
        raise Unknown("there is no such network", field="network")
    return reader
