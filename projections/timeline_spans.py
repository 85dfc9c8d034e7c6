"""Stretches of the timeline: what was recorded between two positions, or happened between two instants."""

import sqlite3
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.vocabulary import OPEN, Confidentiality
from projections.reading import listed
from projections.shape import microseconds, rows
from projections.timeline import Moment


class Recorded(Struct, frozen=True, kw_only=True):
    """By position, in the order of the log."""

    after: int
    until: int


class Happened(Struct, frozen=True, kw_only=True):
    """By when it happened, in that order."""

    since: datetime
    before: datetime


Span = Recorded | Happened


class Kind(Struct, frozen=True, kw_only=True):
    """How often something of one name and class happened."""

    name: str
    confidentiality: Confidentiality
    times: int


def replayed(connection: sqlite3.Connection, span: Span) -> Iterator[Moment]:
    """One after another, however many there are; of every class, so whoever shows them leaves some out."""
    where, parameters = _where(span)
    return rows(connection, Moment, f"select * from timeline where {where} order by {_order(span)}", parameters)


def kinds_in(connection: sqlite3.Connection, span: Span) -> list[Kind]:
    where, parameters = _where(span)
    sql = f"""select name, confidentiality, count(*) as times from timeline where {where}
        group by name, confidentiality order by name, confidentiality"""
    return list(rows(connection, Kind, sql, parameters))


_FIRST: Final = """
    select * from (select *, row_number() over (partition by name order by {order}) as place
        from timeline where {where} and confidentiality in (select value from json_each(:classes)))
    where place <= :most order by {order}
"""


def first_of_each(
    connection: sqlite3.Connection, span: Span, most: int, classes: Collection[Confidentiality] = OPEN
) -> list[Moment]:
    """The first moments of each name."""
    where, parameters = _where(span)
    sql = _FIRST.format(where=where, order=_order(span))
    return list(rows(connection, Moment, sql, {**parameters, "classes": listed(classes), "most": most}))


def _order(span: Span) -> str:
    return "position" if isinstance(span, Recorded) else "occurred_at, position"


def _where(span: Span) -> tuple[str, dict[str, object]]:
    match span:
        case Recorded(after=after, until=until):
            return "position > :after and position <= :until", {"after": after, "until": until}
        case Happened(since=since, before=before):
            given = {"since": microseconds(since), "before": microseconds(before)}
            return "occurred_at >= :since and occurred_at < :before", dict(given)
