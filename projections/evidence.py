"""Every text that shows what a member knows or works on, or what a resource or challenge is about."""

import re
import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from domain.kernel import ERASED, Recorded
from domain.vocabulary import Confidentiality, OwnerId, StreamId
from projections.challenge_board import seen_id
from projections.reading import Reader, listed, may_read, not_hidden, told
from projections.shape import microseconds, rows

# a row holds from position `since` until before position `until`; `returns` is 1 for those of who left, which come back
# with them, and 2 for those that their owner withdrew, which come back at their word
SCHEMA: Final = """
    create table if not exists evidence (
        id text primary key,
        subject text not null,
        subject_kind text not null,
        owner text not null,
        says text not null,
        strength text not null,
        text text not null,
        challenge text,
        source text not null,
        at integer not null,
        confidentiality text not null,
        since integer not null,
        until integer,
        returns integer not null
    ) strict;
    create index if not exists evidence_of_subject on evidence (subject);
    create index if not exists evidence_of_source on evidence (source, subject);
    create index if not exists evidence_of_owner on evidence (owner) where owner <> subject;
    create index if not exists evidence_since on evidence (since);
    create index if not exists evidence_until on evidence (until) where until is not null;
    create table if not exists answers_told (answer text primary key, challenge text not null) strict, without rowid;
    create table if not exists answer_pieces (answer text primary key, id text not null) strict, without rowid;
    create table if not exists absent (member text primary key) strict, without rowid;
"""


class Says(StrEnum):
    PROFILE = "profile"
    CLAIMS = "claims"
    ENDORSED = "endorsed"
    POSTED = "posted"
    ANSWERED = "answered"
    SHARED = "shared"
    HELPED = "helped"
    SITE_STATEMENT = "site statement"
    REVIEWED = "reviewed"
    WANTS_TO_LEARN = "wants to learn"
    IS_ABOUT = "is about"


class Strength(StrEnum):
    CLAIMED = "claimed"
    ENDORSED = "endorsed"
    DEMONSTRATED = "demonstrated"


_STRENGTH: Final = {
    Says.PROFILE: Strength.CLAIMED,
    Says.CLAIMS: Strength.CLAIMED,
    Says.SITE_STATEMENT: Strength.CLAIMED,
    Says.WANTS_TO_LEARN: Strength.CLAIMED,
    Says.ENDORSED: Strength.ENDORSED,
}  # all else is shown by doing


class Evidence(Struct, frozen=True, kw_only=True):
    id: str
    subject: StreamId  # whom or what it is pooled under
    subject_kind: str  # member, resource or challenge
    owner: OwnerId  # whose words these are
    says: Says
    strength: Strength
    text: str
    challenge: StreamId | None
    source: StreamId  # the stream that holds the words
    at: datetime
    confidentiality: Confidentiality
    since: int  # position
    until: int | None  # position, exclusive


class Shown(Struct, frozen=True, gc=False, array_like=True):
    """What a piece of evidence is, besides its words."""

    subject: StreamId
    owner: OwnerId
    says: Says
    strength: Strength
    challenge: StreamId | None


class Piece(Struct, frozen=True):
    """A piece of evidence without its words."""

    id: str
    strength: Strength
    challenge: StreamId | None


class Words(Struct, frozen=True):
    """A text with whose it is and who may read it."""

    text: str
    owner: OwnerId
    confidentiality: Confidentiality
    source: StreamId | None = None  # the stream that they belong to, where it is not that of the event


def own_words(recorded: Recorded, owner: OwnerId, *texts: str) -> Words:
    there = [text for text in texts if text not in ("", ERASED)]
    return Words("\n".join(there), owner, recorded.envelope.confidentiality)


def end(connection: sqlite3.Connection, recorded: Recorded, which: str, *values: str) -> None:
    connection.execute(
        f"""update evidence set until = coalesce(until, ?), returns = 0
        where {which} and (until is null or returns)""",
        (recorded.position, *values),
    )


def add(
    connection: sqlite3.Connection,
    recorded: Recorded,
    subject: StreamId,
    says: Says,
    words: Words,
    *,
    challenge: StreamId | None = None,
    letter: str = "",
) -> None:
    if not words.text:
        return
    position = recorded.position
    connection.execute(
        """insert into evidence values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
        (select ?12 from absent where member = ?2), exists (select 1 from absent where member = ?2))""",
        (
            f"e{position}{letter}",
            subject,
            subject.partition("-")[0],
            words.owner,
            says,
            _STRENGTH.get(says, Strength.DEMONSTRATED),
            words.text,
            challenge,
            words.source or recorded.stream,
            microseconds(recorded.envelope.occurred_at),
            words.confidentiality,
            position,
        ),
    )


def all_evidence(connection: sqlite3.Connection) -> list[Evidence]:
    """All that holds now, in order of positions."""
    return list(rows(connection, Evidence, "select * from evidence where until is null order by since, id"))


