"""What moved in a coaching case, for those of the two who did not do it themselves."""

import sqlite3
from datetime import datetime
from typing import Final, get_args

from msgspec import Struct

from domain.coaching.events import (
    CoachingEvent,
    CoachOffered,
    DispositionSuggested,
    EngagementClosed,
    EngagementExtended,
    NextStepAgreed,
    NextStepCompleted,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    RequestDrafted,
    RequestRerouted,
    RequestWithdrawn,
    SessionCancelled,
    SessionHeld,
    SessionLogged,
    SessionPlanned,
)
from domain.kernel import Recorded
from domain.vocabulary import MemberId, StreamId
from projections.reading import Reader, listed
from projections.shape import Projection, microseconds, rows

_SCHEMA: Final = """
    create table if not exists coaching_parties (
        coaching text primary key,
        seeker text not null,
        coach text not null default '',
        asked text not null default ''
    ) strict, without rowid;
    create table if not exists coaching_moves (
        member text not null,
        position integer not null,
        coaching text not null,
        seeker text not null,
        at integer not null,
        primary key (member, position)
    ) strict, without rowid;
"""
_EVENTS: Final = get_args(CoachingEvent)
_OF_THE_TWO: Final = (
    SessionPlanned,
    SessionCancelled,
    SessionHeld,
    SessionLogged,
    NextStepAgreed,
    NextStepCompleted,
    EngagementExtended,
)  # not for who is asked to take over, and may say no
_UNTOLD: Final = (RequestDrafted, DispositionSuggested)  # one's own alone, and the facilitators'


class Move(Struct, frozen=True, kw_only=True):
    """That something happened in a case; what it was, one reads there."""

    coaching: StreamId
    position: int
    at: datetime


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    event = recorded.event
    if not isinstance(event, _EVENTS):
        return
    seeker = getattr(event, "seeker", None)
    if seeker is not None:
        sql = "insert into coaching_parties (coaching, seeker) values (?, ?) on conflict do nothing"
        connection.execute(sql, (recorded.stream, seeker))
    before = _parties(connection, recorded)
    _change(connection, recorded)
    if not isinstance(event, _UNTOLD):
        _tell(connection, recorded, before | _parties(connection, recorded))


def _parties(connection: sqlite3.Connection, recorded: Recorded) -> set[MemberId]:
    """Whom it concerns, as the case stands."""
    sql = "select seeker, coach, asked from coaching_parties where coaching = ?"
    seeker, coach, asked = connection.execute(sql, (recorded.stream,)).fetchone()
    return {seeker, coach, "" if isinstance(recorded.event, _OF_THE_TWO) else asked} - {""}


def _change(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case CoachOffered(coach=coach):
            _set(connection, "asked = ?", coach, recorded.stream)
        case OfferAccepted():
            _set(connection, "coach = asked, asked = ?", "", recorded.stream)
        case OfferDeclined() | OfferExpired() | EngagementClosed() | RequestWithdrawn():
            _set(connection, "asked = ?", "", recorded.stream)
        case RequestRerouted():
            _set(connection, "coach = '', asked = ?", "", recorded.stream)
        case _:
            pass


def _set(connection: sqlite3.Connection, change: str, value: str, coaching: StreamId) -> None:
    connection.execute(f"update coaching_parties set {change} where coaching = ?", (value, coaching))


def _tell(connection: sqlite3.Connection, recorded: Recorded, parties: set[MemberId]) -> None:
    envelope = recorded.envelope
    at = microseconds(envelope.occurred_at)
    connection.executemany(
        """insert into coaching_moves select ?, ?, coaching, seeker, ? from coaching_parties where coaching = ?""",
        [
            (each, recorded.position, at, recorded.stream)
            for each in sorted(parties - {envelope.on_behalf_of or envelope.actor})
        ],
    )


PROJECTION: Final = Projection(name="coaching news", schema=_SCHEMA, fill=fill)


def moved(connection: sqlite3.Connection, reader: Reader, *, after: int, limit: int) -> list[Move]:
    """What others did beyond a position in the cases of the reader; nothing where power came between the two."""
    sql = """select coaching, position, at from coaching_moves where member = :reader and position > :after
        and seeker not in (select value from json_each(:apart)) order by position limit :limit"""
    asked = {"reader": reader.member, "apart": listed(reader.apart), "after": after, "limit": limit}
    return list(rows(connection, Move, sql, asked))
