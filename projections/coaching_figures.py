"""Coaching sessions and their minutes, told of ten people at a time and never of fewer."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from domain.calendar import day_of
from domain.coaching.events import SessionHeld
from domain.kernel import Recorded
from domain.vocabulary import MemberId
from projections.network_setting import setting
from projections.reading import Reader, listed
from projections.shape import Projection, instant, microseconds

PEOPLE: Final = 10  # who were coached, in one figure

_SCHEMA: Final = """
    create table if not exists coaching_sessions (
        position integer primary key,
        seeker text not null,
        at integer not null,
        minutes integer not null
    ) strict;
"""


class Figure(Struct, frozen=True, kw_only=True):
    """Of the first ten people after those of the figure before; it stays as it is for ever."""

    first_month: str  # of its sessions, as 2026-03
    last_month: str
    people: int
    sessions: int
    minutes: int


class _Session(Struct, frozen=True):
    seeker: MemberId
    day: date
    minutes: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case SessionHeld(seeker=seeker, at=at, minutes=minutes):
            values = (recorded.position, seeker, microseconds(at), minutes)
            connection.execute("insert into coaching_sessions values (?, ?, ?, ?)", values)
        case _:
            pass


PROJECTION: Final = Projection(name="coaching figures", schema=_SCHEMA, fill=fill)


def figures(connection: sqlite3.Connection, reader: Reader) -> list[Figure]:
    """In the order of the log, so that no figure is ever told with one session more and one with less.

    Staff, who read of single cases, are told nothing here of those of whom they read nothing: what they know of the
    others, taken away from the sum, would leave it over.
    """
    return [_summed(group) for group in _groups(_sessions(connection, reader))]


def _sessions(connection: sqlite3.Connection, reader: Reader) -> Iterator[_Session]:
    sql = """select seeker, at, minutes from coaching_sessions
        where seeker not in (select value from json_each(?)) order by position"""
    left_out = reader.apart if reader.staff else frozenset[MemberId]()
    calendar = setting(connection).calendar
    for seeker, at, minutes in connection.execute(sql, (listed(left_out),)):
        yield _Session(seeker, day_of(instant(at), calendar), minutes)


def _groups(sessions: Iterable[_Session]) -> Iterator[list[_Session]]:
    """Each closes with the session that brings its tenth person; what is left over is told to nobody yet."""
    group: list[_Session] = []
    people: set[MemberId] = set()
    for each in sessions:
        group.append(each)
        people.add(each.seeker)
        if len(people) == PEOPLE:
            yield group
            group, people = [], set()


def _summed(group: list[_Session]) -> Figure:
    months = sorted(f"{each.day:%Y-%m}" for each in group)
    return Figure(
        first_month=months[0],
        last_month=months[-1],
        people=len({each.seeker for each in group}),
        sessions=len(group),
        minutes=sum(each.minutes for each in group),
    )
