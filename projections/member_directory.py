"""Who is in the network: standing, affiliations, roles, level, and what the rules have to know of each."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import Recorded
from domain.members import (
    AffiliationEnded,
    AffiliationStarted,
    EngagementLevelChosen,
    IdentityLinked,
    MemberErased,
    MemberInvited,
    MemberJoined,
    MemberLeft,
    MemberPaused,
    MemberResumed,
    NetworkRoleGranted,
    NetworkRoleWithdrawn,
    ProfileDescribed,
)
from domain.own_words import CorrectionRecorded
from domain.vocabulary import Level, MemberId, NetworkRole, RoleFamily, StreamId
from projections import conflicts, expertise
from projections.expertise import Expertise
from projections.reading import Reader, listed, not_hidden, told
from projections.shape import USUAL, Listed, Page, Projection, among, microseconds, only, rows

_SCHEMA: Final = """
    create table if not exists members (
        owner text primary key,
        name text not null default '',
        cohort text not null default '',
        standing text not null,
        level text,
        experience text not null default '',
        grades text not null default '',
        place text not null default '',
        profile text not null default '',
        joined_at integer,
        since integer not null
    ) strict;
    create table if not exists affiliations (
        member text not null,
        site text not null,
        role text not null,
        since text not null,
        primary key (member, site)
    ) strict, without rowid;
    create table if not exists network_roles (
        member text not null,
        role text not null,
        primary key (member, role)
    ) strict, without rowid;
    create table if not exists links (
        owner text not null,
        same_as text not null,
        primary key (owner, same_as)
    ) strict, without rowid;
