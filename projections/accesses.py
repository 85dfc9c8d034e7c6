"""Who looked, by office, at what concerns a member: told to the member, whoever it was."""

import sqlite3
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from domain.access import AccessRecorded
from domain.kernel import Recorded
from domain.vocabulary import MemberId, NetworkRole, StreamId
from projections.reading import Reader, listed
from projections.shape import USUAL, Listed, Page, Projection, instant, microseconds

_SCHEMA: Final = """
    create table if not exists accesses (
        member text not null,
        position integer not null,
        viewer text not null,
        what text not null,
        subjects text not null,
        at integer not null,
        primary key (member, position)
    ) strict, without rowid;
"""


class AccessEntry(Struct, frozen=True, kw_only=True):
    member: MemberId  # whom it concerns
    position: int
    at: datetime
    viewer: str  # a member, or the operator
    what: str  # the question that was asked
    subjects: tuple[StreamId, ...]  # what of theirs was looked at


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case AccessRecorded(viewer=viewer, what=what, subjects=subjects, members=members):
            at = microseconds(recorded.envelope.occurred_at)
            connection.executemany(
                "insert or ignore into accesses values (?, ?, ?, ?, ?, ?)",
                [(member, recorded.position, viewer, what, listed(subjects), at) for member in members],
            )
        case _:
            pass


PROJECTION: Final = Projection(name="accesses", schema=_SCHEMA, fill=fill)

_MET: Final = "not in (select value from json_each(:apart))"
_THEIRS: Final = f"""value = :member or value like 'network-%'
    or exists (select 1 from challenges where challenge = value and owner = :member)
    or exists (select 1 from resources where resource = value and owner = :member)
    or exists (select 1 from lists where recommendation = value and owner = :member)
    or exists (select 1 from introductions where introduction = value
        and (seeker = :member and helper {_MET} or helper = :member and seeker {_MET}))
    or exists (select 1 from coaching_cases where coaching = value
        and (owner = :member or :member in (coach, next) and owner {_MET}))"""  # one look may be at things of many


def _look(columns: tuple[str, int, int, str, str, str]) -> AccessEntry:
    member, position, at, viewer, what, subjects = columns
    return AccessEntry(
        member=member,
        position=position,
        at=instant(at),
        viewer=viewer,
        what=what,
        subjects=msgspec.json.decode(subjects, type=tuple[str, ...]),
    )


_LOOKS: Final = Listed(
    name="accesses",
    of=AccessEntry,
    table="accesses",
    key=("position",),
    newest_first=True,
    select=f"""select member, position, at, viewer, what,
        (select json_group_array(value) from json_each(accesses.subjects) where {_THEIRS}) from accesses""",
    turn=_look,
)


def looks(
    connection: sqlite3.Connection,
    reader: Reader,
    member: MemberId,
    *,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[AccessEntry] | None:
    """At what concerns this member, the newest first; for themselves, and for admins. None for all others.

    Who looked is told also where the two must not meet: it is a look of just theirs that one has to know of.
    """
    if reader.member != member and not _administers(reader, member):
        return None
    told = {"member": member, "apart": listed(reader.apart)}
    return _LOOKS.page(connection, "member = :member", told, cursor=cursor, limit=limit)


def _administers(reader: Reader, member: MemberId) -> bool:
    admin = reader.operator or (not reader.away and NetworkRole.ADMIN in reader.roles)
    return admin and member not in reader.apart
