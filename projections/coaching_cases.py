"""Coaching cases as they stand: the queue that facilitators work through, and everybody's own."""

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.states import WORDS, Clarifying, Offered, Triaged
from domain.refusals import NotTheirs
from domain.vocabulary import COACHED, Disposition, MemberId, StreamId, Tier, Urgency
from projections.coaching_waits import places
from projections.network_setting import setting
from projections.reading import Reader, listed, told
from projections.shape import USUAL, Listed, Page

SCHEMA: Final = """
    create table if not exists coaching_cases (
        coaching text primary key,
        owner text not null,
        since integer not null,
        open integer not null,
        wants integer not null,
        state text not null,
        tier text,
        confidentiality text not null,
        noticed_by text,
        facilitator text,
        coach text,
        next text,
        challenge text,
        disposition text,
        asked text not null,
        offers integer not null,
        response text,
        offer text,
        asks text,
        expires_at integer,
        submitted_at integer,
        words integer not null,
        suggested integer not null,
        readers text not null,
        row blob not null,
        clocks blob
    ) strict;
    create unique index if not exists coaching_cases_in_order on coaching_cases (since);
    create index if not exists coaching_cases_sought on coaching_cases (owner);
    create index if not exists coaching_cases_held on coaching_cases (facilitator);
    create index if not exists coaching_cases_coached on coaching_cases (coach);
    create index if not exists coaching_cases_next on coaching_cases (next);
    create index if not exists coaching_cases_open on coaching_cases (since) where open = 1;
    create index if not exists coaching_cases_open_tier on coaching_cases (tier, since) where open = 1;
    create index if not exists coaching_cases_state on coaching_cases (state, since);
    create index if not exists coaching_cases_wanting on coaching_cases (since, tier) where wants = 1;
    create index if not exists coaching_cases_offered on coaching_cases (expires_at) where offer is not null;
    create index if not exists coaching_cases_tied on coaching_cases (challenge) where open = 1;
    create table if not exists coaching_counts (
        tier text not null,
        state text not null,
        open integer not null,
        cases integer not null,
        primary key (tier, state)
    ) strict, without rowid;
"""


class QueueRow(Struct, frozen=True, kw_only=True):
    coaching: StreamId
    seeker: MemberId
    title: str  # empty where its words are not for the reader
    state: str  # in words
    tier: Tier | None = None
    urgency: Urgency = Urgency.ROUTINE
    disposition: Disposition | None = None
    submitted_at: datetime | None = None  # None until it is
    first_response_due: datetime | None = None  # None once met or over, like the next two
    update_due: datetime | None = None
    resolution_due: datetime | None = None
    paused_since: datetime | None = None  # since when it waits for the seeker; no clock runs meanwhile
    facilitator: MemberId | None = None  # who holds it
    coach: MemberId | None = None  # who coaches, or is asked to
    first_request: bool = False  # the seeker's first ever
    suggested: Disposition | None = None  # this and the next three are for staff
    suggestion_reason: str = ""
    duplicates: tuple[StreamId, ...] = ()  # other open cases that are likely the same need
    similar: tuple[StreamId, ...] = ()
    place: int | None = None  # in the queue of its tier; None where it waits for no coach
    reopens: StreamId | None = None
    since: int  # the position at which it was submitted, or begun: the order of the queue


_decode: Final = msgspec.msgpack.Decoder(QueueRow).decode


def _for_one(columns: tuple[bytes, int]) -> QueueRow:
    """What other needs it is like is told by its words."""
    body, readable = columns
    return _decode(body) if readable else replace(_decode(body), title="", duplicates=(), similar=())


_SELECT: Final = """select row, (confidentiality = 'group' and :staff) or instr(readers, :quoted) from coaching_cases"""
_QUEUE: Final = Listed(
    name="coaching queue", of=QueueRow, table="coaching_cases", key=("since",), select=_SELECT, turn=_for_one
)
_MINE: Final = Listed(
    name="coaching",
    of=QueueRow,
    table="coaching_cases",
    key=("since",),
    newest_first=True,
    select=_SELECT,
    turn=_for_one,
)
_OWN: Final = """(owner = :reader or coach = :reader or next = :reader or (facilitator = :reader and :staff)
    or (noticed_by = :reader and state = 'noticed')) and owner not in (select value from json_each(:apart))"""


