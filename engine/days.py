"""The tables as they would stand with what had happened by a day: told from the beginning, the last few kept."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from sqlite3 import Connection
from threading import Lock
from typing import Final

from domain.vocabulary import StreamId
from engine.event_store import EventStore
from engine.followers import Progress, Views
from engine.happened import Happened

_KEPT: Final = 4  # days …
_ROOM: Final = 2**28  # … in so many bytes of memory

_Day = tuple[StreamId, datetime]


class Days:
    """Safe to use from several threads. All of it is in memory, and what one thread reads no other one has."""

    def __init__(self, store: EventStore) -> None:
        self._store: Final = store
        self._turn: Final = Lock()
        self._told: Final[OrderedDict[_Day, Views]] = OrderedDict()
        self._erasures = store.erasures  # when the days that are kept were told

    @contextmanager
    def standing(self, network: StreamId, before: datetime, progress: Progress | None = None) -> Iterator[Connection]:
        """With all that had happened before an instant, whenever it was told. Raises what stands in the way of it."""
        erasures = self._store.erasures
        views = self._taken((network, before), erasures)
        views.catch_up_or_raise(progress)
        with views.reading() as connection:
            yield connection
        self._put_back((network, before), views, erasures)

    def _taken(self, day: _Day, erasures: int) -> Views:
        network, before = day
        with self._turn:
            if erasures != self._erasures:  # what was opened for those who were erased is let go
                self._told.clear()
                self._erasures = erasures
            told = self._told.pop(day, None)
        return told or Views(None, network, Happened(self._store, before))

    def _put_back(self, day: _Day, views: Views, erasures: int) -> None:
        size = _size(views)
        with self._turn:
            if erasures == self._erasures and size <= _ROOM // _KEPT:
                self._told[day] = views
                if len(self._told) > _KEPT:
                    self._told.popitem(last=False)


def _size(views: Views) -> int:
    with views.reading() as connection:
        pages, size = (connection.execute(f"pragma {each}").fetchone()[0] for each in ("page_count", "page_size"))
    return int(pages) * int(size)
