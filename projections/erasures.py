"""Who asked to be erased, what forbids it for now, and of whom nothing is left but where others name them."""

import sqlite3
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from domain.erasure import ErasureBegun, ErasureRequested, KeyDestroyed, LegalHoldLifted, LegalHoldPlaced
from domain.kernel import Recorded
from domain.refusals import NotTheirs
from domain.vocabulary import MemberId, NetworkRole, StreamId
from projections.reading import Reader
from projections.shape import USUAL, Listed, Page, Projection, instant, microseconds

_SCHEMA: Final = """
    create table if not exists erasures (
        member text primary key,
        owner text not null default '',
        hold text not null default '',
        requested_at integer,
        begun_at integer,
        erased_at integer,
        named text not null default '[]'
    ) strict;
"""  # the reason of a hold is the network's


class Erasure(Struct, frozen=True, kw_only=True):
    member: MemberId
    requested_at: datetime | None
    hold: str  # why nothing of theirs may be erased for now; empty where nothing forbids it, and for who is no admin
    begun_at: datetime | None  # decided for ever
    erased_at: datetime | None  # no key opens anything any more
    named: tuple[StreamId, ...]  # in which others wrote their name


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    if not recorded.stream.startswith("erasure-"):
        return
    at = microseconds(recorded.envelope.occurred_at)
    match recorded.event:
        case ErasureRequested(member=member):
            _set(connection, member, "requested_at = ?", at)
        case LegalHoldPlaced(member=member, network=network, reason=reason):
            _set(connection, member, "owner = ?, hold = ?", network, reason)
        case LegalHoldLifted(member=member):
            _set(connection, member, "owner = '', hold = ''")
        case ErasureBegun(member=member, named=named):
            _set(connection, member, "begun_at = ?, named = ?", at, msgspec.json.encode(named).decode())
        case KeyDestroyed(member=member):
            _set(connection, member, "erased_at = ?", at)
        case _:
            pass


def _set(connection: sqlite3.Connection, member: MemberId, what: str, *values: object) -> None:
    connection.execute("insert or ignore into erasures (member) values (?)", (member,))
    connection.execute(f"update erasures set {what} where member = ?", (*values, member))


PROJECTION: Final = Projection(name="erasures", schema=_SCHEMA, fill=fill)


def _erasure(columns: tuple[str, int | None, str, int | None, int | None, str]) -> Erasure:
    member, requested_at, hold, begun_at, erased_at, named = columns
    return Erasure(
        member=member,
        requested_at=None if requested_at is None else instant(requested_at),
        hold=hold,
        begun_at=None if begun_at is None else instant(begun_at),
        erased_at=None if erased_at is None else instant(erased_at),
        named=msgspec.json.decode(named, type=tuple[str, ...]),
    )


_ERASURES: Final = Listed(
    name="erasures",
    of=Erasure,
    table="erasures",
    key=("member",),
    select="""select member, requested_at, case when :admin then hold else '' end, begun_at, erased_at, named
        from erasures""",
    turn=_erasure,
)


def erasures(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[Erasure]:
    """For facilitators and admins: whose wish waits, and what of others' words somebody has to look at."""
    if not reader.staff:
        raise NotTheirs("only facilitators and admins read who asked to be erased", remedy="ask one of them")
    return _ERASURES.page(connection, "true", {"admin": _administers(reader)}, cursor=cursor, limit=limit)


def erasure(connection: sqlite3.Connection, member: MemberId) -> Erasure | None:
    """The operator's look at one."""
    found = connection.execute(f"{_ERASURES.select} where member = :member", {"admin": True, "member": member})
    return next(map(_erasure, found), None)


def _administers(reader: Reader) -> bool:
    return reader.operator or NetworkRole.ADMIN in reader.roles
