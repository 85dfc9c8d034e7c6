"""What happened to each coaching case: the events themselves, from which all else of it follows."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Final, cast

import msgspec
from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.coaching import COACHING, Coaching, CoachingEvent
from domain.coaching.events import CoachingRequested, DispositionSuggested, RequestClarified, RequestDrafted
from domain.kernel import Event, Recorded, owners_of
from domain.vocabulary import StreamId
from projections.shape import instant, microseconds

SCHEMA: Final = """
    create table if not exists coaching_events (
        position integer primary key,
        coaching text not null,
        owner text not null,
        at integer not null,
        name text not null,
        speaker text not null,
        body blob not null
    ) strict;
    create index if not exists coaching_events_of_case on coaching_events (coaching);
"""
_REPLACED: Final = (RequestDrafted, DispositionSuggested)  # of which only the last one counts


class Told(Struct, frozen=True):
    """One event of a case."""

    position: int
    at: datetime
    speaker: str
    event: CoachingEvent


def add(connection: sqlite3.Connection, recorded: Recorded) -> None:
    event, envelope = recorded.event, recorded.envelope
    if isinstance(event, _REPLACED):
        _forget(connection, recorded.stream, type(event))
    if isinstance(event, CoachingRequested):
        _forget(connection, recorded.stream, RequestDrafted)
    connection.execute(
        "insert into coaching_events values (?, ?, ?, ?, ?, ?, ?)",
        (
            recorded.position,
            recorded.stream,
            _owner(event),
            microseconds(envelope.occurred_at),
            name_of(type(event)),
            envelope.on_behalf_of or envelope.actor,
            msgspec.msgpack.encode(event),
        ),
    )


def history(connection: sqlite3.Connection, coaching: StreamId) -> list[Told]:
    """All that counts, in the order of the log."""
    sql = "select position, at, speaker, name, body from coaching_events where coaching = ? order by position"
    return [
        Told(position, instant(at), speaker, decoded(name, body))
        for position, at, speaker, name, body in connection.execute(sql, (coaching,))
    ]


def changed_after(connection: sqlite3.Connection, position: int) -> list[StreamId]:
    """The cases in which anything happened beyond a position, in the order of their ids."""
    sql = "select distinct coaching from coaching_events where position > ? order by coaching"
    return [coaching for (coaching,) in connection.execute(sql, (position,))]


def stands(told: Sequence[Told]) -> Coaching:
    """Where all this has led."""
    state: Coaching = COACHING.initial
    for each in told:
        state = COACHING.evolve(state, each.event)
    return state


def words_changed(told: Sequence[Told]) -> list[int]:
    """At which positions the seeker said what it is about."""
    return [each.position for each in told if isinstance(each.event, CoachingRequested | RequestClarified)]


def name_of(event: type[Event]) -> str:
    return CATALOGUE.by_type[event].name


def decoded(name: str, body: bytes) -> CoachingEvent:
    return cast("CoachingEvent", _decoder(name)(body))


@cache
def _decoder(name: str) -> Callable[[bytes], object]:
    return msgspec.msgpack.Decoder(CATALOGUE.by_name[name].type).decode


def _owner(event: Event) -> str:
    """Whose texts it holds; nobody's where it holds none."""
    owners = {getattr(event, by) for by in owners_of(type(event)).values()}
    return next(iter(owners), "")


def _forget(connection: sqlite3.Connection, coaching: StreamId, event: type[Event]) -> None:
    connection.execute("delete from coaching_events where coaching = ? and name = ?", (coaching, name_of(event)))
