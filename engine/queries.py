"""The door for questions: may this reader ask, as of when, and from which projections."""

from collections.abc import Callable
from datetime import datetime
from sqlite3 import Connection
from typing import Final, TypeVar

from domain.refusals import IllegalMove, StorageTrouble, Unknown
from domain.vocabulary import ENGINE, OPERATOR, MemberId, StreamId
from engine.event_store import EventStore
from engine.followers import Views
from projections import member_directory
from projections.member_directory import Standing

T = TypeVar("T")
Progress = Callable[[int], None]

_PATIENCE: Final = 5.0  # seconds a question waits for a position that is still to come
_HERE: Final = frozenset({Standing.ACTIVE, Standing.PAUSED})


class Queries:
    """Answers from projections. Safe to use from several threads."""

    def __init__(self, store: EventStore, views: Callable[[StreamId], Views]) -> None:
        self._store: Final = store
        self._views: Final = views

    def ask(
        self,
        network: StreamId,
        query: Callable[[Connection], T],
        *,
        reader: MemberId = OPERATOR,
        as_of: int | datetime | None = None,
        after: int | None = None,
        progress: Progress | None = None,
    ) -> T:
        """Answer from projections at the head, or as they stood at a position or recorded time.

        `after` is a position that the answer must have seen: what was just written is read. Raises Unknown for a
        reader who is not in the network then, as if there were no such network; IllegalMove for a position that is
        not there yet; StorageTrouble when `after` is not reached in time.
        """
        if after is not None and self._store.head() < after and not self._store.wait(after - 1, _PATIENCE):
            raise StorageTrouble("what was written last has not arrived here yet", remedy="ask again")
        if as_of is None:
            return self._answer(self.kept_up(network, progress), query, reader)
        past = Views(None, network, self._store)
        try:
            past.catch_up(progress, until=self._position(as_of))
            return self._answer(past, query, reader)
        finally:
            past.close()

    def kept_up(self, network: StreamId, progress: Progress | None = None) -> Views:
        """Projections at the head; refused, naming the event, when one stands in the way."""
        views = self._views(network)
        views.catch_up(progress)
        if views.last_refusal is not None:
            raise views.last_refusal
        if views.last_error is not None:
            raise StorageTrouble(views.last_error, remedy="report it: the history is kept, its projections are stuck")
        return views

    def _answer(self, views: Views, query: Callable[[Connection], T], reader: MemberId) -> T:
        with views.reading() as connection:
            if reader not in {OPERATOR, ENGINE}:
                found = member_directory.member(connection, reader)
                if found is None or found.standing not in _HERE:
                    raise Unknown("there is no such network", field="network")
            return query(connection)

    def _position(self, as_of: int | datetime) -> int:
        if isinstance(as_of, datetime):
            return self._store.position_at(as_of)
        if not 0 <= as_of <= self._store.head():
            raise IllegalMove(f"the history reaches to position {self._store.head()}", field="as_of")
        return as_of
