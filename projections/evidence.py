"""Every text that shows what a member knows or works on, or what a resource or challenge is about."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from domain.challenges import ChallengeAnswered, ChallengePosted, ChallengeReframed
from domain.introductions import HelpConfirmed, HelpDisputed
from domain.kernel import Recorded
from domain.members import (
    ExpertiseClaimed,
    ExpertiseEndorsed,
    ExpertiseRetired,
    GrowthAreaNamed,
    MemberJoined,
    MemberLeft,
    ProfileDescribed,
)
from domain.resources import ResourceRetired, ResourceReviewed, ResourceRevised, ResourceShared
from domain.sites import SiteDescribed
from domain.vocabulary import Confidentiality, MemberId, OwnerId, StreamId
from projections.shape import Projection, microseconds, rows

# a row holds from position `since` until before position `until`; who left has none that hold,
# those that come back with them are marked `returns`
_SCHEMA: Final = """
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
    create index if not exists evidence_since on evidence (since);
    create index if not exists evidence_until on evidence (until) where until is not null;
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


class _Words(Struct, frozen=True):
    """A text with whose it is and who may read it."""

    text: str
    owner: OwnerId
    confidentiality: Confidentiality


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.stream.partition("-")[0]:
        case "challenge":
            _of_challenge(connection, recorded)
        case "member":
            _of_member(connection, recorded)
        case "resource":
            _of_resource(connection, recorded)
        case "introduction":
            _of_introduction(connection, recorded)
        case "site":
            _of_site(connection, recorded)
        case _:
            pass


