"""Challenges with their stage, their answers and how they ended."""

import sqlite3
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.challenges import (
    ChallengeAnswered,
    ChallengePosted,
    ChallengeReframed,
    ChallengeResolved,
    ChallengeSetAside,
    ChallengesMerged,
    ChallengeStageChanged,
)
from domain.kernel import Recorded
from domain.own_words import CorrectionRecorded
from domain.refusals import Unknown
from domain.vocabulary import Confidentiality, MemberId, Stage, StreamId
from projections.reading import Reader, may_read, not_hidden, told
from projections.shape import USUAL, Listed, Page, Projection, among, microseconds, only, rows

_SCHEMA: Final = """
    create table if not exists challenges (
        challenge text primary key,
        owner text not null,
        title text not null,
        text text not null,
        stage text not null,
        category text not null,
        confidentiality text not null,
        status text not null,
        merged_into text,
        posted_at integer not null,
        answers integer not null,
        last_activity integer not null,
        changed_at integer not null,
        since integer not null
    ) strict;
    create index if not exists challenges_of_author on challenges (owner);
    create unique index if not exists challenges_in_order on challenges (since);
    create index if not exists challenges_open on challenges (last_activity) where status = 'open';
    create table if not exists answers (
        answer text not null,
        challenge text not null,
        owner text not null,
        answered text not null,
        text text not null,
        at integer not null,
        position integer primary key
    ) strict;
    create index if not exists answers_of_challenge on answers (challenge);
"""


