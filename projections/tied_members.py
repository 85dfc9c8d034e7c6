"""Who counts in the network's shape, how they are tied, and the minutes, places and waits beside their ties."""

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.vocabulary import OFFICES, Confidentiality, MemberId, StreamId, TieKind
from projections.reading import Reader, listed
from projections.shape import DAY, microseconds, rows
from projections.site_tree import districts

CONFIRMED: Final = frozenset({TieKind.ADVISED, TieKind.COLLABORATES, TieKind.PARTNER})  # by both, or by who received


class Counted(Struct, frozen=True, kw_only=True):
    """Somebody who is in the network, paused or not. A group is "" where it is not known."""

    member: MemberId
    joined_at: datetime
    cohort: str
    site: str  # to which they have belonged longest
    district: str  # in which that lies, or which it is
    role: str
    staff: bool


class Use(Struct, frozen=True):
    """One use of a tie."""

    giver: MemberId
    receiver: MemberId
    kind: TieKind
    at: int  # microseconds
    by: str  # who said so
    introduced_by: str | None
    coached: bool  # by a case that the staff triaged


_HERE: Final = """
    select owner as member, joined_at, cohort, coalesce(site, '') as site, '' as district,
        coalesce(nullif(role, 'unspecified'), '') as role,
        exists (select 1 from network_roles where member = owner
            and network_roles.role in (select value from json_each(:offices))) as staff
    from members left join affiliations on affiliations.member = owner and site = (
        select site from affiliations where member = owner order by since, site limit 1)
    where standing in ('active', 'paused') and owner not in (select value from json_each(:apart)) order by owner
"""
_USES: Final = """
    select giver, receiver, kind, at, coalesce(on_behalf_of, actor), introduced_by, source like 'coaching-%'
    from ties join timeline using (position) left join introductions on introduction = source
    where kind in (select value from json_each(:kinds))
        and ties.confidentiality in (select value from json_each(:classes))
    order by position, giver
"""


def counted(connection: sqlite3.Connection, reader: Reader) -> list[Counted]:
    """In order of their ids, without whom the reader must not be shown."""
    lies_in = districts(connection)
    found = rows(connection, Counted, _HERE, {"apart": listed(reader.apart), "offices": listed(OFFICES)})
    return [replace(each, district=lies_in.get(each.site, "")) for each in found]


def uses(connection: sqlite3.Connection, kinds: Collection[TieKind], classes: Collection[Confidentiality]) -> list[Use]:
    """In the order in which they were recorded."""
    parameters = {"kinds": listed(kinds), "classes": listed(classes)}
    return [
        Use(giver, receiver, TieKind(kind), at, by, introduced_by, bool(coached))
        for giver, receiver, kind, at, by, introduced_by, coached in connection.execute(_USES, parameters)
    ]


_HELPED: Final = """
    select helper, seeker, minutes from help_given where at >= :since and at < :until
        and (:coached or stream not like 'coaching-%')
"""


def helped(
    connection: sqlite3.Connection, since: datetime, until: datetime, *, coached: bool
) -> list[tuple[MemberId, MemberId, int]]:
    """Who gave whom how many minutes, meeting by meeting; those of coaching too, where that may be told."""
    parameters = {"since": microseconds(since), "until": microseconds(until), "coached": coached}
    return connection.execute(_HELPED, parameters).fetchall()


def shown(connection: sqlite3.Connection, since: datetime, until: datetime) -> dict[MemberId, int]:
    """On how many lists each was given a place for the first time, one for each need."""
    sql = "select candidate, count(*) from places where first_at >= ? and first_at < ? group by candidate"
    return dict(connection.execute(sql, (microseconds(since), microseconds(until))).fetchall())


_WAITS: Final = """
    select giver, owner, challenges.challenge, ties.at - posted_at
    from ties join challenges on challenges.challenge = ties.challenge
    where kind = :kind and giver <> owner and posted_at >= :since and posted_at < :until
        and ties.confidentiality in (select value from json_each(:classes))
        and challenges.confidentiality in (select value from json_each(:classes))
"""


def waits(
    connection: sqlite3.Connection,
    here: Collection[MemberId],
    kind: TieKind,
    classes: Collection[Confidentiality],
    since: datetime,
    until: datetime,
) -> list[float]:
    """Of challenges that those who count posted in this time: days until another of them answered, or helped, first."""
    parameters = {
        "kind": kind,
        "classes": listed(classes),
        "since": microseconds(since),
        "until": microseconds(until),
    }
    first: dict[StreamId, int] = {}
    for giver, owner, challenge, wait in connection.execute(_WAITS, parameters):
        if giver in here and owner in here:
            first[challenge] = min(wait, first.get(challenge, wait))
    return [max(0, wait) / DAY for wait in first.values()]


class Coming(Struct, frozen=True, kw_only=True):
    """Somebody joined, or left."""

    member: MemberId
    at: int  # microseconds
    joined: bool


def comings(connection: sqlite3.Connection) -> list[Coming]:
    """In the order in which they were recorded."""
    sql = """select stream as member, occurred_at as at, name = 'member.joined' as joined from timeline
        where name in ('member.joined', 'member.left') order by position"""
    return list(rows(connection, Coming, sql))
