"""Which events show something, and until when it holds."""

import sqlite3
from typing import Final

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
from domain.vocabulary import Confidentiality, MemberId, StreamId
from projections.evidence import SCHEMA, Says, Words, add, end, own_words
from projections.shape import Projection


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
            _problem(connection, recorded, own_words(recorded, author, title, text))
        case ChallengeReframed(author=author, title=title, text=text):
            end(connection, recorded, "source = ? and says in ('posted', 'is about')", recorded.stream)
            _problem(connection, recorded, own_words(recorded, author, title, text))
        case ChallengeAnswered(member=member, text=text) if text:
            words = own_words(recorded, member, text)
            add(connection, recorded, member, Says.ANSWERED, words, challenge=recorded.stream)
        case ChallengeAnswered(member=member):
            _answered_without_words(connection, recorded, member)
        case _:
            pass


def _problem(connection: sqlite3.Connection, recorded: Recorded, words: Words) -> None:
    challenge = recorded.stream
    add(connection, recorded, words.owner, Says.POSTED, words, challenge=challenge, letter="a")
    add(connection, recorded, challenge, Says.IS_ABOUT, words, challenge=challenge, letter="b")


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
        add(connection, recorded, member, Says.ANSWERED, words, challenge=recorded.stream)


def _title(connection: sqlite3.Connection, challenge: StreamId) -> Words | None:
    sql = """select text, owner, confidentiality from evidence
        where subject = ? and says = 'is about' and until is null"""
    row = connection.execute(sql, (challenge,)).fetchone()
    return None if row is None else Words(row[0].partition("\n")[0], row[1], Confidentiality(row[2]))


def _of_member(connection: sqlite3.Connection, recorded: Recorded) -> None:
    member = recorded.stream
    match recorded.event:
        case ProfileDescribed(text=text):
            end(connection, recorded, "source = ? and says = 'profile'", member)
            add(connection, recorded, member, Says.PROFILE, own_words(recorded, member, text))
        case ExpertiseClaimed(topic=topic):
            add(connection, recorded, member, Says.CLAIMS, own_words(recorded, member, topic))
        case ExpertiseEndorsed(topic=topic):
            add(connection, recorded, member, Says.ENDORSED, own_words(recorded, member, topic))
        case ExpertiseRetired(topic=topic):
            end(connection, recorded, "source = ? and says in ('claims', 'endorsed') and text = ?", member, topic)
        case GrowthAreaNamed(topic=topic):
            add(connection, recorded, member, Says.WANTS_TO_LEARN, own_words(recorded, member, topic))
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
            words = own_words(recorded, contributor, shared.title, shared.topics, shared.description)
            end(connection, recorded, "source = ? and says in ('is about', 'shared')", resource)
            add(connection, recorded, resource, Says.IS_ABOUT, words, letter="a")
            if contributor.startswith("member-"):
                add(connection, recorded, contributor, Says.SHARED, words, letter="b")
        case ResourceReviewed(member=member, text=text):
            end(connection, recorded, "source = ? and says = 'reviewed' and owner = ?", resource, member)
            add(connection, recorded, resource, Says.REVIEWED, own_words(recorded, member, text))
        case ResourceRetired():
            end(connection, recorded, "source = ?", resource)
        case _:
            pass


def _of_introduction(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case HelpConfirmed(member=receiver, helper=helper, challenge=challenge, note=note):
            words = own_words(recorded, receiver, note)
            if not note and challenge is not None:
                words = _title(connection, challenge) or words
            add(connection, recorded, helper, Says.HELPED, words, challenge=challenge)
        case HelpDisputed():
            end(connection, recorded, "source = ? and says = 'helped'", recorded.stream)
        case _:
            pass


def _of_site(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case SiteDescribed(contact=contact, statement=statement):
            end(connection, recorded, "source = ? and says = 'site statement'", recorded.stream)
            add(connection, recorded, contact, Says.SITE_STATEMENT, own_words(recorded, contact, statement))
        case _:
            pass


PROJECTION: Final = Projection(name="evidence", schema=SCHEMA, fill=fill)
