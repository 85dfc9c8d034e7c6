"""Introductions and how far they came; which offers have run out."""

import sqlite3
from collections import defaultdict
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.introductions import (
    HelpConfirmed,
    HelpDisputed,
    IntroductionDeclined,
    IntroductionExpired,
    IntroductionMade,
    IntroductionOffered,
    MeetingHeld,
)
from domain.kernel import Recorded
from domain.vocabulary import MemberId, StreamId
from projections.challenge_board import seen_id
from projections.reading import Reader, not_hidden, told
from projections.shape import USUAL, Listed, Page, Projection, microseconds, only, rows

_SCHEMA: Final = """
    create table if not exists introductions (
        introduction text primary key,
        seeker text not null,
        helper text not null,
        challenge text,
        minutes integer not null,
        introduced_by text not null,
        reached text not null,
        offered_at integer not null,
        expires_at integer not null,
        met_at integer,
        since integer not null
    ) strict;
    create unique index if not exists introductions_in_order on introductions (since);
    create index if not exists introductions_sought on introductions (seeker);
    create index if not exists introductions_helped on introductions (helper);
    create index if not exists introductions_open on introductions (expires_at) where reached = 'offered';
"""


class Reached(StrEnum):
    OFFERED = "offered"
    MADE = "made"
    HELPED = "helped"
    DISPUTED = "disputed"
    DECLINED = "declined"
    EXPIRED = "expired"
    OVER = "over"  # how it ended is for the two alone


class Introduction(Struct, frozen=True, kw_only=True):
    introduction: StreamId
    seeker: MemberId
    helper: MemberId
    challenge: StreamId | None
    minutes: int  # asked for; after the meeting: spent
    introduced_by: str
    reached: Reached
    offered_at: datetime
    expires_at: datetime
    met_at: datetime | None
    since: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case IntroductionOffered():
            _offer(connection, recorded, recorded.event)
        case IntroductionMade():
            _reach(connection, recorded, Reached.MADE)
        case IntroductionDeclined():
            _reach(connection, recorded, Reached.DECLINED)
        case IntroductionExpired():
            _reach(connection, recorded, Reached.EXPIRED)
        case HelpConfirmed():
            _reach(connection, recorded, Reached.HELPED)
        case HelpDisputed():
            _reach(connection, recorded, Reached.DISPUTED)
        case MeetingHeld(minutes=minutes, at=at):
            connection.execute(
                "update introductions set met_at = ?, minutes = ? where introduction = ?",
                (microseconds(at), minutes, recorded.stream),
            )
        case _:
            pass


def _offer(connection: sqlite3.Connection, recorded: Recorded, offered: IntroductionOffered) -> None:
    connection.execute(
        "insert into introductions values (?, ?, ?, ?, ?, ?, 'offered', ?, ?, null, ?)",
        (
            recorded.stream,
            offered.seeker,
            offered.helper,
            offered.challenge,
            offered.minutes,
            offered.introduced_by,
            microseconds(recorded.envelope.occurred_at),
            microseconds(offered.expires_at),
            recorded.position,
        ),
    )


def _reach(connection: sqlite3.Connection, recorded: Recorded, reached: Reached) -> None:
    connection.execute("update introductions set reached = ? where introduction = ?", (reached, recorded.stream))


PROJECTION: Final = Projection(name="introductions", schema=_SCHEMA, fill=fill)


def expired_offers(connection: sqlite3.Connection, now: datetime) -> list[Introduction]:
    """Offers whose time has run out and that nobody has closed yet, the oldest first."""
    sql = """select * from introductions where reached = 'offered' and expires_at <= ?
        order by expires_at, introduction"""
    return list(rows(connection, Introduction, sql, (microseconds(now),)))


_OWN: Final = "(seeker = :reader or helper = :reader)"  # not `in (…)`, which uses no index


def _seen(reader: Reader) -> str:
    own = "true" if reader.staff else _OWN
    return f"{own} and {not_hidden('seeker', 'helper')}"


_MEETINGS: Final = Listed(
    name="introductions",
    of=Introduction,
    table="introductions",
    key=("since",),
    newest_first=True,
    select=f"""select introduction, seeker, helper, {seen_id("introductions.challenge")} as challenge, minutes,
        case when {not_hidden("introduced_by")} then introduced_by else '' end as introduced_by,
        case when {_OWN} then reached when reached in ('declined', 'expired') then 'over'
            when reached = 'disputed' then 'made' else reached end as reached,
        offered_at, expires_at, met_at, since from introductions""",
)


def meetings(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[Introduction]:
    """The reader's own, the newest first; staff see that of others but not what the two said of it."""
    return _MEETINGS.page(connection, _seen(reader), told(reader), cursor=cursor, limit=limit)


def seen(connection: sqlite3.Connection, reader: Reader, introduction: StreamId) -> Introduction | None:
    sql = f"{_MEETINGS.select} where introduction = :introduction and {_seen(reader)}"
    return only(connection, Introduction, sql, told(reader, introduction=introduction))


def offered_to(connection: sqlite3.Connection, reader: Reader, *, after: int, limit: int) -> list[Introduction]:
    """What others offered the reader beyond a position, in that order."""
    sql = f"""{_MEETINGS.select} where {_OWN} and introduced_by <> :reader and since > :after
        and {not_hidden("seeker", "helper")} order by since limit :limit"""
    return list(rows(connection, Introduction, sql, told(reader, after=after, limit=limit)))


def declined(connection: sqlite3.Connection) -> dict[StreamId, frozenset[MemberId]]:
    """Who said no to helping with which challenge."""
    sql = "select challenge, helper from introductions where reached = 'declined' and challenge is not null"
    found = defaultdict[str, set[str]](set)
    for challenge, helper in connection.execute(sql):
        found[challenge].add(helper)
    return {challenge: frozenset(helpers) for challenge, helpers in found.items()}
