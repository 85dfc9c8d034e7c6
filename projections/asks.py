"""Every ask for somebody's time, and the help that came of it in minutes. Whether they said no stands nowhere here."""

import sqlite3
from collections import defaultdict
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.budgets import TimeReserved
from domain.coaching.events import CoachOffered, SessionHeld, SessionPlanned
from domain.introductions import IntroductionOffered, MeetingHeld
from domain.kernel import Recorded
from domain.vocabulary import MemberId, StreamId
from projections.reading import Reader, listed
from projections.shape import Projection, instant, microseconds

_SCHEMA: Final = """
    create table if not exists asks (
        stream text not null,
        reservation text not null,
        helper text not null,
        seeker text not null,
        minutes integer not null,
        at integer not null,
        asked integer not null,
        primary key (stream, reservation)
    ) strict, without rowid;
    create index if not exists asks_for_seeker on asks (seeker, reservation);
    create table if not exists minutes_reserved (
        member text not null,
        reservation text not null,
        minutes integer not null,
        at integer not null,
        primary key (member, reservation)
    ) strict, without rowid;
    create table if not exists help_given (
        stream text not null,
        source text not null,
        helper text not null,
        seeker text not null,
        at integer not null,
        minutes integer not null,
        over integer not null,
        primary key (stream, source)
    ) strict, without rowid;
    create index if not exists help_given_at on help_given (at);
    create index if not exists help_given_over on help_given (helper) where over > 0;
"""  # `asked` is 0 for what nobody asked of them: an offer of their own, a further session that both planned


class Asked(Struct, frozen=True):
    """How often somebody's time was asked for by others."""

    lately: int  # since the day that was named
    last: datetime


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    at = microseconds(recorded.envelope.occurred_at)
    match recorded.event:
        case IntroductionOffered(helper=helper, seeker=seeker, minutes=minutes, introduced_by=by):
            _ask(connection, recorded.stream, recorded.stream, helper, seeker, minutes, at, by != helper)
        case CoachOffered(offer=offer, coach=coach, seeker=seeker, minutes=minutes, offered_by=by):
            _ask(connection, recorded.stream, offer, coach, seeker, minutes, at, by != coach)
        case SessionPlanned(session=session, minutes=minutes):
            connection.execute(
                """insert or ignore into asks select stream, ?2, '', seeker, ?3, ?4, 0 from asks
                where stream = ?1 limit 1""",
                (recorded.stream, session, minutes, at),
            )
        case MeetingHeld(helper=helper, seeker=seeker, minutes=minutes, at=met):
            over = "max(0, ?6 - (select minutes from asks where stream = ?1 and reservation = ?1))"
            _help(connection, over, (recorded.stream, recorded.stream, helper, seeker, microseconds(met), minutes))
        case SessionHeld(session=session, coach=coach, seeker=seeker, at=met, minutes=minutes, over=over):
            _help(connection, "?7", (recorded.stream, session, coach, seeker, microseconds(met), minutes, over))
        case TimeReserved(member=member, reservation=reservation, minutes=minutes):
            # moved to another day it is reserved again, and was asked for once
            sql = "insert or ignore into minutes_reserved values (?, ?, ?, ?)"
            connection.execute(sql, (member, reservation, minutes, at))
        case _:
            pass


def _ask(connection: sqlite3.Connection, *row: StreamId | MemberId | int) -> None:
    connection.execute("insert or ignore into asks values (?, ?, ?, ?, ?, ?, ?)", row)


def _help(connection: sqlite3.Connection, over: str, row: tuple[str | int, ...]) -> None:
    connection.execute(f"insert or ignore into help_given values (?1, ?2, ?3, ?4, ?5, ?6, {over})", row)


PROJECTION: Final = Projection(name="asks", schema=_SCHEMA, fill=fill)

_SEEN: Final = "seeker not in (select value from json_each(:apart))"


def unseen(connection: sqlite3.Connection, reader: Reader) -> frozenset[str]:
    """The reservations of whom the reader must not be shown, staff or not: power stands between the two."""
    sql = "select reservation from asks where seeker in (select value from json_each(?))"
    return frozenset(key for (key,) in connection.execute(sql, (listed(reader.apart),)))


def asked(connection: sqlite3.Connection, reader: Reader, since: datetime, until: datetime) -> dict[MemberId, Asked]:
    """Of everybody who was ever asked before `until`, how often since, and when last."""
    sql = f"""select helper, sum(at >= :since), max(at) from asks where asked and at < :until and {_SEEN}
        group by helper"""
    found = connection.execute(sql, _told(reader, since, until))
    return {helper: Asked(lately, instant(last)) for helper, lately, last in found}


def minutes_asked(connection: sqlite3.Connection, since: datetime) -> dict[MemberId, int]:
    """Of everybody how many minutes were asked for since then, whatever came of it."""
    sql = "select member, sum(minutes) from minutes_reserved where at >= ? group by member"
    return dict(connection.execute(sql, (microseconds(since),)).fetchall())


def helped(connection: sqlite3.Connection, reader: Reader, since: datetime, until: datetime) -> dict[MemberId, int]:
    """The minutes that each gave in meetings and sessions within this time."""
    sql = f"""select helper, sum(minutes) from help_given where at >= :since and at < :until and {_SEEN}
        group by helper"""
    return dict(connection.execute(sql, _told(reader, since, until)).fetchall())


def ran_over(
    connection: sqlite3.Connection, reader: Reader, until: datetime
) -> dict[MemberId, list[tuple[datetime, int]]]:
    """When meetings and sessions took longer than was asked for, and by how many minutes."""
    sql = f"select helper, at, over from help_given where over > 0 and at < :until and {_SEEN} order by at"
    found = defaultdict[MemberId, list[tuple[datetime, int]]](list)
    for helper, at, over in connection.execute(sql, _told(reader, until, until)):
        found[helper].append((instant(at), over))
    return found


def _told(reader: Reader, since: datetime, until: datetime) -> dict[str, str | int]:
    return {"apart": listed(reader.apart), "since": microseconds(since), "until": microseconds(until)}
