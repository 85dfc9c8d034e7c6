"""How coaching cases are filled: each event of a case leads it on, with its clocks, and with it what is counted."""

import sqlite3
from datetime import datetime
from typing import Final, get_args

import msgspec
from msgspec import Struct

from domain.calendar import SchoolCalendar
from domain.challenges import ChallengeAnswered
from domain.clocks import Clocks, begin, move, under
from domain.coaching import CoachingEvent
from domain.coaching.events import CoachingRequested, OfferAccepted
from domain.coaching.states import Accepted
from domain.kernel import Recorded
from domain.networks import NetworkChartered, PolicyAdopted, PolicyProposed, SchoolCalendarSet
from domain.vocabulary import StreamId, Tier
from projections import coaching_cases, coaching_history, coaching_setting, coaching_waits
from projections.coaching_cases import QueueRow, wants_coach
from projections.coaching_history import history, stands
from projections.coaching_rows import OPEN, row_from, store, timed
from projections.coaching_setting import setting
from projections.shape import Projection

_EVENTS: Final = frozenset(get_args(CoachingEvent))


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    event = recorded.event
    if type(event) in _EVENTS:
        _follow(connection, recorded)
        return
    match event:
        case ChallengeAnswered():
            _answered(connection, recorded, event)
        case SchoolCalendarSet(calendar=calendar):
            _set_calendar(connection, calendar, recorded.envelope.occurred_at)
        case NetworkChartered() | PolicyProposed() | PolicyAdopted():
            coaching_setting.take(connection, event)
        case _:
            pass


PROJECTION: Final = Projection(
    name="coaching cases",
    schema=coaching_history.SCHEMA + coaching_cases.SCHEMA + coaching_waits.SCHEMA + coaching_setting.SCHEMA,
    fill=fill,
)


def _follow(connection: sqlite3.Connection, recorded: Recorded) -> None:
    """A case is led on from all that happened in it: there is no other way in which its row changes but the clocks."""
    coaching_history.add(connection, recorded)
    told = history(connection, recorded.stream)
    state, before = stands(told), _kept(connection, recorded.stream)
    clocks = _clocks(connection, before, recorded)
    row = row_from(recorded.stream, state, told, clocks)
    store(connection, row, state, told, clocks)
    _count(connection, before.row if before else None, -1)
    _count(connection, row, 1)
    coaching_waits.queued(connection, recorded, _place(before.row if before else None), _place(row))
    if isinstance(recorded.event, OfferAccepted) and isinstance(state, Accepted):
        coaching_waits.found_coach(connection, recorded, row.tier, row.submitted_at, setting(connection).calendar)


def _place(row: QueueRow | None) -> tuple[Tier, int] | None:
    """In which queue, and since when it counts."""
    return (row.tier, row.since) if row is not None and row.tier is not None and wants_coach(row) else None


class _Kept(Struct, frozen=True, kw_only=True):
    """A case as its row had it."""

    row: QueueRow
    clocks: Clocks | None


def _kept(connection: sqlite3.Connection, coaching: StreamId) -> _Kept | None:
    sql = "select row, clocks from coaching_cases where coaching = ?"
    found = connection.execute(sql, (coaching,)).fetchone()
    if found is None:
        return None
    row, clocks = found
    return _Kept(row=_decode_row(row), clocks=None if clocks is None else _decode_clocks(clocks))


_decode_row: Final = msgspec.msgpack.Decoder(QueueRow).decode
_decode_clocks: Final = msgspec.msgpack.Decoder(Clocks).decode


def _clocks(connection: sqlite3.Connection, before: _Kept | None, recorded: Recorded) -> Clocks | None:
    event, at, now = recorded.event, recorded.envelope.occurred_at, setting(connection)
    if isinstance(event, CoachingRequested):
        first_time = not connection.execute(_ASKED_BEFORE, (event.seeker,)).fetchone()
        return begin(event, at, now.calendar, now.policy, first_time=first_time)
    if before is None or before.clocks is None:
        return None
    return move(before.clocks, event, at, now.calendar, now.policy)


_ASKED_BEFORE: Final = "select 1 from coaching_cases where owner = ? and submitted_at is not null"


def _count(connection: sqlite3.Connection, row: QueueRow | None, by: int) -> None:
    """How many cases stand so, of those that were submitted."""
    if row is not None and row.submitted_at is not None:
        connection.execute(
            """insert into coaching_counts values (?, ?, ?, ?)
            on conflict (tier, state) do update set cases = cases + excluded.cases""",
            (row.tier or "", row.state, row.state in OPEN, by),
        )


def _answered(connection: sqlite3.Connection, recorded: Recorded, answer: ChallengeAnswered) -> None:
    """An answer to the challenge that an open case is tied to."""
    for row, clocks in _open_cases(connection, "challenge = ?", recorded.stream):
        now = setting(connection)
        moved = move(clocks, answer, recorded.envelope.occurred_at, now.calendar, now.policy)
        _set_clocks(connection, row, moved)


def _set_calendar(connection: sqlite3.Connection, calendar: SchoolCalendar, at: datetime) -> None:
    before = setting(connection).calendar
    coaching_setting.set_calendar(connection, calendar)
    for row, clocks in _open_cases(connection, "true"):
        _set_clocks(connection, row, under(clocks, at, before, calendar))


def _open_cases(connection: sqlite3.Connection, where: str, *values: str) -> list[tuple[QueueRow, Clocks]]:
    sql = f"select row, clocks from coaching_cases where open = 1 and {where}"
    return [(_decode_row(row), _decode_clocks(clocks)) for row, clocks in connection.execute(sql, values)]


def _set_clocks(connection: sqlite3.Connection, row: QueueRow, clocks: Clocks) -> None:
    body = msgspec.msgpack.encode(timed(row, clocks))
    sql = "update coaching_cases set row = ?, clocks = ? where coaching = ?"
    connection.execute(sql, (body, msgspec.msgpack.encode(clocks), row.coaching))
