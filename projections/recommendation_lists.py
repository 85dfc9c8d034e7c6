"""The latest list of every recommendation, and what its reader took up or dismissed."""

import sqlite3
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.eligibility import Mode
from domain.kernel import Recorded
from domain.recommendations import (
    ListKind,
    RecommendationAccepted,
    RecommendationDismissed,
    RecommendationExpired,
    RecommendationsIssued,
    RecommendationViewed,
)
from domain.vocabulary import MemberId, StreamId
from projections.reading import Reader, listed, told
from projections.shape import USUAL, AsOf, Listed, Page, Projection, instant, microseconds, rows

_SCHEMA: Final = """
    create table if not exists lists (
        recommendation text primary key,
        owner text not null,
        need text not null,
        kind text not null,
        mode text not null,
        issued blob not null,
        at integer not null,
        position integer not null,
        viewed integer not null,
        expired integer not null,
        begun_at integer not null,
        begun_from integer not null
    ) strict;
    create index if not exists lists_of_reader on lists (owner);
    create table if not exists replies (
        reader text not null,
        need text not null,
        candidate text not null,
        reply text not null,
        recommendation text not null,
        primary key (reader, need, candidate, reply, recommendation)
    ) strict, without rowid;
"""


class IssuedList(Struct, frozen=True, kw_only=True):
    recommendation: StreamId
    issued: RecommendationsIssued
    at: datetime
    position: int  # of the event; what it was derived from stands in its inputs
    viewed: bool
    expired: bool


class ListEntry(Struct, frozen=True, kw_only=True):
    """A list among others, without what stands on it."""

    recommendation: StreamId
    need: StreamId
    kind: ListKind
    mode: Mode
    at: datetime
    position: int
    viewed: bool
    expired: bool


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case RecommendationsIssued():
            _issue(connection, recorded, recorded.event)
        case RecommendationViewed():
            connection.execute("update lists set viewed = 1 where recommendation = ?", (recorded.stream,))
        case RecommendationExpired():
            connection.execute("update lists set expired = 1 where recommendation = ?", (recorded.stream,))
        case RecommendationAccepted(candidate=candidate):
            _reply(connection, recorded, candidate, "accepted")
        case RecommendationDismissed(candidate=candidate):
            _reply(connection, recorded, candidate, "dismissed")
        case _:
            pass


def _issue(connection: sqlite3.Connection, recorded: Recorded, issued: RecommendationsIssued) -> None:
    at = microseconds(recorded.envelope.occurred_at)
    body = msgspec.msgpack.encode(issued)
    connection.execute(
        """insert into lists values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, ?7, ?9)
        on conflict (recommendation) do update set issued = ?6, at = ?7, position = ?8, viewed = 0, expired = 0,
        begun_at = iif(expired, ?7, begun_at), begun_from = iif(expired, ?9, begun_from)""",
        (
            recorded.stream,
            issued.reader,
            issued.need,
            issued.kind,
            issued.mode,
            body,
            at,
            recorded.position,
            issued.inputs.position,
        ),
    )


def _reply(connection: sqlite3.Connection, recorded: Recorded, candidate: StreamId, reply: str) -> None:
    connection.execute(
        """insert into replies select owner, need, ?, ?, recommendation from lists where recommendation = ?""",
        (candidate, reply, recorded.stream),
    )


PROJECTION: Final = Projection(name="recommendation lists", schema=_SCHEMA, fill=fill)

_THEIRS: Final = """
    with apart (owner) as (select value from json_each(?1)), named (id) as (select value from json_each(?2))
    select id from named where id in apart
    union all select challenge from challenges where challenge in named and owner in apart
    union all select resource from resources where resource in named and owner in apart
    union all select id from evidence where id in named and owner in apart
"""  # of what is named, whatever is, or belongs to, somebody to be kept apart
_LISTS: Final = "select recommendation, issued, at, position, viewed, expired from lists"


def latest(connection: sqlite3.Connection, recommendation: StreamId) -> IssuedList | None:
    row = connection.execute(f"{_LISTS} where recommendation = ?", (recommendation,)).fetchone()
    return None if row is None else _list(*row)


def begun(connection: sqlite3.Connection, recommendation: StreamId) -> AsOf | None:
    """When, and from what position, a list was first derived; if it expired and was issued again, since then."""
    sql = "select begun_from, begun_at from lists where recommendation = ? and not expired"
    row = connection.execute(sql, (recommendation,)).fetchone()
    return None if row is None else AsOf(*row)