def open_ids(connection: sqlite3.Connection, besides: Collection[int] = ()) -> list[str]:
    """All that holds now and is open to all, besides that of some events, without its words."""
    sql = "select id from evidence where until is null and confidentiality in ('public', 'network')"
    return [each for (each,) in connection.execute(sql) if not besides or position_of(each) not in besides]


def withdrawn(connection: sqlite3.Connection) -> frozenset[int]:
    """The positions of the events whose words their owners withdrew."""
    found = connection.execute("select id from evidence where returns = ?", (_WITHDRAWN,))
    return frozenset(position_of(each) for (each,) in found)


def evidence_after(connection: sqlite3.Connection, position: int) -> list[Evidence]:
    """All that began or ended beyond a position, with what did both."""
    sql = """select * from evidence where since > ?1 and (until is null or until > since)
        union all select * from evidence where until > ?1 and +since <= ?1 order by since, id"""  # + bars that index
    return list(rows(connection, Evidence, sql, (position,)))


def ever_after(connection: sqlite3.Connection, position: int) -> list[Evidence]:
    """The same, with what began and ended at one position; from 0 on all that ever held."""
    sql = """select * from evidence where since > ?1
        union all select * from evidence where until > ?1 and +since <= ?1 order by since, id"""
    return list(rows(connection, Evidence, sql, (position,)))


def evidence(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Evidence]:
    """These pieces of evidence, those too that do not hold any more."""
    wanted = msgspec.json.encode(list(ids)).decode()
    sql = "select * from evidence where id in (select value from json_each(?))"
    return {each.id: each for each in rows(connection, Evidence, sql, (wanted,))}


def readable(connection: sqlite3.Connection, reader: Reader, ids: Iterable[str]) -> dict[str, Evidence]:
    """Of these pieces those that the reader may see: what they are about, and whose words they are."""
    made = """(select owner from resources where resource = subject union all
        select owner from challenges where challenge = subject)"""
    sql = f"""select * from evidence where id in (select value from json_each(:ids)) and {may_read()}
        and {not_hidden("subject", made)} and (subject_kind <> 'challenge' or {seen_id("subject")} is not null)"""
    return {each.id: each for each in rows(connection, Evidence, sql, told(reader, ids=listed(list(ids))))}


_HIDDEN: Final = "(select value from json_each(:hidden))"
_UNSHOWN: Final = f"""
    select id from evidence where subject in {_HIDDEN}
    union all select id from evidence where owner <> subject and owner in {_HIDDEN}
    union all select id from evidence where subject in (select resource from resources where owner in {_HIDDEN}
        union all select challenge from challenges where owner in {_HIDDEN})
"""


def unshown(connection: sqlite3.Connection, reader: Reader) -> list[str]:
    """What is about, belongs to or was said by whom the reader must not be shown, so that nobody looks there."""
    if not reader.hidden:
        return []
    return [each for (each,) in connection.execute(_UNSHOWN, told(reader))]


def open_of(connection: sqlite3.Connection, subject: StreamId, says: Collection[str], most: int) -> list[Piece]:
    """Of what holds now and is open to all, the newest of these kinds, without its words."""
    sql = """select id, strength, challenge from evidence where subject = ? and until is null
        and confidentiality in ('public', 'network') and says in (select value from json_each(?))
        order by since desc, id limit ?"""
    return list(rows(connection, Piece, sql, (subject, listed(says), most)))


def about(connection: sqlite3.Connection, challenge: StreamId) -> tuple[OwnerId, str] | None:
    """Whose words a challenge is in, and the latest of them, also after it ended; None where none are left."""
    sql = "select owner, text from evidence where subject = ? and says = 'is about' order by since desc limit 1"
    row: tuple[OwnerId, str] | None = connection.execute(sql, (challenge,)).fetchone()
    return row


def of_subject(connection: sqlite3.Connection, subject: StreamId) -> list[Evidence]:
    """What holds now of one member, resource or challenge, the oldest first."""
    sql = "select * from evidence where subject = ? and until is null order by since, id"
    return list(rows(connection, Evidence, sql, (subject,)))


class Owned(Struct, frozen=True):
    """A piece of somebody's words, and whether it leads to anybody."""

    position: int  # of the event that holds the words
    matched: bool
    withdrawn: bool


def owned_by(connection: sqlite3.Connection, owner: OwnerId) -> dict[int, Owned]:
    """By the position of the event, whatever became of the pieces since."""
    found: dict[int, Owned] = {}
    for piece, until, returns in connection.execute(
        "select id, until, returns from evidence where owner = ?", (owner,)
    ):
        position = position_of(piece)
        before = found.get(position, Owned(position, matched=False, withdrawn=False))
        found[position] = Owned(position, before.matched or until is None, before.withdrawn or returns == _WITHDRAWN)
    return found


_WITHDRAWN: Final = 2
_PLACE: Final = re.compile(r"e(\d+)[ab]?$")


def position_of(piece: str) -> int:
    """Of the event that first held a piece of evidence, in whatever form it came back."""
    found = _PLACE.search(piece)
    assert found is not None, piece  # noqa: S101 - ids are made here
    return int(found[1])