def queue(
    connection: sqlite3.Connection,
    reader: Reader,
    *,
    tier: Tier | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[QueueRow]:
    """For staff: what waits, the oldest first; cases with a coach at work, or ended, only where `state` names them."""
    if not reader.staff:
        raise NotTheirs("the queue is for facilitators", field="coaching", remedy="see your own cases")
    wanted = {"tier": tier, "state": state}
    where = "".join(f" and {column} = :{column}" for column, value in wanted.items() if value is not None)
    where = ("open = 1" if state is None else "submitted_at is not null") + where
    if reader.apart:
        where += " and owner not in (select value from json_each(:apart))"
    count = None if reader.apart else _counted(connection, tier, state)
    page = _QUEUE.page(connection, where, _told(reader, **wanted), cursor=cursor, limit=limit, count=count)
    wanting = [row.since for row in page.items if wants_coach(row)]
    place = places(connection, wanting, tier, unseen=reader.apart)
    items = tuple(replace(row, place=place[row.since]) if row.since in place else row for row in page.items)
    return Page(items=_without_apart(connection, reader, items), count=page.count, next=page.next)


def mine(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[QueueRow]:
    """Cases of the reader's own need, that they coach or are asked to, or that they hold; the newest first."""
    page = _MINE.page(connection, _OWN, _told(reader), cursor=cursor, limit=limit)
    items = tuple(_placed(connection, reader, row) for row in page.items)
    return Page(items=_without_apart(connection, reader, items), count=page.count, next=page.next)


def row_of(connection: sqlite3.Connection, reader: Reader, coaching: StreamId) -> QueueRow | None:
    """One case among others; whether it is there for this reader at all is for the caller to know."""
    found = connection.execute(f"{_SELECT} where coaching = :coaching", _told(reader, coaching=coaching)).fetchone()
    return (
        None
        if found is None
        else _without_apart(connection, reader, (_placed(connection, reader, _for_one(found)),))[0]
    )


def wants_coach(row: QueueRow) -> bool:
    """Whether it has a place in the queue of its tier; it keeps it until a coach accepts."""
    return row.disposition in COACHED and row.state in _WANTING


_WANTING: Final = frozenset(WORDS[each] for each in (Clarifying, Triaged, Offered))


def _told(reader: Reader, **more: object) -> dict[str, object]:
    return told(reader, quoted=f'"{reader.member}"', apart=listed(reader.apart), **more)


def _counted(connection: sqlite3.Connection, tier: Tier | None, state: str | None) -> int:
    """From the counts that are kept."""
    where = "open = 1" if state is None else "state = :state"
    given = "" if tier is None else " and tier = :tier"
    sql = f"select coalesce(sum(cases), 0) from coaching_counts where {where}{given}"
    count: int = connection.execute(sql, {"tier": tier, "state": state}).fetchone()[0]
    return count


def _placed(connection: sqlite3.Connection, reader: Reader, row: QueueRow) -> QueueRow:
    """With its place, and for who is no staff without what is for staff, nor anybody whom they must not be shown."""
    if wants_coach(row):
        row = replace(row, place=places(connection, [row.since], unseen=unseen(reader))[row.since])
    if reader.staff:
        return row
    facilitator, coach = (None if each in reader.hidden else each for each in (row.facilitator, row.coach))
    row = replace(row, facilitator=facilitator, coach=coach)
    return replace(row, suggested=None, suggestion_reason="", duplicates=(), similar=())


def _without_apart(connection: sqlite3.Connection, reader: Reader, found: tuple[QueueRow, ...]) -> tuple[QueueRow, ...]:
    """Without the cases of others with whom the reader must have nothing to do."""
    if not reader.apart:
        return found
    hidden = cases_of(connection, reader.apart)
    least = setting(connection).policy.coaching.group_least
    return tuple(_without(row, hidden, least) for row in found)


def _without(row: QueueRow, hidden: frozenset[StreamId], least: int) -> QueueRow:
    """Neither named nor counted; what is suggested for several is not, where too few of them are left."""
    like = (row.duplicates, row.similar)
    duplicates, similar = (tuple(each for each in some if each not in hidden) for some in like)
    row = replace(row, duplicates=duplicates, similar=similar)
    few = (duplicates, similar) != like and len(duplicates) + len(similar) + 1 < least
    if few and row.suggested is Disposition.GROUP_COACHING_OFFERED:
        return replace(row, suggested=None, suggestion_reason="")
    return row


def unseen(reader: Reader) -> frozenset[MemberId]:
    """Who is not counted in places either: where staff must not see somebody in the queue that they read."""
    return reader.apart if reader.staff else frozenset()


def cases_of(connection: sqlite3.Connection, members: frozenset[MemberId]) -> frozenset[StreamId]:
    sql = "select coaching from coaching_cases where owner in (select value from json_each(?))"
    return frozenset(coaching for (coaching,) in connection.execute(sql, (listed(members),)))


def seekers_of(connection: sqlite3.Connection, cases: Collection[StreamId]) -> frozenset[MemberId]:
    """Whose need each of these cases is."""
    sql = "select owner from coaching_cases where coaching in (select value from json_each(?))"
    return frozenset(owner for (owner,) in connection.execute(sql, (listed(cases),)))