def _of_challenge(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case ChallengePosted(author=author, title=title, text=text):
            _problem(connection, recorded, _own(recorded, author, title, text))
        case ChallengeReframed(author=author, title=title, text=text):
            _end(connection, recorded, "source = ? and says in ('posted', 'is about')", recorded.stream)
            _problem(connection, recorded, _own(recorded, author, title, text))
        case ChallengeAnswered(member=member, text=text) if text:
            words = _own(recorded, member, text)
            _add(connection, recorded, member, Says.ANSWERED, words, challenge=recorded.stream)
        case ChallengeAnswered(member=member):
            _answered_without_words(connection, recorded, member)
        case _:
            pass


def _problem(connection: sqlite3.Connection, recorded: Recorded, words: _Words) -> None:
    challenge = recorded.stream
    _add(connection, recorded, words.owner, Says.POSTED, words, challenge=challenge, letter="a")
    _add(connection, recorded, challenge, Says.IS_ABOUT, words, challenge=challenge, letter="b")


def _answered_without_words(connection: sqlite3.Connection, recorded: Recorded, member: MemberId) -> None:
    """The challenge's title speaks for whoever answered, once; its author has it already."""
    words = _title(connection, recorded.stream)
    if words is None or words.owner == member:
        return
    said = connection.execute(
        "select 1 from evidence where source = ? and subject = ? and says = 'answered' and owner <> subject",
        (recorded.stream, member),
    )
    if said.fetchone() is None:
        _add(connection, recorded, member, Says.ANSWERED, words, challenge=recorded.stream)


def _title(connection: sqlite3.Connection, challenge: StreamId) -> _Words | None:
    sql = """select text, owner, confidentiality from evidence
        where subject = ? and says = 'is about' and until is null"""
    row = connection.execute(sql, (challenge,)).fetchone()
    return None if row is None else _Words(row[0].partition("\n")[0], row[1], Confidentiality(row[2]))


def _of_member(connection: sqlite3.Connection, recorded: Recorded) -> None:
    member = recorded.stream
    match recorded.event:
        case ProfileDescribed(text=text):
            _end(connection, recorded, "source = ? and says = 'profile'", member)
            _add(connection, recorded, member, Says.PROFILE, _own(recorded, member, text))
        case ExpertiseClaimed(topic=topic):
            _add(connection, recorded, member, Says.CLAIMS, _own(recorded, member, topic))
        case ExpertiseEndorsed(topic=topic):
            _add(connection, recorded, member, Says.ENDORSED, _own(recorded, member, topic))
        case ExpertiseRetired(topic=topic):
            _end(connection, recorded, "source = ? and says in ('claims', 'endorsed') and text = ?", member, topic)
        case GrowthAreaNamed(topic=topic):
            _add(connection, recorded, member, Says.WANTS_TO_LEARN, _own(recorded, member, topic))
        case MemberJoined():
            _return(connection, recorded)
        case MemberLeft():
            _leave(connection, recorded)
        case _:
            pass


def _leave(connection: sqlite3.Connection, recorded: Recorded) -> None:
    connection.execute(
        "update evidence set until = ?, returns = 1 where subject = ? and until is null",
        (recorded.position, recorded.stream),
    )
    connection.execute("insert into absent values (?)", (recorded.stream,))


def _return(connection: sqlite3.Connection, recorded: Recorded) -> None:
    """Who joins again brings back what held when they left."""
    connection.execute("delete from absent where member = ?", (recorded.stream,))
    connection.execute(
        """insert into evidence select 'e' || ?1 || id, subject, subject_kind, owner, says, strength, text, challenge,
        source, at, confidentiality, ?1, null, 0 from evidence where subject = ?2 and returns""",
        (recorded.position, recorded.stream),
    )
    connection.execute("update evidence set returns = 0 where subject = ? and returns", (recorded.stream,))


def _of_resource(connection: sqlite3.Connection, recorded: Recorded) -> None:
    resource = recorded.stream
    match recorded.event:
        case ResourceShared(contributor=contributor) | ResourceRevised(contributor=contributor) as shared:
            words = _own(recorded, contributor, shared.title, shared.topics, shared.description)
            _end(connection, recorded, "source = ? and says in ('is about', 'shared')", resource)
            _add(connection, recorded, resource, Says.IS_ABOUT, words, letter="a")
            if contributor.startswith("member-"):
                _add(connection, recorded, contributor, Says.SHARED, words, letter="b")
        case ResourceReviewed(member=member, text=text):
            _end(connection, recorded, "source = ? and says = 'reviewed' and owner = ?", resource, member)
            _add(connection, recorded, resource, Says.REVIEWED, _own(recorded, member, text))
        case ResourceRetired():
            _end(connection, recorded, "source = ?", resource)
        case _:
            pass


def _of_introduction(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case HelpConfirmed(member=receiver, helper=helper, challenge=challenge, note=note):
            words = _own(recorded, receiver, note)
            if not note and challenge is not None:
                words = _title(connection, challenge) or words
            _add(connection, recorded, helper, Says.HELPED, words, challenge=challenge)
        case HelpDisputed():
            _end(connection, recorded, "source = ? and says = 'helped'", recorded.stream)
        case _:
            pass


def _of_site(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case SiteDescribed(contact=contact, statement=statement):
            _end(connection, recorded, "source = ? and says = 'site statement'", recorded.stream)
            _add(connection, recorded, contact, Says.SITE_STATEMENT, _own(recorded, contact, statement))
        case _:
            pass


def _own(recorded: Recorded, owner: OwnerId, *texts: str) -> _Words:
    return _Words("\n".join(filter(None, texts)), owner, recorded.envelope.confidentiality)


def _end(connection: sqlite3.Connection, recorded: Recorded, which: str, *values: str) -> None:
    connection.execute(
        f"""update evidence set until = coalesce(until, ?), returns = 0
        where {which} and (until is null or returns)""",
        (recorded.position, *values),
    )


def _add(
    connection: sqlite3.Connection,
    recorded: Recorded,
    subject: StreamId,
    says: Says,
    words: _Words,
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
            recorded.stream,
            microseconds(recorded.envelope.occurred_at),
            words.confidentiality,
            position,
        ),
    )


PROJECTION: Final = Projection(name="evidence", schema=_SCHEMA, fill=fill)


def all_evidence(connection: sqlite3.Connection) -> list[Evidence]:
    """All that holds now, in order of positions."""
    return list(rows(connection, Evidence, "select * from evidence where until is null order by since, id"))


def evidence_after(connection: sqlite3.Connection, position: int) -> list[Evidence]:
    """All that began or ended beyond a position, with what did both."""
    sql = """select * from evidence where since > ?1 and (until is null or until > since)
        union all select * from evidence where until > ?1 and +since <= ?1 order by since, id"""  # + bars that index
    return list(rows(connection, Evidence, sql, (position,)))


def evidence(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Evidence]:
    """These pieces of evidence, those too that do not hold any more."""
    wanted = msgspec.json.encode(list(ids)).decode()
    sql = "select * from evidence where id in (select value from json_each(?))"
    return {each.id: each for each in rows(connection, Evidence, sql, (wanted,))}


def of_subject(connection: sqlite3.Connection, subject: StreamId) -> list[Evidence]:
    """What holds now of one member, resource or challenge, the oldest first."""
    sql = "select * from evidence where subject = ? and until is null order by since, id"
    return list(rows(connection, Evidence, sql, (subject,)))