"""


class Standing(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    ERASED = "erased"


class Affiliation(Struct, frozen=True, kw_only=True):
    site: StreamId  # "" for none
    role: RoleFamily
    since: date


class Member(Struct, frozen=True, kw_only=True):
    member: MemberId
    name: str
    cohort: str
    standing: Standing
    level: Level | None
    experience: str
    grades: str
    place: str
    profile: str
    joined_at: datetime | None
    since: int  # the position of the invitation or of the latest joining


class MemberEntry(Struct, frozen=True, kw_only=True):
    """A member as others may read of them."""

    member: MemberId
    name: str
    cohort: str
    level: Level | None
    experience: str
    grades: str
    place: str
    joined_at: datetime
    standing: Standing | None  # for themselves and staff: who paused is worded like who is busy
    roles: tuple[NetworkRole, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()


class Profile(Struct, frozen=True, kw_only=True):
    entry: MemberEntry
    text: str
    expertise: tuple[Expertise, ...]
    growth_areas: tuple[str, ...]


class DirectoryEntry(Struct, frozen=True, kw_only=True):
    """A member as eligibility, grouping and lists have to know them."""

    member: MemberId
    name: str
    standing: Standing
    level: Level | None
    roles: frozenset[NetworkRole]
    families: frozenset[RoleFamily]
    sites: frozenset[StreamId]
    same_as: frozenset[MemberId]
    conflicts: frozenset[MemberId]  # declared by this member, and all down the line of supervision
    muted: frozenset[MemberId]  # by this member


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    if isinstance(recorded.event, CorrectionRecorded):
        corrected = recorded.event
        connection.execute("update members set name = ? where owner = ?", (corrected.text, corrected.subject))
    if not recorded.stream.startswith("member-"):
        return
    match recorded.event:
        case MemberInvited():
            connection.execute(  # who left and is invited anew has still left
                "insert or ignore into members (owner, standing, since) values (?, 'invited', ?)",
                (recorded.stream, recorded.position),
            )
        case MemberJoined(name=name, cohort=cohort):
            connection.execute(
                """insert into members (owner, name, cohort, standing, joined_at, since)
                values (?, ?, ?, 'active', ?, ?)
                on conflict (owner) do update set name = excluded.name, cohort = excluded.cohort,
                standing = excluded.standing, joined_at = excluded.joined_at, since = excluded.since""",
                (recorded.stream, name, cohort, microseconds(recorded.envelope.occurred_at), recorded.position),
            )
        case MemberPaused():
            _stand(connection, recorded.stream, Standing.PAUSED)
        case MemberResumed():
            _stand(connection, recorded.stream, Standing.ACTIVE)
        case MemberLeft():
            _stand(connection, recorded.stream, Standing.LEFT)
        case MemberErased():
            _forget(connection, recorded.stream)
        case _:
            _describe(connection, recorded)


def _stand(connection: sqlite3.Connection, member: MemberId, standing: Standing) -> None:
    connection.execute("update members set standing = ? where owner = ?", (standing, member))


def _forget(connection: sqlite3.Connection, member: MemberId) -> None:
    """That there was somebody, and since when, is all that is left."""
    connection.execute(
        """update members set name = '', cohort = '', standing = 'erased', level = null, experience = '', grades = '',
        place = '', profile = '' where owner = ?""",
        (member,),
    )
    connection.execute("delete from affiliations where member = ?", (member,))
    connection.execute("delete from network_roles where member = ?", (member,))
    connection.execute("delete from links where owner = ?", (member,))


def _describe(connection: sqlite3.Connection, recorded: Recorded) -> None:
    member = recorded.stream
    match recorded.event:
        case AffiliationStarted(site=site, role=role, since=since):
            connection.execute(
                "insert or replace into affiliations values (?, ?, ?, ?)",
                (member, site or "", role, since.isoformat()),
            )
        case AffiliationEnded(site=site):
            connection.execute("delete from affiliations where member = ? and site = ?", (member, site or ""))
        case ProfileDescribed(text=text, grades=grades, experience_years=years, place=place):
            connection.execute(
                "update members set profile = ?, grades = ?, experience = ?, place = ? where owner = ?",
                (text, grades, years, place, member),
            )
        case NetworkRoleGranted(role=role):
            connection.execute("insert into network_roles values (?, ?)", (member, role))
        case NetworkRoleWithdrawn(role=role):
            connection.execute("delete from network_roles where member = ? and role = ?", (member, role))
        case EngagementLevelChosen(level=level):
            connection.execute("update members set level = ? where owner = ?", (level, member))
        case IdentityLinked(same_as=same_as):
            connection.execute("insert or ignore into links values (?, ?)", (member, same_as))  # erased ones are alike
        case _:
            pass


PROJECTION: Final = Projection(name="member directory", schema=_SCHEMA, fill=fill)

_MEMBERS: Final = "select owner as member, * from members"


def member(connection: sqlite3.Connection, member: MemberId) -> Member | None:
    return only(connection, Member, f"{_MEMBERS} where owner = ?", (member,))


def directory(connection: sqlite3.Connection, *, after: MemberId = "", limit: int = 100) -> list[Member]:
    """Those who are in the network, in order of their ids, beyond `after`."""
    sql = f"{_MEMBERS} where standing in ('active', 'paused') and owner > ? order by owner limit ?"
    return list(rows(connection, Member, sql, (after, limit)))


_HERE: Final = f"standing in ('active', 'paused') and {not_hidden('owner')}"
_PEOPLE: Final = Listed(
    name="members",
    of=MemberEntry,
    table="members",
    key=("member",),
    select="""select owner as member, name, cohort, level, experience, grades, place, joined_at,
        case when :staff or owner = :reader then standing end as standing from members""",
)


def people(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[MemberEntry]:
    """Those who are in the network, in order of their ids."""
    page = _PEOPLE.page(connection, _HERE, told(reader), cursor=cursor, limit=limit)
    return replace(page, items=_with_places(connection, page.items))


def names(connection: sqlite3.Connection, reader: Reader) -> list[tuple[MemberId, str]]:
    """Of all who are in the network, in order of names."""
    return list(connection.execute(f"select owner, name from members where {_HERE} order by name, owner", told(reader)))


def profile(connection: sqlite3.Connection, reader: Reader, member: MemberId) -> Profile | None:
    """All that the reader may know of somebody who is in the network."""
    parameters = told(reader, member=member)
    found = only(connection, MemberEntry, f"{_PEOPLE.select} where owner = :member and {_HERE}", parameters)
    if found is None:
        return None
    text = connection.execute("select profile from members where owner = ?", (member,)).fetchone()[0]
    return Profile(
        entry=_with_places(connection, (found,))[0],
        text=text,
        expertise=expertise.claimed(connection, reader, member),
        growth_areas=expertise.growth_areas(connection, member),
    )


def _with_places(connection: sqlite3.Connection, entries: tuple[MemberEntry, ...]) -> tuple[MemberEntry, ...]:
    """With roles and affiliations, in one query each."""
    whom = (listed([each.member for each in entries]),)
    roles, places = defaultdict[str, list[NetworkRole]](list), defaultdict[str, list[Affiliation]](list)
    sql = "select member, role from network_roles where member in (select value from json_each(?)) order by role"
    for who, role in connection.execute(sql, whom):
        roles[who].append(NetworkRole(role))
    sql = """select member, site, role, since from affiliations
        where member in (select value from json_each(?)) order by member, site"""
    for who, site, role, since in connection.execute(sql, whom):
        places[who].append(Affiliation(site=site, role=RoleFamily(role), since=date.fromisoformat(since)))
    return tuple(
        replace(each, roles=tuple(roles[each.member]), affiliations=tuple(places[each.member])) for each in entries
    )


def joined_between(
    connection: sqlite3.Connection, members: Collection[MemberId], since: int, until: int
) -> frozenset[MemberId]:
    """Those of these who last joined after one instant and no later than another, in microseconds."""
    these, values = among("owner", members)
    sql = f"select owner from members where {these} and joined_at > :since and joined_at <= :until"
    return frozenset(who for (who,) in connection.execute(sql, {**values, "since": since, "until": until}))


def erased(connection: sqlite3.Connection) -> frozenset[MemberId]:
    return frozenset(who for (who,) in connection.execute("select owner from members where standing = 'erased'"))


def holding(connection: sqlite3.Connection, roles: Collection[NetworkRole]) -> dict[NetworkRole, frozenset[MemberId]]:
    """Who has each of these roles and is in the network, paused or not."""
    these, values = among("role", roles)
    sql = f"""select role, member from network_roles join members on members.owner = member
        where {these} and standing in ('active', 'paused')"""
    found = connection.execute(sql, values).fetchall()
    return {role: frozenset(who for held, who in found if held == role) for role in roles}


def affiliations_of(connection: sqlite3.Connection, member: MemberId) -> list[Affiliation]:
    sql = "select site, role, since from affiliations where member = ? order by site"
    return list(rows(connection, Affiliation, sql, (member,)))


def affiliations(connection: sqlite3.Connection) -> dict[MemberId, list[Affiliation]]:
    """Everybody's, in one query."""
    found = connection.execute("select member, site, role, since from affiliations order by member, site")
    everybody = defaultdict[str, list[Affiliation]](list)
    for who, site, role, since in found:
        everybody[who].append(Affiliation(site=site, role=RoleFamily(role), since=date.fromisoformat(since)))
    return dict(everybody)


