"""Introductions and how far they came; which offers have run out."""

import sqlite3
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
from projections.shape import Projection, microseconds, only, rows

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
        met_at integer
    ) strict;
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
        "insert into introductions values (?, ?, ?, ?, ?, ?, 'offered', ?, ?, null)",
        (
            recorded.stream,
            offered.seeker,
            offered.helper,
            offered.challenge,
            offered.minutes,
            offered.introduced_by,
            microseconds(recorded.envelope.occurred_at),
            microseconds(offered.expires_at),
        ),
    )


def _reach(connection: sqlite3.Connection, recorded: Recorded, reached: Reached) -> None:
    connection.execute("update introductions set reached = ? where introduction = ?", (reached, recorded.stream))


PROJECTION: Final = Projection(name="introductions", schema=_SCHEMA, fill=fill)


def introduction(connection: sqlite3.Connection, introduction: StreamId) -> Introduction | None:
    return only(connection, Introduction, "select * from introductions where introduction = ?", (introduction,))


def introductions_of(connection: sqlite3.Connection, member: MemberId) -> list[Introduction]:
    """Those that this member seeks or gives help by, the newest first."""
    sql = """select * from introductions where seeker = ?1 or helper = ?1
        order by offered_at desc, introduction"""
    return list(rows(connection, Introduction, sql, (member,)))


def expired_offers(connection: sqlite3.Connection, now: datetime) -> list[Introduction]:
    """Offers whose time has run out and that nobody has closed yet, the oldest first."""
    sql = """select * from introductions where reached = 'offered' and expires_at <= ?
        order by expires_at, introduction"""
    return list(rows(connection, Introduction, sql, (microseconds(now),)))
