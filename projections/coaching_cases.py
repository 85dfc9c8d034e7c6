"""Coaching cases as they stand: the queue that facilitators work through, and everybody's own."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.refusals import NotTheirs
from domain.vocabulary import Confidentiality, Disposition, MemberId, StreamId, Tier, Urgency
from projections.coaching_waits import places
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
    create index if not exists coaching_cases_noticed on coaching_cases (noticed_by) where state = 'noticed';
    create index if not exists coaching_cases_held on coaching_cases (facilitator);
    create index if not exists coaching_cases_coached on coaching_cases (coach);
    create index if not exists coaching_cases_next on coaching_cases (next);
    create index if not exists coaching_cases_open on coaching_cases (since) where open = 1;
    create index if not exists coaching_cases_open_tier on coaching_cases (tier, since) where open = 1;
    create index if not exists coaching_cases_state on coaching_cases (state, since);
    create index if not exists coaching_cases_wanting on coaching_cases (tier, since) where wants = 1;
    create index if not exists coaching_cases_offered on coaching_cases (expires_at) where offer is not null;
    create index if not exists coaching_cases_tied on coaching_cases (challenge) where open = 1;
    create index if not exists coaching_cases_unsuggested on coaching_cases (since) where suggested < words;
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


class _Stored(Struct, frozen=True, kw_only=True):
    since: int
    wants: bool
    confidentiality: Confidentiality
    readers: str
    row: bytes


_SELECT: Final = "select since, wants, confidentiality, readers, row from coaching_cases"
_QUEUE: Final = Listed(name="coaching queue", of=_Stored, table="coaching_cases", key=("since",), select=_SELECT)
_MINE: Final = Listed(
    name="coaching", of=_Stored, table="coaching_cases", key=("since",), newest_first=True, select=_SELECT
)
_OWN: Final = """(owner = :reader or coach = :reader or next = :reader or (facilitator = :reader and :staff)
    or (noticed_by = :reader and state = 'noticed')) and owner not in (select value from json_each(:apart))"""

_row: Final = msgspec.msgpack.Decoder(QueueRow).decode


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
    parameters = {**wanted, "apart": listed(reader.apart)}
    count = None if reader.apart else _counted(connection, tier, state)
    page = _QUEUE.page(connection, where, parameters, cursor=cursor, limit=limit, count=count)
    return Page(items=_shown(connection, reader, page.items), count=page.count, next=page.next)


def mine(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[QueueRow]:
    """Cases of the reader's own need, that they coach or are asked to, or that they hold; the newest first."""
    parameters = told(reader, apart=listed(reader.apart))
    page = _MINE.page(connection, _OWN, parameters, cursor=cursor, limit=limit)
    return Page(items=_shown(connection, reader, page.items), count=page.count, next=page.next)


def row_of(connection: sqlite3.Connection, reader: Reader, coaching: StreamId) -> QueueRow | None:
    """One case among others, whether or not it is there for this reader: that is for the caller to know."""
    found = connection.execute(f"{_SELECT} where coaching = ?", (coaching,)).fetchone()
    if found is None:
        return None
    since, wants, confidentiality, readers, row = found
    stored = _Stored(
        since=since, wants=bool(wants), confidentiality=Confidentiality(confidentiality), readers=readers, row=row
    )
    return _shown(connection, reader, (stored,))[0]


def _counted(connection: sqlite3.Connection, tier: Tier | None, state: str | None) -> int:
    """From the counts that are kept."""
    where = "open = 1" if state is None else "state = :state"
    given = "" if tier is None else " and tier = :tier"
    sql = f"select coalesce(sum(cases), 0) from coaching_counts where {where}{given}"
    count: int = connection.execute(sql, {"tier": tier, "state": state}).fetchone()[0]
    return count


def _shown(connection: sqlite3.Connection, reader: Reader, stored: Sequence[_Stored]) -> tuple[QueueRow, ...]:
    found = [_row(each.row) for each in stored]
    wanting = [row for row, each in zip(found, stored, strict=True) if each.wants]
    place = places(connection, [(row.tier, row.since) for row in wanting])
    theirs = cases_of(connection, reader.apart) if reader.apart else frozenset[StreamId]()
    return tuple(
        _for_reader(replace(row, place=place[row.since]) if each.wants else row, each, reader, theirs)
        for row, each in zip(found, stored, strict=True)
    )


def _for_reader(row: QueueRow, stored: _Stored, reader: Reader, theirs: frozenset[StreamId]) -> QueueRow:
    """Without words that are not theirs to read, nor anybody whom they must not be shown."""
    if row.title and not (reader.staff and stored.confidentiality is Confidentiality.GROUP):
        row = row if f'"{reader.member}"' in stored.readers else replace(row, title="")
    if not reader.staff:
        row = replace(row, suggested=None, suggestion_reason="", duplicates=(), similar=())
    if reader.hidden & {row.facilitator, row.coach}:
        facilitator, coach = (None if each in reader.hidden else each for each in (row.facilitator, row.coach))
        row = replace(row, facilitator=facilitator, coach=coach)
    if not theirs.isdisjoint((*row.duplicates, *row.similar)):
        duplicates, similar = (
            tuple(each for each in cases if each not in theirs) for cases in (row.duplicates, row.similar)
        )
        row = replace(row, duplicates=duplicates, similar=similar)
    return row


def cases_of(connection: sqlite3.Connection, members: frozenset[MemberId]) -> frozenset[StreamId]:
    sql = "select coaching from coaching_cases where owner in (select value from json_each(?))"
    return frozenset(coaching for (coaching,) in connection.execute(sql, (listed(members),)))
