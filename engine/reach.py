"""How far questions of the past reach: not before a network began, not before anything happened, not beyond now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

from msgspec import Struct

from domain.calendar import day_of
from domain.refusals import IllegalMove
from domain.vocabulary import StreamId
from engine.event_store import EventStore
from engine.when import When, end_of, start_of
from projections.network_setting import setting
from projections.shape import instant
from projections.timeline import first_told

_AHEAD: Final = timedelta(minutes=1)  # how far clocks may differ before an instant counts as the future
_SAVE: Final = 5  # events; a charter makes fewer
_SECOND: Final = timedelta(seconds=1)


class _Charter(Struct, frozen=True):
    """The save that chartered a network: before it is whole, nothing can be told of the network."""

    first: int
    last: int
    at: datetime


class Reach:
    """Safe to use from several threads."""

    def __init__(self, store: EventStore, clock: Callable[[], datetime]) -> None:
        self._store: Final = store
        self._clock: Final = clock
        self._charters: Final[dict[StreamId, _Charter]] = {}  # they never change

    def recorded(self, when: When) -> int:
        """The position itself, or the last one recorded by an instant. Raises IllegalMove for what is yet to come."""
        if isinstance(when.as_of, datetime):
            self._come(when.as_of, when)
            return self._store.position_at(when.as_of)
        position, head = when.as_of or 0, self._store.head()
        if not 0 <= position <= head:
            remedy = "give that position or an earlier one"
            raise IllegalMove(f"the history reaches to position {head}", field=when.called, remedy=remedy)
        return position

    def position(self, network: StreamId, when: When, *, whole: bool = True) -> int:
        """The same; refused before the network's charter stood, or without `whole` before the first of its events."""
        position, charter = self.recorded(when), self._charter(network)
        if charter is not None and position < (charter.last if whole else charter.first):
            words = f"this network begins at position {charter.last}, recorded by {_rounded(charter.at)}"
            raise IllegalMove(words, field=when.called, remedy="ask about that position or time, or a later one")
        return position

    def end_of_day(self, connection: Connection, when: When) -> datetime:
        """The first instant after a day that has begun, by whose end something had happened. Raises IllegalMove."""
        if when.on is None:
            raise TypeError("no day")
        calendar = setting(connection).calendar
        self.begun(when, calendar.zone)
        end = end_of(when.on, calendar.zone)
        first = None if when.empty else first_told(connection, end)
        if first is not None:
            words = f"the first day that anything is told of is {day_of(instant(first), calendar)}"
            raise IllegalMove(words, field=when.called, remedy="ask about that day or a later one")
        return end

    def begun(self, when: When, zone: str) -> datetime:
        """The first instant of a day, which has to have come."""
        if when.on is None:
            raise TypeError("no day")
        start = start_of(when.on, zone)
        self._come(start, when)
        return start

    def _come(self, at: datetime, when: When) -> None:
        if at > self._clock() + _AHEAD:
            kind = "time" if when.on is None else "day"
            raise IllegalMove(f"this {kind} has not come yet", field=when.called, remedy="ask about now, or before")

    def _charter(self, network: StreamId) -> _Charter | None:
        if network not in self._charters:
            events = self._store.page(0, limit=_SAVE, network=network)
            told = [each for each in events if each.stream == network]
            if not told:
                return None
            save = [each for each in events if each.envelope.command == told[0].envelope.command]
            self._charters[network] = _Charter(save[0].position, save[-1].position, save[-1].recorded_at)
        return self._charters[network]


def _rounded(at: datetime) -> str:
    """To the second, and never to one before it."""
    whole = at if not at.microsecond else at.replace(microsecond=0) + _SECOND
    return f"{whole:%Y-%m-%dT%H:%M:%SZ}"
