"""Who was given a place on whose lists: one row for each candidate, reader and need, whatever the kind of list."""

import sqlite3
from datetime import datetime
from typing import Final

from domain.kernel import Recorded
from domain.recommendations import RecommendationsIssued
from domain.vocabulary import MemberId, StreamId
from projections.shape import Projection, microseconds

# `first_at` and `since`, the position of the first list, never change: what counted once counts the same for ever
_SCHEMA: Final = """
    create table if not exists places (
        reader text not null,
        need text not null,
        candidate text not null,
        first_at integer not null,
        last_at integer not null,
        since integer not null,
        primary key (reader, need, candidate)
    ) strict, without rowid;
    create index if not exists places_since on places (since);
"""


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case RecommendationsIssued(reader=reader, need=need, picks=picks):
            at = microseconds(recorded.envelope.occurred_at)
            connection.executemany(
                """insert into places values (?1, ?2, ?3, ?4, ?4, ?5)
                on conflict (reader, need, candidate) do update set last_at = max(last_at, excluded.last_at)""",
                [(reader, need, pick.candidate, at, recorded.position) for pick in picks],
            )
        case _:
            pass


PROJECTION: Final = Projection(name="places", schema=_SCHEMA, fill=fill)


def suggested_lately(
    connection: sqlite3.Connection, reader: MemberId, need: StreamId, since: datetime
) -> frozenset[StreamId]:
    """What this reader was suggested for another need since then."""
    sql = "select distinct candidate from places where reader = ? and need <> ? and last_at >= ?"
    return frozenset(candidate for (candidate,) in connection.execute(sql, (reader, need, microseconds(since))))


def given_after(connection: sqlite3.Connection, position: int) -> list[tuple[StreamId, int, int, StreamId, MemberId]]:
    """Candidate, when and from which position, need and reader of each place first given beyond a position."""
    sql = "select candidate, first_at, since, need, reader from places where since > ? order by since, candidate"
    return connection.execute(sql, (position,)).fetchall()
