"""Who reads: their roles, whom they must not be shown, and the part of every query that keeps to it."""

import sqlite3
from collections.abc import Collection
from typing import Final

import msgspec
from msgspec import Struct

from domain.vocabulary import ENGINE, OFFICES, OPEN, OPERATOR, WATCHING, Confidentiality, MemberId, NetworkRole


class Reader(Struct, frozen=True, kw_only=True):
    """Roles and hidden ones as they stand at the position that is read."""

    member: MemberId  # or the operator
    roles: frozenset[NetworkRole] = frozenset()
    hidden: frozenset[MemberId] = frozenset()  # whom they must not be shown
    apart: frozenset[MemberId] = frozenset()  # who is not suggested to them: the same, and for staff too
    away: bool = False  # who paused rests from their office as well

    @property
    def operator(self) -> bool:
        return self.member in {OPERATOR, ENGINE}

    @property
    def staff(self) -> bool:
        return self.operator or (not self.away and not self.roles.isdisjoint(OFFICES))

    @property
    def auditor(self) -> bool:
        return self.operator or (not self.away and NetworkRole.AUDITOR in self.roles)

    @property
    def watches(self) -> bool:
        """Whether they audit or sponsor."""
        return not self.away and not self.roles.isdisjoint(WATCHING)

    @property
    def holds_office(self) -> bool:
        """Whether they read anything that plain members do not."""
        return self.staff or self.watches

    @property
    def plainly(self) -> "Reader":
        """The same one without any office; of the operator, nobody is left."""
        if self.operator:
            return Reader(member="")
        return msgspec.structs.replace(self, roles=frozenset(), hidden=self.apart)

    @property
    def takes_part(self) -> bool:
        """Whether they change anything; a role is a capability, and who has none is a plain member."""
        return not self.roles or not self.roles <= WATCHING

    @property
    def classes(self) -> frozenset[Confidentiality]:
        """What they read whoever's it is."""
        return OPEN | {Confidentiality.GROUP} if self.staff else OPEN


_STANDING: Final = "select standing = 'paused' from members where owner = ? and standing in ('active', 'paused')"
_ROLES: Final = "select role from network_roles where member = ?"
_APART: Final = """
    with recursive below (member) as (
        select other from conflicts where owner = ?1 and kind = 'supervises'
        union select other from below join conflicts on owner = below.member and kind = 'supervises'
    ), above (member) as (
        select owner from conflicts where other = ?1 and kind = 'supervises'
        union select owner from above join conflicts on other = above.member and kind = 'supervises'
    )
    select member from below union select member from above
    union select other from conflicts where owner = ?1 union select owner from conflicts where other = ?1
    union select other from mutes where owner = ?1
"""  # power holds both ways, up and down the line; a mute is the muting one's own


def reader_at(connection: sqlite3.Connection, member: MemberId) -> Reader | None:
    """The reader at the position of these tables; None for who is not in the network then."""
    if member in {OPERATOR, ENGINE}:
        return Reader(member=member)
    standing = connection.execute(_STANDING, (member,)).fetchone()
    if standing is None:
        return None
    roles = frozenset(NetworkRole(role) for (role,) in connection.execute(_ROLES, (member,)))
    apart = frozenset(other for (other,) in connection.execute(_APART, (member,))) - {member}
    reader = Reader(member=member, roles=roles, hidden=apart, apart=apart, away=bool(standing[0]))
    return msgspec.structs.replace(reader, hidden=frozenset()) if reader.staff else reader


def not_hidden(*columns: str) -> str:
    """That none of these columns names somebody whom the reader must not be shown."""
    return " and ".join(f"coalesce({each}, '') not in (select value from json_each(:hidden))" for each in columns)


def may_read(owner: str = "owner", confidentiality: str = "confidentiality") -> str:
    """That the reader may see a row: of a class they read or their own, and nobody's who is hidden."""
    told = f"({confidentiality} in (select value from json_each(:classes)) or {owner} = :reader)"
    return f"{told} and {not_hidden(owner)}"


def told(reader: Reader, **more: object) -> dict[str, object]:
    """The parameters that the fragments above name, and more."""
    return {
        "reader": reader.member,
        "staff": reader.staff,
        "hidden": listed(reader.hidden),
        "classes": listed(reader.classes),
        **more,
    }


def listed(values: Collection[str]) -> str:
    """As `json_each` takes them."""
    return msgspec.json.encode(sorted(values)).decode()
