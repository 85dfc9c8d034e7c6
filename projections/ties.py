"""Who gave to whom: one row for every exchange, every confirmed help, every partnership."""

import sqlite3
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.challenges import ChallengeAnswered
from domain.introductions import HelpConfirmed, HelpDisputed, PartnershipFormed
from domain.kernel import Recorded
from domain.vocabulary import Confidentiality, MemberId, StreamId, TieKind
from projections.shape import Projection, microseconds, rows

_SCHEMA: Final = """
    create table if not exists ties (
        giver text not null,
        receiver text not null,
        kind text not null,
        at integer not null,
        position integer not null,
        source text not null,
        challenge text,
        confidentiality text not null
    ) strict;
    create index if not exists ties_given on ties (giver, receiver);
    create index if not exists ties_received on ties (receiver);
"""


class Tie(Struct, frozen=True, kw_only=True):
    giver: MemberId
    receiver: MemberId
    kind: TieKind
    at: datetime
    position: int
    source: StreamId  # the challenge or introduction it came from
    challenge: StreamId | None
    confidentiality: Confidentiality


class TieCount(Struct, frozen=True, kw_only=True):
    giver: MemberId
    receiver: MemberId
    kind: TieKind
    times: int
    last: datetime


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case ChallengeAnswered(member=giver, to=receiver) if giver != receiver:
            _tie(connection, recorded, giver, receiver, TieKind.EXCHANGED, recorded.stream)
        case HelpConfirmed(helper=helper, member=receiver, challenge=challenge):
            _tie(connection, recorded, helper, receiver, TieKind.ADVISED, challenge)
        case HelpDisputed(member=receiver):  # help counts while its receiver says so
            connection.execute(
                "delete from ties where receiver = ? and kind = 'advised' and source = ?", (receiver, recorded.stream)
            )
        case PartnershipFormed(seeker=seeker, helper=helper):
            _tie(connection, recorded, helper, seeker, TieKind.PARTNER, None)
            _tie(connection, recorded, seeker, helper, TieKind.PARTNER, None)
        case _:
            pass


def _tie(
    connection: sqlite3.Connection,
    recorded: Recorded,
    giver: MemberId,
    receiver: MemberId,
    kind: TieKind,
    challenge: StreamId | None,
) -> None:
    envelope = recorded.envelope
    at = microseconds(envelope.occurred_at)
    connection.execute(
        "insert into ties values (?, ?, ?, ?, ?, ?, ?, ?)",
        (giver, receiver, kind, at, recorded.position, recorded.stream, challenge, envelope.confidentiality),
    )


PROJECTION: Final = Projection(name="ties", schema=_SCHEMA, fill=fill)


def ties(connection: sqlite3.Connection) -> list[Tie]:
    """In the order in which they came."""
    return list(rows(connection, Tie, "select * from ties order by position, giver"))


def ties_of(connection: sqlite3.Connection, member: MemberId) -> list[Tie]:
    """All that this member gave or received."""
    sql = "select * from ties where giver = ?1 or receiver = ?1 order by position, giver"
    return list(rows(connection, Tie, sql, (member,)))


def between(connection: sqlite3.Connection, one: MemberId, other: MemberId) -> list[Tie]:
    """What passed between two members, either way."""
    sql = """select * from ties where giver = ?1 and receiver = ?2 union all
        select * from ties where giver = ?2 and receiver = ?1 order by position, giver"""
    return list(rows(connection, Tie, sql, (one, other)))


def counts(connection: sqlite3.Connection) -> list[TieCount]:
    """For every ordered pair and kind of tie: how often, and when last."""
    sql = """select giver, receiver, kind, count(*) as times, max(at) as last from ties
        group by giver, receiver, kind order by giver, receiver, kind"""
    return list(rows(connection, TieCount, sql))
