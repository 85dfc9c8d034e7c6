"""Which events show something, and until when it holds."""

import sqlite3
from typing import Final

from msgspec.structs import replace

from domain.challenges import ChallengeAnswered, ChallengePosted, ChallengeReframed
from domain.introductions import HelpConfirmed, HelpDisputed
from domain.kernel import Recorded
from domain.members import (
    ExpertiseClaimed,
    ExpertiseEndorsed,
    ExpertiseRetired,
    GrowthAreaNamed,
    MemberErased,
    MemberJoined,
    MemberLeft,
    ProfileDescribed,
)
from domain.own_words import CorrectionRecorded, TextReturned, TextWithdrawn
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
        case "words":
            _of_words(connection, recorded)
        case _:
            pass


def _of_challenge(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case ChallengePosted(author=author, title=title, text=text):
            _problem(connection, recorded, own_words(recorded, author, title, text))
        case ChallengeReframed(author=author, title=title, text=text):
            end(connection, recorded, "source = ? and says in ('posted', 'is about')", recorded.stream)
            _problem(connection, recorded, own_words(recorded, author, title, text))
        case ChallengeAnswered(answer=answer, member=member, text=text):
            connection.execute("insert or ignore into answers_told values (?, ?)", (answer, recorded.stream))
            if text:
                _answered(connection, recorded, answer, own_words(recorded, member, text))
            else:
                _answered_without_words(connection, recorded, member)
        case _:
            pass


def _problem(connection: sqlite3.Connection, recorded: Recorded, words: Words) -> None:
    challenge = recorded.stream
    add(connection, recorded, words.owner, Says.POSTED, words, challenge=challenge, letter="a")
    add(connection, recorded, challenge, Says.IS_ABOUT, words, challenge=challenge, letter="b")


def _answered(connection: sqlite3.Connection, recorded: Recorded, answer: str, words: Words) -> None:
    challenge = words.source or recorded.stream
    add(connection, recorded, words.owner, Says.ANSWERED, words, challenge=challenge)
    connection.execute("insert or replace into answer_pieces values (?, ?)", (answer, f"e{recorded.position}"))


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
        case MemberErased():  # nor does anything in their words hold, whatever it is about
            end(connection, recorded, "(subject = ?2 or (owner = ?2 and owner <> subject))", member)
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
        source, at, confidentiality, ?1, null, 0 from evidence where subject = ?2 and returns = 1""",
        (recorded.position, recorded.stream),
    )
    connection.execute("update evidence set returns = 0 where subject = ? and returns = 1", (recorded.stream,))


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


_TEXT: Final = "owner = ?2 and (id like '%e' || ?3 or id like '%e' || ?3 || 'a' or id like '%e' || ?3 || 'b')"
# of one event, in whatever form it came back


def _of_words(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case TextWithdrawn(member=member, position=position):
            connection.execute(
                f"""update evidence set until = coalesce(until, ?1), returns = 2
                where {_TEXT} and (until is null or returns = 1)""",
                (recorded.position, member, position),
            )
        case TextReturned(member=member, position=position):
            _let_back(connection, recorded, member, position)
        case CorrectionRecorded(member=member, subject=subject, text=text) if subject != member:
            _correct(connection, recorded, subject, own_words(recorded, member, text))
        case _:
            pass


def _let_back(connection: sqlite3.Connection, recorded: Recorded, member: MemberId, position: int) -> None:
    """What still holds, at once or, of who left, when they come back."""
    chosen = (recorded.position, member, position)
    connection.execute(
        f"""insert into evidence select 'e' || ?1 || id, subject, subject_kind, owner, says, strength, text, challenge,
        source, at, confidentiality, ?1, null, 0 from evidence
        where {_TEXT} and returns = 2 and subject not in (select member from absent)""",
        chosen,
    )
    connection.execute(
        f"""update evidence set returns = subject in (select member from absent) and ?1 > 0
        where {_TEXT} and returns = 2""",
        chosen,
    )


def _correct(connection: sqlite3.Connection, recorded: Recorded, answer: str, words: Words) -> None:
    """An answer's words, where it had any; else it has some from now on."""
    told = connection.execute("select challenge from answers_told where answer = ?", (answer,)).fetchone()
    if told is None:
        return
    before = "id like '%' || (select id from answer_pieces where answer = ?)"
    end(connection, recorded, before, answer)
    _answered(connection, recorded, answer, replace(words, source=told[0]))


PROJECTION: Final = Projection(name="evidence", schema=SCHEMA, fill=fill)