class Status(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    SET_ASIDE = "set aside"
    MERGED = "merged"


class Challenge(Struct, frozen=True, kw_only=True):
    challenge: StreamId
    author: MemberId
    title: str
    text: str
    stage: Stage
    category: str
    confidentiality: Confidentiality
    status: Status
    into: StreamId | None  # what it was merged into
    posted_at: datetime
    answers: int
    last_activity: datetime
    since: int


class Answer(Struct, frozen=True, kw_only=True):
    answer: str
    challenge: StreamId
    member: MemberId
    to: MemberId
    text: str
    at: datetime
    position: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case ChallengePosted():
            _post(connection, recorded, recorded.event)
        case ChallengeReframed(title=title, text=text):
            _change(connection, recorded, "title = ?, text = ?", title, text)
        case ChallengeStageChanged(stage=stage):
            _change(connection, recorded, "stage = ?", stage)
        case ChallengeAnswered(answer=answer, member=member, to=to, text=text):
            at = microseconds(recorded.envelope.occurred_at)
            connection.execute(
                "insert into answers values (?, ?, ?, ?, ?, ?, ?)",
                (answer, recorded.stream, member, to, text, at, recorded.position),
            )
            _answered(connection, recorded)
        case ChallengeResolved():
            _change(connection, recorded, "status = 'resolved'")
        case ChallengeSetAside():
            _change(connection, recorded, "status = 'set aside'")
        case ChallengesMerged(into=into):
            _change(connection, recorded, "status = 'merged', merged_into = ?", into)
        case CorrectionRecorded(member=member, subject=subject, text=text):
            connection.execute("update answers set text = ? where answer = ? and owner = ?", (text, subject, member))
        case _:
            pass


def _post(connection: sqlite3.Connection, recorded: Recorded, posted: ChallengePosted) -> None:
    at = microseconds(recorded.envelope.occurred_at)
    connection.execute(
        "insert into challenges values (?, ?, ?, ?, ?, ?, ?, 'open', null, ?, 0, ?, ?, ?)",
        (
            recorded.stream,
            posted.author,
            posted.title,
            posted.text,
            posted.stage,
            posted.category,
            recorded.envelope.confidentiality,
            at,
            at,
            at,
            recorded.position,
        ),
    )


def _change(connection: sqlite3.Connection, recorded: Recorded, change: str, *values: str) -> None:
    at = microseconds(recorded.envelope.occurred_at)
    connection.execute(
        f"""update challenges set {change}, last_activity = max(last_activity, ?), changed_at = max(changed_at, ?)
        where challenge = ?""",
        (*values, at, at, recorded.stream),
    )


def _answered(connection: sqlite3.Connection, recorded: Recorded) -> None:
    at = microseconds(recorded.envelope.occurred_at)
    connection.execute(
        "update challenges set answers = answers + 1, last_activity = max(last_activity, ?) where challenge = ?",
        (at, recorded.stream),
    )


PROJECTION: Final = Projection(name="challenge board", schema=_SCHEMA, fill=fill)

_ANSWER_SEEN: Final = f"answers.challenge = challenges.challenge and {not_hidden('answers.owner', 'answers.answered')}"


def seen_id(column: str) -> str:
    """The challenge that a column names, or null when the reader may not know of it."""
    return f"""(select named.challenge from challenges as named
        where named.challenge = {column} and {may_read("named.owner", "named.confidentiality")})"""


_BOARD: Final = Listed(
    name="board",
    of=Challenge,
    table="challenges",
    key=("since",),
    newest_first=True,
    select=f"""select challenge, owner as author, title, text, stage, category, confidentiality, status, posted_at,
        since, {seen_id("challenges.merged_into")} as "into",
        (select count(*) from answers where {_ANSWER_SEEN}) as answers,
        max(changed_at, coalesce((select max(at) from answers where {_ANSWER_SEEN}), changed_at)) as last_activity
        from challenges""",
)
_ANSWERS: Final = Listed(
    name="answers",
    of=Answer,
    table="answers",
    key=("position",),
    select='select owner as member, answered as "to", answer, challenge, text, at, position from answers',
)


def board(
    connection: sqlite3.Connection,
    reader: Reader,
    *,
    status: Status | None = None,
    author: MemberId | None = None,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[Challenge]:
    """What the reader may see, the newest first; whose activity they may not see moves nothing here."""
    wanted = {"status": status, "owner": author}
    given = "".join(f" and {column} = :{column}" for column, value in wanted.items() if value is not None)
    return _BOARD.page(connection, may_read() + given, told(reader, **wanted), cursor=cursor, limit=limit)


def seen(connection: sqlite3.Connection, reader: Reader, challenge: StreamId) -> Challenge | None:
    sql = f"{_BOARD.select} where challenge = :challenge and {may_read()}"
    return only(connection, Challenge, sql, told(reader, challenge=challenge))


def answers(
    connection: sqlite3.Connection,
    reader: Reader,
    challenge: StreamId,
    *,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[Answer]:
    """In the order in which they were given; none to a challenge that is not there for this reader."""
    where = f"challenge = {seen_id(':challenge')} and {not_hidden('owner', 'answered')}"
    return _ANSWERS.page(connection, where, told(reader, challenge=challenge), cursor=cursor, limit=limit)


_CHALLENGES: Final = 'select owner as author, merged_into as "into", * from challenges'


def challenge(connection: sqlite3.Connection, challenge: StreamId) -> Challenge | None:
    return only(connection, Challenge, f"{_CHALLENGES} where challenge = ?", (challenge,))


def open_challenges(connection: sqlite3.Connection, *, limit: int = 100, skip: int = 0) -> list[Challenge]:
    """Those that are worked on, the latest activity first."""
    sql = f"{_CHALLENGES} where status = 'open' order by last_activity desc, challenge limit ? offset ?"
    return list(rows(connection, Challenge, sql, (limit, skip)))


def by_author(connection: sqlite3.Connection, author: MemberId) -> list[Challenge]:
    """All of one member's, the newest first."""
    return list(rows(connection, Challenge, f"{_CHALLENGES} where owner = ? order by since desc", (author,)))


def author(connection: sqlite3.Connection, challenge: StreamId) -> MemberId:
    """Whose challenge it is; refused when there is none."""
    row = connection.execute("select owner from challenges where challenge = ?", (challenge,)).fetchone()
    if row is None:
        raise Unknown("there is no such challenge in this network", field="challenge")
    found: MemberId = row[0]
    return found


def authors(connection: sqlite3.Connection, challenges: Collection[StreamId]) -> dict[StreamId, MemberId]:
    """Of those of these challenges that there are."""
    these, values = among("challenge", challenges)
    return dict(connection.execute(f"select challenge, owner from challenges where {these}", values))


def category(connection: sqlite3.Connection, challenge: StreamId) -> str:
    """The area it belongs to; empty where none was named, and where there is no such challenge."""
    row = connection.execute("select category from challenges where challenge = ?", (challenge,)).fetchone()
    return "" if row is None else str(row[0])


def open_categories(connection: sqlite3.Connection, challenges: Collection[StreamId]) -> dict[StreamId, str]:
    """The category of those of these that everybody may read."""
    these, values = among("challenge", challenges)
    sql = f"select challenge, category from challenges where {these} and confidentiality in ('public', 'network')"
    return dict(connection.execute(sql, values))


def reached(connection: sqlite3.Connection, challenges: Collection[StreamId]) -> dict[StreamId, str]:
    """For each of these challenges its stage while it is open, then how it ended."""
    these, values = among("challenge", challenges)
    sql = f"select challenge, case status when 'open' then stage else status end from challenges where {these}"
    return dict(connection.execute(sql, values))


def all_challenges(connection: sqlite3.Connection) -> list[Challenge]:
    """Open and ended, the oldest first."""
    return list(rows(connection, Challenge, f"{_CHALLENGES} order by since"))


def all_answers(connection: sqlite3.Connection) -> list[Answer]:
    """To all challenges, in the order in which they were given."""
    sql = 'select owner as member, answered as "to", * from answers order by position'
    return list(rows(connection, Answer, sql))
