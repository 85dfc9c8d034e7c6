"""Who gave to whom: one row for every exchange, every help that its receiver confirmed, every partnership."""

import sqlite3
from collections import defaultdict
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.challenges import ChallengeAnswered
from domain.coaching.events import FeedbackGiven
from domain.introductions import HelpConfirmed, HelpDisputed, PartnershipFormed
from domain.kernel import Recorded
from domain.vocabulary import OPEN, Confidentiality, MemberId, StreamId, TieKind
from projections.challenge_board import seen_id
from projections.reading import Reader, listed, not_hidden, told
from projections.shape import USUAL, AsOf, Listed, Page, Projection, microseconds, rows

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
    create unique index if not exists ties_in_order on ties (position, giver);
    create index if not exists ties_given on ties (giver, receiver);
    create index if not exists ties_received on ties (receiver);
"""


class Tie(Struct, frozen=True, kw_only=True):
    giver: MemberId
    receiver: MemberId
    kind: TieKind
    at: datetime
    position: int
    source: StreamId | None  # the challenge or introduction it came from, where the reader may know of it
    challenge: StreamId | None
    confidentiality: Confidentiality


class FirstAnswer(Struct, frozen=True, kw_only=True):
    challenge: StreamId
    author: MemberId
    member: MemberId  # who answered
    at: int  # microseconds
    position: int


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
        case FeedbackGiven(coach=coach, seeker=seeker, tie_confirmed=True):
            _tie(connection, recorded, coach, seeker, TieKind.ADVISED, None)
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


def counts(connection: sqlite3.Connection) -> list[TieCount]:
    """For every ordered pair and kind of tie: how often, and when last."""
    sql = """select giver, receiver, kind, count(*) as times, max(at) as last from ties
        group by giver, receiver, kind order by giver, receiver, kind"""
    return list(rows(connection, TieCount, sql))


# Whom somebody exchanged with, and how much they answered, moves them on lists that others read (rule 29). So answers
# count where challenge and answer are open to all; between two who are both there, anything does that is not sealed.
_BETWEEN: Final = """
    select receiver, at from ties where giver = ?1 and coalesce(challenge, '') <> ?2 and position <= ?3
        and confidentiality <> 'sealed'
    union all select giver, at from ties where receiver = ?1 and coalesce(challenge, '') <> ?2 and position <= ?3
        and confidentiality <> 'sealed'
"""
_FIRST: Final = """
    select ties.challenge, challenges.owner as author, giver as member, at, min(position) as position
    from ties join challenges on challenges.challenge = ties.challenge
    where kind = 'exchanged' and giver <> challenges.owner and ties.confidentiality in ('public', 'network')
        and challenges.confidentiality in ('public', 'network')
    group by ties.challenge order by position desc limit ?
"""  # SQLite takes the other columns from the row of the least position
_ANSWERS: Final = """
    select giver, at, position, challenge from ties
        where position > ? and kind = 'exchanged' and confidentiality in ('public', 'network') order by position
"""


def ages(connection: sqlite3.Connection, member: MemberId, but: StreamId, as_of: AsOf) -> dict[MemberId, list[float]]:
    """Of everybody who gave to a member or took, but for under one challenge, how many days ago each time."""
    found = defaultdict[str, list[float]](list)
    for other, at in connection.execute(_BETWEEN, (member, but, as_of.position)):
        found[other].append(as_of.age(at))
    return found


def first_answers(connection: sqlite3.Connection, most: int) -> list[FirstAnswer]:
    """Of challenges open to all, the first answer by somebody else: of the latest so many, in their order."""
    found = list(rows(connection, FirstAnswer, _FIRST, (most,)))
    return found[::-1]


def answers_after(connection: sqlite3.Connection, position: int) -> list[tuple[MemberId, int, int, StreamId]]:
    """Who answered somebody else, open to all, beyond a position; when, at which, and under which challenge."""
    return connection.execute(_ANSWERS, (position,)).fetchall()


# who has power over somebody, staff or not, learns of no coaching of theirs (rule 28)
_NO_COACHING: Final = """not (source like 'coaching-%' and receiver in (select value from json_each(:apart)))"""
_OWN: Final = "(giver = :reader or receiver = :reader)"  # not `in (…)`, which uses no index
_TIES: Final = Listed(
    name="ties",
    of=Tie,
    table="ties",
    key=("position", "giver"),
    newest_first=True,
    select=f"""select giver, receiver, kind, at, position, confidentiality, {seen_id("ties.challenge")} as challenge,
        case when source like 'challenge-%' then {seen_id("ties.source")} else source end as source from ties""",
)


def ties_seen(
    connection: sqlite3.Connection,
    reader: Reader,
    *,
    member: MemberId | None = None,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[Tie]:
    """The reader's own, the newest first; staff see that there are others', auditors those that are no secret."""
    shown = reader.classes | {Confidentiality.PAIR} if reader.staff else OPEN if reader.auditor else frozenset()
    seen = f"({_OWN} or confidentiality in (select value from json_each(:shown)))" if shown else _OWN
    theirs = "" if member is None else " and (giver = :member or receiver = :member)"
    where = f"{seen}{theirs} and {not_hidden('giver', 'receiver')} and {_NO_COACHING}"
    parameters = told(reader, member=member, shown=listed(shown), apart=listed(reader.apart))
    return _TIES.page(connection, where, parameters, cursor=cursor, limit=limit)
