"""Who must not meet whom: declared conflicts of power and private mutes."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from domain.members import ConflictDeclared, ConflictEnded, MemberErased, MemberMuted, MemberUnmuted
from domain.vocabulary import MemberId
from projections.reading import Reader
from projections.shape import Projection, among, rows

_SCHEMA: Final = """
    create table if not exists conflicts (
        owner text not null,
        other text not null,
        kind text not null,
        since integer not null,
        primary key (owner, other)
    ) strict, without rowid;
    create index if not exists conflicts_about on conflicts (other);
    create table if not exists mutes (
        owner text not null,
        other text not null,
        since integer not null,
        primary key (owner, other)
    ) strict, without rowid;
"""


class Conflict(Struct, frozen=True, kw_only=True):
    owner: MemberId  # who declared it
    other: MemberId
    kind: str
    since: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    member, position = recorded.stream, recorded.position
    match recorded.event:
        case ConflictDeclared(other=other, kind=kind):
            connection.execute("insert or replace into conflicts values (?, ?, ?, ?)", (member, other, kind, position))
        case ConflictEnded(other=other):
            connection.execute("delete from conflicts where owner = ? and other = ?", (member, other))
        case MemberMuted(other=other):
            connection.execute("insert or replace into mutes values (?, ?, ?)", (member, other, position))
        case MemberUnmuted(other=other):
            connection.execute("delete from mutes where owner = ? and other = ?", (member, other))
        case MemberErased():  # what others declared about them is theirs
            connection.execute("delete from conflicts where owner = ?", (member,))
            connection.execute("delete from mutes where owner = ?", (member,))
        case _:
            pass


PROJECTION: Final = Projection(name="conflicts", schema=_SCHEMA, fill=fill)


def conflicts_of(connection: sqlite3.Connection, member: MemberId) -> list[Conflict]:
    """What this member declared."""
    return list(rows(connection, Conflict, "select * from conflicts where owner = ? order by other", (member,)))


def declared_by(connection: sqlite3.Connection, reader: Reader) -> list[Conflict]:
    """The reader's own; what others declared about them is not theirs to read."""
    return conflicts_of(connection, reader.member)


def muted_by(connection: sqlite3.Connection, reader: Reader) -> list[MemberId]:
    """Whom the reader muted."""
    found = connection.execute("select other from mutes where owner = ? order by other", (reader.member,))
    return [other for (other,) in found]


_APART: Final = """
    with recursive line (member, other) as (
        select owner, other from conflicts where kind = 'supervises' and {owner}
        union select line.member, conflicts.other from line
        join conflicts on conflicts.owner = line.other and conflicts.kind = 'supervises'
    )
    select owner, other from conflicts where {owner} union select member, other from line where member <> other
"""  # whoever supervises stands above all further down, as the rules see it


def kept_apart(
    connection: sqlite3.Connection, members: Collection[MemberId] | None = None
) -> dict[MemberId, frozenset[MemberId]]:
    """For each: with whom they declared a conflict, and everybody further down their line of supervision."""
    owner, values = among("owner", members)
    return _grouped(connection.execute(_APART.format(owner=owner), values))


def muted(
    connection: sqlite3.Connection, members: Collection[MemberId] | None = None
) -> dict[MemberId, frozenset[MemberId]]:
    """For each who muted somebody: whom."""
    owner, values = among("owner", members)
    return _grouped(connection.execute(f"select owner, other from mutes where {owner}", values))


def _grouped(pairs: sqlite3.Cursor) -> dict[MemberId, frozenset[MemberId]]:
    found = defaultdict(set)
    for owner, other in pairs:
        found[owner].add(other)
    return {owner: frozenset(others) for owner, others in found.items()}