def lists_of(connection: sqlite3.Connection, reader: MemberId) -> list[IssuedList]:
    """All of one reader's, the newest first."""
    found = connection.execute(f"{_LISTS} where owner = ? order by position desc", (reader,))
    return [_list(*row) for row in found]


_ENTRIES: Final = Listed(
    name="lists",
    of=ListEntry,
    table="lists",
    key=("position",),
    newest_first=True,
    select="""select recommendation, need, kind, mode, at, position, viewed, expired
        from lists""",
)


def issued_to(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[ListEntry]:
    """The reader's own, the newest first."""
    return _ENTRIES.page(connection, "owner = :reader", told(reader), cursor=cursor, limit=limit)


def issued_after(connection: sqlite3.Connection, reader: Reader, *, after: int, limit: int) -> list[ListEntry]:
    """The reader's own beyond a position, in that order."""
    sql = (
        f"{_ENTRIES.select} where owner = :reader and position > :after and not expired order by position limit :limit"
    )
    return list(rows(connection, ListEntry, sql, told(reader, after=after, limit=limit)))


def seen(connection: sqlite3.Connection, reader: Reader, recommendation: StreamId) -> IssuedList | None:
    """The reader's own list without what they must not be shown any more; the operator sees any, and whole."""
    found = latest(connection, recommendation)
    if found is None or (found.issued.reader != reader.member and not reader.operator):
        return None
    return replace(found, issued=without(connection, found.issued, reader.apart))


def without(
    connection: sqlite3.Connection, issued: RecommendationsIssued, apart: frozenset[MemberId]
) -> RecommendationsIssued:
    """A list without whom and whose things the reader must not be shown, or whose words a reason leans on."""
    if not apart:
        return issued
    candidates = [pick.candidate for pick in issued.picks] + [miss.candidate for miss in issued.near_misses]
    reasons = [reason.evidence for pick in issued.picks for reason in pick.reasons]
    theirs = {found for (found,) in connection.execute(_THEIRS, (listed(apart), listed(candidates + reasons)))}
    picks = [
        pick
        for pick in issued.picks
        if theirs.isdisjoint((pick.candidate, *(reason.evidence for reason in pick.reasons)))
    ]
    misses = [miss for miss in issued.near_misses if miss.candidate not in theirs]
    return replace(issued, picks=tuple(picks), near_misses=tuple(misses))


def newest(connection: sqlite3.Connection, reader: MemberId) -> int:
    """The position of the reader's newest list, 0 before the first."""
    (position,) = connection.execute(
        "select coalesce(max(position), 0) from lists where owner = ?", (reader,)
    ).fetchone()
    return int(position)


def listed_for(connection: sqlite3.Connection, reader: MemberId, need: StreamId) -> frozenset[StreamId]:
    """Whoever stands on a list of this reader's for this need that has not expired."""
    found = connection.execute(f"{_LISTS} where owner = ? and need = ? and not expired", (reader, need))
    return frozenset(pick.candidate for row in found for pick in _list(*row).issued.picks)


def accepted(connection: sqlite3.Connection, reader: MemberId, need: StreamId) -> frozenset[StreamId]:
    """What this reader took up for a need, on any list."""
    return _replied(connection, reader, need, "accepted")


def dismissed(connection: sqlite3.Connection, reader: MemberId, need: StreamId) -> frozenset[StreamId]:
    """What this reader dismissed for a need, on any list."""
    return _replied(connection, reader, need, "dismissed")


def _replied(connection: sqlite3.Connection, reader: MemberId, need: StreamId, reply: str) -> frozenset[StreamId]:
    sql = "select distinct candidate from replies where reader = ? and need = ? and reply = ?"
    return _candidates(connection.execute(sql, (reader, need, reply)))


def _candidates(found: sqlite3.Cursor) -> frozenset[StreamId]:
    return frozenset(candidate for (candidate,) in found)


def _list(recommendation: StreamId, issued: bytes, at: int, position: int, viewed: int, expired: int) -> IssuedList:
    return IssuedList(
        recommendation=recommendation,
        issued=msgspec.msgpack.decode(issued, type=RecommendationsIssued),
        at=instant(at),
        position=position,
        viewed=bool(viewed),
        expired=bool(expired),
    )