_SAME: Final = """
    with recursive same (member, other) as (
        select owner, owner from links where {owner}
        union select same.member, theirs.owner from same join links as ours on ours.owner = same.other
        join links as theirs on theirs.owner = ours.same_as and theirs.same_as = ours.owner
    )
    select member, other from same where member <> other
    union select same.member, links.same_as from same join links on links.owner = same.other
    where same_as <> '[erased]' and not exists (select 1 from members where members.owner = same_as)
"""  # over however many links in which both say so, and who one of them is elsewhere: as the rules see it


def candidates(
    connection: sqlite3.Connection, members: Collection[MemberId] | None = None
) -> dict[MemberId, DirectoryEntry]:
    """Everybody who ever joined, or these alone, in a handful of queries however many there are."""
    owner, values = among("owner", members)
    member, _ = among("member", members)
    families, sites = defaultdict[str, set[RoleFamily]](set), defaultdict[str, set[str]](set)
    for who, site, role in connection.execute(f"select member, site, role from affiliations where {member}", values):
        families[who].add(RoleFamily(role))
        sites[who] |= {site} - {""}
    roles, same_as = defaultdict[str, set[NetworkRole]](set), defaultdict[str, set[str]](set)
    for who, role in connection.execute(f"select member, role from network_roles where {member}", values):
        roles[who].add(NetworkRole(role))
    for who, other in connection.execute(_SAME.format(owner=owner), values):
        same_as[who].add(other)
    apart, muted = conflicts.kept_apart(connection, members), conflicts.muted(connection, members)
    sql = f"select owner, name, standing, level from members where standing <> 'invited' and {owner}"
    joined = connection.execute(sql, values)
    return {
        who: DirectoryEntry(
            member=who,
            name=name,
            standing=Standing(standing),
            level=None if level is None else Level(level),
            roles=frozenset(roles.get(who, ())),
            families=frozenset(families.get(who, ())),
            sites=frozenset(sites.get(who, ())),
            same_as=frozenset(same_as.get(who, ())),
            conflicts=apart.get(who, frozenset()),
            muted=muted.get(who, frozenset()),
        )
        for who, name, standing, level in joined
    }
